"""Refused rows: looking at them, mending one, checking many again."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from shuren.data import actions, definitions, queries
from shuren.data.shapes import QuarantineCount, RefusedRow
from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.trust.queries import may
from shuren.web.access import requires
from shuren.web.workbench.paging import paging, whole_number
from shuren.web.workbench.receipts import contract_titles, rule_titles
from shuren.web.workbench.shell import Crumb, Tab, crumbs, current_site, page

PER_PAGE = 50


@requires("quarantine.read")
def index(request: HttpRequest) -> HttpResponse:
    """Loads that still have refused rows, and why they were refused."""
    site = current_site()
    counts = queries.quarantine_counts(site)
    context = {
        "loads": counts,
        "titles": contract_titles(definitions.contracts(site)),
        "total": sum(one.open_rows for one in counts),
    }
    return page(request, "quarantine.html", context, place="quarantine")


@requires("quarantine.read")
def browse(request: HttpRequest, load_id: str) -> HttpResponse:
    """The open rows of one load, all or of one rule."""
    counts = _counts(load_id)
    if counts is None:
        return _nothing_open(request, load_id)
    rule = request.GET.get("rule", "")
    rule = rule if rule in counts.rules else ""
    pager = paging(request, counts.rules.get(rule, 0) if rule else counts.open_rows, PER_PAGE)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    rows = _rows(request, load_id, offset=pager.offset, limit=PER_PAGE, rule=rule or None)
    context = {
        "counts": counts,
        "rule": rule,
        "tabs": _rule_tabs(counts, rule),
        "rows": rows,
        "pager": pager,
        "pager_total": pager.total,
        "may_mend": may(actor, "quarantine.mend"),
        "none_chosen": "none" in request.GET,
        "trail": crumbs("quarantine", Crumb(counts.file)),
    }
    return page(request, "quarantine_load.html", context, place="quarantine")


@requires("quarantine.mend")
def mend(request: HttpRequest, load_id: str, row: int) -> HttpResponse:
    """One row: read it, write it anew, check it and put it back."""
    site = current_site()
    refused = _refused(request, load_id, row)
    receipt = queries.receipt(site, load_id)
    text, problem = refused.shown, None
    if request.method == "POST":
        text = request.POST.get("text", "")
        corrections = {row: text} if text != refused.shown else None
        try:
            result = actions.replay(
                site,
                load_id,
                actor=request.actor,  # type: ignore[attr-defined]
                rows=[row],
                corrections=corrections,
            )
            return HttpResponseRedirect(reverse("workbench:load", args=[result.id]))
        except ShurenError as error:
            problem = error
    context = {
        "row": refused,
        "also": [code for code in refused.also if code != refused.rule],
        "text": text,
        "problem": problem,
        "receipt": receipt,
        "contract": definitions.contracts(site).get(receipt.contract),
        "trail": crumbs(
            "quarantine",
            Crumb(refused.file, reverse("workbench:quarantine-load", args=[load_id])),
            Crumb(_("Line %(line)s", line=f"{refused.line:,}")),
        ),
    }
    return page(request, "quarantine_row.html", context, place="quarantine")


@require_POST
@requires("quarantine.mend")
def replay_rows(request: HttpRequest, load_id: str) -> HttpResponse:
    """Many rows: first say exactly what will happen, then, once confirmed, do it.

    POST  scope=rows with row=<n>…, or scope=all with an optional rule; confirmed=yes does it
    """
    counts = _counts(load_id)
    if counts is None:
        raise Http404
    rule, scope = request.POST.get("rule", ""), request.POST.get("scope")
    rows = _rows_meant(request, counts, rule)
    if not rows:
        back = reverse("workbench:quarantine-load", args=[load_id])
        return HttpResponseRedirect(f"{back}?{urlencode({'rule': rule, 'none': 1})}")
    site = current_site()
    problem = None
    if request.POST.get("confirmed") == "yes":
        try:
            actor: Actor = request.actor  # type: ignore[attr-defined]
            result = actions.replay(site, load_id, actor=actor, rows=rows)
            return HttpResponseRedirect(reverse("workbench:load", args=[result.id]))
        except ShurenError as error:
            problem = error
    context = {
        "counts": counts,
        "contract": definitions.contracts(site).get(counts.contract),
        "rows": rows,
        "rule": rule,
        "scope": scope,
        "problem": problem,
        "trail": crumbs(
            "quarantine",
            Crumb(counts.file, reverse("workbench:quarantine-load", args=[load_id])),
            Crumb(_("Check rows again")),
        ),
    }
    return page(request, "quarantine_replay.html", context, place="quarantine")


def _counts(load_id: str) -> QuarantineCount | None:
    every = queries.quarantine_counts(current_site())
    return next((one for one in every if one.load_id == load_id), None)


def _rows_meant(request: HttpRequest, counts: QuarantineCount, rule: str) -> list[int]:
    """Row numbers: the ticked ones, else all open ones (of a rule)."""
    if request.POST.get("scope") == "rows":
        ticked = map(whole_number, request.POST.getlist("row"))
        return sorted({row for row in ticked if row is not None})
    limit = counts.rules.get(rule, 0) if rule else counts.open_rows
    return [one.row for one in _rows(request, counts.load_id, limit=limit, rule=rule or None)]


def _refused(request: HttpRequest, load_id: str, row: int) -> RefusedRow:
    """One open row by its number."""
    if _counts(load_id) is None:
        raise Http404
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = queries.refused_rows(current_site(), load_id, actor=actor, rows=[row])
    if not found:
        raise Http404
    return found[0]


def _rows(
    request: HttpRequest, load_id: str, *, limit: int, offset: int = 0, rule: str | None = None
) -> list[RefusedRow]:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return queries.refused_rows(
        current_site(), load_id, actor=actor, offset=offset, limit=limit, rule=rule
    )


def _nothing_open(request: HttpRequest, load_id: str) -> HttpResponse:
    receipt = queries.receipt(current_site(), load_id)
    context = {"receipt": receipt, "trail": crumbs("quarantine", Crumb(receipt.source_name))}
    return page(request, "quarantine_done.html", context, place="quarantine")


def _rule_tabs(counts: QuarantineCount, chosen: str) -> list[Tab]:
    every = Tab(_("All"), "?", counts.open_rows, not chosen)
    ordered = sorted(counts.rules.items(), key=lambda pair: (-pair[1], pair[0]))
    titles = rule_titles()
    return [every] + [
        Tab(f"{code} {titles.get(code, '')}", f"?rule={code}", rows, code == chosen)
        for code, rows in ordered
    ]
