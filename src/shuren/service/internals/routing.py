"""Where a case about a college goes: to the subject librarian of its station."""

from typing import TYPE_CHECKING

from django.db.models import Count

from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.site import Site
from shuren.service import messages
from shuren.service.definitions import services
from shuren.service.errors import UnknownName
from shuren.service.internals.case_rows import Case
from shuren.service.internals.station_rows import Station, StationLibrarian

if TYPE_CHECKING:
    from django.db.models import QuerySet

KIND = "college"


def to_librarian(site: Site, row: Case) -> None:
    """Name the college, and give the case to whoever answers for it; raises UnknownName."""
    station = Station.objects.filter(pk=row.subject["id"][:40], is_open=True).first()
    if station is None:
        raise UnknownName(
            _("No college has a station at this address."),
            fix=_("Choose a college of the list, or ask without one."),
        )
    row.subject = {**row.subject, "title": pick(station.title, "zh")}
    row.assignee = answering(site, station.pk)


def tell_librarian(site: Site, row: Case) -> None:
    if not row.assignee:
        return
    station = Station.objects.get(pk=row.subject["id"])
    messages.tell(
        site, account=row.assignee, template="station_asked",
        values={"service": services(site)[row.service].title, "college": station.title},
        about={"kind": "desk_case", "id": row.pk}, key=f"case:{row.pk}:station",
    )  # fmt: skip


def answering(site: Site, station: str) -> str:
    """The account a new case of a college goes to: of its librarians the one with the fewest open
    cases of it, the one who came first where they have as many; "" where nobody answers for it."""
    hands = StationLibrarian.objects.filter(station=station).order_by("at", "pk")
    names = list(hands.values_list("account", flat=True))
    mine = about(site, station).filter(assignee__in=names).values_list("assignee")
    held = dict(mine.annotate(n=Count("pk")).order_by())
    return min(names, key=lambda one: held.get(one, 0), default="")


def about(site: Site, station: str = "") -> "QuerySet[Case]":
    """The open cases about a college, or about any."""
    asked = [id for id, one in services(site).items() if KIND in one.about]
    found = Case.objects.filter(is_open=True, service__in=asked, subject__kind=KIND)
    return found.filter(subject_id=station) if station else found
