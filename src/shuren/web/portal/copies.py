"""Copies as they are at this moment: on a page, and asked for again while a page stands open."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from shuren.discovery.floors import find_spot
from shuren.kernel.i18n import gettext as _
from shuren.service import ils
from shuren.service.ils_shapes import (
    AVAILABLE,
    IN_PROCESS,
    MISSING,
    ON_LOAN,
    ON_ORDER,
    REFERENCE_ONLY,
    UNKNOWN,
    LiveCopy,
)
from shuren.web.moments import day
from shuren.web.portal.floor_map import floor_map

MOST_ASKED = 80
SHOWN = 6  # copies of a place before the others are folded away
_TONES = {AVAILABLE: "good", REFERENCE_ONLY: "info", MISSING: "", UNKNOWN: "", ON_ORDER: "info",
          IN_PROCESS: "info"}  # fmt: skip
# Copies that no shelf has yet.
_COMING = (ON_ORDER, IN_PROCESS)


def signature(copies: Sequence[LiveCopy]) -> str:
    """Changes when anything does that a page shows of them."""
    said = "|".join(f"{c.item_id}{c.status}{c.due_at}{c.queue}" for c in copies)
    return hashlib.md5(said.encode(), usedforsecurity=False).hexdigest()[:12]


def now(request: HttpRequest) -> HttpResponse:
    """{title_id: signature of its copies} of ?t=…, for a page that stands open.

    304 where nothing in the library moved since the answer whose ETag is sent along: open pages ask
    every few seconds, and that costs one look at the newest move.
    """
    stamp = ils.stamp(settings.SITE)
    etag = f'"{stamp}"' if stamp else ""
    if etag and request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers={"ETag": etag})
    ids = [one[:64] for one in request.GET.getlist("t") if one][:MOST_ASKED]
    found = ils.copies(settings.SITE, ids, actor=request.actor) if ids else {}  # type: ignore[attr-defined]
    response = JsonResponse({id: signature(copies) for id, copies in found.items()})
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    if etag:
        response["ETag"] = etag
    return response


def watched(copies: Sequence[LiveCopy], title_ids: Sequence[str]) -> str:
    """What a page watches of one hit: `title=signature` of each title, apart by spaces."""
    return " ".join(
        f"{id}={signature([one for one in copies if one.title_id == id])}" for id in title_ids
    )


def badges(copies: Sequence[LiveCopy], order: str = "none") -> list[dict[str, str]]:
    """One badge for each campus, as hits show them, and one for what is still to come.

    order   what the tables of the buttons know of it: none, bought or listed
    """
    found = []
    listed = [one for one in copies if one.status not in _COMING]
    for campus, mine in _by_campus(listed).items():
        name = campus or _("Library")
        counted = [one for one in mine if one.status not in (MISSING, UNKNOWN)]
        if not counted:
            if campus:
                found.append({"label": name, "tone": ""})
            continue
        free = sum(one.is_available for one in counted)
        label = _("%(campus)s: %(free)s of %(all)s in", campus=name, free=free, all=len(counted))
        found.append({"label": label, "tone": "good" if free else "warn"})
    if coming := coming_words(copies, order):
        found.append({"label": coming, "tone": "info"})
    return found


def coming_words(copies: Sequence[LiveCopy], order: str) -> str:
    """What is said of copies that are ordered or being made ready; "" where there are none."""
    states = {one.status for one in copies}
    if ON_ORDER in states or (order == "bought" and IN_PROCESS not in states):
        return ils.status_words()[ON_ORDER]
    return ils.status_words()[IN_PROCESS] if IN_PROCESS in states else ""


def places(
    copies: Sequence[LiveCopy], donors: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """The inputs of components/copies.html, one place after another: those with a copy in first.

    donors  {copy: who gave it}, of those who want to be named
    """
    found: dict[tuple[str, str], list[LiveCopy]] = {}
    for one in copies:
        found.setdefault((one.campus, one.branch), []).append(one)
    ordered = sorted(found.items(), key=lambda one: (not _free(one[1]), one[0]))
    return [
        _place(*key, mine, number, donors or {}) for number, (key, mine) in enumerate(ordered, 1)
    ]


def is_old(copies: Sequence[LiveCopy]) -> str:
    """The day of what is shown where the circulation system did not answer, else ""."""
    known = [one.known_at for one in copies if not one.is_live and one.known_at]
    return day(timezone.localtime(min(known)).date()) if known else ""


def _place(
    campus: str, branch: str, copies: Sequence[LiveCopy], number: int, donors: Mapping[str, str]
) -> dict[str, Any]:
    mine = sorted(copies, key=lambda one: (not one.is_available, one.call_number, one.item_id))
    numbers = list(dict.fromkeys(one.call_number for one in mine if one.call_number))
    spot = next(filter(None, (find_spot(settings.SITE, campus, branch, one) for one in numbers)),
                None)  # fmt: skip
    lines = [_line(one, donors.get(one.item_id, "")) for one in mine]
    text, tone = _in_words(mine)
    return {
        "id": f"place-{number}",
        "campus": campus or _("Library"),
        "branch": branch,
        "text": text,
        "tone": tone,
        "copies": lines[:SHOWN],
        "more": lines[SHOWN:],
        "map": floor_map(spot, f"map-{number}") if spot else None,
    }


def _in_words(copies: Sequence[LiveCopy]) -> tuple[str, str]:
    """How many are in, and the tone of it; of copies that are all still to come, that."""
    if all(one.status in _COMING for one in copies):
        return coming_words(copies, "listed"), "info"
    free, counted = _free(copies), sum(one.status not in (MISSING, *_COMING) for one in copies)
    return _("%(free)s of %(all)s in", free=free, all=counted), "good" if free else "warn"


def are_here(copies: Sequence[LiveCopy]) -> bool:
    """Whether there is a copy that is not still to come."""
    return any(one.status not in _COMING for one in copies)


def _line(copy: LiveCopy, donor: str) -> dict[str, str]:
    label = ils.status_words()[copy.status]
    note = ""
    if copy.status == ON_LOAN and copy.due_at:
        note = _("Due %(day)s", day=day(timezone.localtime(copy.due_at).date()))
    if donor:
        note = " · ".join(filter(None, (note, _("Given by %(name)s", name=donor))))
    return {
        "call_number": copy.call_number,
        "barcode": copy.barcode,
        "label": label,
        "tone": _TONES.get(copy.status, "warn"),
        "note": note,
    }


def _by_campus(copies: Sequence[LiveCopy]) -> dict[str, list[LiveCopy]]:
    found: dict[str, list[LiveCopy]] = {}
    for one in copies:
        found.setdefault(one.campus, []).append(one)
    return found


def _free(copies: Sequence[LiveCopy]) -> int:
    return sum(one.is_available for one in copies)
