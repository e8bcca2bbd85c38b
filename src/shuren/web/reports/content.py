"""The words of a monthly report, in the current language."""

from collections.abc import Iterator

from shuren.data import definitions
from shuren.data.shapes import SnapshotInfo
from shuren.insight.shapes import (
    FigureResult,
    IndicatorResult,
    IndicatorValue,
    MonthlyReport,
    ReportSection,
)
from shuren.kernel.i18n import current_language, listed, pick
from shuren.kernel.i18n import gettext as _
from shuren.kernel.settings import read_settings
from shuren.kernel.site import Site
from shuren.web.moments import month as month_name
from shuren.web.reports.figures import block, cell, has_values, hidden, places_of
from shuren.web.reports.paper import Block, Cell, Grid, Paper, Part
from shuren.web.workbench.finding import rounded
from shuren.web.workbench.indicators import area_titles

SMALLEST_GROUP = 5


def paper(site: Site, report: MonthlyReport, snapshot: SnapshotInfo | None) -> Paper:
    settings = read_settings(site)
    language = current_language()[:2]
    month = month_name(report.month)
    library = settings.name_zh if language == "zh" else settings.name_en
    boards = [_board(one, snapshot) for one in report.sections]
    parts = [_summary(report), *boards, _indicators(report), _notes(site, report)]
    return Paper(
        language=language,
        title=_("Monthly report, %(month)s", month=month),
        library=library,
        month=month,
        facts=(
            (_("Library"), library),
            (_("Month"), month),
            (_("Data to"), report.data_date),
            (_("Snapshot"), report.snapshot),
        ),
        parts=tuple(part for part in parts if part.grid or part.blocks or part.remarks),
        contents=_("Contents"),
        page=_("Page %(number)s of %(count)s"),
        notice=""
        if report.complete
        else _("This month is not complete: the data end on %(day)s.", day=report.data_date),
    )


def _summary(report: MonthlyReport) -> Part:
    numbers = [one for section in report.sections for one in section.numbers]
    heads = (
        (_("Figure"), False),
        (_("Value"), True),
        (_("Unit"), False),
        (_("A year before"), True),
        (_("Change in a year"), True),
        (_("Of"), False),
    )
    known = [one for one in numbers if has_values(one)]
    lead = [_quality(report)] if report.quality else []
    if report.calendar:
        spans = [_span(mark.title, mark.first, mark.last) for mark in report.calendar]
        shown = listed(spans)
        lead.append(_("Calendar of the month: %(what)s.", what=shown))
    else:
        lead.append(_("Calendar of the month: no holiday, break or exam week."))
    grid = Grid(heads, tuple(_headline(one) for one in known)) if known else None
    return Part("summary", _("In short"), tuple(lead), grid)


def _span(title: str, first: str, last: str) -> str:
    words = {"title": title, "first": first, "last": last}
    if first == last:
        return _("%(title)s (%(first)s)", **words)
    return _("%(title)s (%(first)s to %(last)s)", **words)


def _headline(result: FigureResult) -> tuple[Cell, ...]:
    declared = result.definition
    now = rounded(result.table.rows[0][0], result)
    then = rounded(result.before[0], result) if result.before else None
    places = places_of((now, then), declared.decimals)
    about = month_name(result.filters["to"]) if "to" in result.filters else result.data_date
    return (
        Cell(pick(declared.title)),
        cell(now, places),
        Cell(pick(declared.unit)),
        cell(then, places) if then is not None else Cell("–"),
        _change(now, then, declared.unit),
        Cell(about),
    )


def _change(now: float, then: float | None, unit: dict[str, str]) -> Cell:
    """In per cent; of a share, in percentage points."""
    if not then:
        return Cell("–")
    if unit.get("zh") == "%":
        return Cell(_("%(change)s points", change=f"{now - then:+.1f}"))
    share = (now - then) / then
    text = f"{100 * share:+.0f}%"
    return Cell("0%" if text in ("+0%", "-0%") else text, share, percent=True)


