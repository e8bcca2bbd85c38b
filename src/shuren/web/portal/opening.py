"""When the library is open today, and where in the academic year today is."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.conf import settings
from django.utils import timezone

from shuren.kernel.calendar import LibraryCalendar, load_calendar
from shuren.kernel.clock import now
from shuren.kernel.errors import UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick


@dataclass(frozen=True)
class Opening:
    """One campus or building today. `text` is a range, "closed", or that it is not known."""

    place: str
    text: str
    is_open_now: bool


@lru_cache(maxsize=1)
def calendar() -> LibraryCalendar:
    return load_calendar(settings.SITE, settings.SITE_SETTINGS.calendar)


def opening_by_campus() -> list[Opening]:
    """One line a campus, in the calendar's order; buildings without one stand for themselves."""
    names = dict.fromkeys(place.campus or pick(place.title) for place in calendar().places.values())
    return [opening_of(name) for name in names]


def opening_of(place: str) -> Opening:
    """A campus or building by its name in the calendar; unknown places have unknown hours."""
    local = timezone.localtime(now())
    try:
        hours = calendar().opening_hours(local.date(), place)
    except UsageError:
        hours = None
    if hours is None:
        return Opening(place, _("hours not announced"), False)
    if not hours.is_open:
        return Opening(place, _("closed today"), False)
    clock = f"{local:%H:%M}"
    return Opening(place, f"{hours.opens}–{hours.closes}", hours.opens <= clock < hours.closes)


def day_of_term(day: date) -> str:
    """ "2026–2027 autumn term, week 11", the name of the break, or "" when nobody said."""
    term, week = calendar().term_of(day), calendar().teaching_week(day)
    if term is not None:
        return _("%(term)s, week %(week)s", term=pick(term.title), week=week)
    holiday = calendar().break_of(day)
    return pick(holiday.title) if holiday else ""


def building_title(name: str) -> str:
    """The calendar's name of a building in the reader's language, else the name itself."""
    for place in calendar().places.values():
        if name in place.title.values():
            return pick(place.title)
    return name
