"""The directory of services, a service's page, and the form by which it is asked for."""

import secrets
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import listed, pick
from shuren.kernel.shapes import Actor
from shuren.service import cases, catalogue, offers, stations
from shuren.service.case_shapes import AskedField
from shuren.service.definitions import names
from shuren.service.errors import UnknownName, WrongField
from shuren.service.flow_shapes import Service
from shuren.web import case_words, service_words
from shuren.web.access import to_sign_in
from shuren.web.places import way_in

LONGEST = 100
TEASED = 3  # services named on a folded category
COLLEGE, STATION = "college", "station"  # asked where a service may be about a college
ABOUT = "subject_title"  # asked where a service is always about something


def index(request: HttpRequest) -> HttpResponse:
    """By category; ?q= searches names, ?for=me leaves out what is not for the one who looks."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    words = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
    found = catalogue.directory(settings.SITE, actor, words=words)
    is_reader = bool(actor.reader_key)
    only_mine = is_reader and request.GET.get("for", "me" if not words else "all") == "me"
    mine = [one for one in found if one.standing.is_open]
    shown = mine if only_mine else found
    context = {
        "words": words,
        "is_reader": is_reader,
        "only_mine": only_mine,
        "tabs": _tabs(words, len(mine), len(found), only_mine) if is_reader else [],
        "groups": _groups(shown, is_flat=bool(words)),
        "total": len(shown),
        "others": len(found) - len(mine),
    }
    return render(request, "portal/services.html", context)


def one(request: HttpRequest, service_id: str) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return render(request, "portal/service.html", page_context(_page(service_id, actor)))


def page_context(page: catalogue.Page) -> dict[str, Any]:
    """What portal/service.html shows."""
    service = page.service
    address, is_form = way_in(service)
    return {
        "trail": _trail(service),
        "page": page,
        "title": pick(service.title),
        "text": pick(service.description),
        "go": address,
        "is_form": is_form,
        "go_label": pick(service.use.title) if service.use else _("Ask for it"),
        "groups": [pick(one) for one in page.groups],
        "channels": [pick(one) for one in page.channels],
        "facts": _facts(page),
        "steps": [
            {"title": pick(step.event), "who": pick(step.who), "state": pick(step.state)}
            for step in page.steps
        ],
        "rules": page.rules,
        "holds": [_card(one) for one in page.holds],
        "stations": reverse("stations") if COLLEGE in service.about else "",
        "draft": service_words.source(service),
        "opinion": _opinion(service),
    }


def ask(request: HttpRequest, service_id: str) -> HttpResponse:
    """The form. A service without one is had at its own place; one that is not for the reader says
    so instead of showing what would be refused."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    page = _page(service_id, actor)
    service = page.service
    if service.use is not None:
        return redirect(way_in(service)[0])
    problem: ShurenError | None = None
    if request.method == "POST" and page.standing.is_open:
        try:
            opened = _open(request, service)
            return redirect("my-case", opened.id)
        except ShurenError as error:
            problem = error
    values = request.POST.dict() if problem else _known(request, service, actor)
    fields = case_words.inputs(_asked(service), values, problem)
    context = {
        "trail": [*_trail(service, linked=True), {"label": _("Ask for it"), "url": ""}],
        "page": page,
        "title": pick(service.title),
        "text": pick(service.description),
        "home": reverse("service", args=[service.id]),
        "fields": fields if page.standing.is_open else [],
        "has_file": any(one["type"] == "file" for one in fields),
        "facts": _facts(page)[:2],
        "problem": None if isinstance(problem, WrongField) else problem,
        "wrong": problem is not None,
        "key": request.POST.get("key", "")[:40] or secrets.token_urlsafe(18),
    }
    response = render(request, "portal/service_ask.html", context, status=422 if problem else 200)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _open(request: HttpRequest, service: Service) -> Any:
    said: dict[str, Any] = case_words.given(request.POST)
    title = said.pop(ABOUT, "").strip()
    subject = None
    station = said.pop(STATION, "")
    if station:
        subject = {"kind": COLLEGE, "id": station, "title": ""}
    elif "none" not in service.about:
        if not title:
            raise WrongField(ABOUT, _("Say what it is about."))
        subject = {"kind": service.about[0], "id": "", "title": title}
    actor: Actor = request.actor  # type: ignore[attr-defined]
    key = request.POST.get("key", "")[:40]
    offers.require_lacking(settings.SITE, service.id, said, actor=actor, key=key)
    return cases.open_case(
        settings.SITE,
        service.id,
        actor=actor,
        subject=subject,
        fields=said | case_words.files(request.FILES),
        key=key,
    )


