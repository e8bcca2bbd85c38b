"""Gives each field the column that fits it, no column twice."""

from collections.abc import Sequence
from itertools import permutations

import duckdb
import pyarrow as pa

from shuren.data.internals.suggesting.dates import moments
from shuren.data.internals.suggesting.fitting import DATES, Fit
from shuren.data.shapes import Contract

LEAST = 0.3
_SURE = 0.95
_MUST = 0.05  # a column that suits two fields alike goes to the one that may not be empty
Table = dict[tuple[str, int], Fit]


def assign(contract: Contract, fits: Table) -> dict[str, Fit]:
    """{field: its fit} with the greatest sum; then dates put in the order the row rules ask."""
    must = {f.name for f in contract.fields if f.required}
    scores = {
        pair: one.score + (_MUST if pair[0] in must else 0.0)
        for pair, one in fits.items()
        if one.score >= LEAST
    }
    chosen: dict[str, int] = {}
    taken: dict[int, str] = {}
    for field, place in sorted(scores, key=lambda pair: (-scores[pair], pair)):
        if field not in chosen and place not in taken:
            chosen[field], taken[place] = place, field
    while _improve(chosen, taken, scores):
        pass
    return _dates_in_order(contract, {f: fits[f, place] for f, place in chosen.items()}, fits)


def _improve(
    chosen: dict[str, int], taken: dict[int, str], scores: dict[tuple[str, int], float]
) -> bool:
    """One exchange of two fields' columns, or a move that pushes another away, that adds up to
    more; False when there is none."""
    for (field, place), own in scores.items():
        mine, other = chosen.get(field), taken.get(place)
        if mine == place or other == field:
            continue
        before = scores.get((field, mine), 0.0) if mine else 0.0
        before += scores[other, place] if other else 0.0
        swapped = scores.get((other, mine), 0.0) if other and mine else 0.0
        if own + swapped <= before + 1e-9:
            continue
        if mine:
            del taken[mine]
        if other:
            del chosen[other]
            if mine and swapped:
                chosen[other], taken[mine] = mine, other
        chosen[field], taken[place] = place, field
        return True
    return False


def _dates_in_order(contract: Contract, chosen: dict[str, Fit], fits: Table) -> dict[str, Fit]:
    """Days whose names do not tell: in the order in which the fewest rows break a row rule."""
    unsure = [f for f, one in chosen.items() if one.field.type in DATES and one.name < _SURE]
    rules = [r.sql for r in contract.row_rules if any(f in r.sql for f in unsure)]
    every = [f for f, one in chosen.items() if one.field.type in DATES]
    others = [f.name for f in contract.fields if f.name not in every]
    rules = [sql for sql in rules if not any(name in sql for name in others)]
    if not rules or not 2 <= len(unsure) <= 4:
        return chosen
    places = [chosen[field].column.place for field in unsure]
    read = {place: moments(fits[unsure[0], place].column.cells, _formats(fits, place)) for place in
            {one.column.place for f, one in chosen.items() if f in every}}  # fmt: skip
    best, least = chosen, None
    for order in permutations(places):
        trial = {**chosen, **{f: fits[f, p] for f, p in zip(unsure, order, strict=True)}}
        columns = {f: read[trial[f].column.place] for f in every}
        broken = _broken(contract, rules, columns)
        worth = (broken, -sum(one.score for one in trial.values()))
        if least is None or worth < least:
            best, least = trial, worth
    return best


def _formats(fits: Table, place: int) -> Sequence[str]:
    return next(one.column.dates[0] for (_, at), one in fits.items() if at == place)


def _broken(contract: Contract, rules: Sequence[str], columns: dict[str, list]) -> int:
    dates = {f.name: f for f in contract.fields if f.type in DATES}
    rows = len(next(iter(columns.values())))
    table = pa.table({
        name: pa.array(columns.get(name, [None] * rows), pa.timestamp("us")) for name in dates
    })  # fmt: skip
    broken = " + ".join(f"CASE WHEN NOT ({sql}) THEN 1 ELSE 0 END" for sql in rules)
    with duckdb.connect(config={"threads": 1}) as engine:
        engine.register("sample", table)
        try:
            found = engine.execute(f"SELECT sum({broken}) FROM sample").fetchone()
        except duckdb.Error:
            return 0
    return int(found[0] or 0) if found else 0
