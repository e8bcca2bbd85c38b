"""Accepted gifts to be catalogued: fifty copies a page, or all of them as a sheet down and up."""

import csv
import io
from typing import Any
from urllib.parse import urlencode

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from shuren.data.source import FileProblem
from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.service import gift_copies
from shuren.service.errors import WrongField
from shuren.service.gift_shapes import READY, TO_DO, Stocked
from shuren.web import uploads
from shuren.web.access import requires
from shuren.web.errors import status_of
from shuren.web.workbench.csv_text import BYTE_ORDER_MARK
from shuren.web.workbench.paging import paging, whole_number
from shuren.web.workbench.shell import Crumb, Tab, crumbs, current_site, page

PLACE, EDIT = "records", "records.edit"
SHOWN = 20  # problems of a sheet; the others are counted


@requires(EDIT)
def index(request: HttpRequest) -> HttpResponse:
    """POST with a file takes a sheet back; else what was typed on the page."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    site = current_site()
    gift = request.GET.get("gift", "")[:32]
    view = request.GET.get("view", TO_DO)
    view = view if view in gift_copies.VIEWS else TO_DO
    problem: ShurenError | None = None
    taken: Stocked | None = None
    if request.method == "POST":
        try:
            taken = _taken(request, actor)
            if not taken.problems:
                return HttpResponseRedirect(_here(gift, view, {"taken": str(taken.changed)}))
        except ShurenError as error:
            problem = error
    counted = gift_copies.counts(gift, actor=actor)
    number = whole_number(request.GET.get("page", "")) or 1
    lines, total = gift_copies.lines(gift, view=view, page=number, actor=actor)
    wrong = dict(taken.problems) if taken else {}
    status = status_of(problem) if problem else 400 if wrong else 200
    context = {
        "tabs": _tabs(gift, view, counted),
        "rows": [_row(one, request, wrong) for one in lines],
        "total": total,
        "pager": paging(request, total, gift_copies.PAGE) if total > gift_copies.PAGE else None,
        "campuses": gift_copies.campuses(site, actor=actor),
        "is_todo": view == TO_DO,
        "gift": gift,
        "all_url": _here("", view, {}),
        "sheet_url": _asked("workbench:gift-copies-sheet", gift),
        "marc_url": _asked("workbench:gift-copies-marc", gift),
        "any": sum(counted.values()) > 0,
        "refused": gift_copies.refused(site),
        "changed": taken.changed if taken else whole_number(request.GET.get("taken", "")),
        "problems": taken.problems[:SHOWN] if taken else (),
        "problem_count": len(taken.problems) if taken else 0,
        "problem": problem,
        "trail": crumbs(PLACE, Crumb(_("Gifts to be catalogued"))),
    }
    return page(request, "gift_copies.html", context, place=PLACE, status=status)


@requires(EDIT)
def sheet(request: HttpRequest) -> HttpResponse:
    """What is to be catalogued, as CSV to be filled in."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    out = io.StringIO()
    rows = gift_copies.sheet(request.GET.get("gift", "")[:32], actor=actor)
    csv.writer(out).writerows(rows)
    answer = HttpResponse(BYTE_ORDER_MARK + out.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="gifts-to-catalogue.csv"'
    return answer


@requires(EDIT)
def marc(request: HttpRequest) -> HttpResponse:
    """The accepted titles as CNMARC for the library's own system."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    encoding = request.GET.get("encoding", "utf-8")
    encoding = encoding if encoding in gift_copies.ENCODINGS else "utf-8"
    gift = request.GET.get("gift", "")[:32]
    data, left_out = gift_copies.cnmarc(current_site(), gift, encoding=encoding, actor=actor)
    answer = HttpResponse(data, content_type="application/marc")
    answer["Content-Disposition"] = f'attachment; filename="gifts-{encoding}.mrc"'
    # Also for a program that fetches it: a record that does not fit is not lost unsaid.
    answer["X-Records-Left-Out"] = str(left_out)
    return answer


def _taken(request: HttpRequest, actor: Actor) -> Stocked:
    site = current_site()
    if "file" not in request.FILES:
        names = ("copy", "call_number", "campus", "location", "barcode")
        columns = [request.POST.getlist(name) for name in names]
        entries = [dict(zip(names, one, strict=True)) for one in zip(*columns, strict=False)]
        said = [one for one in entries if any(one[name].strip() for name in names[1:])]
        return gift_copies.catalogue(site, said, actor=actor)
    sent = request.FILES["file"]
    if not isinstance(sent, UploadedFile):
        raise WrongField("file", _("No file was chosen."), fix=_("Choose one and send it."))
    token = uploads.keep(request, site, sent.name or "", sent.chunks())
    try:
        path = uploads.kept(request, site, token)
        return gift_copies.take_sheet(site, path, actor=actor)
    except FileProblem as error:
        raise WrongField("file", error.message, fix=error.fix) from error
    finally:
        uploads.drop(request, site)


def _tabs(gift: str, view: str, counted: dict[str, int]) -> list[Tab]:
    named = {TO_DO: _("To be catalogued"), READY: _("Catalogued")}
    return [Tab(label, _here(gift, id, {}), counted[id], view == id) for id, label in named.items()]


def _row(one: Any, request: HttpRequest, wrong: dict[str, str]) -> dict[str, Any]:
    """A copy with what was typed, where that had something wrong."""
    typed: dict[str, str] = {}
    if one.copy in wrong:
        at = request.POST.getlist("copy").index(one.copy)
        for name in ("call_number", "campus", "location", "barcode"):
            typed[name] = request.POST.getlist(name)[at]
    return {
        "copy": one.copy,
        "title": one.title,
        "author": one.author,
        "published": ", ".join(part for part in (one.publisher, one.year) if part),
        "isbn": one.isbn,
        "known": one.known,
        "call_number": typed.get("call_number", one.call_number),
        "campus": typed.get("campus", one.campus),
        "location": typed.get("location", one.location),
        "barcode": typed.get("barcode", one.barcode),
        "error": wrong.get(one.copy, ""),
    }


def _here(gift: str, view: str, more: dict[str, str]) -> str:
    said = ({"gift": gift} if gift else {}) | ({"view": view} if view != TO_DO else {}) | more
    return reverse("workbench:gift-copies") + (f"?{urlencode(said)}" if said else "")


def _asked(name: str, gift: str) -> str:
    return reverse(name) + (f"?{urlencode({'gift': gift})}" if gift else "")
