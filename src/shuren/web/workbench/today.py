"""What happened, and what to do next."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from shuren.data import definitions, queries
from shuren.data.shapes import Receipt, SnapshotInfo
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.service import review_desk
from shuren.trust import egress
from shuren.trust.queries import may
from shuren.web.access import requires
from shuren.web.workbench.receipts import contract_titles
from shuren.web.workbench.shell import current_site, page

LAST = 6


@dataclass(frozen=True)
class Step:
    """The next thing to do: a sentence, and a link or a command that does it."""

    text: str
    url: str = ""
    action: str = ""
    command: str = ""


@requires("workbench.open")
def today(request: HttpRequest) -> HttpResponse:
    """Last loads, rows waiting in quarantine, the age of what readers see, the next step."""
    site = current_site()
    actor: Actor = request.actor  # type: ignore[attr-defined]
    receipts = queries.receipts(site)
    waiting = queries.quarantine_counts(site)
    snapshot = queries.current_snapshot(site)
    context = {
        "receipts": receipts[:LAST] if may(actor, "loads.read") else [],
        "waiting": waiting[:LAST] if may(actor, "quarantine.read") else [],
        "waiting_rows": sum(one.open_rows for one in waiting),
        "snapshot": snapshot,
        "newer": _newer(receipts, snapshot),
        "titles": contract_titles(definitions.contracts(site)),
        "step": _next_step(actor, receipts, snapshot, sum(one.open_rows for one in waiting)),
        "sees_loads": may(actor, "loads.read"),
        "sees_quarantine": may(actor, "quarantine.read"),
        "sees_figures": may(actor, "dashboards.read"),
    }
    return page(request, "today.html", context, place="today")


def _newer(receipts: list[Receipt], snapshot: SnapshotInfo | None) -> list[Receipt]:
    """Loads that brought rows and are not yet in the snapshot."""
    known = set(snapshot.loads) if snapshot else set()
    return [one for one in receipts if one.accepted and not one.is_in(known)]


def _about_exports(actor: Actor) -> Step | None:
    """Whoever may approve exports hears first of what the guard stopped, then of who waits."""
    if not may(actor, egress.APPROVE):
        return None
    url, action = reverse("workbench:exports"), _("Look at the exports")
    if stopped := egress.blocked(actor=actor, only_unseen=True):
        times = sum(one.times for one in stopped)
        text = _("The guard stopped %(times)s attempts to export sensitive data.", times=times)
        return Step(text, url=url, action=action)
    waiting = [one for one in egress.requests(actor=actor) if one.state == "open"]
    if any(one.asked_by != actor.id for one in waiting):
        return Step(_("An export waits for a second person."), url=url, action=action)
    return None


def _next_step(
    actor: Actor, receipts: list[Receipt], snapshot: SnapshotInfo | None, waiting: int
) -> Step:
    if step := _about_exports(actor):
        return step
    loader = may(actor, "loads.run")
    if not receipts and loader:
        return Step(
            _("Nothing has been loaded yet. Begin with an export of your loans."),
            command="shuren load loans FILE",
        )
    newer = _newer(receipts, snapshot)
    if newer and loader:
        return Step(
            _("The last loads are not yet on the pages. Build a new snapshot."),
            command="shuren build",
        )
    if waiting and may(actor, "quarantine.read"):
        return Step(
            _("%(count)s refused rows wait for a decision.", count=f"{waiting:,}"),
            url=reverse("workbench:quarantine"),
            action=_("Open the quarantine"),
        )
    if reviews := review_desk.to_look_at(actor):
        return Step(
            _("Readers' reviews to be read: %(count)s.", count=f"{reviews:,}"),
            url=reverse("workbench:reviews"),
            action=_("Read them"),
        )
    if snapshot and may(actor, "dashboards.read"):
        return Step(
            _("All that was loaded is on the pages. See what readers borrow."),
            url=reverse("workbench:dashboard", args=["circulation"]),
            action=_("Open circulation"),
        )
    return Step(_("Nothing waits for you here."))
