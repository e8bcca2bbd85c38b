"""The knowledge base at work: looking an answer up, with its source and its dates."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from shuren.data import knowledge
from shuren.data.errors import NoSnapshot, NoSuchTable
from shuren.data.knowledge import KnowledgeEntry
from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.web.access import requires
from shuren.web.workbench.paging import paging
from shuren.web.workbench.shell import Crumb, crumbs, current_site, page

PLACE, FACETS, PER_PAGE, LONGEST = "knowledge", ("kind", "standing", "review"), 30, 100
COMMANDS = "shuren load knowledge_entries entries.xlsx\nshuren build"
TONES = {"citable": "good", "draft": "info", "coming": "info", "ended": ""}


@requires(knowledge.PERMISSION)
def index(request: HttpRequest) -> HttpResponse:
    """All entries; searched in Chinese or English, narrowed by kind, standing and review."""
    everything, today = _entries(request), now().date()
    words = request.GET.get("q", "").strip()[:LONGEST]
    chosen = {name: request.GET.get(name, "") for name in FACETS}
    found = [_line(one, today) for one in everything if one.says(words)]
    shown = [line for line in found if _fits(line, chosen)]
    pager = paging(request, len(shown), PER_PAGE)
    context = {
        "q": words,
        "lines": shown[pager.offset : pager.offset + PER_PAGE],
        "shown": len(shown),
        "total": len(everything),
        "overdue": sum(1 for one in everything if one.is_past_review(today)),
        "facets": [_facet(request, name, found, chosen) for name in FACETS],
        "chosen": {name: value for name, value in chosen.items() if value},
        "commands": COMMANDS,
        "pager": pager if pager.pages > 1 else None,
    }
    return page(request, "knowledge.html", context, place=PLACE)


@requires(knowledge.PERMISSION)
def one(request: HttpRequest, entry_id: str) -> HttpResponse:
    """One entry in the languages it has, its source, its term and who answers for it."""
    found = next((e for e in _entries(request) if e.entry_id == entry_id), None)
    if found is None:
        raise Http404
    title = pick(found.title) or found.entry_id
    context = {
        "line": _line(found, now().date()),
        "title": title,
        "texts": [
            {"language": code, "name": name, "title": found.title.get(key, ""), "text": text}
            for key, code, name in (("zh", "zh-Hans", _("Chinese")), ("en", "en", _("English")))
            if (text := found.answer.get(key, ""))
        ],
        "trail": crumbs(PLACE, Crumb(title)),
    }
    return page(request, "knowledge_entry.html", context, place=PLACE)


def _entries(request: HttpRequest) -> list[KnowledgeEntry]:
    try:
        return knowledge.entries(current_site(), actor=request.actor)  # type: ignore[attr-defined]
    except (NoSnapshot, NoSuchTable):
        return []


def _line(entry: KnowledgeEntry, today: date) -> dict[str, Any]:
    """An entry with how it stands today, in words and as the facets name it."""
    standing = _standing(entry, today)
    overdue = entry.is_past_review(today)
    return {
        "entry": entry,
        "title": pick(entry.title) or pick(entry.answer),
        "kind": entry.kind,
        "kind_title": _labels("kind")[entry.kind],
        "standing": standing,
        "standing_title": _labels("standing")[standing],
        "tone": TONES[standing],
        "review": "past" if overdue else "",
    }


def _standing(entry: KnowledgeEntry, today: date) -> str:
    if entry.is_past(today):
        return "ended"
    if entry.may_be_cited(today):
        return "citable"
    return "draft" if entry.cite_from is None else "coming"


def _labels(facet: str) -> dict[str, str]:
    return {
        "kind": {"faq": _("Question"), "rule": _("Library rule"), "guide": _("Guide")},
        "standing": {
            "citable": _("may be cited"),
            "draft": _("not approved"),
            "coming": _("not yet in force"),
            "ended": _("past its term"),
        },
        "review": {"past": _("past its review date")},
    }[facet]


def _fits(line: dict[str, Any], chosen: dict[str, str]) -> bool:
    return all(not value or line[name] == value for name, value in chosen.items())


def _facet(
    request: HttpRequest, name: str, found: Iterable[dict[str, Any]], chosen: dict[str, str]
) -> dict[str, Any]:
    """Inputs of components/facets.html: counts under what the other facets say."""
    others = {key: value for key, value in chosen.items() if key != name}
    counts = Counter(line[name] for line in found if _fits(line, others))
    values = []
    for value, label in _labels(name).items():
        if not counts[value] and chosen[name] != value:
            continue
        query = request.GET.copy()
        query.pop("page", None)
        if chosen[name] == value:
            query.pop(name, None)
        else:
            query[name] = value
        url = f"{reverse('workbench:knowledge')}?{query.urlencode()}"
        is_chosen = chosen[name] == value
        values.append({"label": label, "count": counts[value], "url": url, "chosen": is_chosen})
    titles = {"kind": _("Kind"), "standing": _("Standing"), "review": _("Review")}
    return {"id": name, "label": titles[name], "values": values}
