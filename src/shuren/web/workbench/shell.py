"""The frame around every workbench page: the rail of work, by what the role may do."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from shuren.insight.queries import dashboards
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.trust.queries import may


def current_site() -> Site:
    """The site this process serves."""
    return settings.SITE


@dataclass(frozen=True)
class Place:
    """One entry of the rail. `key` follows `g` on the keyboard."""

    id: str
    label: str
    url: str
    key: str
    current: bool = False


@dataclass(frozen=True)
class Group:
    label: str
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Crumb:
    """One step of the way to a page; the page itself has no url."""

    label: str
    url: str = ""


@dataclass(frozen=True)
class Tab:
    """One way to narrow a list."""

    label: str
    url: str
    count: int | None
    current: bool


def rail(actor: Actor, current: str) -> list[Group]:
    """What this role can open, grouped by work; a group with nothing in it is left out."""
    groups = []
    for label, entries in _plan():
        places = [
            Place(id_, text, reverse(f"workbench:{id_}"), key, id_ == current)
            for id_, text, key, permission in entries
            if may(actor, permission)
        ]
        if label == _("Insight") and may(actor, "dashboards.read"):
            places = [*_dashboards(current), *places]
        if places:
            groups.append(Group(label, tuple(places)))
    return groups


def _plan() -> list[tuple[str, list[tuple[str, str, str, str]]]]:
    """(group, [(place, name, key after g, permission)]); no key twice."""
    return [
        (
            _("Work"),
            [
                ("today", _("Today"), "t", "workbench.open"),
                ("desk", _("Front desk"), "h", "desk.serve"),
                ("cases", _("Cases"), "g", "cases.read"),
                ("service-list", _("Service catalogue"), "", "workbench.open"),
                ("events", _("Events and courses"), "", "cases.read"),
                ("messages", _("Outbox"), "", "messages.manage"),
                ("circulation", _("Circulation"), "", "desk.serve"),
                ("voice", _("Readers' voice"), "", "voice.read"),
                ("supervision", _("Supervision"), "", "supervision.read"),
                ("bookings", _("Seats and rooms"), "", "bookings.serve"),
                ("tasks", _("Tasks"), "w", "tasks.read"),
                ("suggestions", _("Suggestions"), "v", "suggestions.decide"),
                ("decisions", _("Decisions"), "e", "decisions.read"),
                ("pupils", _("Accounts of pupils"), "p", "pupils.manage"),
            ],
        ),
        (
            _("Data"),
            [
                ("sources", _("Sources and loads"), "s", "loads.read"),
                ("coverage", _("Connected systems"), "m", "loads.read"),
                ("quarantine", _("Quarantine"), "q", "quarantine.read"),
                ("quality", _("Data quality"), "u", "tasks.read"),
                ("catalogue", _("Data catalogue"), "a", "contracts.read"),
                ("knowledge", _("Knowledge base"), "f", "knowledge.read"),
                ("content", _("Documents"), "n", "contracts.read"),
                ("lineage", _("Lineage"), "l", "contracts.read"),
                ("records", _("Bibliographic records"), "b", "records.edit"),
                ("datasets", _("Open datasets"), "o", "datasets.publish"),
                ("contracts", _("Data governance"), "c", "contracts.read"),
            ],
        ),
        (
            _("Insight"),
            [
                ("indicators", _("Indicators"), "d", "dashboards.read"),
                ("reports", _("Monthly reports"), "r", "dashboards.read"),
            ],
        ),
        (
            _("Trust"),
            [
                ("ledger", _("Ledger"), "j", "ledger.read"),
                ("roles", _("Roles and purposes"), "", "contracts.read"),
                ("break-glass", _("Emergency access"), "z", "break_glass.open"),
                ("break-glass-reviews", _("Emergency reviews"), "y", "break_glass.review"),
                ("keys", _("API keys"), "k", "keys.manage"),
                ("exports", _("Exports"), "x", "exports.approve"),
            ],
        ),
    ]


def _dashboards(current: str) -> list[Place]:
    """As they are declared; the first has the key."""
    return [
        Place(one.id, pick(one.title), dashboard_url(one.id), "i" if at == 0 else "",
              one.id == current)
        for at, one in enumerate(dashboards(current_site()))
    ]  # fmt: skip


def dashboard_url(id: str) -> str:
    return reverse("workbench:dashboard", args=[id])


def crumbs(place: str, *further: Crumb) -> list[Crumb]:
    """From a place of the rail down to the page."""
    names = {
        "sources": _("Sources and loads"),
        "coverage": _("Connected systems"),
        "quarantine": _("Quarantine"),
        "contracts": _("Data governance"),
        "catalogue": _("Data catalogue"),
        "knowledge": _("Knowledge base"),
        "content": _("Documents"),
        "lineage": _("Lineage"),
        "quality": _("Data quality"),
        "cases": _("Cases"),
        "service-list": _("Service catalogue"),
        "events": _("Events and courses"),
        "voice": _("Readers' voice"),
        "supervision": _("Supervision"),
        "tasks": _("Tasks"),
        "suggestions": _("Suggestions"),
        "indicators": _("Indicators"),
        "reports": _("Monthly reports"),
        "decisions": _("Decisions"),
        "datasets": _("Open datasets"),
        "records": _("Bibliographic records"),
    }
    if place not in names:
        title = next(pick(one.title) for one in dashboards(current_site()) if one.id == place)
        return [Crumb(title, dashboard_url(place)), *further]
    return [Crumb(names[place], reverse(f"workbench:{place}")), *further]


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    place: str,
    status: int = 200,
) -> HttpResponse:
    """Render templates/workbench/<template> inside the frame; `place` is the rail entry lit."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    frame = {"rail": rail(actor, place), "place": place}
    return render(request, f"workbench/{template}", frame | context, status=status)
