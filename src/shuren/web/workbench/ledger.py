"""The ledger at work: its entries as sentences, the signed head, export and proofs."""

import gzip
import io
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date
from typing import Any, TypeVar

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import reverse

from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.trust import ledger
from shuren.trust.errors import NoSuchEntry
from shuren.trust.ledger_reading import entries
from shuren.web.access import requires
from shuren.web.ledger_words import Words, kind_titles
from shuren.web.workbench.paging import whole_number
from shuren.web.workbench.shell import current_site, page

PLACE, PER_PAGE, LONGEST = "ledger", 50, 150
_PACKED = 256 * 1024
Answer = TypeVar("Answer", HttpResponse, StreamingHttpResponse)


@requires("ledger.read")
def index(request: HttpRequest) -> HttpResponse:
    """The newest entries, narrowed by kind, who, table and day."""
    asked = {name: request.GET.get(name, "").strip()[:LONGEST] for name in
             ("kind", "who", "table", "day")}  # fmt: skip
    found = entries(
        actor=_actor(request),
        kind=asked["kind"],
        by=asked["who"],
        table=asked["table"],
        day=_day(asked["day"]),
        before=whole_number(request.GET.get("before", "")),
        limit=PER_PAGE + 1,
    )
    words = Words(current_site())
    context = {
        "head": ledger.head(),
        "lines": [_line(words, entry) for entry in found[:PER_PAGE]],
        "fields": _fields(asked),
        "narrowed": any(asked.values()),
        "older": _older(request, found[PER_PAGE - 1].number) if len(found) > PER_PAGE else "",
        "newest": request.GET.get("before", "") != "",
    }
    return page(request, "ledger.html", context, place=PLACE)


@requires("ledger.read")
def head(request: HttpRequest) -> HttpResponse:
    """The signed head as a file to be kept elsewhere."""
    found = ledger.head()
    answer: HttpResponse = JsonResponse(asdict(found), json_dumps_params={"indent": 2})
    return _as_file(answer, f"ledger-head-{found.size}.json")


@requires("ledger.read")
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The whole ledger as one packed file; that it was taken is itself an entry."""
    ledger.append("export", {"what": "ledger"}, actor=_actor(request))
    answer = StreamingHttpResponse(packed(ledger.export()), content_type="application/gzip")
    return _as_file(answer, "ledger.txt.gz")


@requires("ledger.read")
def proof(request: HttpRequest, number: int) -> HttpResponse:
    """The proof of one entry, for docs/how-to/verify_ledger.py."""
    try:
        found = ledger.inclusion(number)
    except (NoSuchEntry, OverflowError) as error:
        raise Http404 from error
    answer = HttpResponse(found.as_json(), content_type="application/json")
    return _as_file(answer, f"ledger-proof-{number}.json")


def packed(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Gzip as it comes, so that the whole is never in memory."""
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as file:
        for line in lines:
            file.write(line)
            if buffer.tell() >= _PACKED:
                yield buffer.getvalue()
                buffer.seek(0)
                buffer.truncate()
    yield buffer.getvalue()


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def _as_file(answer: Answer, name: str) -> Answer:
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer


def _line(words: Words, entry: ledger.Entry) -> dict[str, Any]:
    return {
        "entry": entry,
        "sentence": words.sentence(entry),
        "more": words.more(entry),
        "kind": kind_titles().get(entry.kind, entry.kind),
        "proof": reverse("workbench:ledger-proof", args=[entry.number]),
    }


def _fields(asked: dict[str, str]) -> list[dict[str, Any]]:
    """Inputs of components/field.html."""
    kinds = [{"value": "", "label": _("All kinds")}]
    kinds += [{"value": id, "label": title} for id, title in kind_titles().items()]
    return [
        {"name": "kind", "label": _("Kind"), "type": "select", "options": kinds,
         "value": asked["kind"]},
        {"name": "who", "label": _("Who"), "type": "text", "value": asked["who"],
         "placeholder": _("Account, key or alias")},
        {"name": "table", "label": _("Table"), "type": "text", "value": asked["table"],
         "placeholder": "mart.loan_fact"},
        {"name": "day", "label": _("Day"), "type": "date", "value": asked["day"]},
    ]  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _older(request: HttpRequest, last: int) -> str:
    query = request.GET.copy()
    query["before"] = str(last)
    return f"?{query.urlencode()}"
