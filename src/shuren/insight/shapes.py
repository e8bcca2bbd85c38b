"""What the insight room hands to others: figures with their definition and filters."""

from dataclasses import dataclass

from shuren.data.shapes import Table


@dataclass(frozen=True)
class Indicator:
    """One figure as a librarian declared it (definitions/indicators/<id>.yaml).

    by         columns of `table` a bar, point or row stands for; the first is the label
               unless `label` names another
    measures   {name: "count" | "distinct:<column>" | "sum:<column>"}; the first is drawn,
               in `unit`; measure_units has the unit of each
    filters    which of period, campus, college, clc_main, reader_kind narrow it
    vocabulary the one that says what to show for the label's codes, or ""
    one_month  True: it speaks of one month, the last full one unless the filter says
    public     True: shown to everybody as it is, without filters
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
    """

    definition: Indicator
    table: Table
    labels: tuple[str, ...]
    filters: dict[str, str]
    sql: str
    data_date: str
