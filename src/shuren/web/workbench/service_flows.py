"""How services run: what the flows declare beside what their cases did."""

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import listed, pick
from shuren.service import flow_figures
from shuren.service.definitions import flows, services
from shuren.service.flow_figures import Figures, FlowFigures, ServiceFigures, Steps, Told
from shuren.web.access import requires
from shuren.web.workbench.shell import Crumb, crumbs, current_site, page

PLACE, OPEN = "service-list", "workbench.open"
NOTHING = "–"
Cell = dict[str, Any]


@requires(OPEN)
def index(request: HttpRequest) -> HttpResponse:
    found = flow_figures.figures(current_site())
    flows_found = found.flows.values()
    slow = [one for one in flows_found if one.approvals or one.told.approved]
    used = [
        one for one in found.services.values()
        if one.service.use is None or one.told.cases or one.open
    ]  # fmt: skip
    context = {
        "trail": crumbs(PLACE, Crumb(_("How services run"))),
        "facts": _facts(found),
        "days": flow_figures.DAYS,
        "newest": flow_figures.NEWEST,
        "least": flow_figures.LEAST,
        "steps": _table(_("Steps of each flow"), _step_columns(), _steps, flows_found),
        "approvals": _table(_("Time in approval, by flow"), _approval_columns(), _approval, slow),
        "services": _table(_("By service"), _service_columns(), _service, used),
        "ways": _table(_("Ways and versions"), _way_columns(), _ways, flows_found),
        "refused": _table(_("What was tried in vain"), _refused_columns(), _refused, found.refused),
    }
    return page(request, "service_flows.html", context, place=PLACE)


def of_service(id: str) -> list[tuple[str, str]]:
    """[(heading, words)] for the page of one service; [] where it is had without any case."""
    one = flow_figures.of_service(current_site(), id)
    told, least = one.told, one.declared
    if one.service.use is not None and not (told.cases or one.open):
        return []
    lines = [
        (_("Steps"), _(
            "%(reader)s by the reader, %(staff)s by staff and %(itself)s by itself at the least,"
            " until it is delivered",
            reader=_number(least.reader), staff=_number(least.staff),
            itself=_number(least.itself))),
        (_("Steps in fact"), _in_fact(told.steps, told.cases)),
        (_("Form"), _("%(fields)s fields, %(required)s of them must be filled, %(known)s begin with"
                      " what is known",
                      fields=one.fields, required=one.required, known=one.known)),
    ]  # fmt: skip
    if one.approvals or told.approved:
        lines.append((_("Time in approval"), _waited(told)))
    lines.append(
        (_("Conformance"), _(
            "%(known)s of %(cases)s cases took only steps the flow has; different ways: %(ways)s;"
            " tries refused: %(refused)s",
            known=told.known, cases=told.cases, ways=told.variants, refused=one.refused))
    )  # fmt: skip
    if one.open:
        lines.append(
            (_("Versions"), _(
                "Open cases by the newest: %(new)s, by an earlier one: %(old)s",
                new=one.open - one.earlier, old=one.earlier))
        )  # fmt: skip
    return lines


def _in_fact(steps: Steps | None, cases: int) -> str:
    if steps is None:
        return _("Too few cases to say: %(cases)s", cases=cases)
    return _(
        "%(reader)s by the reader, %(staff)s by staff and %(itself)s by itself (medians)",
        reader=_number(steps.reader), staff=_number(steps.staff), itself=_number(steps.itself),
    )  # fmt: skip


def _waited(told: Told) -> str:
    if told.approval_hours is None:
        return _("Too few cases to say: %(cases)s", cases=told.approved)
    return _(
        "%(hours)s hours (median of %(cases)s cases), %(share)s of all their time",
        hours=_number(told.approval_hours), cases=told.approved, share=_share(told.approval_share),
    )  # fmt: skip


def _facts(found: Figures) -> list[tuple[str, str]]:
    site, all_flows = current_site(), found.flows.values()
    told = [one.told for one in found.services.values()]
    newest = sum(v.cases for one in all_flows for v in one.versions if v.is_current)
    earlier = sum(v.cases for one in all_flows for v in one.versions if not v.is_current)
    others = [pick(one.flow.title) for one in all_flows if one.stands != flow_figures.AS_SHIPPED]
    lines = [
        (_("Services"), _("%(count)s of %(all)s run by a flow as it came, %(flows)s flows in all",
                          count=found.as_declared, all=len(services(site)),
                          flows=len(flows(site)))),
        (_("Cases that run"), _("%(new)s by the newest version of their flow, %(old)s by an earlier"
                                " one", new=newest, old=earlier)),
        (_("Conformance"), _("%(known)s of %(cases)s cases took only steps their flow has",
                             known=sum(one.known for one in told),
                             cases=sum(one.cases for one in told))),
        (_("Refused"), _("Tries that no flow allows: %(count)s",
                         count=sum(one.refused for one in all_flows))),
    ]  # fmt: skip
    if others:
        lines.insert(1, (_("Flows of the library's own"), listed(others)))
    return lines


