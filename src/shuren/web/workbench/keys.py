"""Keys of the open API: which there are, a new one, another secret, an end."""

from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from shuren.data import queries as data
from shuren.kernel.clock import now
from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.trust.actions import create_api_key, revoke_api_key, rotate_api_key
from shuren.trust.queries import api_keys_known, purposes, scopes
from shuren.web.access import requires
from shuren.web.workbench.paging import whole_number
from shuren.web.workbench.shell import current_site, page

GRACE_DAYS = 7


@dataclass(frozen=True)
class Choice:
    """One box to tick."""

    value: str
    label: str
    ticked: bool


@requires("keys.manage")
def keys(request: HttpRequest) -> HttpResponse:
    """The list, and the form for another. A new key's text is in the answer to the form only."""
    if request.method != "POST":
        return _page(request)
    try:
        _id, text = _create(request)
    except ShurenError as error:
        return _page(request, problem=error, status=400)
    return _page(request, text=text)


@requires("keys.manage")
@require_POST
def rotate(request: HttpRequest, key_id: str) -> HttpResponse:
    """A second secret beside the first, which works for a week longer."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    text = rotate_api_key(key_id, grace=timedelta(days=GRACE_DAYS), actor=actor)
    return _page(request, text=text)


@requires("keys.manage")
def revoke(request: HttpRequest, key_id: str) -> HttpResponse:
    """Asks first, naming what will be gone."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST" and request.POST.get("confirmed") == "yes":
        revoke_api_key(key_id, actor=actor)
        return HttpResponseRedirect(reverse("workbench:keys"))
    found = next((one for one in api_keys_known(actor=actor) if one.id == key_id), None)
    if found is None:
        return HttpResponseRedirect(reverse("workbench:keys"))
    return page(request, "key_revoke.html", {"key": found}, place="keys")


def _create(request: HttpRequest) -> tuple[str, str]:
    form = request.POST
    days = whole_number(form.get("days", ""))
    extra = form.get("tables", "").replace(",", " ").split()
    return create_api_key(
        form.get("name", ""),
        owner=form.get("owner", ""),
        contact=form.get("contact", ""),
        scopes=[*form.getlist("scope"), *(f"marts:read:{table}" for table in extra)],
        purposes=form.getlist("purpose"),
        per_minute=whole_number(form.get("per_minute", "")) or 0,
        per_day=whole_number(form.get("per_day", "")) or 0,
        expires_at=now() + timedelta(days=min(days, 3650)) if days else None,
        created_by=request.actor,  # type: ignore[attr-defined]
    )


def _page(
    request: HttpRequest, *, text: str = "", problem: ShurenError | None = None, status: int = 200
) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    typed = request.POST if problem else {}
    chosen = request.POST.getlist("scope") if problem else []
    meant = request.POST.getlist("purpose") if problem else []
    layers = {
        "marts:read:mart": _("All tables of the mart layer"),
        "marts:read:conformed": _("All tables of the conformed layer"),
    }
    titles = {id: pick(title) for id, title in scopes().items()} | layers
    snapshot = data.current_snapshot(current_site())
    context = {
        "keys": api_keys_known(actor=actor),
        "text": text,
        "problem": problem,
        "typed": {
            name: typed.get(name, default)
            for name, default in (
                ("name", ""),
                ("owner", ""),
                ("contact", ""),
                ("tables", ""),
                ("per_minute", "60"),
                ("per_day", "10000"),
                ("days", "365"),
            )
        },
        "scopes": [Choice(id, label, id in chosen) for id, label in titles.items()],
        "purposes": [
            Choice(one.id, pick(one.title), one.id in meant)
            for one in purposes().values()
            if one.for_programs
        ],
        "tables": sorted(snapshot.tables) if snapshot else [],
    }
    answer = page(request, "keys.html", context, place="keys", status=status)
    if text:
        answer["Cache-Control"] = "no-store"
    return answer
