"""How a reader wants to be told, their private calendar, and the link that stops mails."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import CHINESE, ENGLISH, pick
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.service import calendars, ics, messages
from shuren.service.message_shapes import KINDS, WAYS, Choices
from shuren.trust import egress
from shuren.web import moments
from shuren.web.access import requires
from shuren.web.errors import status_of
from shuren.web.portal.held import READ
from shuren.web.portal.own_page import own_page
from shuren.web.workbench.paging import whole_number

MOST = (1, 2, 3, 5, 10, 20)


@requires(READ)
def choices(request: HttpRequest) -> HttpResponse:
    """GET the page; POST way-<kind>, quiet_from, quiet_to, most, language."""

    def do(actor: Actor) -> str:
        messages.choose(_said(request), actor=actor)
        return reverse("my-messages") + "?kept=1"

    return own_page(request, do, lambda actor, problem: _page(request, actor, problem=problem))


@requires(READ)
@require_POST
def calendar_address(request: HttpRequest) -> HttpResponse:
    """do=make shows a new address of the private calendar, once; do=end ends it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.reader_key:
        return render(request, "portal/my_nobody.html")
    if request.POST.get("do") == "end":
        calendars.end_feed(actor=actor)
        return HttpResponseRedirect(reverse("my-messages") + "#calendar")
    token = calendars.open_feed(actor=actor)
    answer = _page(request, actor, address=_address(request, token))
    answer["Cache-Control"] = "no-store"
    return answer


def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar file of whoever made this address."""
    reader = calendars.owner(token)
    content = calendars.feed(settings.SITE, reader).encode()
    egress.check("calendar", actor=reader, content=content, purpose=calendars.OWN)
    answer = HttpResponse(content, content_type=ics.TYPE)
    answer["Cache-Control"] = "private, no-store"
    answer["X-Robots-Tag"] = "noindex"
    return answer


@requires(READ)
def calendar_file(request: HttpRequest) -> HttpResponse:
    """The reader's own calendar as a file, to be opened once."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.reader_key:
        return render(request, "portal/my_nobody.html")
    content = calendars.feed(settings.SITE, actor).encode()
    egress.check("calendar", actor=actor, content=content, purpose=calendars.OWN)
    answer = HttpResponse(content, content_type=ics.TYPE)
    answer["Content-Disposition"] = 'attachment; filename="library.ics"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@csrf_exempt  # a mail program posts here (RFC 8058); the signed link is the proof
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, so that who merely looks at a link stops nothing; POST stops."""
    is_done = request.method == "POST"
    kind = messages.stop(token) if is_done else messages.stopped_by(token)
    title = pick(KINDS[kind].title) if kind in KINDS else _("All messages")
    context = {"kind": title if kind else "", "is_done": is_done}
    return render(request, "portal/stop.html", context, status=200 if kind else 404)


def _page(
    request: HttpRequest, actor: Actor, *, problem: ShurenError | None = None, address: str = ""
) -> HttpResponse:
    known = messages.choices(actor)
    made = calendars.made_at(actor)
    context = {
        "kinds": [
            {
                "name": f"way-{id}",
                "title": pick(kind.title),
                "help": pick(kind.help),
                "value": known.ways[id],
                "needs_consent": kind.needs_consent,
            }
            for id, kind in KINDS.items()
        ],
        "ways": [{"value": way, "label": label} for way, label in _ways().items()],
        "known": known,
        "mosts": [{"value": str(one), "label": str(one)} for one in sorted({*MOST, known.most})],
        "most": str(known.most),
        "languages": [
            {"value": "", "label": _("The library's")},
            {"value": CHINESE, "label": "中文"},
            {"value": ENGLISH, "label": "English"},
        ],
        "is_kept": request.GET.get("kept") == "1",
        "is_set": settings.SITE_SETTINGS.mail is not None,
        "problem": problem,
        "address": address,
        "made": moments.relative(made) if made else "",
    }
    status = status_of(problem) if problem else 200
    return render(request, "portal/my_messages.html", context, status=status)


def _ways() -> dict[str, str]:
    said = {
        "now": _("at once"),
        "daily": _("once a day, together"),
        "weekly": _("once a week, together"),
        "off": _("never"),
    }
    return {way: said[way] for way in WAYS}


def _said(request: HttpRequest) -> Choices:
    posted: dict[str, Any] = {
        kind: request.POST.get(f"way-{kind}", KINDS[kind].way)[:10] for kind in KINDS
    }
    return Choices(
        posted,
        request.POST.get("quiet_from", "")[:5],
        request.POST.get("quiet_to", "")[:5],
        whole_number(request.POST.get("most", "")) or 0,
        request.POST.get("language", "")[:10],
    )


def _address(request: HttpRequest, token: str) -> str:
    path = reverse("calendar-feed", args=[token])
    base = settings.SITE_SETTINGS.public_url
    return f"{base}{path}" if base else request.build_absolute_uri(path)
