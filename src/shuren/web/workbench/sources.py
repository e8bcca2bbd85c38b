"""What has been loaded, and the receipt of each load."""

from django.http import HttpRequest, HttpResponse, JsonResponse

from shuren.data import definitions, queries
from shuren.data.shapes import Receipt
from shuren.kernel.i18n import gettext as _
from shuren.trust.queries import may
from shuren.web.access import requires
from shuren.web.workbench import receipts
from shuren.web.workbench.paging import paging
from shuren.web.workbench.shell import Crumb, Tab, crumbs, current_site, page

PER_PAGE = 25


@requires("loads.read")
def sources(request: HttpRequest) -> HttpResponse:
    """Per contract: the last load and what share was accepted; then all receipts."""
    site = current_site()
    contracts = definitions.contracts(site)
    everything = queries.receipts(site)
    waiting: dict[str, int] = {}
    for counts in queries.quarantine_counts(site):
        waiting[counts.contract] = waiting.get(counts.contract, 0) + counts.open_rows
    chosen = request.GET.get("contract", "")
    shown = [one for one in everything if chosen in ("", one.contract)]
    pager = paging(request, len(shown), PER_PAGE)
    titles = receipts.contract_titles(contracts)
    context = {
        "lines": receipts.source_lines(contracts.values(), everything, waiting),
        "titles": titles,
        "tabs": _tabs(everything, titles, chosen),
        "receipts": shown[pager.offset : pager.offset + PER_PAGE],
        "pager": pager,
        "waiting": sum(waiting.values()),
        "command": "shuren load loans FILE",
        "may_run": may(request.actor, "loads.run"),  # type: ignore[attr-defined]
    }
    return page(request, "sources.html", context, place="sources")


@requires("loads.read")
def load(request: HttpRequest, load_id: str) -> HttpResponse:
    """The receipt: what came, what became of it, and where the refused rows are."""
    site = current_site()
    receipt = queries.receipt(site, load_id)
    titles = receipts.rule_titles()
    replays = [one for one in queries.receipts(site, receipt.contract) if one.replays == load_id]
    waiting = {one.load_id: one for one in queries.quarantine_counts(site)}
    context = {
        "receipt": receipt,
        "sum": receipts.sum_up(receipt),
        "contract": definitions.contracts(site).get(receipt.contract),
        "rules": receipts.rules_by_count(receipt, titles),
        "replays": replays,
        "waiting": waiting.get(load_id),
        "waiting_in_origin": waiting.get(receipt.replays),
        "text": receipts.receipt_text(receipt, titles),
        "dialect": receipts.dialect_lines(receipt),
        "seconds": receipts.duration(receipt),
        "titles": receipts.contract_titles(definitions.contracts(site)),
        "trail": crumbs("sources", Crumb(receipt.source_name)),
    }
    return page(request, "load.html", context, place="sources")


@requires("loads.read")
def load_json(request: HttpRequest, load_id: str) -> HttpResponse:
    response = JsonResponse(
        receipts.receipt_json(queries.receipt(current_site(), load_id)),
        json_dumps_params={"ensure_ascii": False, "indent": 2},
    )
    response["Content-Disposition"] = f'attachment; filename="{load_id}.json"'
    return response


@requires("loads.read")
def load_text(request: HttpRequest, load_id: str) -> HttpResponse:
    text = receipts.receipt_text(queries.receipt(current_site(), load_id), receipts.rule_titles())
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


def _tabs(everything: list[Receipt], titles: dict[str, str], chosen: str) -> list[Tab]:
    tabs = [Tab(_("All"), "?", len(everything), not chosen)]
    for id_, title in titles.items():
        count = sum(one.contract == id_ for one in everything)
        if count:
            tabs.append(Tab(title, f"?contract={id_}", count, id_ == chosen))
    return tabs
