"""Documents as content: search in their text, and each page with its lines where they stand."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from shuren.data import content as documents
from shuren.data import queries as data
from shuren.data.content_shapes import PURPOSE, Hit, Mark
from shuren.data.errors import NoSnapshot, NoSuchTable
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.web.access import requires
from shuren.web.workbench.paging import whole_number
from shuren.web.workbench.shell import Crumb, crumbs, current_site, page

PLACE = "content"
# Units of the drawing a page is wide; its height follows the page's own.
WIDE = 1_000
# Below this a line is shown as unsure.
UNSURE = 0.8


@dataclass(frozen=True)
class Box:
    """A box of the drawing, in its units; `url` where it leads to, or ''."""

    x: float
    y: float
    width: float
    height: float
    url: str = ""
    tone: str = ""


@requires("contracts.read")
def index(request: HttpRequest) -> HttpResponse:
    """All documents, or the passages that have the words."""
    words = " ".join(request.GET.get("q", "").split())[:200]
    actor: Actor = request.actor  # type: ignore[attr-defined]
    known = {row["document_id"]: row for row in _rows(actor, "document", ("document_title",))}
    found = documents.search(current_site(), words, actor=actor) if words else None
    context = {
        "q": words,
        "documents": list(known.values()),
        "found": found,
        "hits": [_shown(hit, known, words) for hit in found.hits] if found else [],
    }
    return page(request, "content.html", context, place=PLACE)


@requires("contracts.read")
def document(request: HttpRequest, document_id: str) -> HttpResponse:
    """One page of a document: as it is seen, with its lines drawn over it and their text beside."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    where = [("document_id", "=", document_id)]
    found = _rows(actor, "document", (), where)
    if not found:
        raise Http404
    pages = _rows(actor, "document_page", ("page_no",), where)
    number = min(max(1, whole_number(request.GET.get("page", "")) or 1), len(pages))
    words = " ".join(request.GET.get("q", "").split())[:200]
    chosen = whole_number(request.GET.get("line", "")) or 0
    here = next((row for row in pages if row["page_no"] == number), pages[0])
    lines = _rows(actor, "text_line", ("line_no",), [*where, ("page_no", "=", number)])
    marks = documents.marks(current_site(), document_id, number, words, actor=actor)
    tall = _height(here)
    own = reverse("workbench:document", args=[document_id])
    said = {"page": str(number), "q": words}
    entities = _rows(actor, "text_entity", ("line_no",), [*where, ("page_no", "=", number)])
    context = {
        "document": found[0],
        "is_open": found[0]["rights"] == "open",
        "here": here,
        "lines": [
            {
                "row": line,
                "url": _with(own, said | {"line": str(line["line_no"])}),
                "chosen": line["line_no"] == chosen,
                "found": any(mark.line_no == line["line_no"] for mark in marks),
                "unsure": (line["confidence"] or 0) < UNSURE,
            }
            for line in lines
        ],
        "view": {
            "src": reverse("workbench:document-page", args=[document_id, number])
            if found[0]["rights"] == "open" and tall else "",
            "alt": _("Page %(number)s as it looks", number=number),
            "wide": WIDE, "tall": tall,
            "lines": [_line_box(one, tall, own, said, chosen) for one in lines
                      if one["x_left"] is not None],
            "marks": [_mark_box(mark, tall) for mark in marks],
        },
        "entities": entities, "q": words, "number": number,
        "before": _with(own, said | {"page": str(number - 1)}) if number > 1 else "",
        "after": _with(own, said | {"page": str(number + 1)}) if number < len(pages) else "",
        "trail": crumbs(PLACE, Crumb(found[0]["document_title"])),
    }  # fmt: skip
    return page(request, "document.html", context, place=PLACE)


@requires("contracts.read")
def picture(request: HttpRequest, document_id: str, number: int) -> HttpResponse:
    """A page as PNG; not found where its rights are not open."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    content = documents.page_picture(current_site(), document_id, number, actor=actor)
    if content is None:
        raise Http404
    answer = HttpResponse(content, content_type="image/png")
    answer["Cache-Control"] = "private, max-age=3600"
    return answer


def _shown(hit: Hit, known: dict[str, dict[str, Any]], words: str) -> dict[str, Any]:
    at = {"page": str(hit.page_no), "q": words}
    if hit.marks:
        at["line"] = str(hit.marks[0].line_no)
    return {
        "hit": hit,
        "title": known.get(hit.document_id, {}).get("document_title", hit.document_id[:12]),
        "url": _with(reverse("workbench:document", args=[hit.document_id]), at),
    }


def _rows(
    actor: Actor,
    table: str,
    order: tuple[str, ...],
    where: list[tuple[str, str, Any]] | None = None,
) -> list[dict[str, Any]]:
    """Rows of a conformed table; [] where nothing is built."""
    try:
        found = data.read(
            current_site(), f"conformed.{table}", purpose=PURPOSE, actor=actor,
            where=where or [], order_by=order,
        )  # fmt: skip
    except (NoSnapshot, NoSuchTable):
        return []
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def _height(row: dict[str, Any]) -> float:
    """Of the drawing; 0 for text without pages."""
    return round(WIDE * row["page_height"] / row["page_width"], 1) if row["page_width"] else 0.0


def _line_box(
    line: dict[str, Any], tall: float, own: str, said: dict[str, str], chosen: int
) -> Box:
    number = line["line_no"]
    tone = "chosen" if number == chosen else "unsure" if (line["confidence"] or 0) < UNSURE else ""
    return _box(
        line["x_left"], line["y_top"], line["x_right"], line["y_bottom"], tall,
        _with(own, said | {"line": str(number)}), tone,
    )  # fmt: skip


def _mark_box(mark: Mark, tall: float) -> Box:
    return _box(mark.left, mark.top, mark.right, mark.bottom, tall)


def _box(
    left: float, top: float, right: float, bottom: float, tall: float, url: str = "", tone: str = ""
) -> Box:
    return Box(
        round(left * WIDE, 1), round(top * tall, 1), round((right - left) * WIDE, 1),
        round((bottom - top) * tall, 1), url, tone,
    )  # fmt: skip


def _with(address: str, said: dict[str, str]) -> str:
    return f"{address}?{urlencode({name: value for name, value in said.items() if value})}"
