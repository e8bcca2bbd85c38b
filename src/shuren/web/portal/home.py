"""The front page: search, what the library has, when it is open, what is being read."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shuren.data.queries import current_snapshot, summarise
from shuren.data.shapes import Table
from shuren.insight.queries import figure
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.trust.queries import purposes
from shuren.trust.topics import topics as sensitive_topics
from shuren.web import moments
from shuren.web.portal.opening import day_of_term, opening_by_campus

SHELF = 7
# Nobody in particular: the page is the same for all, so it sees what a visitor may.
PUBLISHER = Actor("web:home", "anonymous")


@dataclass(frozen=True)
class Stock:
    """What a snapshot says the library has; a count of 0 is not shown."""

    titles: int
    copies: int
    seats: int
    data_date: str


def home(request: HttpRequest) -> HttpResponse:
    snapshot = current_snapshot(settings.SITE)
    context: dict[str, Any] = {
        "openings": opening_by_campus(),
        "today": moments.today(),
        "term": day_of_term(moments.today()),
        "stock": None,
        "commands": "shuren load loans loans.csv\nshuren build",
    }
    if snapshot is not None:
        context["stock"] = stock_of(snapshot.id)
        ranking = most_borrowed(snapshot.id)
        context |= {"shelf": ranking["shelf"], "month": moments.month(ranking["month"])}
    return render(request, "portal/home.html", context)


@lru_cache(maxsize=4)
def stock_of(snapshot_id: str) -> Stock:
    """Counted once for each snapshot, which never changes."""
    snapshot = current_snapshot(settings.SITE)
    assert snapshot is not None
    rows = {name: table.rows for name, table in snapshot.tables.items()}
    seats = _total("conformed.seat_zone", {"seats": "sum:seats"})
    return Stock(
        titles=rows.get("conformed.title", 0),
        copies=_total("mart.title_availability", {"copies": "sum:copies"}),
        seats=seats,
        data_date=snapshot.data_date,
    )


def _total(table: str, measures: dict[str, str]) -> int:
    found: Table = summarise(
        settings.SITE,
        table,
        by=[],
        measures=measures,
        purpose="public_information",
        actor=PUBLISHER,
    )
    return int(found.rows[0][0] or 0) if found.rows else 0


@lru_cache(maxsize=4)
def most_borrowed(snapshot_id: str) -> dict[str, Any]:
    """The last full month's ranking: {shelf [{title, author, class_number, count}], month}."""
    result = figure(settings.SITE, "top_titles_monthly", actor=PUBLISHER)
    measure = next(iter(result.definition.measures))
    shelf = [
        {
            "title": row["title"],
            "author": row["author"] or "",
            "class_number": row["call_number"] or "",
            "count": row[measure],
        }
        for row in result.table.dicts()[:SHELF]
    ]
    return {"shelf": shelf, "month": result.filters.get("from", "")}


def privacy(request: HttpRequest) -> HttpResponse:
    shown = [
        {
            "title": pick(purpose.title),
            "text": pick(purpose.description),
            "why": pick(purpose.why),
            "law": purpose.legal_basis.get("article", ""),
            "basis": pick(purpose.legal_basis),
            "aggregated": purpose.aggregated_only,
            "asks": purpose.consent is not None,
        }
        for purpose in purposes().values()
        if purpose.highest_class >= 2
    ]
    topics = [pick(one.title) for one in sensitive_topics(settings.SITE).values() if one.classes]
    return render(request, "portal/privacy.html", {"purposes": shown, "topics": topics})
