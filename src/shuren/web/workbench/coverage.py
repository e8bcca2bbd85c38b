"""The coverage map: which systems of the library feed us, and which are silent."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

from shuren.data import definitions, queries
from shuren.kernel.i18n import gettext as _
from shuren.web.access import requires
from shuren.web.workbench.receipts import contract_titles
from shuren.web.workbench.shell import current_site, page


@dataclass(frozen=True)
class Badge:
    """What a state is called, and the tone that repeats it."""

    label: str
    tone: str


@requires("loads.read")
def coverage(request: HttpRequest) -> HttpResponse:
    """One card a system of the vocabulary `library_system`."""
    systems = queries.coverage(current_site())
    shown = badges()
    context = {
        "systems": [(system, shown[system.state]) for system in systems],
        "feeds": [(system, feed, shown[feed.state]) for system in systems for feed in system.feeds],
        "alive": sum(system.state == "alive" for system in systems),
        "silent": sum(system.state in ("silent", "none") for system in systems),
        "all": len(systems),
        "titles": contract_titles(definitions.contracts(current_site())),
    }
    return page(request, "coverage.html", context, place="coverage")


def badges() -> dict[str, Badge]:
    """{state: how it is shown}."""
    return {
        "alive": Badge(_("Alive"), "good"),
        "late": Badge(_("Late"), "warn"),
        "silent": Badge(_("Unheard"), "bad"),
        "none": Badge(_("Never heard"), "bad"),
    }
