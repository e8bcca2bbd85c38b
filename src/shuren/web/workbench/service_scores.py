"""All services with what they declare to be measured by: part of the dashboard of services."""

from typing import Any

from shuren.data import queries as data
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import listed, pick
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import scores
from shuren.service.definitions import names
from shuren.service.scores import Counted, Line, Score

BOARD, PERIOD = "services", "period"
NOTHING = "–"


def context(site: Site, actor: Actor, asked: str) -> dict[str, Any]:
    """Inputs of workbench/service_scores.html.

    asked  a year or month; else the newest year with cases
    """
    known = scores.periods(site, actor)
    period = asked if asked in known else next(iter(known), "")
    found = scores.scores(site, actor, period) if period else []
    titles = names(site).categories
    by_category: dict[str, list[Score]] = {id: [] for id in titles}
    for one in found:
        by_category.setdefault(one.service.category, []).append(one)
    return {
        "period": {
            "name": PERIOD, "label": _("Year or month"), "type": "select", "value": period,
            "options": [{"value": one, "label": one} for one in known],
        },
        "is_empty": not known,
        "summary": _summary(found),
        "tables": [
            {
                "title": pick(titles[id]),
                "words": _met(some),
                "table": _services(pick(titles[id]), some),
            }
            for id, some in by_category.items()
            if some
        ],
        "audiences": _audiences(site, actor, period),
        "missing": _missing(found),
    }  # fmt: skip


def _summary(found: list[Score]) -> str:
    lines = [line for one in found for line in one.lines]
    return _(
        "%(services)s services, %(counted)s of them with cases of five readers or more; of"
        " %(judged)s targets with a number %(met)s are met.",
        services=len(found),
        counted=sum(one.counted is not None for one in found),
        judged=sum(line.is_met is not None for line in lines),
        met=sum(line.is_met is True for line in lines),
    )


def _met(found: list[Score]) -> str:
    judged = [line.is_met for one in found for line in one.lines if line.is_met is not None]
    return _("%(services)s services, %(met)s of %(judged)s targets met",
             services=len(found), met=sum(judged), judged=len(judged))  # fmt: skip


def _services(title: str, found: list[Score]) -> dict[str, Any]:
    columns = (
        (_("Service"), False), (_("Cases done"), True), (_("Readers"), True), (_("Filled"), True),
        (_("Answered in time"), True), (_("Done in time"), True), (_("Median hours"), True),
        (_("Rating"), True), (_("Targets"), False),
    )  # fmt: skip
    return _table(title, columns, [_row(one) for one in found]) | {"stack": True}


def _row(one: Score) -> list[dict[str, Any]]:
    counted = one.counted
    if counted is None:
        numbers = [NOTHING] * 7
    else:
        numbers = [
            f"{counted.value('volume') or 0:,.0f}", f"{counted.value('users') or 0:,.0f}",
            _share(counted, "fill"), _share(counted, "respond_ok"), _share(counted, "finish_ok"),
            _hours(counted), _rating(counted),
        ]  # fmt: skip
    judged = [line for line in one.lines if line.is_met is not None]
    met = sum(line.is_met is True for line in judged)
    told: dict[str, Any] = {"text": NOTHING}
    if judged:
        tone = "good" if met == len(judged) else "warn"
        words = _("%(met)s of %(all)s met", met=met, all=len(judged))
        told = {"text": words, "tone": tone}
    cells: list[dict[str, Any]] = [
        {"text": pick(one.service.title)},
        *({"text": text, "number": True} for text in numbers),
        told,
    ]
    wanted = _wanted(one)
    if wanted:
        cells.append({"text": listed(wanted), "below": True})
    return cells


def _wanted(one: Score) -> list[str]:
    """What is declared, but for what has a column and no target."""
    plain = ("volume", "users")
    lines = [x for x in one.lines if x.target != "track" or x.indicator.id not in plain]
    return [_said(line) for line in lines]


def _said(line: Line) -> str:
    """An indicator with its value and its target, as it is declared."""
    title, unit = (
        pick(dict(line.indicator.title)),
        pick(dict(line.indicator.unit)) if line.indicator.unit else "",
    )
    number = "" if line.value is None else f"{line.value:,.1f}".removesuffix(".0")
    value = f"{number} {unit}".strip() if number else NOTHING
    if number and line.is_whole:
        value = _("%(value)s in the whole library", value=value)
    target = line.target.replace(">=", "≥").replace("<=", "≤")
    return f"{title} {value}" + ("" if target == "track" else f" ({target})")


def _missing(found: list[Score]) -> dict[str, Any]:
    """What has no number and why, one line for each indicator and reason."""
    lines: dict[tuple[str, str], list[str]] = {}
    for one in found:
        for line in one.lines:
            if line.why:
                key = (pick(dict(line.indicator.title)), line.why)
                lines.setdefault(key, []).append(pick(one.service.title))
    columns = (
        (_("Indicator"), False), (_("Why it has no number, and what to load"), False),
        (_("Services"), False),
    )  # fmt: skip
    rows = [
        [{"text": title}, {"text": why}, {"text": listed(services)}]
        for (title, why), services in sorted(lines.items())
    ]
    return _table(_("Without a number in this period"), columns, rows)


def _audiences(site: Site, actor: Actor, period: str) -> dict[str, Any]:
    kinds = data.headings(site, "reader_kind")
    columns = (
        (_("Reader kind"), False), (_("Readers"), True), (_("Filled at the first try"), True),
        (_("Filled"), True), (_("Median hours"), True), (_("Rating"), True),
    )  # fmt: skip
    rows: list[list[dict[str, Any]]] = [
        [
            {"text": pick(kinds[one.audience]) if one.audience in kinds else _("Others")},
            *(
                {"text": text, "number": True}
                for text in (
                    f"{one.persons:,}", _share(one.figures, "first_try"),
                    _share(one.figures, "fill"), _hours(one.figures), _rating(one.figures),
                )
            ),
        ]
        for one in (scores.audiences(site, actor, period) if period else [])
    ]  # fmt: skip
    return _table(_("By kind of reader"), columns, rows) | {"stack": True}


def _share(counted: Counted, id: str) -> str:
    value = counted.value(id)
    return NOTHING if value is None else f"{value:.1f}%"


def _hours(counted: Counted) -> str:
    value = counted.value("median_h")
    return NOTHING if value is None else f"{value:,.1f}"


def _rating(counted: Counted) -> str:
    """The mean, of how many, and how many of those who could gave one."""
    value, rate = counted.value("satisfaction"), counted.response_rate
    if value is None:
        return NOTHING
    n = counted.count("satisfaction")
    return f"{value:.1f} (n={n:,}, {rate:.0f}%)" if rate is not None else f"{value:.1f} (n={n:,})"


def _table(
    caption: str, columns: tuple[tuple[str, bool], ...], rows: list[list[dict[str, Any]]]
) -> dict[str, Any]:
    return {
        "caption": caption,
        "columns": [{"label": label, "number": number} for label, number in columns],
        "rows": rows,
        "empty": _("Nothing has been counted yet."),
    }
