"""The front desk: what the reader has on loan whose card lies there."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.service.desk import SERVE, DeskReader, reader_at_desk
from shuren.service.desk_erasure import ERASE
from shuren.trust.queries import may
from shuren.web.access import requires
from shuren.web.portal.mine import as_row
from shuren.web.workbench.card_words import card_lines
from shuren.web.workbench.shell import current_site, page

PLACE = "desk"


@requires(SERVE)
def desk(request: HttpRequest) -> HttpResponse:
    """The form, and under it the answer to it. The number typed is not shown again."""
    problem: ShurenError | None = None
    found: DeskReader | None = None
    if request.method == "POST":
        try:
            found = reader_at_desk(
                current_site(),
                request.POST.get("card", ""),
                actor=request.actor,  # type: ignore[attr-defined]
            )
        except ShurenError as error:
            problem = error
    context: dict[str, Any] = {
        "problem": problem,
        "found": found,
        "books": [as_row(loan) for loan in found.loans] if found else [],
        "card": card_lines(found.card) if found else [],
        "heading": _("Serve a reader"),
        "may_erase": may(request.actor, ERASE),  # type: ignore[attr-defined]
    }
    return page(request, "desk.html", context, place=PLACE, status=400 if problem else 200)
