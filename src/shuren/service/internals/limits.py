"""Whether a reader may open a case of a service now: whom it serves, and how many."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from shuren.kernel.calendar import load_calendar
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import listed, pick
from shuren.kernel.settings import read_settings
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.definitions import names
from shuren.service.errors import NotOffered, WrongField
from shuren.service.flow_shapes import Service
from shuren.service.internals import studies
from shuren.service.internals.case_rows import Case
from shuren.service.internals.reading_services import AUDIENCES
from shuren.trust.queries import roles

_DAYS = {"per_reader_day": 1, "per_reader_month": 30}
_UNCOLLECTED, _PRICE = "expired", "price"
# A term with its break is no longer; where the calendar knows none, this stands for it.
_LONGEST_TERM = timedelta(days=200)


def serves(service: Service, role: str, study: str = "") -> bool:
    """Whether a service is for readers of a role, of students for those of this kind of study."""
    return any(
        AUDIENCES[one] == role and (role != studies.STUDENT or studies.is_of(one, study))
        for one in service.audiences
    )


def served(site: Site | None, service: Service, role: str) -> str:
    """Whom it serves, in words: roles, and kinds of study where it is for some students only."""
    if role == studies.STUDENT and role in service.roles:
        titles = names(site).audiences
        return listed([pick(titles[one]) for one in service.audiences if one in titles])
    known = roles()
    return listed([pick(known[one].title) for one in service.roles if one in known])


def require_served(
    service: Service, role: str, study: str = "", *, site: Site | None = None
) -> None:
    """Raise NotOffered, naming whom it serves, for a reader of another role or kind of study."""
    if serves(service, role, study):
        return
    raise NotOffered(
        _("“%(service)s” is not offered to you.", service=pick(service.title)),
        fix=_("It serves: %(who)s.", who=served(site, service, role)),
    )


def admit(site: Site, service: Service, actor: Actor) -> str:
    """The reader's kind of study, "" where it is the same for all; raises NotOffered for a reader
    whom the service does not serve."""
    study = studies.of_actor(site, actor, service)
    require_served(service, actor.role, study, site=site)
    return study


def of_role(service: Service, role: str, study: str = "") -> dict[str, Any]:
    """The limits for a reader of a role, of a student those of the kind of study. Where that is not
    known and its audiences differ the most generous holds: nobody is refused by a guess."""
    mine = [
        one
        for one in service.audiences
        if AUDIENCES[one] == role and (role != studies.STUDENT or studies.is_of(one, study))
    ]
    found = dict(service.limits)
    for name in {name for one in mine for name in service.by_audience.get(one, {})}:
        known = [service.by_audience.get(one, {}).get(name, found.get(name)) for one in mine]
        if None in known:
            found.pop(name, None)
        else:
            found[name] = max(known)
    return found


def require_room(
    site: Site, service: Service, pseudonym: str, at: datetime, role: str = "", study: str = ""
) -> None:
    """Raise NotOffered if one of the service's limits for a reader of a role is reached.

    per_reader, active              cases open at one time
    per_reader_day, per_reader_month  cases opened in the last 24 hours, in the last 30 days
    expired_per_term                cases of this term that ended because nobody came for them
    """
    limits = of_role(service, role, study)
    cases = Case.objects.filter(pseudonym=pseudonym, service=service.id)
    for name in ("per_reader", "active"):
        most = limits.get(name)
        if most is not None and cases.filter(is_open=True).count() >= most:
            raise NotOffered(
                _("You have %(count)s open already, which is the most at one time: %(service)s.",
                  count=most, service=pick(service.title)),
                fix=_("Wait until one of them is over, or cancel one."),
            )  # fmt: skip
    for name, days in _DAYS.items():
        most = limits.get(name)
        since = at - timedelta(days=days)
        if most is not None and cases.filter(opened_at__gt=since).count() >= most:
            raise NotOffered(
                _("You have asked for %(count)s in %(days)s days, which is the most: %(service)s.",
                  count=most, days=days, service=pick(service.title)),
                fix=_("Try again later, or ask at the desk."),
            )  # fmt: skip
    most = limits.get("expired_per_term")
    if most is not None:
        since = _term_began(site, at)
        if cases.filter(state=_UNCOLLECTED, closed_at__gte=since).count() >= most:
            raise NotOffered(
                _("You did not collect %(count)s this term, which is the most: %(service)s.",
                  count=most, service=pick(service.title)),
                fix=_("It is open to you again next term; the desk can help until then."),
            )  # fmt: skip


def priced(
    service: Service, values: dict[str, Any], role: str = "", study: str = ""
) -> dict[str, Any]:
    """The same values, or WrongField for a price among them above the limit `price_cap_cny`."""
    most = of_role(service, role, study).get("price_cap_cny")
    price = values.get(_PRICE)
    if most is not None and isinstance(price, int | float) and price > most:
        raise WrongField(
            _PRICE,
            _("“%(service)s” goes up to CNY %(most)s each.",
              service=pick(service.title), most=f"{most:g}"),
            fix=_("Look for a cheaper edition, or ask the librarian."),
        )  # fmt: skip
    return values


def _term_began(site: Site, at: datetime) -> datetime:
    """The first moment of the newest term that has begun; its breaks belong to it."""
    zone = ZoneInfo(read_settings(site).time_zone)
    today = at.astimezone(zone).date()
    begun = [one.first for one in load_calendar(site).terms if one.first <= today]
    longest = at - _LONGEST_TERM
    return max(datetime.combine(max(begun), time(), zone), longest) if begun else longest
