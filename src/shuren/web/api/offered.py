"""What /api/v1/marts/ gives of which table: to the key that may do most. The lineage shows it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shuren.data.shapes import Column, Model, SnapshotTable
from shuren.trust.definitions import PUBLIC_STATISTICS, Purpose

PUBLIC, INTERNAL = 1, 2


@dataclass(frozen=True)
class Offer:
    """rows     columns that can be read row by row
    counts   columns that can be grouped by, narrowed by or summed
    numbers  columns of which it is only told how many different values there are"""

    rows: tuple[Column, ...]
    counts: tuple[Column, ...]
    numbers: tuple[Column, ...]


def gives_rows(table: Model | SnapshotTable) -> bool:
    """Rows go to programs from tables alone that know no person, whatever the purpose opens."""
    return not table.person and all(c.classification <= INTERNAL for c in table.columns)


def offers(models: Iterable[Model], purposes: Mapping[str, Purpose]) -> dict[str, Offer]:
    """{table: what of it}; tables of which nothing is given are left out."""
    usable = [one for id, one in purposes.items() if one.for_programs and id != PUBLIC_STATISTICS]
    found = {}
    for table in models:
        about = bool(table.person or table.headcount)
        open_ = [p for p in usable if p.highest_class > PUBLIC or (table.public and not about)]
        reading = [p.highest_class for p in open_ if not p.aggregated_only and gives_rows(table)]
        highest = max((p.highest_class for p in open_), default=0)
        counted = min(highest, INTERNAL) if about else highest
        offer = Offer(
            _up_to(table, max(reading, default=0)),
            _up_to(table, counted),
            tuple(c for c in table.columns if counted < c.classification <= highest),
        )
        if offer.rows or offer.counts or offer.numbers:
            found[table.name] = offer
    return found


def _up_to(table: Model, highest: int) -> tuple[Column, ...]:
    return tuple(c for c in table.columns if c.classification <= highest)
