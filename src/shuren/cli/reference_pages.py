"""Reference pages written from the code and the definitions, as Markdown."""

from collections.abc import Callable

from shuren.kernel.settings import PREFIX, SiteSettings
from shuren.trust.definitions import PERMISSIONS, STAFF, VISITOR, Role, purposes, roles

YES, NO = "●", "·"
KINDS = {"reader": "读者 Readers", STAFF: "馆员 Staff", VISITOR: "访客 Visitors"}


def permissions_page() -> str:
    """docs/reference/permissions.md: every role × permission, every role × purpose."""
    granted = list(roles(None).values())
    letters = {name: chr(ord("A") + place) for place, name in enumerate(PERMISSIONS)}
    lines = [
        "# 权限与用途 Permissions and purposes",
        "",
        "由 `definitions/roles/` 与 `definitions/purposes/` 生成；没有写明的一律拒绝。",
        "Made from `definitions/roles/` and `definitions/purposes/`; the rest is denied.",
        "",
        "## 权限 Permissions",
        "",
        "| | permission | 中文 | English |",
        "|---|---|---|---|",
    ]
    for name, title in PERMISSIONS.items():
        lines.append(f"| {letters[name]} | `{name}` | {title['zh']} | {title['en']} |")
    lines += ["", "## 角色 × 权限 Roles × permissions", ""]
    lines += _matrix(granted, list(letters.values()), lambda role: role.permissions, [*PERMISSIONS])
    lines += ["", "## 用途 Purposes", ""]
    lines += [
        "| purpose | 中文 | English | highest column class | limits |",
        "|---|---|---|---|---|",
    ]
    for id, purpose in purposes(None).items():
        limits = [
            "aggregates only, k = 5" if purpose.aggregated_only else "",
            "own rows only" if purpose.own_rows_only else "",
        ]
        lines.append(
            f"| `{id}` | {purpose.title['zh']}：{purpose.description['zh']} "
            f"| {purpose.title['en']}: {purpose.description['en']} "
            f"| {purpose.highest_class} | {', '.join(filter(None, limits))} |"
        )
    lines += ["", "## 角色 × 用途 Roles × purposes", ""]
    names = [f"`{id}`" for id in purposes(None)]
    lines += _matrix(granted, names, lambda role: role.purposes, [*purposes(None)])
    return "\n".join(lines) + "\n"


def _matrix(
    granted: list[Role], heads: list[str], of: Callable[[Role], tuple[str, ...]], names: list[str]
) -> list[str]:
    lines = [
        "| kind | role | 中文 | English | " + " | ".join(heads) + " |",
        "|---|---|---|---|" + ":-:|" * len(heads),
    ]
    for role in granted:
        cells = " | ".join(YES if name in of(role) else NO for name in names)
        title = f"{role.title['zh']} | {role.title['en']}"
        lines.append(f"| {KINDS[role.kind]} | `{role.id}` | {title} | {cells} |")
    return lines


def settings_page() -> str:
    """docs/reference/settings.md: every setting of shuren.toml."""
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
