"""The list of a gift: loaded from a file, held against the catalogue, decided in bulk."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from shuren.data.source import FileProblem
from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.service import cases, gift_copies, gifts
from shuren.service.errors import NoSuchCase, WrongField
from shuren.service.gift_shapes import ACCEPTED, BY_ISBN, DECLINED, OPEN, PASSED_ON, GiftLine
from shuren.trust.queries import may
from shuren.web import case_words, uploads
from shuren.web.access import requires
from shuren.web.errors import status_of
from shuren.web.workbench.paging import paging, whole_number
from shuren.web.workbench.shell import Crumb, Tab, crumbs, current_site, page

PLACE, READ, WORK = "cases", "cases.read", "cases.work"


@requires(READ, post=WORK)
def gift(request: HttpRequest, case_id: str) -> HttpResponse:
    """POST with a file loads the list; with `decision` decides about ticked lines or a view."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    site = current_site()
    view = request.GET.get("view", "")
    view = view if view in gifts.VIEWS else ""
    problem: ShurenError | None = None
    refused: tuple[tuple[int, str], ...] = ()
    if request.method == "POST":
        try:
            if "file" in request.FILES:
                refused = _load(request, case_id, actor)
            else:
                _decide(request, case_id, view, actor)
            if not refused:
                return HttpResponseRedirect(request.get_full_path())
        except NoSuchCase:
            raise
        except ShurenError as error:
            problem = error
    found = gifts.gift(case_id, actor=actor)
    case = cases.case(site, case_id, actor)
    number = whole_number(request.GET.get("page", "")) or 1
    lines, total = gifts.lines(case_id, view=view, page=number, actor=actor)
    context = {
        "case": case,
        "title": case_words.title_of(case),
        "sum": found,
        "tabs": _tabs(found, view),
        "rows": [_row(one) for one in lines],
        "total": total,
        "pager": paging(request, total, gifts.PAGE) if total > gifts.PAGE else None,
        "view": view,
        "can_load": case.state in gifts.LOADING,
        "can_decide": case.state in gifts.DECIDING and total > 0,
        "decisions": [{"value": id, "label": label} for id, label in _decisions().items()],
        "stock_url": f"{reverse('workbench:gift-copies')}?gift={case_id}"
        if case.state == "acknowledged" and may(actor, gift_copies.EDIT)
        else "",
        "refused": refused[:20],
        "problem": problem,
        "trail": crumbs(
            PLACE,
            Crumb(case_words.title_of(case), reverse("workbench:case", args=[case_id])),
            Crumb(_("List of the gift")),
        ),
    }
    status = status_of(problem) if problem else 200
    return page(request, "case_gift.html", context, place=PLACE, status=status)


def _load(request: HttpRequest, case_id: str, actor: Actor) -> tuple[tuple[int, str], ...]:
    site, sent = current_site(), request.FILES.get("file")
    if not isinstance(sent, UploadedFile):
        raise WrongField("file", _("No file was chosen."), fix=_("Choose one and send it."))
    token = uploads.keep(request, site, sent.name or "", sent.chunks())
    try:
        path = uploads.kept(request, site, token)
        return gifts.load_list(site, case_id, path, actor=actor).refused
    except FileProblem as error:
        raise WrongField("file", error.message, fix=error.fix) from error
    finally:
        uploads.drop(request, site)


def _decide(request: HttpRequest, case_id: str, view: str, actor: Actor) -> None:
    said = request.POST
    numbers = [n for one in said.getlist("line") if (n := whole_number(one)) is not None]
    if not numbers and said.get("all") != "1":
        raise WrongField("line", _("Tick lines, or say that all of this view are meant."))
    gifts.decide(
        case_id, said.get("decision", ""), view=view, numbers=numbers or None,
        reason=said.get("reason", ""), actor=actor,
    )  # fmt: skip


def _decisions() -> dict[str, str]:
    return {
        ACCEPTED: _("Into the collections"),
        DECLINED: _("Not taken"),
        PASSED_ON: _("Passed on"),
    }


def _tabs(found: Any, view: str) -> list[Tab]:
    counts = {
        "": (_("All"), found.titles),
        "open": (_("Not decided"), found.decided[OPEN][0]),
        "known": (_("In the catalogue already"), found.duplicates),
        "new": (_("New"), found.titles - found.duplicates),
    } | {id: (label, found.decided[id][0]) for id, label in _decisions().items()}
    return [Tab(label, f"?view={id}", count, view == id) for id, (label, count) in counts.items()]


def _row(one: GiftLine) -> dict[str, Any]:
    known = ""
    if one.known:
        known = _("same ISBN") if one.by == BY_ISBN else _("same title and author")
    decided = _decisions().get(one.decision, "")
    return {
        "number": one.number,
        "title": one.title,
        "author": one.author,
        "published": ", ".join(part for part in (one.publisher, one.year) if part),
        "isbn": one.isbn,
        "copies": one.copies,
        "known": known,
        "known_url": f"{reverse('find')}?q={one.isbn or one.title}" if known else "",
        "decided": f"{decided}: {one.reason}" if one.reason else decided,
        "tone": {ACCEPTED: "good", DECLINED: "warn"}.get(one.decision, ""),
    }
