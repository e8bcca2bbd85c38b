"""The components of booking places, in the style guide."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shuren.kernel.i18n import gettext as _
from shuren.service.booking_shapes import (
    BLOCKED,
    FREE,
    MINE,
    TAKEN,
    BookingLine,
    Place,
    PlaceState,
    Zone,
)
from shuren.web import place_words

State = dict[str, Any]
BEGINS = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
HOURS = (BEGINS - timedelta(hours=3), BEGINS + timedelta(hours=13))
_TITLE = {"zh": "静音自习区", "en": "Silent study"}
_ZONE = Zone("J4-A", "江湾校区", "江湾图书馆", 4, _TITLE, "study", 8, True, 3, "07:00", "23:00")


def place_specimens() -> dict[str, list[State]]:
    """{component: [{label, inputs}]}, in the order of the page."""
    return {
        "span_form": _span_form(),
        "seat_bay": _seat_bay(),
        "room_row": _room_row(),
        "booking": _booking(),
    }


def _span_form() -> list[State]:
    days = [{"value": "2026-11-16", "label": _("Today"), "current": True}]
    inputs = {"days": days, "times": ["10:00", "12:00"], "begins": "10:00", "ends": "12:00",
              "people": 3, "ask_people": True}  # fmt: skip
    return [{"label": "day, times and people", "inputs": inputs}]


def _seat_bay() -> list[State]:
    states = [FREE, FREE, TAKEN, MINE, FREE, TAKEN, BLOCKED, FREE]
    seats = [
        PlaceState(Place(f"J4-A-{n:03}", _ZONE, f"{n:03}", _TITLE, "study"), state)
        for n, state in enumerate(states, 1)
    ]
    (bay,) = place_words.bays(seats, lambda **more: "guide=1", "J4-A-005")
    return [{"label": "free, taken, yours, chosen, out of use", "inputs": {"bay": bay}}]


def _room_row() -> list[State]:
    room = Place("R401", _ZONE, "R401", _TITLE, "group", (2, 6))
    first = int(BEGINS.timestamp()) // 900
    state = PlaceState(room, FREE, tuple(range(first + 8, first + 20)))
    inputs = {
        "title": _("Rooms") + " 401", "people": (2, 6), "equipment": "", "state": FREE,
        "state_words": _("Free"), "is_free": True, "href": "#room_row",
        "free_words": place_words.free_words(state, HOURS),
        "strip": place_words.strip(state, HOURS, BEGINS, BEGINS + timedelta(hours=2)),
    }  # fmt: skip
    taken = inputs | {"is_free": False, "state_words": _("Taken")}
    return [
        {"label": "free", "inputs": {"room": inputs}},
        {"label": "taken", "inputs": {"room": taken}},
    ]


def _booking() -> list[State]:
    def row(case: str, state: str, title: dict[str, str], can: tuple[str, ...]) -> State:
        ends = BEGINS + timedelta(hours=2)
        line = BookingLine(
            case, "seat_booking", _TITLE, "J4-A-005", {"zh": "静音自习区 005", "en": "Seat 005"},
            "J4-A", _TITLE, "江湾图书馆", state, title, False, 1, BEGINS, ends,
            BEGINS - timedelta(minutes=15), BEGINS + timedelta(minutes=30), None, (), can, 1,
        )  # fmt: skip
        later = [{"value": ends.isoformat(), "label": "12:30"}] if "extend" in can else []
        return place_words.line(line) | {
            "opens": "09:45", "grace": "10:30", "away_until": "", "ends": later
        }  # fmt: skip

    booked = row("guide1", "booked", {"zh": "已预订", "en": "Booked"}, ("check_in", "cancel"))
    used = row("guide2", "in_use", {"zh": "使用中", "en": "In use"},
               ("step_out", "extend", "leave"))  # fmt: skip
    return [
        {"label": "booked", "inputs": {"row": booked, "code": ""}},
        {"label": "in use", "inputs": {"row": used, "code": ""}},
    ]
