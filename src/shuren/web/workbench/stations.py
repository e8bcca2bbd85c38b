"""Stations of colleges as staff keep them: who answers for which, and what each page says."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from shuren.kernel.clock import now
from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import listed, pick
from shuren.kernel.shapes import Actor
from shuren.service import events, stations
from shuren.service.errors import WrongField
from shuren.service.station_shapes import LANGUAGES, StationView, Words
from shuren.trust.queries import may
from shuren.web.access import requires
from shuren.web.errors import status_of
from shuren.web.portal.events import when
from shuren.web.portal.stations import AHEAD, person
from shuren.web.workbench.paging import whole_number
from shuren.web.workbench.shell import Crumb, crumbs, current_site, page

PLACE, EDIT = "service-list", stations.EDIT


@requires(stations.COUNTING, post=EDIT)
def index(request: HttpRequest) -> HttpResponse:
    """Coverage over all colleges; POST makes a station."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    site, said = current_site(), request.POST
    problem: ShurenError | None = None
    if request.method == "POST":
        title = {one: said.get(f"title_{one}", "") for one in LANGUAGES}
        try:
            made = stations.make(
                site, said.get("address", ""), said.get("college", ""), title, actor=actor
            )
            return HttpResponseRedirect(reverse("workbench:station", args=[made.id]))
        except ShurenError as error:
            problem = error
    found = stations.coverage(site, actor)
    context = {
        "coverage": found,
        "without_station": listed(found.without_station),
        "without_librarian": listed([pick(one) for one in found.without_librarian]),
        "rows": [
            {
                "title": pick(one.title),
                "college": one.college,
                "url": reverse("workbench:station", args=[one.id]),
                "accounts": listed(one.accounts),
                "is_open": one.is_open,
                "open_cases": one.open_cases,
                "written": one.written_at,
            }
            for one in found.stations
        ],
        "colleges": [{"value": one, "label": one} for one in found.without_station],
        "said": {name: said.get(name, "") for name in ("address", "college", "title_zh",
                                                        "title_en")},
        "wrong": problem.name if isinstance(problem, WrongField) else "",
        "problem": problem,
        "may_edit": may(actor, EDIT),
        "trail": crumbs(PLACE, Crumb(_("Subject service stations"))),
    }  # fmt: skip
    status = status_of(problem) if problem else 200
    return page(request, "stations.html", context, place=PLACE, status=status)


@requires(EDIT)
def one(request: HttpRequest, station_id: str) -> HttpResponse:
    """POST do=write, restore, appoint, release, open or close."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    site = current_site()
    problem: ShurenError | None = None
    if request.method == "POST":
        try:
            _do(request, station_id, actor)
            return HttpResponseRedirect(request.path)
        except ShurenError as error:
            problem = error
    found = stations.station(site, station_id, actor=actor)
    posted = request.POST if problem and request.POST.get("do") == "write" else None
    context = {
        "station": found,
        "title": pick(found.title),
        "people": [
            person(one) | {"said": _spelled(one)} for one in found.librarians
        ],
        "fields": posted.dict() if posted else _fields(found),
        "events": _events(found, posted.getlist("event") if posted else found.words.events),
        "versions": [_version(one) for one in stations.versions(found.id, actor=actor)],
        "public": reverse("station", args=[found.id]),
        "problem": problem,
        "trail": crumbs(
            PLACE,
            Crumb(_("Subject service stations"), reverse("workbench:stations")),
            Crumb(pick(found.title)),
        ),
    }  # fmt: skip
    status = status_of(problem) if problem else 200
    return page(request, "station.html", context, place=PLACE, status=status)


def _do(request: HttpRequest, id: str, actor: Actor) -> StationView:
    site, said = current_site(), request.POST
    do, seen = said.get("do", ""), whole_number(said.get("version", "")) or 0
    if do == "write":
        content = {
            name: {one: said.get(f"{name}_{one}", "") for one in LANGUAGES}
            for name in ("about", "guide")
        } | {"links": said.get("links", ""), "events": said.getlist("event")}
        return stations.write(site, id, content, expected_version=seen, actor=actor)
    if do == "restore":
        wanted = whole_number(said.get("wanted", "")) or 0
        return stations.restore(site, id, wanted, expected_version=seen, actor=actor)
    if do == "appoint":
        shown = {
            name: {one: said.get(f"{name}_{one}", "") for one in LANGUAGES}
            for name in stations.SHOWN
        }
        return stations.appoint(site, id, said.get("account", "").strip(), shown, actor=actor)
    if do == "release":
        return stations.release(site, id, said.get("account", ""), actor=actor)
    if do in ("open", "close"):
        return stations.open_or_close(site, id, is_open=do == "open", actor=actor)
    raise WrongField("do", _("Choose what is to be done."))


def _fields(found: StationView) -> dict[str, str]:
    words = found.words
    lines = [f"{link.title} | {link.url}" for link in words.links]
    return {
        f"{name}_{one}": dict(getattr(words, name)).get(one, "")
        for name in ("about", "guide")
        for one in LANGUAGES
    } | {"links": "\n".join(lines)}


def _spelled(one: Any) -> dict[str, str]:
    return {
        f"{name}_{language}": dict(getattr(one, name)).get(language, "")
        for name in stations.SHOWN
        for language in LANGUAGES
    }


def _events(found: StationView, picked: Any) -> list[dict[str, Any]]:
    ahead = events.calendar(since=now(), until=now() + AHEAD)
    return [
        {"id": one.id, "title": pick(one.title), "when": when(one), "picked": one.id in picked}
        for one in ahead
    ]


def _version(one: Words) -> dict[str, Any]:
    about = pick(dict(one.about))
    return {
        "number": one.version,
        "by": one.by,
        "at": one.at,
        "start": f"{about[:60]}…" if len(about) > 60 else about,
    }
