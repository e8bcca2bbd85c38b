"""Bibliographic records at work: looking one up, editing its fields, its history, undo."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from shuren.data import queries as data
from shuren.data.actions import edit_record
from shuren.data.errors import BadRecord, EditConflict, NotEditable, UnknownName
from shuren.data.record import EditableRecord, MarcField
from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.web.access import requires
from shuren.web.workbench.shell import Crumb, crumbs, current_site, page

PLACE, MOST, EMPTY_ROWS = "records", 30, 3
_COLUMNS = ("bib_id", "title", "authors", "publisher", "published", "record_id", "source_system")


@requires("records.edit")
def index(request: HttpRequest) -> HttpResponse:
    """Records whose title, number or ISBN has the words; the first of all without words."""
    words = request.GET.get("q", "").strip()[:200]
    found: list[dict[str, Any]] = []
    if data.current_snapshot(current_site()) is not None:
        found = _found(request, words)
    context = {"q": words, "records": found[:MOST], "more": len(found) > MOST}
    return page(request, "records.html", context, place=PLACE)


@requires("records.edit")
def one(request: HttpRequest, bib_id: str) -> HttpResponse:
    """A record in fields and as text; saving, and putting an earlier version back."""
    site, actor = current_site(), request.actor  # type: ignore[attr-defined]
    problem: ShurenError | None = None
    text = ""
    try:
        if request.method == "POST":
            text = _sent(request, bib_id)
            based_on = request.POST.get("based_on", "")
            try:
                edit_record(site, bib_id, text, based_on=based_on, actor=actor)
                return HttpResponseRedirect(f"{reverse('workbench:record', args=[bib_id])}?saved=1")
            except (BadRecord, EditConflict) as error:
                problem = error
        record = data.editable_record(site, bib_id, actor=actor)
    except UnknownName:
        raise Http404 from None
    except NotEditable as error:
        context = {"problem": error, "trail": crumbs(PLACE, Crumb(_("Edit a record")))}
        return page(request, "record_fixed.html", context, place=PLACE, status=400)
    context = {
        "record": record,
        "rows": _rows(request, record),
        "text": text or record.newest.text,
        "changed_by": record.newest.actor,
        "saved": "saved" in request.GET,
        "problem": problem,
        "conflict": isinstance(problem, EditConflict),
        "trail": crumbs(PLACE, Crumb(record.title or record.bib_id)),
    }
    return page(request, "record.html", context, place=PLACE, status=400 if problem else 200)


def _found(request: HttpRequest, words: str) -> list[dict[str, Any]]:
    ask: dict[str, Any] = {
        "purpose": "public_information",
        "actor": request.actor,  # type: ignore[attr-defined]
        "columns": _COLUMNS,
        "order_by": ["title", "bib_id"],
        "limit": MOST + 1,
    }
    table = "conformed.bib_record"
    if not words:
        return data.read(current_site(), table, **ask).dicts()
    for column, operator in (("record_id", "="), ("isbn", "="), ("title", "contains")):
        where = [(column, operator, words)]
        if found := data.read(current_site(), table, where=where, **ask).dicts():
            return found
    return []


def _sent(request: HttpRequest, bib_id: str) -> str:
    """What was typed as line-MARC: the text, a version to be put back, or the fields."""
    post = request.POST
    if "restore" in post:
        actor = request.actor  # type: ignore[attr-defined]
        history = data.editable_record(current_site(), bib_id, actor=actor).history
        found = next((v.text for v in history if v.id == post["restore"]), None)
        if found is None:
            raise Http404
        return found
    if post.get("how") == "text":
        return post.get("text", "").replace("\r\n", "\n")
    lines = []
    columns = (post.getlist(name) for name in ("tag", "indicators", "content"))
    for tag, indicators, content in zip(*columns, strict=False):
        if not tag.strip():
            continue  # a line without a tag is taken away
        marks = "" if tag.startswith("00") or tag == "LDR" else f"{indicators:2}"[:2]
        marks = marks.replace(" ", "\\").replace("#", "\\")
        lines.append(f"={tag.strip()}  {marks}{content}")
    return "\n".join(lines)


def _rows(request: HttpRequest, record: EditableRecord) -> list[MarcField]:
    """The fields as they were typed, or as they are; and empty ones to write more."""
    empty = [MarcField("", "", "")] * EMPTY_ROWS
    if request.method == "POST" and "tag" in request.POST:
        post = request.POST
        columns = (post.getlist(name) for name in ("tag", "indicators", "content"))
        return [MarcField(*row) for row in zip(*columns, strict=False)]
    leader = next(line for line in record.newest.text.splitlines() if line.startswith("=LDR"))
    return [MarcField("LDR", "", leader[6:]), *record.fields, *empty]
