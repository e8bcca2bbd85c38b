"""A reader's own loans. Nobody else's are ever on this page."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from shuren.data.queries import current_snapshot
from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.service.queries import DISPUTE_DAYS, HISTORY, books_out_not_listed, own_loans
from shuren.service.shapes import OwnLoan
from shuren.trust import young
from shuren.trust.queries import may
from shuren.web import moments
from shuren.web.access import to_sign_in
from shuren.web.portal.emergency import emergency_notices
from shuren.web.portal.membership import card_for
from shuren.web.portal.my_year import as_year
from shuren.web.portal.privacy import choice_of
from shuren.web.portal.searches import new_in_searches

SOON_DAYS = 3
PER_PAGE = 20


def my_library(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not request.user.is_authenticated:
        return to_sign_in(request)
    if young.waits(request.user):
        return render(request, "portal/my_waiting.html")
    if not actor.reader_key or not may(actor, "my_library.read"):
        return render(request, "portal/my_nobody.html")
    if current_snapshot(settings.SITE) is None:
        return render(request, "portal/my_library.html",
                      {"loaded": False, "notices": emergency_notices(actor)[:1],
                       "member": card_for(actor)})  # fmt: skip
    loans = own_loans(settings.SITE, actor=actor)
    show = request.GET.get("show", "")
    chosen = show if show in ("past", "year") else "out"
    page = Paginator(loans.past if chosen == "past" else loans.out, PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "loaded": True,
        "notices": emergency_notices(actor)[:1],
        "member": card_for(actor),
        "new_in_searches": new_in_searches(actor),
        "not_listed": books_out_not_listed(actor, loans) if chosen == "out" else 0,
        "chosen": chosen,
        "tabs": _tabs(len(loans.out), len(loans.past), chosen),
        "books": [as_row(loan) for loan in page] if chosen != "year" else [],
        "pager": _pager(page, chosen),
        "year": as_year(loans, request.GET.get("year", "")) if chosen == "year" else None,
        "late": sum(1 for loan in loans.out if _days_left(loan) < 0),
        "soon": sum(1 for loan in loans.out if 0 <= _days_left(loan) <= SOON_DAYS),
        "data_date": loans.data_date,
        "is_whole": loans.is_whole,
        "recent_days": DISPUTE_DAYS,
        "choice": None if loans.is_whole else choice_of(actor, HISTORY),
    }
    return render(request, "portal/my_library.html", context)


def as_row(loan: OwnLoan) -> dict[str, Any]:
    """The inputs of components/book_row.html."""
    return {
        "title": loan.title,
        "author": loan.author,
        "class_number": loan.call_number,
        "call_number": loan.call_number,
        "notes": _notes(loan),
    }


def _notes(loan: OwnLoan) -> list[dict[str, str]]:
    notes = []
    if loan.returned_at is None and loan.due_at is not None:
        notes.append(_due(loan))
    notes.append({"label": _("Borrowed %(day)s", day=_day(loan.loaned_at)), "tone": ""})
    if loan.returned_at is not None:
        notes.append({"label": _("Returned %(day)s", day=_day(loan.returned_at)), "tone": ""})
    if loan.renewals:
        notes.append({"label": _("Renewed %(times)s times", times=loan.renewals), "tone": ""})
    if loan.campus:
        notes.append({"label": loan.campus, "tone": ""})
    return notes


def _due(loan: OwnLoan) -> dict[str, str]:
    left = _days_left(loan)
    day = _day(loan.due_at)
    if left < 0:
        return {"label": _("Overdue since %(day)s", day=day), "tone": "bad"}
    if left == 0:
        return {"label": _("Due today"), "tone": "warn"}
    if left <= SOON_DAYS:
        return {"label": _("Due %(day)s, in %(days)s days", day=day, days=left), "tone": "warn"}
    return {"label": _("Due %(day)s", day=day), "tone": "good"}


def _days_left(loan: OwnLoan) -> int:
    """Calendar days until it is due, negative when late; a large number without a due date."""
    if loan.due_at is None:
        return 10_000
    return (_local(loan.due_at).date() - timezone.localtime(now()).date()).days


def _day(value: datetime | None) -> str:
    return moments.day(_local(value).date()) if value else ""


def _local(value: datetime) -> datetime:
    """The lake's timestamps are the library's wall clock and carry no zone."""
    return timezone.localtime(value) if value.tzinfo else value


def _tabs(out: int, past: int, chosen: str) -> list[dict[str, Any]]:
    return [
        {"label": _("On loan"), "url": "?show=out", "count": out, "current": chosen == "out"},
        {"label": _("Earlier"), "url": "?show=past", "count": past, "current": chosen == "past"},
        {"label": _("My year"), "url": "?show=year", "count": None, "current": chosen == "year"},
    ]


def _pager(page: Any, chosen: str) -> dict[str, Any] | None:
    if page.paginator.num_pages < 2:
        return None
    return {
        "number": page.number,
        "pages": page.paginator.num_pages,
        "text": _(
            "%(first)s–%(last)s of %(total)s",
            first=page.start_index(),
            last=page.end_index(),
            total=page.paginator.count,
        ),
        "previous": f"?show={chosen}&page={page.number - 1}" if page.has_previous() else "",
        "next": f"?show={chosen}&page={page.number + 1}" if page.has_next() else "",
    }
