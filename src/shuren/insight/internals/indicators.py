"""Computes an indicator: by year, by its breakdowns, with what is missing when it has no value."""

from collections.abc import Mapping, Sequence
from typing import Any

from shuren.data import definitions as data_definitions
from shuren.data import queries as data
from shuren.data.shapes import SnapshotInfo, SnapshotTable, Table
from shuren.insight.errors import BadFilter
from shuren.insight.internals.figuring import label_of
from shuren.insight.shapes import Indicator, IndicatorResult, IndicatorValue
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.kernel.suggestions import did_you_mean

PURPOSE = "library_statistics"
_VOCABULARIES = {"clc_main": "clc", "reader_kind": "reader_kind"}
Condition = tuple[str, str, Any]


def compute(
    site: Site,
    indicator: Indicator,
    actor: Actor,
    filters: Mapping[str, str],
    breakdowns: Sequence[str],
) -> IndicatorResult:
    """The indicator from the live snapshot, by year and by year and each of `breakdowns`.

    raises  BadFilter for a filter that is not one of its breakdowns; what data.queries.calculate
            raises. Without a snapshot or its table it has no years, and a reason.
    """
    applied = _applied(indicator, filters)
    where = [*_fixed(indicator), *((name, "=", value) for name, value in applied.items())]
    with data.same_snapshot(site) as snapshot:
        table = snapshot.tables.get(indicator.table) if snapshot else None
        years: tuple[IndicatorValue, ...] = ()
        parts: dict[str, tuple[IndicatorValue, ...]] = {}
        suppressed = 0
        if snapshot and table and table.rows:
            found = _ask(site, indicator, actor, where, [])
            suppressed = found.suppressed
            years = _values(indicator, found, snapshot, "", {})
            for column in breakdowns:
                split = _ask(site, indicator, actor, where, [column])
                suppressed += split.suppressed
                headings = _headings(site, column)
                parts[column] = _values(indicator, split, snapshot, column, headings)
    last, before = _last_two(years)
    missing = () if any(year.value is not None for year in years) else _missing(site, indicator)
    return IndicatorResult(
        definition=indicator,
        years=years,
        parts=parts,
        last=last,
        before=before,
        filters=applied,
        sql=in_words_of_sql(indicator, where),
        data_date=snapshot.data_date if snapshot else "",
        snapshot=snapshot.id if snapshot else "",
        suppressed=suppressed,
        missing=missing,
        reason=_reason(site, indicator, years, table, missing),
    )


def _ask(
    site: Site, indicator: Indicator, actor: Actor, where: Sequence[Condition], by: list[str]
) -> Table:
    values = {"value": indicator.formula}
    parts = {
        "numerator": indicator.numerator,
        "denominator": indicator.denominator,
        "whole": indicator.whole_year,
    }
    values |= {name: expression for name, expression in parts.items() if expression}
    return data.calculate(
        site,
        indicator.table,
        values=values,
        by=["year", *by],
        where=where,
        order_by=["year", *by],
        purpose=PURPOSE,
        actor=actor,
    )


def _values(
    indicator: Indicator,
    found: Table,
    snapshot: SnapshotInfo,
    column: str,
    headings: Mapping[str, dict[str, str]],
) -> tuple[IndicatorValue, ...]:
    last_day = snapshot.data_date or "9999"
    values = []
    for row in found.dicts():
        if row["year"] is None:
            continue
        is_over = f"{int(row['year']):04}-12-31" <= last_day
        whole = is_over and (bool(row["whole"]) if indicator.whole_year else True)
        part = "" if not column or row[column] is None else str(row[column])
        values.append(
            IndicatorValue(
                year=int(row["year"]),
                part=part,
                label=label_of(column, row[column], headings) if column else "",
                value=row["value"],
                numerator=row.get("numerator"),
                denominator=row.get("denominator"),
                whole=whole,
            )
        )
    return tuple(values)


def _last_two(
    years: Sequence[IndicatorValue],
) -> tuple[IndicatorValue | None, IndicatorValue | None]:
    """The last complete year with a value, and the one before it if that is complete too."""
    known = [year for year in years if year.value is not None]
    whole = [year for year in known if year.whole]
    if not whole:
        return (known[-1] if known else None), None
    before = next((year for year in whole if year.year == whole[-1].year - 1), None)
    return whole[-1], before


def _fixed(indicator: Indicator) -> list[Condition]:
    return [
        (column, "in", value) if isinstance(value, list) else (column, "=", value)
        for column, value in indicator.where
    ]


def _applied(indicator: Indicator, asked: Mapping[str, str]) -> dict[str, str]:
    for name in asked:
        if name not in indicator.breakdowns:
            raise BadFilter(
                _("There is no filter called '%(name)s'.", name=name),
                fix=did_you_mean(name, indicator.breakdowns),
            )
    return {name: asked[name] for name in indicator.breakdowns if asked.get(name)}


def _headings(site: Site, column: str) -> Mapping[str, dict[str, str]]:
    vocabulary = _VOCABULARIES.get(column)
    return data.headings(site, vocabulary) if vocabulary else {}


def _missing(site: Site, indicator: Indicator) -> tuple[str, ...]:
    """Contracts it needs of which no row was ever accepted."""
    fed = {receipt.contract for receipt in data.receipts(site) if receipt.accepted}
    return tuple(id for id in indicator.needs if id not in fed)


def _reason(
    site: Site,
    indicator: Indicator,
    years: Sequence[IndicatorValue],
    table: SnapshotTable | None,
    missing: Sequence[str],
) -> str:
    """Why there is no value, as a sentence; "" when there is one."""
    if any(year.value is not None for year in years):
        return ""
    lacks = pick(indicator.lacks)
    if missing:
        known = data_definitions.contracts(site)
        titles = [pick(known[id].title) if id in known else id for id in missing]
        return _(
            "Nothing is loaded for %(contracts)s. It needs: %(lacks)s.",
            contracts=", ".join(titles),
            lacks=lacks,
        )
    if table is None:
        return _("The table %(table)s is not built yet.", table=indicator.table)
    return _("What is loaded does not hold what it needs: %(lacks)s.", lacks=lacks)


def in_words_of_sql(indicator: Indicator, where: Sequence[Condition], by: str = "") -> str:
    """The query as a person would write it on the same snapshot."""
    grouped = ", ".join(["year", *([by] if by else [])])
    lines = [
        f"SELECT {grouped},",
        f"  {indicator.formula} AS value",
        f"FROM {indicator.table}",
    ]
    tests = []
    for column, operator, value in where:
        wanted = value if operator == "in" else [value]
        quoted = ["'" + str(one).replace("'", "''") + "'" for one in wanted]
        right = f"IN ({', '.join(quoted)})" if operator == "in" else f"= {quoted[0]}"
        tests.append(f"{column} {right}")
    if tests:
        lines.append(f"WHERE {' AND '.join(tests)}")
    return "\n".join([*lines, f"GROUP BY {grouped}", f"ORDER BY {grouped}"])
