"""docs/reference/settings.md."""

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from shuren.kernel.settings import PREFIX, known_names


def settings_page() -> str:
    """Every setting of shuren.toml."""
    lines = [
        "# 设置 Settings",
        "",
        "在站点的 `shuren.toml` 里每行一个 `名称 = 值`；环境变量 `SHUREN_<名称>` 优先。"
        "`DATABASE_URL` 也认。",
        "One `name = value` a line in the site's `shuren.toml`; `SHUREN_<NAME>` in the environment "
        "wins. `DATABASE_URL` is understood too.",
        "",
        "| setting | environment | default | help |",
        "|---|---|---|---|",
    ]
    for name, field in known_names().items():
        variable = f"{PREFIX}{name.upper().replace('.', '__')}"
        default = _as_toml(field)
        lines.append(f"| `{name}` | `{variable}` | {default} | {field.description} |")
    lines += [
        "",
        "`sign_in.oidc.issuer` 写在 `[sign_in.oidc]` 一节里，为 `issuer = …`；"
        "没有这一节就没有这种登录。"
        "`sign_in.oidc.issuer` is written `issuer = …` in the section `[sign_in.oidc]`; without "
        "the section there is no such sign-in. 见 See [sign-in](../how-to/sign-in.md).",
        "",
        "Groups of fewer than 5 persons are never shown. That is a law of the house, not a "
        "setting. 少于 5 人的组从不显示：这是规矩，不是设置。",
    ]
    return "\n".join(lines) + "\n"


def _as_toml(field: FieldInfo) -> str:
    value = field.default
    if value is PydanticUndefined:
        return "needed 必填"
    if value is None or isinstance(value, BaseModel):
        return "–"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value}`" if isinstance(value, int | list) else f'`"{value}"`'
