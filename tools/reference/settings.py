"""docs/reference/settings.md."""

from shuren.kernel.settings import PREFIX, SiteSettings


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
    for name, field in SiteSettings.model_fields.items():
        default = _as_toml(field.default)
        lines.append(f"| `{name}` | `{PREFIX}{name.upper()}` | {default} | {field.description} |")
    lines += [
        "",
        "Groups of fewer than 5 persons are never shown. That is a law of the house, not a "
        "setting. 少于 5 人的组从不显示：这是规矩，不是设置。",
    ]
    return "\n".join(lines) + "\n"


def _as_toml(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value}`" if isinstance(value, int) else f'`"{value}"`'
