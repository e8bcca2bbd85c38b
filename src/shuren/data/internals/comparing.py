"""What changed in a published table since an earlier snapshot, by key."""

from collections.abc import Sequence
from dataclasses import dataclass

from shuren.data.errors import NotOpen, SnapshotGone
from shuren.data.internals import snapshots
from shuren.data.internals.asking import record
from shuren.data.internals.door import Opening, check_rows_open
from shuren.data.shapes import SnapshotInfo
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick


@dataclass(frozen=True)
class Difference:
    """keys: those whose rows are others now, are new or are gone, sorted; () with `too_many`."""

    keys: tuple[str, ...] = ()
    too_many: bool = False


def differences(
    opening: Opening, since: str, columns: Sequence[str], key: str, limit: int
) -> Difference:
    """See shuren.data.streaming.differences."""
    check_rows_open(opening, ())
    if opening.table.person or opening.table.live:
        raise NotOpen(
            _(
                "The purpose “%(purpose)s” does not compare the table %(table)s with what it was.",
                purpose=pick(opening.purpose.title),
                table=opening.table.name,
            )
        )
    listed = ", ".join(opening.column(name) for name in columns)
    before = _earlier(opening, since)
    if _same(opening, before):
        return Difference()
    rows = f'SELECT "{key}" AS key, hash({listed}) AS content'
    both = f"{rows}, 1 AS side FROM {opening.source}"
    if before is not None:
        both += f" UNION ALL {rows}, -1 AS side FROM {opening.at(before).source}"
    sql = (
        "SELECT DISTINCT key FROM (SELECT key, content FROM "
        f"({both}) GROUP BY key, content HAVING sum(side) <> 0) ORDER BY key LIMIT {limit + 1}"
    )
    found = snapshots.query(opening.site, sql, [])
    record(opening, len(found), f"changed since {since}")
    if len(found) > limit:
        return Difference(too_many=True)
    return Difference(tuple(str(row[0]) for row in found))


def _earlier(opening: Opening, since: str) -> SnapshotInfo | None:
    """The earlier snapshot; None where it had no such table."""
    folder = opening.site.snapshots / since
    if not snapshots.is_id(since):
        raise SnapshotGone(since[:40])
    try:
        info = snapshots.read_manifest(folder)
    except FileNotFoundError:
        raise SnapshotGone(since) from None
    return info if opening.table.name in info.tables else None


def _same(opening: Opening, before: SnapshotInfo | None) -> bool:
    """Whether nothing of the table was published since."""
    if before is None:
        return False
    if before.id == opening.snapshot.id:
        return True
    earlier = before.tables[opening.table.name]
    return bool(earlier.changed_at) and earlier.changed_at == opening.table.changed_at
