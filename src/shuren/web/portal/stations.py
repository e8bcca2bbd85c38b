"""The subject service station of each college: who answers for it, what it offers, what it reads.

Open to everybody; who may work on cases sees the college's open ones beside it.
"""

import csv
import io
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from shuren.data.queries import current_snapshot, headings
from shuren.insight.queries import figure, label_of
from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.service import events, stations
from shuren.service.errors import UnknownName
from shuren.service.station_shapes import LibrarianView, StationView
from shuren.trust.queries import may
from shuren.web import case_words, service_words
from shuren.web.portal.documents import as_file
from shuren.web.portal.events import as_row as event_row
from shuren.web.workbench.csv_text import BYTE_ORDER_MARK, harmless

FIGURE, CLASSES, EVENTS = "reading_by_college", 8, 4
AHEAD = timedelta(days=120)
# Nobody in particular: the page is the same for all, so it sees what a visitor may.
PUBLISHER = Actor("web:stations", "anonymous")


def index(request: HttpRequest) -> HttpResponse:
    """Every college with a station; how much each reads is counted once for all of them."""
    reading = counted()
    rows = [
        {
            "title": pick(one.title),
            "url": reverse("station", args=[one.id]),
            "people": [pick(dict(person.shown)) for person in one.librarians],
            "top": _words(reading.get(one.college, ())[:3]),
        }
        for one in stations.stations(settings.SITE)
    ]
    actor: Actor = request.actor  # type: ignore[attr-defined]
    context = {"rows": rows, "may_edit": may(actor, stations.EDIT)}
    return render(request, "portal/stations.html", context)


def one(request: HttpRequest, station_id: str) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    station = _station(station_id, actor)
    reading = counted().get(station.college, ())
    most = max((count for _class, count in reading), default=1)
    snapshot = current_snapshot(settings.SITE)
    words = station.words
    context = {
        "station": station,
        "title": pick(station.title),
        "about": pick(dict(words.about)) if words.about else "",
        "guide": pick(dict(words.guide)) if words.guide else "",
        "links": words.links,
        "written": words.at,
        "people": [person(one) for one in station.librarians],
        "ask": f"{reverse('service-ask', args=['subject_consultation'])}?station={station.id}",
        "visit": f"{reverse('service-ask', args=['subject_workstation'])}?station={station.id}",
        "reading": [
            {"label": _class_name(id), "count": count, "share": round(100 * count / most)}
            for id, count in reading[:CLASSES]
        ],
        "data_date": snapshot.data_date if snapshot else "",
        "events": [event_row(one) for one in _events(station)],
        "services": [
            {
                "title": pick(one.title), "text": pick(one.description),
                "url": reverse("service", args=[one.id]),
                "promise": service_words.finished(one.promise), "fee": pick(one.fee),
                "why": "", "advice": "",
            }
            for one in stations.services_of(settings.SITE)
        ],
        "cases": _cases(station, actor) if may(actor, "cases.read") else None,
        "may_edit": may(actor, stations.EDIT),
        "trail": [
            {"label": _("Subject service stations"), "url": reverse("stations")},
            {"label": pick(station.title), "url": ""},
        ],
    }  # fmt: skip
    return render(request, "portal/station.html", context)


def reading(request: HttpRequest, station_id: str) -> HttpResponse:
    """What the college reads as CSV: class, its name, loans."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    station = _station(station_id, actor)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_("CLC class"), _("Subject"), _("Loans")])
    for id, count in counted().get(station.college, ()):
        writer.writerow([id or "", harmless(_class_name(id)), count])
    content = (BYTE_ORDER_MARK + out.getvalue()).encode()
    return as_file(f"{station.id}-reading.csv", content, "text/csv; charset=utf-8")


def counted() -> dict[str, tuple[tuple[str | None, int], ...]]:
    """{college: ((class, loans), …)}, the most first; groups of fewer than five are not there."""
    snapshot = current_snapshot(settings.SITE)
    return _counted(snapshot.id) if snapshot else {}


@lru_cache(maxsize=4)
def _counted(snapshot_id: str) -> dict[str, tuple[tuple[str | None, int], ...]]:
    """Counted once for each snapshot, which never changes."""
    found: dict[str, tuple[tuple[str | None, int], ...]] = {}
    for row in figure(settings.SITE, FIGURE, actor=PUBLISHER).table.dicts():
        if row["college"] and row["loans"] is not None:
            found[row["college"]] = (
                *found.get(row["college"], ()),
                (row["clc_main"], row["loans"]),
            )
    return found


def person(one: LibrarianView) -> dict[str, str]:
    return {
        "shown": pick(dict(one.shown)),
        "place": pick(dict(one.place)),
        "hours": pick(dict(one.hours)),
        "account": one.account,
    }


def _station(id: str, actor: Actor) -> StationView:
    try:
        return stations.station(settings.SITE, id, actor=actor)
    except UnknownName:
        raise Http404 from None


def _class_name(id: str | None) -> str:
    return label_of("clc_main", id, headings(settings.SITE, "clc"))


def _words(reading: tuple[tuple[str | None, int], ...]) -> str:
    return " · ".join(_class_name(id) for id, _count in reading if id)


def _events(station: StationView) -> list[Any]:
    """Those that were picked out for the college and are still to come, else the next ones."""
    ahead = events.calendar(since=now(), until=now() + AHEAD)
    picked = [one for one in ahead if one.id in station.words.events]
    return picked or ahead[:EVENTS]


def _cases(station: StationView, actor: Actor) -> list[dict[str, Any]]:
    return [
        {
            "title": pick(case.service_title),
            "service": case.assignee or _("Nobody's yet"),
            "href": reverse("workbench:case", args=[case.id]),
            "state": case_words.state_badge(case),
            "clock": case_words.clock_badge(case, for_reader=False),
            "at": case.opened_at,
        }
        for case in stations.open_cases(settings.SITE, station.id, actor)
    ]