def _quality(report: MonthlyReport) -> str:
    line = report.quality
    assert line is not None
    contract = definitions.contracts(None).get(line.lowest_contract)
    words = {
        "count": str(line.contracts),
        "mean": f"{line.mean:.1f}",
        "lowest": f"{line.lowest:.1f}",
        "contract": pick(contract.title) if contract else line.lowest_contract,
    }
    if line.open_tasks is None:
        return _("Data quality: %(count)s kinds of data score %(mean)s of 100 on average; the "
                 "lowest is %(contract)s with %(lowest)s.", **words)  # fmt: skip
    return _("Data quality: %(count)s kinds of data score %(mean)s of 100 on average; the lowest "
             "is %(contract)s with %(lowest)s; open tasks: %(tasks)s.",
             **words, tasks=line.open_tasks)  # fmt: skip


def _board(section: ReportSection, snapshot: SnapshotInfo | None) -> Part:
    board = section.dashboard
    known = [one for one in section.figures if has_values(one)]
    blocks: list[Block] = [block(one, snapshot) for one in known]
    return Part(board.id, pick(board.title), (pick(board.question),), None, tuple(blocks))


def _indicators(report: MonthlyReport) -> Part:
    year = int(report.month[:4])
    rows = []
    for id_, title in area_titles().items():
        for one in report.indicators:
            values = {value.year: value for value in one.years if value.value is not None}
            if one.definition.area == id_ and {year, year - 1} & set(values):
                rows.append(_indicator(one, values, year, title))
    heads = (
        (_("No."), False),
        (_("Indicator"), False),
        (_("Area"), False),
        (_("Unit"), False),
        (str(year), True),
        (str(year - 1), True),
    )
    remarks = [_("* The data of the year are not complete.")] if rows else []
    lead = _("By year, after GB/T 29182 and ISO 11620: each number speaks of all data of its year.")
    grid = Grid(heads, tuple(rows)) if rows else None
    return Part("indicators", _("Indicators of the year"), (lead,), grid, (), tuple(remarks))


def _indicator(
    result: IndicatorResult, values: dict[int, IndicatorValue], year: int, area: str
) -> tuple[Cell, ...]:
    declared = result.definition

    def shown(value: IndicatorValue | None) -> Cell:
        if value is None or value.value is None:
            return Cell("–")
        number = round(float(value.value), declared.decimals)
        text = f"{number:,.{declared.decimals}f}{'' if value.whole else '*'}"
        return Cell(text, number, declared.decimals, star=not value.whole)

    return (
        cell(declared.number),
        Cell(pick(declared.title)),
        Cell(area),
        Cell(pick(declared.unit)),
        shown(values.get(year)),
        shown(values.get(year - 1)),
    )


def _notes(site: Site, report: MonthlyReport) -> Part:
    smallest = _(
        "Groups behind which fewer than %(k)s persons stand are not shown, in tables and in "
        "pictures, nor is what would give them away.",
        k=SMALLEST_GROUP,
    )
    one_state = _(
        "All numbers come from one state of the data, snapshot %(id)s.", id=report.snapshot
    )
    missing = [*_missing_figures(site, report), *_missing_indicators(report)]
    return Part("notes", _("Notes"), (), None, (), (smallest, one_state, *missing))


def _missing_figures(site: Site, report: MonthlyReport) -> Iterator[str]:
    models = definitions.models(site)
    for section in report.sections:
        for figure in section.unfed:
            model = models.get(figure.table)
            yield _(
                "%(figure)s is missing: nothing has been loaded for the table %(table)s.",
                figure=pick(figure.title),
                table=pick(model.title) if model else figure.table,
            )
        for figure in section.live:
            yield _(
                "%(figure)s is missing: it speaks of this moment, not of a month.",
                figure=pick(figure.title),
            )
        for figure in section.refused:
            yield _("%(figure)s is missing: your role may not see it.", figure=pick(figure.title))
        for result in (*section.numbers, *section.figures):
            if has_values(result):
                continue
            words = {"figure": pick(result.definition.title), "hidden": hidden(result)}
            if words["hidden"]:
                yield _("%(figure)s is missing. %(hidden)s", **words)
            else:
                yield _("%(figure)s is missing: there are no data of this month.", **words)


def _missing_indicators(report: MonthlyReport) -> Iterator[str]:
    year = int(report.month[:4])
    for one in report.indicators:
        words = {"number": one.definition.number, "title": pick(one.definition.title)}
        if one.reason:
            yield _("Indicator %(number)s, %(title)s, has no value. %(why)s",
                    **words, why=one.reason)  # fmt: skip
        elif not {year, year - 1} & {v.year for v in one.years if v.value is not None}:
            yield _("Indicator %(number)s, %(title)s, has no value for these years.", **words)
