"""docs/reference/permissions.md."""

from collections.abc import Callable

from shuren.trust.definitions import PERMISSIONS, STAFF, VISITOR, Role, purposes, roles

YES, NO = "●", "·"
KINDS = {"reader": "读者 Readers", STAFF: "馆员 Staff", VISITOR: "访客 Visitors"}


def permissions_page() -> str:
    """Every role × permission, every role × purpose."""
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
