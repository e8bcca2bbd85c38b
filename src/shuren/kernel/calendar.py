"""The academic year of one library: terms, weeks, holidays, exams, opening hours.

Read from definitions/calendars/<id>.yaml. What the file does not state is unknown, not
guessed: outside the declared terms the week kind is 'unknown', and in a year whose
holidays have not been announced no day is called a working day.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from shuren.kernel.calendar_keys import check_calendar
from shuren.kernel.definitions import find_definitions
from shuren.kernel.errors import DefinitionError, UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.settings import read_settings
from shuren.kernel.site import Site

DEFAULT_CALENDAR = "china-university"
UNKNOWN = "unknown"
LONG_HOLIDAY_DAYS = 5
WORKING_HOURS = ("08:00-12:00", "14:00-18:00")
_HOURS = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")


@dataclass(frozen=True)
class Period:
    """A named stretch of days, first and last included."""

    title: dict[str, str]
    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def days(self) -> Iterator[date]:
        for offset in range((self.last - self.first).days + 1):
            yield self.first + timedelta(offset)


@dataclass(frozen=True)
class Term(Period):
    """Teaching weeks 1..n, Monday to Sunday; `last` is the Sunday of week n."""

    id: str
    week_kinds: dict[int, str]
    breaks: tuple[Period, ...]


@dataclass(frozen=True)
class Holiday(Period):
    """National days off; `worked` are the weekend days worked for them."""

    worked: tuple[date, ...]


@dataclass(frozen=True)
class Event(Period):
    """An exam or a day of the house. `confirmed` is False while the date is only usual."""

    id: str
    week_kind: str
    weeks_before: int
    confirmed: bool


@dataclass(frozen=True)
class Hours:
    """Local clock times HH:MM, '24:00' allowed at the end; both empty on a closed day."""

    opens: str
    closes: str

    @property
    def is_open(self) -> bool:
        return bool(self.opens)


@dataclass(frozen=True)
class Place:
    """A building with its own hours, by week kind; the key `default` serves the others."""

    id: str
    title: dict[str, str]
    campus: str
    hours: dict[str, Hours]
    closed: tuple[tuple[date, date], ...]

    def on(self, day: date, kind: str) -> Hours:
        if any(first <= day <= last for first, last in self.closed):
            return _CLOSED
        return self.hours.get(kind) or self.hours.get("default", _CLOSED)


_CLOSED = Hours("", "")


class LibraryCalendar:
    """Answers about single days; get one from load_calendar."""

    def __init__(self, id: str, content: dict[str, Any]) -> None:
        self.id = id
        self.title: dict[str, str] = content["title"]
        self.terms = tuple(_term(entry) for entry in content.get("terms", []))
        self.holidays = tuple(_holiday(entry) for entry in content.get("holidays", []))
        events = content.get("events", []) + content.get("more_events", [])
        self.events = tuple(_event(entry) for entry in events)
        self.places = {key: _place(key, entry) for key, entry in content["places"].items()}
        self._kinds: dict[str, dict[str, Any]] = content.get("week_kinds", {})
        self.working_hours = tuple(
            _hours(text) for text in content.get("working_hours", WORKING_HOURS)
        )
        self._weekday_demand: list[float] = content.get("weekday_demand", [1.0] * 7)
        self._holiday_years = {holiday.first.year for holiday in self.holidays}
        self._holiday_of = {day: holiday for holiday in self.holidays for day in holiday.days()}
        self._worked = {day for holiday in self.holidays for day in holiday.worked}
        self._event_weeks = _event_weeks(self.events)

    def term_of(self, day: date) -> Term | None:
        """The term whose teaching or exam weeks hold the day; None in a break."""
        return next((term for term in self.terms if day in term), None)

    def teaching_week(self, day: date) -> int | None:
        """1 in the first week of a term; None outside terms."""
        term = self.term_of(day)
        return None if term is None else (day - term.first).days // 7 + 1

    def break_of(self, day: date) -> Period | None:
        return next((b for term in self.terms for b in term.breaks if day in b), None)

    def holiday(self, day: date) -> Holiday | None:
        return self._holiday_of.get(day)

    def events_on(self, day: date) -> list[Event]:
        return [event for event in self.events if day in event]

    def week_kind(self, day: date) -> str:
        """One of the file's week kinds, or 'unknown'.

        Where several fit: break, long holiday (its days only), finals, the week of an
        exam, the run-up to one, the term's own list, teaching.
        """
        if self.break_of(day):
            return "break"
        term = self.term_of(day)
        if term is None:
            return UNKNOWN
        holiday = self.holiday(day)
        if holiday and (holiday.last - holiday.first).days + 1 >= LONG_HOLIDAY_DAYS:
            return "long_holiday"
        own = term.week_kinds.get((day - term.first).days // 7 + 1, "teaching")
        return own if own == "finals" else self._event_weeks.get(_monday(day), own)

    @property
    def week_kinds(self) -> tuple[str, ...]:
        """The kinds of week the file knows."""
        return tuple(self._kinds)

    def week_kind_title(self, kind: str) -> dict[str, str]:
        if kind == UNKNOWN:
            return {"zh": "未知", "en": "Unknown"}
        title: dict[str, str] = self._kinds.get(kind, {}).get("title", {"en": kind})
        return title

    def is_working_day(self, day: date) -> bool | None:
        """None in a year whose holidays are not in the file."""
        if day in self._worked:
            return True
        if day.year not in self._holiday_years:
            return None
        return day.isoweekday() <= 5 and day not in self._holiday_of

    def opening_hours(self, day: date, place: str = "") -> Hours | None:
        """Of a building (id or name), or of all buildings of a campus, or of the library.

        Several buildings: from the first that opens to the last that closes. None when
        the day is outside the declared terms and breaks.
        raises  UsageError if there is no such place
        """
        kind = self.week_kind(day)
        chosen = self._find_places(place)
        if kind == UNKNOWN:
            return None
        hours = [h for h in (building.on(day, kind) for building in chosen) if h.is_open]
        if not hours:
            return _CLOSED
        return Hours(min(h.opens for h in hours), max(h.closes for h in hours))

    def demand(self, day: date, measure: str) -> float:
        """Expected use, an ordinary teaching weekday being 1; 0 on closed and unknown days.

        measure  loans, seats, visits, downloads, delivery, citation or rooms
        A worked weekend day counts as a Thursday, a weekday off as a Saturday.
        """
        hours = self.opening_hours(day)
        if hours is None or not hours.is_open:
            return 0.0
        weekday = day.weekday()
        if weekday >= 5 and day in self._worked:
            weekday = 3
        elif weekday < 5 and day in self._holiday_of:
            weekday = 5
        of_kind = self._kinds.get(self.week_kind(day), {}).get("demand", {})
        return float(of_kind.get(measure, 1.0)) * self._weekday_demand[weekday]

    def days(self, start: date, end: date) -> list[dict[str, Any]]:
        """One row per day, `end` included: the source table `calendar.day`.

        is_working_day and is_open are None where the file does not say.
        """
        rows = []
        for day in Period({}, start, end).days():
            term, holiday, hours = self.term_of(day), self.holiday(day), self.opening_hours(day)
            rows.append(
                {
                    "day": day,
                    "weekday": day.isoweekday(),
                    "term": term.id if term else "",
                    "teaching_week": self.teaching_week(day),
                    "week_kind": self.week_kind(day),
                    "holiday": holiday.title["zh"] if holiday else "",
                    "is_working_day": self.is_working_day(day),
                    "is_open": None if hours is None else hours.is_open,
                }
            )
        return rows

    def hours(self, start: date, end: date) -> list[dict[str, Any]]:
        """One row per building and day, `end` included: the source table `calendar.hours`.

        Minutes are counted from midnight, 1440 at the day's end; a closed day has 0 and 0. They
        and is_open are None where the file does not say.
        """
        rows = []
        for day in Period({}, start, end).days():
            kind = self.week_kind(day)
            for place in self.places.values():
                hours = None if kind == UNKNOWN else place.on(day, kind)
                rows.append(
                    {
                        "day": day,
                        "campus": place.campus,
                        "building": place.title["zh"],
                        "is_open": None if hours is None else hours.is_open,
                        "opens_minute": None if hours is None else _minute(hours.opens),
                        "closes_minute": None if hours is None else _minute(hours.closes),
                    }
                )
        return rows

    def _find_places(self, name: str) -> list[Place]:
        found = [p for p in self.places.values() if name in ("", p.id, p.campus, *p.title.values())]
        if not found:
            raise UsageError(
                _("The calendar %(id)s has no place called %(name)s.", id=self.id, name=name),
                fix=_("Places: %(places)s.", places=", ".join(self.places)),
            )
        return found


def load_calendar(site: Site | None, id: str | None = None) -> LibraryCalendar:
    """The named calendar, else the one shuren.toml names, else the general Chinese one.

    raises  UsageError if there is none of that id, DefinitionError if it cannot be read
    """
    wanted = id or (read_settings(site).calendar if site else DEFAULT_CALENDAR)
    try:
        return LibraryCalendar(wanted, _content(wanted, site, seen=()))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        reason = f"no key {error}" if isinstance(error, KeyError) else str(error)
        raise DefinitionError(
            _("The calendar %(id)s cannot be used: %(reason)s.", id=wanted, reason=reason),
            fix=_("Compare it with the calendar china-university."),
        ) from None


def _content(id: str, site: Site | None, seen: tuple[str, ...]) -> dict[str, Any]:
    """The file's keys over those of the calendar it extends.

    A local file may extend the shipped one of its own id, so the second time round an
    id is looked up among ours only.
    """
    files = find_definitions("calendars", None if id in seen else site)
    if id not in files or seen.count(id) > 1:
        raise UsageError(
            _("There is no calendar called %(id)s.", id=id),
            fix=_("Calendars: %(ids)s.", ids=", ".join(files)),
        )
    content = files[id].read_yaml()
    check_calendar(files[id].path, content)
    parent = content.pop("extends", None)
    return {**_content(parent, site, (*seen, id)), **content} if parent else content


def _monday(day: date) -> date:
    return day - timedelta(day.weekday())


def _span(entry: dict[str, Any]) -> tuple[date, date]:
    first, last = entry["days"]
    if not isinstance(first, date) or not isinstance(last, date) or last < first:
        raise ValueError(f"days {first} … {last}")
    return first, last


def _term(entry: dict[str, Any]) -> Term:
    first = entry["first_day"]
    if not isinstance(first, date) or first.weekday() != 0:
        raise ValueError(f"first_day {first} of term {entry['id']} is not a Monday")
    kinds = {week: kind for kind, weeks in entry.get("week_kinds", {}).items() for week in weeks}
    kinds.update(dict.fromkeys(entry.get("exam_weeks", []), "finals"))
    breaks = tuple(Period(part["title"], *_span(part)) for part in entry.get("breaks", []))
    last = first + timedelta(7 * int(entry["weeks"]) - 1)
    return Term(entry["title"], first, last, str(entry["id"]), kinds, breaks)


def _holiday(entry: dict[str, Any]) -> Holiday:
    return Holiday(entry["name"], *_span(entry), tuple(entry.get("worked", [])))


def _event(entry: dict[str, Any]) -> Event:
    kind, before = entry.get("week_kind", ""), int(entry.get("weeks_before", 0))
    confirmed = bool(entry.get("confirmed", True))
    return Event(entry["title"], *_span(entry), str(entry["id"]), kind, before, confirmed)


def _event_weeks(events: tuple[Event, ...]) -> dict[date, str]:
    """Week kinds that events give, by Monday; an exam's own week goes before a run-up."""
    marked = [event for event in events if event.week_kind]
    run_up = {
        _monday(event.first) - timedelta(7 * weeks): event.week_kind
        for event in marked
        for weeks in range(1, event.weeks_before + 1)
    }
    return run_up | {_monday(event.first): event.week_kind for event in marked}


def _hours(text: str) -> Hours:
    if text == "closed":
        return _CLOSED
    if not _HOURS.fullmatch(text):
        raise ValueError(f"opening hours '{text}', not like '07:00-22:30'")
    return Hours(*text.split("-"))


def _minute(clock: str) -> int:
    """Of the day, from HH:MM; 0 for ""."""
    hour, _colon, minute = clock.partition(":")
    return int(hour) * 60 + int(minute) if clock else 0


def _place(id: str, entry: dict[str, Any]) -> Place:
    hours = {kind: _hours(text) for kind, text in entry["hours"].items()}
    closed = tuple((first, last) for first, last in entry.get("closed_days", []))
    return Place(id, entry["title"], entry.get("campus", ""), hours, closed)
