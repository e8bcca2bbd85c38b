"""docs/reference/permissions.md."""

from shuren.trust.definitions import (
    PERMISSION_PURPOSES,
    PERMISSIONS,
    SCOPES,
    STAFF,
    TABLES_READ,
    VISITOR,
    Purpose,
    Role,
    purposes,
    roles,
)

YES, NO, NONE = "●", "·", "—"
KINDS = {"reader": "读者 reader", STAFF: "馆员 staff", VISITOR: "访客 visitor"}


def permissions_page() -> str:
    """Every role × resource × action × purpose, what keys may, every purpose."""
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
    lines += ["", "## 资源 × 操作 × 用途 × 角色 Resource × action × purpose × role", ""]
    lines += [
        "用途为 — 的一行：可以做。其余各行：做此事时可以为该用途使用数据。",
        "`public.read` 的用途，做什么时都可以。",
        "A line without a purpose (—): may do it. The others: may use data for that purpose while",
        "doing it. What stands under `public.read` may be looked at under every action.",
        "",
    ]
    lines += _matrix(granted)
    lines += ["", "## 密钥 Keys of the API", ""]
    lines += [
        "密钥按范围做事，每个范围只用其用途中适合该操作的；读表的范围用其全部用途。",
        "A key's program does what its scopes stand for, each for those of the key's purposes that",
        "the action reads data for; a scope for tables for all of them.",
        "",
        "| scope | action | purposes |",
        "|---|---|---|",
    ]
    lines += [
        f"| `{scope}` | `{one.action}` | {_named((*PERMISSION_PURPOSES[one.action],))} |"
        for scope, one in SCOPES.items()
    ]
    lines += [f"| `marts:read:…` | `{TABLES_READ}` | * |"]
    lines += ["", "## 用途的界限 Limits of the purposes", ""]
    lines += ["| purpose | 中文 | English | highest class | limits |", "|---|---|---|---|---|"]
    lines += [
        f"| `{id}` | {one.title['zh']} | {one.title['en']} | {one.highest_class} | {_limits(one)} |"
        for id, one in known.items()
    ]
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


def _matrix(granted: list[Role]) -> list[str]:
    heads = ["resource", "action", "purpose", "中文", "English"]
    names = [f"`{role.id}`" for role in granted]
    lines = [
        f"| {' | '.join([*heads, *names])} |",
        "|" + "---|" * len(heads) + ":-:|" * len(names),
    ]
    for name, title in PERMISSIONS.items():
        may = [YES if name in role.permissions else NO for role in granted]
        cells = [*name.split("."), NONE, title["zh"], title["en"]]
        lines.append(f"| {' | '.join([*cells, *may])} |")
        given = dict.fromkeys(one for role in granted for one in role.grants.get(name, ()))
        for purpose in given:
            opens = [YES if purpose in role.grants.get(name, ()) else NO for role in granted]
            cells = [*name.split("."), f"`{purpose}`", "", ""]
            lines.append(f"| {' | '.join([*cells, *opens])} |")
    return lines
