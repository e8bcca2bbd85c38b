"""Open datasets at work: what a version would hold and hide, publishing it, withdrawing one."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.repository import actions, queries
from shuren.repository.errors import UnknownName
from shuren.repository.shapes import TIERS, FrozenPart, Preview
from shuren.web.access import requires
from shuren.web.workbench.shell import Crumb, crumbs, current_site, page

PLACE = "datasets"


@requires("datasets.publish")
def index(request: HttpRequest) -> HttpResponse:
    """Every dataset that is declared, with its newest version."""
    context = {
        "lines": [
            {"shelf": one, "tier": pick(TIERS[one.dataset.access])}
            for one in queries.shelves(current_site())
        ]
    }
    return page(request, "datasets.html", context, place=PLACE)


@requires("datasets.publish")
def one(request: HttpRequest, dataset_id: str) -> HttpResponse:
    """What a version would hold now: rows, hidden groups, values kept; and what to do."""
    return _page(request, dataset_id)


@requires("datasets.publish")
@require_POST
def publish(request: HttpRequest, dataset_id: str) -> HttpResponse:
    try:
        actions.publish(current_site(), dataset_id, actor=request.actor)  # type: ignore[attr-defined]
    except UnknownName:
        raise Http404 from None
    except ShurenError as error:
        return _page(request, dataset_id, problem=error)
    return HttpResponseRedirect(reverse("workbench:dataset", args=[dataset_id]))


@requires("datasets.publish")
@require_POST
def withdraw(request: HttpRequest, dataset_id: str, number: int) -> HttpResponse:
    reason = request.POST.get("reason", "")
    try:
        actions.withdraw(
            current_site(),
            dataset_id,
            number,
            reason=reason,
            actor=request.actor,  # type: ignore[attr-defined]
        )
    except UnknownName:
        raise Http404 from None
    except ShurenError as error:
        return _page(request, dataset_id, problem=error)
    return HttpResponseRedirect(reverse("workbench:dataset", args=[dataset_id]))


def _page(
    request: HttpRequest, dataset_id: str, problem: ShurenError | None = None
) -> HttpResponse:
    site, actor = current_site(), request.actor  # type: ignore[attr-defined]
    try:
        shelf = queries.find(site, dataset_id)
    except UnknownName:
        raise Http404 from None
    made: Preview | None = None
    cannot: ShurenError | None = None
    if shelf.dataset.parts:
        try:
            made = queries.preview(site, dataset_id, actor=actor)
        except ShurenError as error:
            cannot = error
    context = {
        "shelf": shelf,
        "dataset": shelf.dataset,
        "tier": pick(TIERS[shelf.dataset.access]),
        "preview": made,
        "tables": [_table(made, part) for part in made.parts] if made else [],
        "cannot": cannot,
        "problem": problem,
        "standing": [one for one in shelf.versions if one.withdrawn is None],
        "trail": crumbs(PLACE, Crumb(pick(shelf.dataset.title))),
    }
    return page(request, "dataset.html", context, place=PLACE, status=400 if problem else 200)


def _table(made: Preview, part: FrozenPart) -> dict[str, Any]:
    numbers = ("BIGINT", "INTEGER", "DOUBLE")
    columns = [
        {"label": pick(field.title), "number": field.type in numbers} for field in part.fields
    ]
    rows = [
        [
            {"text": _text(value), "number": column["number"]}
            for value, column in zip(row, columns, strict=True)
        ]
        for row in made.rows[part.name]
    ]
    table = {
        "caption": pick(part.title), "columns": columns, "rows": rows,
        "empty": _("No rows can be shown."),
    }  # fmt: skip
    share = 100 * part.hidden / part.rows if part.rows else 0
    return {"part": part, "table": table, "hidden_share": share}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, float):
        return f"{value:.2f}"
    return "–" if value is None else str(value)
