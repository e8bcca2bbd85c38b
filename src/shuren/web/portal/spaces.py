"""Where one can sit: campuses, buildings drawn floor over floor, every seat a dot."""

from collections import Counter
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from shuren.data.queries import read, same_snapshot
from shuren.kernel.clock import now
from shuren.kernel.i18n import ENGLISH, current_language
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.web.portal import places, seats
from shuren.web.portal.opening import building_title, opening_of

FRESH = timedelta(hours=1)  # counters speak by the hour
SHOWN = (
    "zone_id", "campus", "building", "floor", "title", "title_en", "kind", "seats", "power",
    "quiet_level", "opens_at", "closes_at",
)  # fmt: skip
KINDS = ("reading", "study", "discussion", "digital", "lounge", "accessible")


def spaces(request: HttpRequest) -> HttpResponse:
    """All zones; `?campus=` leaves one campus."""
    zones = _zones(request.actor)  # type: ignore[attr-defined]
    campuses = list(dict.fromkeys(zone["campus"] for zone in zones))
    asked = request.GET.get("campus", "")
    chosen = asked if asked in campuses else ""
    shown = [zone for zone in zones if chosen in ("", zone["campus"])]
    places.bookable_zones(shown)
    context = {
        "total": sum(zone["seats"] or 0 for zone in shown),
        "campuses": [_campus(name, shown) for name in campuses if chosen in ("", name)],
        "tabs": _tabs(campuses, zones, chosen),
        "kinds": _kinds(shown),
        "now": _now(shown),
        "can_book": any(zone["book"] for zone in shown),
        "is_none": bool(request.GET.get("none")),
        "campus": chosen,
        "commands": "shuren load seat_zones zones.csv\nshuren build",
    }
    return render(request, "portal/spaces.html", context)


def _zones(actor: Actor) -> list[dict[str, Any]]:
    """Every zone with `occupied`, `free` and `as_of`, which are None where nothing is known."""
    with same_snapshot(settings.SITE) as snapshot:
        if snapshot is None:
            return []
        ask: dict[str, Any] = {"purpose": "public_information", "actor": actor}
        zones = read(settings.SITE, "conformed.seat_zone", columns=SHOWN, **ask).dicts()
        live: dict[str, dict[str, Any]] = {}
        if "mart.zone_now" in snapshot.tables:
            columns = ["zone_id", "occupied", "free", "as_of"]
            found = read(settings.SITE, "mart.zone_now", columns=columns, **ask).dicts()
            live = {zone["zone_id"]: zone for zone in found}
    unknown = {"occupied": None, "free": None, "as_of": None}
    return [zone | live.get(zone["zone_id"], unknown) for zone in zones]


def _now(zones: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Seats free in the zones something is known of, and whether that is of this hour."""
    known = [zone for zone in zones if zone["free"] is not None]
    if not known:
        return None
    as_of = timezone.make_aware(max(zone["as_of"] for zone in known))
    return {
        "free": sum(zone["free"] for zone in known),
        "seats": sum(zone["seats"] or 0 for zone in known),
        "as_of": as_of,
        "clock": f"{as_of:%H:%M}",
        "is_fresh": now() - as_of <= FRESH,
        "zones": len(known),
        "all_zones": len(zones),
    }


def _campus(name: str, zones: list[dict[str, Any]]) -> dict[str, Any]:
    own = [zone for zone in zones if zone["campus"] == name]
    buildings = dict.fromkeys(zone["building"] for zone in own)
    return {
        "title": name,
        "seats": sum(zone["seats"] or 0 for zone in own),
        "buildings": [_building(b, [z for z in own if z["building"] == b]) for b in buildings],
    }


def _building(name: str, zones: list[dict[str, Any]]) -> dict[str, Any]:
    floors = sorted({zone["floor"] for zone in zones}, reverse=True)
    return {
        "title": building_title(name),
        "seats": sum(zone["seats"] or 0 for zone in zones),
        "opening": opening_of(name),
        "floors": [_floor(f, [z for z in zones if z["floor"] == f]) for f in floors],
    }


def _floor(number: int, zones: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "label": _("Floor %(number)s", number=number)
        if number > 0
        else _("Basement %(number)s", number=-number),
        "short": f"{number}F" if number > 0 else f"B{-number}",
        "seats": sum(zone["seats"] or 0 for zone in zones),
        "zones": [_zone(zone) for zone in zones],
    }


def _zone(zone: dict[str, Any]) -> dict[str, Any]:
    kind = zone["kind"] if zone["kind"] in KINDS else "reading"
    english = current_language() == ENGLISH and zone.get("title_en")
    opens, closes = zone["opens_at"], zone["closes_at"]
    return {
        "title": zone["title_en"] if english else zone["title"],
        "seats": zone["seats"] or 0,
        "kind": kind,
        "kind_title": kind_title(kind),
        "quiet": _quiet(zone.get("quiet_level")),
        "power": bool(zone.get("power")),
        "hours": f"{opens}–{closes}" if opens and closes else "",
        "map": seats.seat_map(zone["seats"] or 0),
        "free": zone["free"],
        "book": zone["book"],
        "free_share": round(100 * zone["free"] / zone["seats"]) if _is_told(zone) else None,
    }


def _is_told(zone: dict[str, Any]) -> bool:
    return zone["free"] is not None and bool(zone["seats"])


def kind_title(kind: str) -> str:
    return {
        "reading": _("Reading"),
        "study": _("Study"),
        "discussion": _("Discussion"),
        "digital": _("Computers"),
        "lounge": _("Lounge"),
        "accessible": _("Accessible"),
    }[kind]


def _quiet(level: int | None) -> str:
    return {1: _("Talking is fine"), 2: _("Whisper"), 3: _("Silent")}.get(level or 0, "")


def _kinds(zones: list[dict[str, Any]]) -> list[dict[str, Any]]:
    counts: Counter[str] = Counter()
    for zone in zones:
        counts[zone["kind"] if zone["kind"] in KINDS else "reading"] += zone["seats"] or 0
    return [{"id": k, "title": kind_title(k), "seats": counts[k]} for k in KINDS if counts[k]]


def _tabs(campuses: list[str], zones: list[dict[str, Any]], chosen: str) -> list[dict[str, Any]]:
    def seats_of(campus: str) -> int:
        return sum(zone["seats"] or 0 for zone in zones if campus in ("", zone["campus"]))

    every = [{"label": _("All"), "url": "?", "count": seats_of(""), "current": chosen == ""}]
    return every + [
        {
            "label": name,
            "url": f"?{urlencode({'campus': name})}",
            "count": seats_of(name),
            "current": name == chosen,
        }
        for name in campuses
    ]
