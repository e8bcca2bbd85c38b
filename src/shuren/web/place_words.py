"""Places and times in words and drawings: for the reader's pages and the desk's."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from shuren.kernel.errors import UsageError
from shuren.kernel.i18n import CHINESE, current_language, pick
from shuren.kernel.i18n import gettext as _
from shuren.service.booking_shapes import BLOCKED, FREE, MINE, TAKEN, BookingLine, PlaceState
from shuren.web import moments

QUARTER = timedelta(minutes=15)
SEAT, TABLE, GAP = 32, 14, 14  # a seat's side, a table's width between two rows, between tables
STATE_WORDS: dict[str, Callable[[], str]] = {
    FREE: lambda: _("Free"),
    TAKEN: lambda: _("Taken"),
    MINE: lambda: _("Yours"),
    BLOCKED: lambda: _("Out of use"),
}
TONES = {"booked": "info", "in_use": "good", "away": "warn", "no_show": "bad"}


def bays(
    states: Sequence[PlaceState], query: Callable[..., str], chosen: str
) -> list[dict[str, Any]]:
    """Two tables of four a bay, each drawn by itself so that they flow to the width there is."""
    return [_bay(states[at : at + 8], query, chosen) for at in range(0, len(states), 8)]


def _bay(states: Sequence[PlaceState], query: Callable[..., str], chosen: str) -> dict[str, Any]:
    seats = []
    for number, one in enumerate(states):
        table, seat = divmod(number, 4)
        x = table * (2 * SEAT + GAP) + (seat % 2) * SEAT
        y = (seat // 2) * (SEAT + TABLE)
        is_chosen = one.place.id == chosen and one.state == FREE
        seats.append(
            {
                "x": x + 2, "y": y + 2, "cx": x + SEAT // 2, "cy": y + SEAT // 2 + 4,
                "far_x": x + SEAT - 7, "far_y": y + SEAT - 7, "near_x": x + 7, "near_y": y + 7,
                "label": one.place.label,
                "state": "chosen" if is_chosen else one.state,
                "words": _("chosen") if is_chosen else STATE_WORDS[one.state](),
                "href": f"?{query(seat=one.place.id)}#chosen" if one.state == FREE else "",
            }
        )  # fmt: skip
    tables = -(-len(states) // 4)
    return {
        "width": tables * 2 * SEAT + (tables - 1) * GAP,
        "height": 2 * SEAT + TABLE,
        "tables": [
            {"x": t * (2 * SEAT + GAP) + 2, "y": SEAT, "width": 2 * SEAT - 4, "height": TABLE}
            for t in range(tables)
        ],
        "seats": seats,
        "label": _(
            "Seats %(first)s to %(last)s",
            first=states[0].place.label, last=states[-1].place.label,
        ),
    }  # fmt: skip


def counts(states: Sequence[PlaceState]) -> dict[str, int]:
    found = Counter(one.state for one in states)
    return {state: found[state] for state in (FREE, TAKEN, MINE, BLOCKED)}


def strip(
    state: PlaceState,
    opens: tuple[datetime, datetime] | None,
    starts_at: datetime,
    ends_at: datetime,
) -> dict[str, Any] | None:
    """A room's day as a bar: quarters from opening to closing, 4 units each."""
    if opens is None:
        return None
    first, last = _slot(opens[0]), _slot(opens[1])
    return {
        "width": (last - first) * 4,
        "taken": [(slot - first) * 4 for slot in state.taken if first <= slot < last],
        "hours": [
            {"x": (slot - first) * 4, "label": f"{timezone.localtime(_begins(slot)):%H}"}
            for slot in range(first, last)
            if timezone.localtime(_begins(slot)).minute == 0
        ],
        "x": max(0, (_slot(starts_at) - first) * 4),
        "span": max(4, (_slot(ends_at) - _slot(starts_at)) * 4),
    }


def free_words(state: PlaceState, opens: tuple[datetime, datetime] | None) -> str:
    """When the room is free that day, in words."""
    if opens is None:
        return _("Not open that day")
    taken, spans, begins = set(state.taken), [], None
    for slot in range(_slot(opens[0]), _slot(opens[1]) + 1):
        is_free = slot < _slot(opens[1]) and slot not in taken
        if is_free and begins is None:
            begins = slot
        elif not is_free and begins is not None:
            spans.append((_begins(begins), _begins(slot)))
            begins = None
    if not spans:
        return _("Nothing free that day")
    said = "、" if current_language() == CHINESE else ", "
    return _("Free %(times)s", times=said.join(span_words(one) for one in spans))


def span_words(span: tuple[datetime, datetime]) -> str:
    """14:00–18:00 in the library's time; the end of a day is 24:00."""
    begins = timezone.localtime(span[0])
    return f"{begins:%H:%M}–{clock(span[1], begins.date())}"


def when(starts_at: datetime, ends_at: datetime) -> str:
    """today 14:00–18:00"""
    begins = timezone.localtime(starts_at)
    return f"{day_name(begins.date())} {span_words((starts_at, ends_at))}"


def clock(at: datetime, of: date) -> str:
    local = timezone.localtime(at)
    return "24:00" if local.date() > of and local.time() == time() else f"{local:%H:%M}"


def day_name(value: date) -> str:
    days = (value - moments.today()).days
    if days == 0:
        return _("Today")
    if days == 1:
        return _("Tomorrow")
    if current_language() == CHINESE:
        return f"{value.month}月{value.day}日"
    return f"{value.day} {value:%B}"


def times(opens: tuple[datetime, datetime] | None) -> list[str]:
    """Every quarter of an hour of the day that is open, the closing time too."""
    if opens is None:
        return []
    of = timezone.localtime(opens[0]).date()
    return [clock(_begins(slot), of) for slot in range(_slot(opens[0]), _slot(opens[1]) + 1)]


def line(one: BookingLine) -> dict[str, Any]:
    """What both the reader's list and the desk's show of a booking."""
    return {
        "case": one.case,
        "title": pick(dict(one.place_title)),
        "zone": pick(dict(one.zone_title)),
        "building": one.building,
        "when": when(one.starts_at, one.ends_at),
        "state": {"label": pick(dict(one.state_title)), "tone": TONES.get(one.state, "")},
        "raw": one,
    }


def day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def on(of: date, text: str) -> datetime | None:
    """The moment of a clock time on a day; 24:00 is the next midnight."""
    if text == "24:00":
        of, text = of + timedelta(days=1), "00:00"
    try:
        return timezone.make_aware(datetime.combine(of, time.fromisoformat(text)))
    except (ValueError, OverflowError):
        return None


def moment(text: str) -> datetime:
    """raises  UsageError for what is no moment"""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(_("Say from when to when.")) from None
    return found if found.tzinfo else timezone.make_aware(found)


def quarter(at: datetime) -> datetime:
    """The beginning of the quarter of an hour that runs."""
    return _begins(_slot(at))


def _slot(at: datetime) -> int:
    return int(at.timestamp()) // int(QUARTER.total_seconds())


def _begins(slot: int) -> datetime:
    return datetime.fromtimestamp(slot * int(QUARTER.total_seconds()), UTC)
