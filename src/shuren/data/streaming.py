"""Whole tables read in batches, for who goes through all rows once: memory stays bounded."""

from collections.abc import Iterator, Sequence
from typing import Any

from shuren.data.internals import asking, comparing
from shuren.data.internals.comparing import Difference
from shuren.data.internals.door import Condition, open_table
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site

BATCH = 10_000  # rows


def batches(
    site: Site,
    table: str,
    *,
    columns: Sequence[str],
    purpose: str,
    actor: Actor,
    where: Sequence[Condition] = (),
    order_by: Sequence[str] = (),
    size: int = BATCH,
) -> Iterator[list[tuple[Any, ...]]]:
    """Rows of a table that a purpose opens, `size` at a time; what the engine sorts and has no room
    for, it keeps on the disk.

    columns, where, order_by  as `shuren.data.queries.read`
    raises  as `read`, before the first batch

    The snapshot is the one that is live, or pinned, when this is called. One line in the ledger a
    call, when the last batch was taken or the reader stopped.
    """
    opening = open_table(site, table, purpose, actor)
    return asking.batches(opening, columns, where, order_by, size)


def differences(
    site: Site,
    table: str,
    since: str,
    *,
    columns: Sequence[str],
    key: str,
    purpose: str,
    actor: Actor,
    limit: int,
) -> Difference:
    """Which keys have other rows in these columns than in an earlier snapshot.

    since   id of that snapshot
    key     a column of `columns`
    limit   more keys than this are not listed: `too_many`
    raises  SnapshotGone when it has been taken away; otherwise as `read`

    Asks only where the files differ; a table that is about people is not compared.
    """
    opening = open_table(site, table, purpose, actor)
    return comparing.differences(opening, since, columns, key, limit)
