"""What leaves the library: requests that wait for a second person, what the guard stopped, and by
which ways anything may leave at all."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.trust import egress
from shuren.web.access import requires
from shuren.web.workbench.shell import page


@dataclass(frozen=True)
class Way:
    """One way out and what may leave by it, in words."""

    title: str
    free: str
    approved: str


@requires("exports.approve")
def exports(request: HttpRequest) -> HttpResponse:
    return _page(request)


@requires("exports.approve")
@require_POST
def decide(request: HttpRequest, request_id: str) -> HttpResponse:
    """Allow, which shows the code once, or refuse with a reason."""
    actor, remark = request.actor, request.POST.get("remark", "")  # type: ignore[attr-defined]
    try:
        if request.POST.get("decision") == "allow":
            code = egress.allow(request_id, actor=actor, remark=remark)
            return _page(request, code=code)
        egress.refuse(request_id, actor=actor, remark=remark)
    except ShurenError as error:
        return _page(request, problem=error, status=400)
    return HttpResponseRedirect(reverse("workbench:exports"))


@requires("exports.approve")
@require_POST
def seen(request: HttpRequest, blocked_id: int) -> HttpResponse:
    egress.mark_seen(blocked_id, actor=request.actor)  # type: ignore[attr-defined]
    return HttpResponseRedirect(reverse("workbench:exports"))


def _page(
    request: HttpRequest, *, code: str = "", problem: ShurenError | None = None, status: int = 200
) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    lines = egress.requests(actor=actor)
    context = {
        "open": [one for one in lines if one.state == "open"],
        "decided": [one for one in lines if one.state != "open"],
        "own": actor.id,
        "titles": {id: pick(title) for id, title in egress.TITLES.items()},
        "blocked": egress.blocked(actor=actor),
        "ways": [_way(way) for way in egress.POINTS.values()],
        "code": code,
        "problem": problem,
    }
    answer = page(request, "exports.html", context, place="exports", status=status)
    if code:
        answer["Cache-Control"] = "no-store"
    return answer


def _way(way: egress.Point) -> Way:
    if way.own:
        return Way(pick(way.title), _("all of it, to the reader"), "")
    names = {1: _("public"), 2: _("to internal"), 3: _("to personal"), 4: _("to sensitive")}
    return Way(
        pick(way.title), names[way.free], names[way.approved] if way.approved > way.free else ""
    )
