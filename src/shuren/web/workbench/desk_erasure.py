"""Erasing at the desk for a reader who cannot sign in: asked, allowed by somebody else, done."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from shuren.kernel.errors import ShurenError, UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.service import desk_erasure
from shuren.service.desk_erasure import ERASE
from shuren.service.errors import NothingHeld
from shuren.service.shapes import Certificate
from shuren.trust import egress
from shuren.web import moments
from shuren.web.access import requires
from shuren.web.portal.held import store_titles
from shuren.web.workbench.shell import current_site, page


@requires(ERASE)
def page_of_desk(request: HttpRequest) -> HttpResponse:
    """Both steps and one's own requests. The number typed is not shown again."""
    actor, asked = request.actor, request.POST  # type: ignore[attr-defined]
    problem: ShurenError | None = None
    made, done = "", None
    if request.method == "POST":
        try:
            if asked.get("step") == "ask":
                made = desk_erasure.ask(
                    current_site(), asked.get("card", ""), asked.get("reason", ""), actor=actor
                )
            elif asked.get("step") == "erase":
                code = asked.get("code", "")
                done = desk_erasure.erase(current_site(), asked.get("card", ""), code, actor=actor)
            else:
                raise UsageError(_("Ask, or erase."))
        except ShurenError as error:
            problem = error
    context: dict[str, Any] = {
        "heading": _("Erase at the desk"),
        "problem": problem,
        "made": made,
        "done": _told(done) if done else None,
        "requests": [
            one for one in egress.own_requests(actor=actor) if one.point == desk_erasure.POINT
        ],
    }
    answer = page(
        request, "desk_erasure.html", context, place="desk", status=400 if problem else 200
    )
    answer["Cache-Control"] = "no-store"
    return answer


@requires(ERASE)
@require_GET
def certificate_file(request: HttpRequest, erasure_id: str) -> HttpResponse:
    """The certificate again, for the reader to keep."""
    actor = request.actor  # type: ignore[attr-defined]
    try:
        found = desk_erasure.certificate(current_site(), erasure_id, actor=actor)
    except NothingHeld:
        raise Http404 from None
    response = HttpResponse(
        desk_erasure.as_file(found, actor=actor), content_type="application/json"
    )
    response["Content-Disposition"] = f'attachment; filename="{found.id}.json"'
    return response


def _told(done: Certificate) -> dict[str, Any]:
    """What the desk prints for the reader."""
    said, titles = done.content["statement"], store_titles()
    return {
        "id": done.id,
        "erased": [
            {"title": titles.get(id, id), "count": count}
            for id, count in said["erased"].items()
            if count
        ],
        "kept": [
            {
                "title": titles.get(one["store"], one["store"]),
                "because": pick(one["because"]),
                "until": pick(one["until"]),
            }
            for one in said["kept"]
        ],
        "due": moments.day(date.fromisoformat(said["disk_due"])),
        "backups": moments.day(date.fromisoformat(said["backups_gone_by"])),
    }
