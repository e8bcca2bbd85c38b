"""What /api/v1/marts/ gives of which table: to the key that may do most. The lineage shows it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shuren.data.lineage import Graph, Node
from shuren.data.shapes import SnapshotTable
from shuren.trust.definitions import PUBLIC_STATISTICS, Purpose

PUBLIC, INTERNAL = 1, 2


@dataclass(frozen=True)
class Offer:
    """Columns of a table, as nodes of the graph.

    rows    those that can be read row by row
    counts  those that can be counted: grouped by, narrowed by, summed, or at the least of which
            it is told how many different values there are
    """

    rows: tuple[Node, ...]
    counts: tuple[Node, ...]


def gives_rows(table: SnapshotTable) -> bool:
    """Rows go to programs from tables alone that know no person, whatever the purpose opens."""
    return _nobody_in(table.person, (column.classification for column in table.columns))


def offers(graph: Graph, purposes: Mapping[str, Purpose]) -> dict[str, Offer]:
    """{table: what of it}; tables of which nothing is given are left out."""
    usable = [one for id, one in purposes.items() if one.for_programs and id != PUBLIC_STATISTICS]
    found = {}
    for table in graph.tables():
        if table.kind not in ("conformed", "mart"):
            continue
        columns, marks = graph.columns(table.id), table.type.split()
        about = "person" in marks or "headcount" in marks
        open_ = [p for p in usable if p.highest_class > PUBLIC or ("public" in marks and not about)]
        reading: list[Purpose] = []
        if _nobody_in("person" in marks, (column.level for column in columns)):
            reading = [p for p in open_ if not p.aggregated_only]
        offer = Offer(
            tuple(c for c in columns if _opened(table, c, reading)),
            tuple(c for c in columns if _opened(table, c, open_)),
        )
        if offer.rows or offer.counts:
            found[table.id] = offer
    return found


def _opened(table: Node, column: Node, purposes: Iterable[Purpose]) -> bool:
    persons = "person" in table.type.split()
    return any(
        column.level <= one.highest_class and one.covers(table.id, column.name, persons=persons)
        for one in purposes
    )


def _nobody_in(person: object, levels: Iterable[int]) -> bool:
    return not person and all(level <= INTERNAL for level in levels)
