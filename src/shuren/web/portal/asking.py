"""The page on which a button of a hit is confirmed: the second tap, which opens the case."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from shuren.discovery import floors, queries
from shuren.discovery.search_shapes import Item
from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.service import offers
from shuren.service.case_shapes import AskedField
from shuren.service.definitions import service
from shuren.service.errors import WrongField
from shuren.service.flow_shapes import Promise, Service
from shuren.service.offer_shapes import Offer, Wanted
from shuren.service.offers import Seen
from shuren.web.access import to_sign_in
from shuren.web.portal import opened, wishing
from shuren.web.portal.resolving import resolution, without_persons

# Fields of forms by what is known of a hit; the others are named alike.
_PREFILLED = {"book_title": "title"}
PICKUP, DECLARED, REMARK = "pickup", "personal_study", "remark"
_CITED = ("author", "journal", "year", "volume", "issue", "pages", "doi", "issn", "isbn")
HOLD = "hold"
_TYPES = {"long_text": "area", "choice": "select", "number": "number", "date": "date"}


def ask_item(request: HttpRequest, item_id: str, kind: str) -> HttpResponse:
    opened.note(request, item_id)
    if not request.user.is_authenticated:
        return to_sign_in(request)
    found = queries.item(settings.SITE, item_id, actor=request.actor)  # type: ignore[attr-defined]
    return _ask(request, found, kind, reverse("item", args=[found.id]))


def ask_article(request: HttpRequest, kind: str) -> HttpResponse:
    if not request.user.is_authenticated:
        return to_sign_in(request)
    if clean := without_persons(request):
        return redirect(f"{reverse('resolve-ask', args=[kind])}?{clean}")
    found, address = resolution(request)
    actor = request.actor  # type: ignore[attr-defined]
    wanted = offers.wanted_article(settings.SITE, found, address, actor=actor)
    return _ask(request, wanted, kind, wishing.way_back(request, address))


def _ask(request: HttpRequest, hit: Item | Wanted, kind: str, home: str) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    [seen] = offers.see(settings.SITE, [hit], actor=actor)
    offer = next((one for one in seen.offers if one.kind == kind and one.service), None)
    if offer is None:
        raise Http404
    if offer.case:
        return redirect("my-case", offer.case)
    wanted = service(settings.SITE, offer.service)
    values = {name: request.POST.get(name, "") for name in (one.name for one in wanted.form)}
    problem: ShurenError | None = None
    if request.method == "POST" and offer.is_offered:
        try:
            case = offers.ask(
                settings.SITE, hit, kind, actor=actor, fields=values, pickup=values.get(PICKUP, "")
            )
            return redirect("my-case", case.id)
        except ShurenError as error:
            problem = error
    if request.method != "POST":
        values = _known(wanted, seen)
    context = {
        "trail": [{"label": seen.wanted.subject["title"], "url": home},
                  {"label": offer.title, "url": ""}],
        "offer": offer,
        "title": seen.wanted.subject["title"],
        "known": seen.wanted.known,
        "home": home,
        "fields": [_field(one, values, problem, seen) for one in wanted.form
                   if one.name != DECLARED],
        "declared": next((pick(one.title) for one in wanted.form if one.name == DECLARED), ""),
        "facts": _facts(wanted, offer),
        "problem": None if isinstance(problem, WrongField) else problem,
    }  # fmt: skip
    response = render(request, "portal/ask.html", context, status=422 if problem else 200)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _known(wanted: Service, seen: Seen) -> dict[str, str]:
    """What the form is filled in with, as far as it is known."""
    known = seen.wanted.known
    values = {one.name: known.get(_PREFILLED.get(one.name, one.name), "") for one in wanted.form}
    if PICKUP in values:
        values[PICKUP] = next(iter(_campuses(seen)), "")
    if REMARK in values and seen.wanted.form == "article":
        values[REMARK] = ", ".join(f"{name}: {known[name]}" for name in _CITED if name in known)
    return values


def _campuses(seen: Seen) -> list[str]:
    """Where it may be collected: the reader's campus first."""
    own = [seen.campus] if seen.campus else []
    held = [one.campus for one in seen.copies if one.campus]
    planned = [plan.campus for plan in floors.floor_plans(settings.SITE)] if held else []
    known = set(held) | set(own)
    return list(dict.fromkeys([*own, *held, *(one for one in planned if one in known)]))


def _field(
    asked: AskedField, values: dict[str, str], problem: ShurenError | None, seen: Seen
) -> dict[str, Any]:
    """The inputs of components/field.html."""
    hint = pick(dict(asked.help)) if asked.help else ""
    if asked.required:
        hint = _("Must be filled in: %(why)s", why=pick(dict(asked.why)))
    shown: dict[str, Any] = {
        "name": asked.name, "label": pick(asked.title), "hint": hint,
        "type": _TYPES.get(asked.type, "text"), "value": values.get(asked.name, ""),
        "error": str(problem) if _is_of(problem, asked) else "",
    }  # fmt: skip
    if asked.choices:
        none = [{"value": "", "label": _("No matter")}]
        shown["options"] = none + [
            {"value": value, "label": pick(title)} for value, title in asked.choices.items()
        ]
    campuses = _campuses(seen)
    if asked.name == PICKUP and campuses:
        shown |= {"type": "select", "options": [{"value": c, "label": c} for c in campuses]}
    return shown


def _is_of(problem: ShurenError | None, asked: AskedField) -> bool:
    return isinstance(problem, WrongField) and problem.name == asked.name


def _facts(wanted: Service, offer: Offer) -> list[tuple[str, str]]:
    """What the library promises and what it costs. When a hold comes nobody can promise: that is up
    to who has the book."""
    note = wanted.said.get("rules", {}).get("note") or {}
    lines = [
        (_("How long it takes"), "" if offer.kind == HOLD else _promised(wanted.promise)),
        (_("Fee"), pick(wanted.fee)),
        (_("Note"), pick(note) if note else ""),
    ]
    return [(name, value) for name, value in lines if value]


def _promised(promise: Promise) -> str:
    if promise.finish is None or promise.finish < 1:
        return ""
    hours = f"{promise.finish:g}"
    if promise.clock == "working":
        return _("As a rule within %(hours)s working hours", hours=hours)
    return _("As a rule within %(hours)s hours", hours=hours)