def _step_columns() -> tuple[tuple[str, bool], ...]:
    return (
        (_("Flow"), False), (_("Reader, at least"), True), (_("Reader, median"), True),
        (_("Staff, at least"), True), (_("Staff, median"), True), (_("By itself, at least"), True),
        (_("By itself, median"), True), (_("More than at least"), True), (_("Cases"), True),
    )  # fmt: skip


def _steps(one: FlowFigures) -> list[Cell]:
    least, had = one.declared, one.told.steps
    return [
        {"text": pick(one.flow.title)},
        _cell(least.reader), _cell(had.reader if had else None),
        _cell(least.staff), _cell(had.staff if had else None),
        _cell(least.itself), _cell(had.itself if had else None),
        _said(_share(one.told.more)), _cell(one.told.cases),
    ]  # fmt: skip


def _approval_columns() -> tuple[tuple[str, bool], ...]:
    return (
        (_("Flow"), False), (_("Approvals at most"), True), (_("Cases that waited"), True),
        (_("Median hours"), True), (_("Of all their time"), True),
    )  # fmt: skip


def _approval(one: FlowFigures) -> list[Cell]:
    return [
        {"text": pick(one.flow.title)}, _cell(one.approvals), _cell(one.told.approved),
        _cell(one.told.approval_hours), _said(_share(one.told.approval_share)),
    ]  # fmt: skip


def _service_columns() -> tuple[tuple[str, bool], ...]:
    return (
        (_("Service"), False), (_("Fields that must be filled"), True),
        (_("Reader, at least"), True), (_("Reader, median"), True), (_("Staff, at least"), True),
        (_("Staff, median"), True), (_("Approvals at most"), True), (_("Hours in approval"), True),
        (_("Of all their time"), True), (_("Cases"), True),
    )  # fmt: skip


def _service(one: ServiceFigures) -> list[Cell]:
    had, address = one.told.steps, reverse("workbench:service", args=[one.service.id])
    return [
        {"text": pick(one.service.title), "href": address}, _cell(one.required),
        _cell(one.declared.reader), _cell(had.reader if had else None),
        _cell(one.declared.staff), _cell(had.staff if had else None),
        _cell(one.approvals), _cell(one.told.approval_hours),
        _said(_share(one.told.approval_share)), _cell(one.told.cases),
    ]  # fmt: skip


def _way_columns() -> tuple[tuple[str, bool], ...]:
    return (
        (_("Flow"), False), (_("Services"), True), (_("Stands"), False), (_("Cases"), True),
        (_("Ways they went"), True), (_("Went the commonest"), True),
        (_("Only known steps"), True), (_("Open, newest version"), True),
        (_("Open, earlier"), True), (_("Refused tries"), True),
    )  # fmt: skip


def _ways(one: FlowFigures) -> list[Cell]:
    stands = {
        flow_figures.AS_SHIPPED: (_("As it came"), "good"),
        flow_figures.CHANGED: (_("Changed here"), "warn"),
        flow_figures.OWN: (_("The library's own"), ""),
    }
    words, tone = stands[one.stands]
    by_new = [version.cases for version in one.versions if version.is_current]
    return [
        {"text": pick(one.flow.title)}, _cell(len(one.services)), {"text": words, "tone": tone},
        _cell(one.told.cases), _cell(one.told.variants), _said(_share(one.told.usual)),
        _cell(one.told.known), _cell(sum(by_new)),
        _cell(sum(version.cases for version in one.versions) - sum(by_new)), _cell(one.refused),
    ]  # fmt: skip


def _refused_columns() -> tuple[tuple[str, bool], ...]:
    return (
        (_("Service"), False), (_("It stood"), False), (_("Tried"), False), (_("Because"), False),
        (_("Times"), True),
    )  # fmt: skip


def _refused(tried: tuple[str, str, str, str, int]) -> list[Cell]:
    id, state, event, why, count = tried
    site = current_site()
    known = services(site).get(id)
    flow = flows(site).get(known.flow) if known else None
    because = {
        "state": _("not in this state"),
        "person": _("not theirs to do"),
        "guard": _("a condition was not met"),
    }
    stood = flow.states[state].title if flow and state in flow.states else {}
    step = flow.events[event] if flow and event in flow.events else {}
    return [
        {"text": pick(known.title) if known else id},
        {"text": pick(dict(stood)) if stood else state},
        {"text": pick(dict(step)) if step else event or _("a step no flow has")},
        {"text": because[why]},
        _cell(count),
    ]


def _table(
    caption: str,
    columns: tuple[tuple[str, bool], ...],
    row: Callable[[Any], list[Cell]],
    of: Iterable[Any],
) -> dict[str, Any]:
    return {
        "caption": caption,
        "columns": [{"label": label, "number": number} for label, number in columns],
        "rows": [row(one) for one in of],
        "empty": _("Nothing yet."),
    }


def _cell(number: float | None) -> Cell:
    return {"text": NOTHING if number is None else _number(number), "number": True}


def _said(text: str) -> Cell:
    return {"text": text, "number": True}


def _number(number: float) -> str:
    return f"{number:,.1f}".removesuffix(".0")


def _share(share: float | None) -> str:
    return NOTHING if share is None else f"{share:.0f}%"
