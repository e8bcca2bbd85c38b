"""Suppliers of what the library lacks, month by month: in which order they are asked, what comes of
it, how long it takes and what it costs; and the cases behind each number."""

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.service import suppliers
from shuren.service.suppliers import Account, Asked, Try
from shuren.web import moments
from shuren.web.access import requires
from shuren.web.workbench.shell import Crumb, crumbs, current_site, page

PLACE, READ = "cases", "cases.read"
NOTHING = "–"


@requires(READ)
def index(request: HttpRequest) -> HttpResponse:
    """?month=2026-11; with ?supplier and ?outcome the cases behind a number."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    site = current_site()
    known = suppliers.months(site, actor=actor)
    first = _month(request.GET.get("month", ""), known)
    found = suppliers.month(site, first, actor=actor)
    supplier = request.GET.get("supplier", "").replace("\x00", "")
    one = next((one for one in found if one.supplier == supplier), None)
    outcome = request.GET.get("outcome", "")
    outcome = outcome if outcome in _outcomes() else ""
    trail = [Crumb(_("Suppliers"), reverse("workbench:suppliers") if one else "")]
    context: dict[str, Any] = {
        "month": {
            "name": "month", "label": _("Month"), "type": "select", "value": f"{first:%Y-%m}",
            "options": [{"value": f"{day:%Y-%m}", "label": moments.month(f"{day:%Y-%m}")}
                        for day in known],
        },
        "trail": crumbs(PLACE, *trail, *([Crumb(pick(one.title))] if one else [])),
        "table": None if one else _table(first, found),
        "sums": _sums(found),
        "behind": None,
        "heading": pick(one.title) if one else _("Suppliers"),
    }  # fmt: skip
    if one:
        asked = suppliers.behind(site, first, one.supplier, actor=actor, outcome=outcome)
        context |= {
            "behind": _behind(asked, first),
            "tabs": _tabs(first, one, outcome),
            "is_more": len(asked) >= suppliers.SHOWN,
        }
    return page(request, "suppliers.html", context, place=PLACE)


def of_case(found: list[Try]) -> dict[str, Any] | None:
    """Whom a case has been asked of, the inputs of components/table.html; None where nobody was."""
    if not found:
        return None
    heads = ((_("Source"), False), (_("Asked"), False), (_("Waited for until"), False),
             (_("What came of it"), False), (_("Yuan"), True))  # fmt: skip
    return {
        "caption": _("Sources asked"),
        "columns": [{"label": label, "number": number} for label, number in heads],
        "rows": [
            [
                {"text": f"{one.number}. {pick(one.title)}"},
                {"text": moments.exact(one.asked_at)},
                {"text": moments.exact(one.due_at)},
                _outcome(one.outcome),
                {"text": _yuan(one.cost), "number": True},
            ]
            for one in found
        ],
        "empty": "",
        "stack": True,
    }


def _month(asked: str, known: list[date]) -> date:
    return next((day for day in known if f"{day:%Y-%m}" == asked), known[0])


def _table(first: date, found: list[Account]) -> dict[str, Any]:
    heads = (
        (_("Supplier"), False), (_("Waited for"), True), (_("Asked"), True), (_("Supplied"), True),
        (_("Failed"), True), (_("Waiting"), True), (_("Filled"), True), (_("Days, median"), True),
        (_("Yuan"), True), (_("Yuan a piece"), True), (_("Of its month"), True),
    )  # fmt: skip
    return {
        "caption": _("Suppliers, in the order they are asked"),
        "columns": [{"label": label, "number": number} for label, number in heads],
        "rows": [_row(first, one) for one in found],
        "stack": True,
        "empty": _("Nobody is declared who supplies."),
    }


def _row(first: date, one: Account) -> list[dict[str, Any]]:
    waiting = one.asked - one.supplied - one.failed
    name = f"{one.place}. {pick(one.title)}" if one.place else pick(one.title)
    counts = ((one.asked, ""), (one.supplied, "supplied"), (one.failed, "failed"),
              (waiting, "asked"))  # fmt: skip
    hours = _("%(hours)s h", hours=f"{one.waits:g}") if one.place else NOTHING
    return [
        {"text": name, "href": _url(first, one.supplier) if one.asked else ""},
        {"text": hours, "number": True},
        *(
            {
                "text": f"{count:,}",
                "number": True,
                "href": _url(first, one.supplier, outcome) if count else "",
            }
            for count, outcome in counts
        ),
        {"text": NOTHING if one.fill is None else f"{one.fill:.0%}", "number": True},
        {"text": NOTHING if one.hours is None else f"{one.hours / 24:.1f}", "number": True},
        {"text": _yuan(one.cost), "number": True},
        {"text": _yuan(one.cost / one.supplied) if one.supplied else NOTHING, "number": True},
        {"text": f"{one.asked:,} / {one.cap:,}" if one.cap else NOTHING, "number": True},
    ]


def _sums(found: list[Account]) -> str:
    asked, supplied = sum(one.asked for one in found), sum(one.supplied for one in found)
    return _(
        "%(asked)s asked for, %(supplied)s supplied, %(yuan)s yuan.",
        asked=f"{asked:,}", supplied=f"{supplied:,}", yuan=_yuan(sum(one.cost for one in found)),
    )  # fmt: skip


def _behind(asked: list[Asked], first: date) -> dict[str, Any]:
    heads = ((_("Case"), False), (_("Service"), False), (_("Try"), True), (_("Asked"), False),
             (_("Ended"), False), (_("What came of it"), False), (_("Yuan"), True))  # fmt: skip
    return {
        "caption": _("Cases of %(month)s", month=moments.month(f"{first:%Y-%m}")),
        "columns": [{"label": label, "number": number} for label, number in heads],
        "rows": [
            [
                {"text": one.title or one.case, "href": reverse("workbench:case", args=[one.case])},
                {"text": pick(one.service)},
                {"text": str(one.number), "number": True},
                {"text": _when(one.asked_at)},
                {"text": _when(one.ended_at)},
                _outcome(one.outcome),
                {"text": _yuan(one.cost), "number": True},
            ]
            for one in asked
        ],
        "empty": _("No such case."),
        "stack": True,
    }


def _tabs(first: date, one: Account, current: str) -> list[dict[str, Any]]:
    counts = {"": one.asked, "supplied": one.supplied, "failed": one.failed,
              "asked": one.asked - one.supplied - one.failed}  # fmt: skip
    labels = {"": _("All")} | {id: said[0] for id, said in _outcomes().items()}
    return [
        {"label": labels[id], "url": _url(first, one.supplier, id), "count": count,
         "current": id == current}
        for id, count in counts.items()
    ]  # fmt: skip


def _outcomes() -> dict[str, tuple[str, str]]:
    """{outcome: (label, tone)}"""
    return {
        "asked": (_("Being waited for"), "info"),
        "supplied": (_("Supplied"), "good"),
        "failed": (_("Did not supply"), "warn"),
    }


def _outcome(outcome: str) -> dict[str, Any]:
    label, tone = _outcomes().get(outcome, (outcome, ""))
    return {"text": label, "tone": tone}


def _when(moment: datetime | None) -> str:
    return moments.exact(moment) if moment else NOTHING


def _yuan(amount: float) -> str:
    return f"{amount:,.2f}".removesuffix(".00")


def _url(first: date, supplier: str, outcome: str = "") -> str:
    asked = {"month": f"{first:%Y-%m}", "supplier": supplier}
    return f"?{urlencode(asked | ({'outcome': outcome} if outcome else {}))}"
