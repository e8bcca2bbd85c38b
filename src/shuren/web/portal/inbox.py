"""The inbox: what somebody was told, readers and staff alike; each sees their own."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.service import messages
from shuren.service.message_shapes import KINDS, Inbox, Told
from shuren.web.access import to_sign_in
from shuren.web.workbench.paging import whole_number

UNREAD = "unread"


def index(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return to_sign_in(request)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    show = request.GET.get("show", "")
    kind = show if show in KINDS else ""
    found = messages.inbox(
        settings.SITE, actor, kind=kind, unread=show == UNREAD,
        page=whole_number(request.GET.get("page", "")) or 1,
    )  # fmt: skip
    context = {
        "tabs": _tabs(found, show),
        "rows": [as_row(one) for one in found.messages],
        "unread": found.unread,
        "is_narrowed": bool(kind) or show == UNREAD,
        "is_reader": bool(actor.reader_key),
        "pager": _pager(found, show),
        "show": show if kind or show == UNREAD else "",
    }
    return render(request, "portal/my_inbox.html", context)


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return to_sign_in(request)
    messages.mark_all_read(actor=request.actor)  # type: ignore[attr-defined]
    return HttpResponseRedirect(reverse("my-inbox"))


def one(request: HttpRequest, number: int) -> HttpResponse:
    """One message, read from now on; POST do=unread or do=delete."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        if request.POST.get("do") == "delete":
            messages.remove(number, actor=actor)
        else:
            messages.mark(number, actor=actor, is_read=False)
        return HttpResponseRedirect(reverse("my-inbox"))
    found = messages.message(settings.SITE, number, actor=actor)
    context = as_row(found) | {
        "trail": [
            {"label": _("Inbox"), "url": reverse("my-inbox")},
            {"label": pick(found.title), "url": ""},
        ],
        "is_reader": bool(actor.reader_key),
        "mailed": _mailed(found.mailed),
    }
    return render(request, "portal/my_message.html", context)


def as_row(one: Told) -> dict[str, Any]:
    """The inputs of components/message_row.html."""
    lines = pick(one.body).splitlines()
    return {
        "id": one.id,
        "title": pick(one.title),
        "first": lines[0] if lines else "",
        "lines": lines,
        "kind": pick(KINDS[one.kind].title) if one.kind in KINDS else one.kind,
        "at": one.told_at,
        "is_read": one.is_read,
        "href": reverse("my-message", args=[one.id]),
        "leads": _leads(one.about),
    }


def _leads(about: dict[str, str]) -> dict[str, str]:
    """{url, label} of the page of what a message is about, {} where it has none."""
    kind, id = about["kind"], about["id"]
    pages: dict[str, tuple[str, list[str], str]] = {
        "case": ("my-case", [id], _("To the case")),
        "booking": ("my-bookings", [], _("To your bookings")),
        "event": ("event", [id], _("To the event")),
        "shift": ("my-shifts", [], _("To your shifts")),
        "search": ("my-searches", [], _("To your saved searches")),
        "title": ("item", [id], _("To the title")),
        "review": ("item-review", [id], _("To your review")),
        "loan": ("my", [], _("To your loans")),
        "consent": ("my-privacy", [], _("To My privacy")),
        "desk_case": ("workbench:case", [id], _("To the case")),
        "task": ("workbench:supervised", [id], _("To the task")),
        "opinion": ("workbench:opinion", [id], _("To the opinion")),
    }
    name, args, label = pages.get(kind, ("", [], ""))
    if not name or "" in args:
        return {}
    return {"url": reverse(name, args=args), "label": label}


def _mailed(state: str) -> str:
    said = {
        "waiting": _("The mail about it waits in the outbox."),
        "sending": _("The mail about it is on its way."),
        "sent": _("A mail about it was sent to you."),
        "dead": _("The mail about it could not be delivered; is your address right?"),
        "stopped": _("No mail was sent about it."),
        "late": _("No mail was sent about it."),
    }
    return said.get(state, "")


def _tabs(found: Inbox, show: str) -> list[dict[str, Any]]:
    every = sum(found.kinds.values())
    tabs: list[dict[str, Any]] = [
        {"label": _("All messages"), "url": "?", "count": every,
         "current": show not in (*KINDS, UNREAD)},
        {"label": _("Unread"), "url": f"?show={UNREAD}", "count": found.unread,
         "current": show == UNREAD},
    ]  # fmt: skip
    return tabs + [
        {
            "label": pick(kind.title),
            "url": f"?show={id}",
            "count": found.kinds.get(id, 0),
            "current": show == id,
        }
        for id, kind in KINDS.items()
        if found.kinds.get(id) or show == id
    ]


def _pager(found: Inbox, show: str) -> dict[str, Any] | None:
    if found.pages < 2:
        return None
    more = f"show={show}&" if show else ""
    first = (found.page - 1) * messages.PAGE + 1
    return {
        "number": found.page,
        "pages": found.pages,
        "text": _("%(first)s–%(last)s of %(total)s", first=first,
                  last=first + len(found.messages) - 1, total=f"{found.total:,}"),
        "previous": f"?{more}page={found.page - 1}" if found.page > 1 else "",
        "next": f"?{more}page={found.page + 1}" if found.page < found.pages else "",
    }  # fmt: skip
