"""The outbox: what goes out, what came to nothing and what to do about it; never whose it is."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.service import outbox
from shuren.service.message_shapes import KINDS, WHY, OutLine
from shuren.web.access import requires
from shuren.web.workbench.shell import Tab, current_site, page

TONES = {"sent": "good", "dead": "bad", "late": "warn", "waiting": "", "sending": "", "stopped": ""}


@requires(outbox.MANAGE)
def index(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state", "")
    state = state if state in outbox.STATES else ""
    found = outbox.outbox(current_site(), actor=request.actor, state=state)  # type: ignore[attr-defined]
    words = _words()
    tabs = [Tab(_("All messages"), "?", sum(found.counts.values()), not state)]
    tabs += [
        Tab(words[one], f"?state={one}", count, state == one)
        for one, count in found.counts.items()
        if count or state == one
    ]
    context = {
        "tabs": tabs,
        "lines": [_line(one, words) for one in found.lines],
        "is_set": found.is_set,
        "waiting": found.counts["waiting"],
        "hooks": found.hooks,
        "shown": outbox.SHOWN,
        "has_dead": any(one.state == "dead" for one in found.lines),
    }
    return page(request, "messages.html", context, place="messages")


@requires(outbox.MANAGE)
@require_POST
def again(request: HttpRequest) -> HttpResponse:
    """Put the chosen ones, `id`, back among what is to be sent."""
    ids = [int(one) for one in request.POST.getlist("id") if one.isascii() and one.isdecimal()]
    outbox.send_again([one for one in ids if one < 2**62], actor=request.actor)  # type: ignore[attr-defined]
    return HttpResponseRedirect(reverse("workbench:messages"))


def _line(one: OutLine, words: dict[str, str]) -> dict[str, Any]:
    why, fix = WHY.get(one.why, ({}, {}))
    return {
        "id": one.id,
        "channel": one.hook or _("Mail"),
        "kind": pick(KINDS[one.kind].title) if one.kind in KINDS else one.kind,
        "template": one.template,
        "state": {"label": words[one.state], "tone": TONES[one.state]},
        "why": pick(why) if why else "",
        "fix": pick(fix) if fix else "",
        "code": one.code or "",
        "attempts": one.attempts,
        "told_at": one.told_at,
        "next_at": one.due_at if one.state == "waiting" else one.done_at,
        "is_dead": one.state == "dead",
    }


def _words() -> dict[str, str]:
    return {
        "waiting": _("waits"),
        "sending": _("on its way"),
        "sent": _("sent"),
        "dead": _("came to nothing"),
        "late": _("too late"),
        "stopped": _("not wanted"),
    }