def _asked(service: Service) -> list[AskedField]:
    if COLLEGE in service.about:
        return [*_stations(), *service.form]
    if "none" in service.about:
        return list(service.form)
    about = AskedField(
        ABOUT, "text", {"zh": "题名", "en": "Title"}, True, "service_operation",
        {"zh": "没有题名无从查找。", "en": "Without it nothing can be looked for."},
    )  # fmt: skip
    return [about, *service.form]


def _stations() -> list[AskedField]:
    """Whose subject librarian it goes to; nothing where no college has one."""
    known = {one.id: one.title for one in stations.stations(settings.SITE)}
    title = {"zh": "交给哪个学院的学科馆员", "en": "For the subject librarian of"}
    return [AskedField(STATION, "choice", title, choices=known)] if known else []


def _known(request: HttpRequest, service: Service, actor: Actor) -> dict[str, str]:
    """What the form begins with: what the link that led here says, and the reader's own card."""
    named = {one.name for one in _asked(service) if one.type != "file"}
    values = {
        name: str(value).replace("\x00", "")[:300]
        for name, value in request.GET.items() if name in named
    }  # fmt: skip
    card = {"pickup": "campus", "place": "campus", "college": "college"}
    if actor.reader_key and named & set(card):
        own = catalogue.own_card(settings.SITE, actor)
        for field, column in card.items():
            if field in named and own.get(column):
                values.setdefault(field, own[column])
    return {f"{case_words.PREFIX}{name}": value for name, value in values.items()}


def _page(id: str, actor: Actor) -> catalogue.Page:
    try:
        return catalogue.page(settings.SITE, id, actor)
    except UnknownName:
        raise Http404 from None


def _groups(found: list[catalogue.Entry], *, is_flat: bool) -> list[dict[str, Any]]:
    """[{id, title, teaser, rows}] by category; where words were asked one list, the best first."""
    if is_flat:
        return [{"id": "found", "title": "", "rows": [_row(one) for one in found]}]
    titles = names(settings.SITE).categories
    groups = []
    for id, title in titles.items():
        rows = [_row(one) for one in found if one.service.category == id]
        if rows:
            teaser = listed([one["title"] for one in rows[:TEASED]])
            if len(rows) > TEASED:
                teaser = _("%(first)s and more", first=teaser)
            groups.append({"id": id, "title": pick(title), "teaser": teaser, "rows": rows})
    return groups


def _row(entry: catalogue.Entry) -> dict[str, Any]:
    """The inputs of components/service_row.html."""
    return _card(entry.service) | {
        "why": entry.standing.why,
        "advice": entry.standing.advice if entry.standing.why else "",
    }


def _card(service: Service) -> dict[str, Any]:
    return {
        "title": pick(service.title),
        "text": pick(service.description),
        "url": reverse("service", args=[service.id]),
        "promise": service_words.finished(service.promise),
        "fee": pick(service.fee),
        "why": "",
        "advice": "",
    }


def _facts(page: catalogue.Page) -> list[tuple[str, str]]:
    service = page.service
    lines = [
        (_("How long it takes"), service_words.finished(service.promise)),
        (_("Fee"), pick(service.fee)),
        (_("First answer"), service_words.answered(service.promise)),
        (_("Who answers for it"), f"{pick(page.owner)} · {pick(page.centre)}"),
    ]
    return [(name, value) for name, value in lines if value]


def _opinion(service: Service) -> str:
    """Where a reader says what should be better about it: the feedback that goes with each."""
    about = urlencode({"text": _("About “%(service)s”: ", service=pick(service.title))})
    return f"{reverse('voice')}?{about}"


def _tabs(words: str, mine: int, all_: int, only_mine: bool) -> list[dict[str, Any]]:
    query = f"&{urlencode({'q': words})}" if words else ""
    return [
        {"label": _("For me"), "url": f"?for=me{query}", "count": mine, "current": only_mine},
        {"label": _("All"), "url": f"?for=all{query}", "count": all_, "current": not only_mine},
    ]


def _trail(service: Service, *, linked: bool = False) -> list[dict[str, str]]:
    return [
        {"label": _("Services"), "url": reverse("services")},
        {
            "label": pick(service.title),
            "url": reverse("service", args=[service.id]) if linked else "",
        },
    ]
