"""What a purpose or a role opens beyond another one, in words as short as a file's own."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shuren.trust.internals.role_files import Role

if TYPE_CHECKING:
    from shuren.trust.definitions import Purpose

ALL = "all"
_BARS = ("aggregated_only", "own_rows_only", "break_glass", "is_profile")
_SAME = ("basis", "consent", "approved_by")


def of_purpose(now: "Purpose", before: "Purpose") -> Iterator[str]:
    """More tables or columns, a higher class, a bar taken away, longer, of more people, or on
    another basis or word of consent. Texts that only explain open nothing."""
    yield from _tables(now, before)
    if now.highest_class > before.highest_class:
        yield f"highest_class: {before.highest_class} → {now.highest_class}"
    for bar in _BARS:
        if getattr(before, bar) and not getattr(now, bar):
            yield f"{bar}: true → false"
    for key in _SAME:
        if getattr(now, key) != getattr(before, key):
            yield key
    yield from (f"whose: {one}" for one in now.whose if one not in before.whose)
    if before.keep_days and not 0 < now.keep_days <= before.keep_days:  # 0 sets no term
        yield f"keep_days: {before.keep_days} → {now.keep_days}"
    if before.approved_until and (
        now.approved_until is None or now.approved_until > before.approved_until
    ):
        yield f"approved_until: {before.approved_until} → {now.approved_until or 'withdrawn'}"


def of_role(now: Role, before: Role) -> Iterator[str]:
    """Another kind of person, another action, another purpose for one."""
    if now.kind != before.kind:
        yield f"kind: {before.kind} → {now.kind}"
    for action, purposes in now.grants.items():
        if action not in before.grants:
            yield action
        yield from (f"{action}: {p}" for p in purposes if p not in before.grants.get(action, ()))


def _tables(now: "Purpose", before: "Purpose") -> Iterator[str]:
    for table, columns in now.tables.items():
        known = before.tables.get(table)
        if known is None:
            wild = f"{table.split('.')[0]}.*"
            if columns != (ALL,) or table == wild or wild not in before.tables:
                yield table
        elif known != (ALL,):
            yield from (f"{table}.{one}" for one in columns if one not in known)
        # `all` opens no table about persons, its columns by name do.
        elif columns != (ALL,):
            yield table
    # Without its own line a table falls under the wildcard of its layer, which opens all of it.
    for table, columns in before.tables.items():
        if table not in now.tables and columns != (ALL,):
            layer = f"{table.split('.')[0]}.*"
            if layer in now.tables:
                yield f"{table} ({layer})"
