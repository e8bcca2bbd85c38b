"""What the insight room hands to others: figures with their definition and filters."""

from dataclasses import dataclass
from typing import Any

from shuren.data.shapes import Table


@dataclass(frozen=True)
class Figure:
    """One figure as a librarian declared it (definitions/figures/<id>.yaml).

    by         columns of `table` a bar, point or row stands for; the first is the label
               unless `label` names another
    measures   {name: "count" | "distinct:<column>" | "sum:…" | "mean:…" | "max:…" |
               "share:<column>/<column>", per cent of the sums}; the first is drawn, in `unit`;
               measure_units has the unit of each
    filters    which of period, campus, building, college, clc_main, reader_kind … narrow it
    vocabulary the one that says what to show for the label's codes, or ""
    one_month  True: it speaks of one month, the last full one unless the filter says
    public     True: shown to everybody as it is, without filters
    across     of a heat map: the column of `by` that runs across
    where      (column, values): what it always holds to
    last_days  without a period it speaks of so many last days of the data
    compare    the same period of the year before stands beside it
    annotate   exam weeks and holidays are marked on it
    """

    id: str
    title: dict[str, str]
    description: dict[str, str]
    unit: dict[str, str]
    table: str
    measures: dict[str, str]
    measure_titles: dict[str, dict[str, str]]
    measure_units: dict[str, dict[str, str]]
    by: tuple[str, ...]
    label: str
    order: tuple[str, ...]
    limit: int | None
    chart: str
    filters: tuple[str, ...]
    one_month: bool = False
    public: bool = False
    vocabulary: str = ""
    across: str = ""
    where: tuple[tuple[str, tuple[Any, ...]], ...] = ()
    last_days: int | None = None
    compare: bool = False
    annotate: bool = False
    decimals: int = 0


@dataclass(frozen=True)
class Dashboard:
    """A page of figures that answers one question (definitions/dashboards/<id>.yaml).

    numbers   figures whose chart is a single number, on top of the page
    """

    id: str
    title: dict[str, str]
    question: dict[str, str]
    numbers: tuple[str, ...]
    figures: tuple[str, ...]
    order: int = 100


@dataclass(frozen=True)
class Mark:
    """A stretch of the library's calendar that explains a figure: exam weeks, a holiday.

    first, last   ISO days; labels: the first and last label of the figure it covers
    """

    title: str
    first: str
    last: str
    labels: tuple[str, str]


@dataclass(frozen=True)
class Choice:
    """One value a filter may take, with what to show for it."""

    value: str
    label: str


@dataclass(frozen=True)
class FigureResult:
    """A figure, computed.

    table      columns `by` then measures, in the indicator's order; table.suppressed says
               how many groups were hidden
    labels     what to show for each row, translated; same order as table.rows
    filters    the filters that were applied, after defaults: from, to, campus, college,
               clc_main, reader_kind
    sql        the query in words of SQL, values filled in, for people to check
    data_date  ISO day the data speak until, or ""
    before     the first measure of the same row a year before, None where there is none or it is
               hidden; () where nothing is compared
    marks      what of the calendar explains it
    """

    definition: Figure
    table: Table
    labels: tuple[str, ...]
    filters: dict[str, str]
    sql: str
    data_date: str
    before: tuple[float | None, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class Indicator:
    """One performance indicator as a librarian declared it (definitions/indicators/<id>.yaml).

    formula, numerator, denominator   SQL expressions of aggregates over `table`
    where       (column, value): the rows it speaks of
    whole_year  SQL expression that is true for a year whose data are complete; "" where a year
                is complete when it is over
    direction   "up" or "down" is better, or "neutral"
    needs       contracts whose data it needs; lacks says in words what is missing without them
    """

    id: str
    number: int
    title: dict[str, str]
    definition: dict[str, str]
    area: str
    table: str
    formula: str
    numerator: str
    denominator: str
    where: tuple[tuple[str, Any], ...]
    whole_year: str
    unit: dict[str, str]
    decimals: int
    direction: str
    breakdowns: tuple[str, ...]
    reference: dict[str, str]
    needs: tuple[str, ...]
    lacks: dict[str, str]


@dataclass(frozen=True)
class IndicatorValue:
    """An indicator for one year, or one part of it.

    label       the part's value as people read it; "" for the whole
    value       None where the denominator is zero or nothing is known
    whole       whether the year's data are complete
    """

    year: int
    part: str
    label: str
    value: float | None
    numerator: float | None
    denominator: float | None
    whole: bool


@dataclass(frozen=True)
class IndicatorResult:
    """An indicator computed from one snapshot.

    years       oldest first
    parts       {column: values by year and part}, one for each breakdown
    last, before   the last complete year that has a value, and the year before it if complete
    missing     contracts it needs of which nothing is loaded; reason says so in a sentence
    suppressed  groups hidden because fewer than five persons stand behind them
    """

    definition: Indicator
    years: tuple[IndicatorValue, ...]
    parts: dict[str, tuple[IndicatorValue, ...]]
    last: IndicatorValue | None
    before: IndicatorValue | None
    filters: dict[str, str]
    sql: str
    data_date: str
    snapshot: str
    suppressed: int
    missing: tuple[str, ...] = ()
    reason: str = ""

    @property
    def change(self) -> float | None:
        """The last complete year less the year before."""
        if self.last is None or self.before is None:
            return None
        if self.last.value is None or self.before.value is None:
            return None
        return self.last.value - self.before.value


@dataclass(frozen=True)
class QualityLine:
    """How well what was loaded is: contracts measured, their mean score and the lowest.

    open_tasks  None for a role that may not read tasks
    """

    contracts: int
    mean: float
    lowest: float
    lowest_contract: str
    open_tasks: int | None


@dataclass(frozen=True)
class ReportSection:
    """One dashboard in a monthly report.

    numbers, figures   computed for the month; one of which nothing is known has no rows
    unfed     figures whose table holds nothing
    live      figures of this moment, which belong in no report of a month
    refused   figures this role may not see
    """

    dashboard: Dashboard
    numbers: tuple[FigureResult, ...]
    figures: tuple[FigureResult, ...]
    unfed: tuple[Figure, ...] = ()
    live: tuple[Figure, ...] = ()
    refused: tuple[Figure, ...] = ()


@dataclass(frozen=True)
class MonthlyReport:
    """One month of the library, all of it from one snapshot, in the language it was asked in.

    month     YYYY-MM; complete: the data reach its last day
    calendar  exam weeks, holidays and breaks of the month, cut to its days
    """

    month: str
    complete: bool
    snapshot: str
    data_date: str
    sections: tuple[ReportSection, ...]
    indicators: tuple[IndicatorResult, ...]
    quality: QualityLine | None
    calendar: tuple[Mark, ...]
