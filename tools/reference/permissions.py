"""docs/reference/permissions.md."""

from collections.abc import Callable

from shuren.trust.definitions import (
    PERMISSION_PURPOSES,
    PERMISSIONS,
    STAFF,
    VISITOR,
    Purpose,
    Role,
    purposes,
    roles,
)

YES, NO = "●", "·"
KINDS = {"reader": "读者 reader", STAFF: "馆员 staff", VISITOR: "访客 visitor"}


def permissions_page() -> str:
    """Every role × resource × action with its purposes, every role × purpose, every purpose."""
    granted = list(roles(None).values())
    known = purposes(None)
    lines = [
        "# 权限与用途 Permissions and purposes",
        "",
        "由 `definitions/roles/` 与 `definitions/purposes/` 生成；没有写明的一律拒绝。",
        "Made from `definitions/roles/` and `definitions/purposes/`; the rest is denied.",
        "",
        "## 角色 Roles",
        "",
        "| role | kind | 中文 | English |",
        "|---|---|---|---|",
    ]
    for role in granted:
        kind, title, said = KINDS[role.kind], role.title, role.description
        lines.append(
            f"| `{role.id}` | {kind} | {title['zh']}：{said['zh']} | {title['en']}: {said['en']} |"
        )
    lines += ["", "## 资源 × 操作 × 角色 Resource × action × role", ""]
    lines += [
        "用途是此操作读取数据的用途；角色还须有该用途，才读得到数据。",
        "The purposes are those an action reads data for; a role needs them as well to read any.",
        "",
    ]
    heads = ["resource", "action", "中文", "English", "purposes"]
    rows = [
        (
            name,
            [*name.split("."), title["zh"], title["en"], _named(PERMISSION_PURPOSES[name])],
        )
        for name, title in PERMISSIONS.items()
    ]
    lines += _matrix(heads, rows, granted, lambda role: role.permissions)
    lines += ["", "## 用途 × 角色 Purpose × role", ""]
    heads = ["purpose", "中文", "English", "highest class", "limits"]
    rows = [
        (
            id,
            [f"`{id}`", one.title["zh"], one.title["en"], str(one.highest_class), _limits(one)],
        )
        for id, one in known.items()
    ]
    lines += _matrix(heads, rows, granted, lambda role: role.purposes)
    lines += ["", "## 用途 Purposes"]
    for one in known.values():
        lines += _purpose(one)
    return "\n".join(lines) + "\n"


def _purpose(one: Purpose) -> list[str]:
    until = one.approved_until.isoformat() if one.approved_until else "撤回为止 until withdrawn"
    review = f"; 复审 review by {one.review_by}" if one.review_by else ""
    basis = one.legal_basis
    lines = [
        "",
        f"### `{one.id}` {one.title['zh']} {one.title['en']}",
        "",
        f"- {one.description['zh']} {one.description['en']}",
        f"- 为何 Why: {one.why['zh']} {one.why['en']}",
        f"- 依据 Basis: `{one.basis}`, {basis['article']}. {basis['zh']} {basis['en']}",
        f"- 谁的数据 Whose: {', '.join(one.whose)}; 保留 kept for {one.keep_days} days",
        f"- 批准 Approved: `{one.approved_by}`, {until}{review}",
        "- 表与列 Tables and columns:",
    ]
    lines += [f"  - `{table}`: {' '.join(columns)}" for table, columns in one.tables.items()]
    return lines


def _limits(purpose: Purpose) -> str:
    limits = [
        "aggregates only, k = 5" if purpose.aggregated_only else "",
        "own rows only" if purpose.own_rows_only else "",
    ]
    return ", ".join(filter(None, limits))


def _named(ids: tuple[str, ...]) -> str:
    return " ".join(f"`{id}`" for id in ids)


def _matrix(
    heads: list[str],
    rows: list[tuple[str, list[str]]],
    granted: list[Role],
    of: Callable[[Role], tuple[str, ...]],
) -> list[str]:
    names = [f"`{role.id}`" for role in granted]
    lines = [
        f"| {' | '.join([*heads, *names])} |",
        "|" + "---|" * len(heads) + ":-:|" * len(names),
    ]
    for name, cells in rows:
        marks = [YES if name in of(role) else NO for role in granted]
        lines.append(f"| {' | '.join([*cells, *marks])} |")
    return lines
