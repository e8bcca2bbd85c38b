"""Counts columns of the live snapshot in bins, for drift.

Of a table about persons, or of a column above class 2, no value becomes a bin: texts are counted
by script and length. A bin of fewer than five rows is counted as rare, whatever it is.
"""

from collections.abc import Iterable, Mapping

from shuren.data.drift import CATEGORY, EMPTY, NUMBER, RARE, SHAPE, Distribution, Drift, compare
from shuren.data.internals import snapshots
from shuren.data.shapes import Column, SnapshotTable
from shuren.kernel.site import Site

FEWEST, TENTHS, MOST_VALUES, KEPT = 5, 10, 50, 10
_NUMBERS = ("BIGINT", "INTEGER", "DOUBLE", "DECIMAL", "HUGEINT", "SMALLINT")
_MOMENTS = ("DATE", "TIMESTAMP")
# Script, then length in signs: what a text looks like, not what it says.
_SHAPE = """CASE WHEN regexp_matches({text}, '[㐀-鿿]') THEN 'han'
  WHEN regexp_matches({text}, '[A-Za-z]') THEN 'latin'
  WHEN regexp_matches({text}, '[0-9]') THEN 'digits' ELSE 'signs' END || ' ' ||
  CASE WHEN length({text}) <= 4 THEN '1-4' WHEN length({text}) <= 10 THEN '5-10'
  WHEN length({text}) <= 20 THEN '11-20' ELSE '21+' END"""

_counted: dict[tuple[object, ...], Distribution] = {}  # of the last snapshot asked


def distributions(
    site: Site, columns: Iterable[str], like: Mapping[str, Distribution] | None = None
) -> dict[str, Distribution]:
    """{table.column: its distribution in the live snapshot}, in the bins of `like` where it is
    there. A column or table that is gone has no row; a live view is left out.

    raises  NoSnapshot
    """
    info, found = snapshots.required(site), {}
    for name in columns:
        table, _dot, column = name.rpartition(".")
        before = (like or {}).get(name)
        known = info.tables.get(table)
        if known is not None and known.live:
            continue
        here = known.column(column) if known else None
        if known is None or here is None:
            found[name] = Distribution(before.kind if before else SHAPE, {})
            continue
        bins = (before.kind, before.edges, tuple(sorted(before.counts))) if before else None
        key = (site.root, info.id, name, bins)
        if key not in _counted:
            for old in [one for one in _counted if one[:2] != key[:2]]:
                _counted.pop(old, None)
            _counted[key] = _count(site, snapshots.source(site, info, table), known, here, before)
        found[name] = _counted[key]
    return found


def drift(site: Site, kept: Mapping[str, Distribution]) -> list[Drift]:
    """Each column now against what was kept of it, the most changed first."""
    now = distributions(site, kept, kept)
    found = [compare(name, kept[name], now[name]) for name in kept if name in now]
    return sorted(found, key=lambda one: (-one.index, one.column))


def _count(
    site: Site, source: str, table: SnapshotTable, column: Column, before: Distribution | None
) -> Distribution:
    text = f'trim(CAST("{column.name}" AS VARCHAR))'
    kind = before.kind if before else _kind(site, source, table, column)
    edges: tuple[float, ...] = ()
    if kind == NUMBER:
        value = f'CAST("{column.name}" AS DOUBLE)'
        if column.type.startswith(_MOMENTS):
            value = f'CAST(year("{column.name}") AS DOUBLE)'
        edges = before.edges if before else _edges(site, source, value)
        above = " ".join(f"WHEN {value} <= {edge!r} THEN '{n}'" for n, edge in enumerate(edges))
        made = f"CASE {above} ELSE '{len(edges)}' END" if edges else "'0'"
    else:
        made = text if kind == CATEGORY else _SHAPE.format(text=text)
    sql = (
        f"SELECT CASE WHEN \"{column.name}\" IS NULL OR {text} = '' THEN '{EMPTY}'"
        f" ELSE {made} END AS bin, count(*) FROM {source} GROUP BY 1 ORDER BY 2 DESC, 1"
    )
    counts = {str(name): int(rows) for name, rows in snapshots.query(site, sql, [])}
    return Distribution(kind, _binned(counts, kind, before), edges)


def _kind(site: Site, source: str, table: SnapshotTable, column: Column) -> str:
    if column.type.startswith((*_NUMBERS, *_MOMENTS)):
        return NUMBER
    if table.person or table.headcount or column.classification > 2:
        return SHAPE
    values = snapshots.query(site, f'SELECT count(DISTINCT "{column.name}") FROM {source}', [])
    return CATEGORY if values[0][0] <= MOST_VALUES else SHAPE


def _edges(site: Site, source: str, value: str) -> tuple[float, ...]:
    """Tenths, or fewer where there would be fewer than five rows in each."""
    rows = snapshots.query(site, f"SELECT count({value}) FROM {source}", [])[0][0]
    parts = min(TENTHS, rows // FEWEST)
    if parts < 2:
        return ()
    places = [n / parts for n in range(1, parts)]
    sql = f"SELECT quantile_cont({value}, {places}) FROM {source}"
    return tuple(sorted(set(map(float, snapshots.query(site, sql, [])[0][0]))))


def _binned(counts: dict[str, int], kind: str, before: Distribution | None) -> dict[str, int]:
    """Bins of too few rows together as rare; later only the bins there were then."""
    if before is not None:
        kept = set(before.counts) - {RARE}
    else:
        often = [name for name, rows in counts.items() if rows >= FEWEST and name != RARE]
        kept = set(often[:KEPT] if kind == CATEGORY else often) | {EMPTY} & counts.keys()
        if EMPTY in counts and counts[EMPTY] < FEWEST:
            kept.discard(EMPTY)
    found = {name: rows for name, rows in counts.items() if name in kept}
    others = sum(rows for name, rows in counts.items() if name not in kept)
    return found | ({RARE: others} if others else {})
