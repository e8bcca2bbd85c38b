"""What the style guide shows: each component of templates/components/ in its states."""

from datetime import timedelta
from typing import Any

from shuren.data.shapes import Receipt
from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.web.portal.case_specimens import case_specimens
from shuren.web.portal.having_specimens import having_specimens
from shuren.web.portal.place_specimens import place_specimens
from shuren.web.portal.privacy_specimens import privacy_specimens
from shuren.web.portal.voice_specimens import voice_specimens
from shuren.web.workbench.specimens import workbench_specimens

State = dict[str, Any]

SWATCHES = [
    {"label": "paper", "tokens": ["paper", "paper-raised", "paper-sunk", "rule", "rule-strong"]},
    {"label": "ink", "tokens": ["ink", "ink-soft", "ink-faint"]},
    {"label": "accent", "tokens": ["seal", "seal-wash", "pine", "pine-wash"]},
    {"label": "state", "tokens": ["amber", "amber-wash", "indigo", "indigo-wash", "focus"]},
    {"label": "data", "tokens": [f"data-{number}" for number in range(1, 9)]},
    {"label": "scale", "tokens": [f"scale-{number}" for number in range(1, 7)]},
    {"label": "diverge", "tokens": [f"diverge-{number}" for number in range(1, 8)]},
]


def specimens() -> dict[str, list[State]]:
    """{component: [{label, inputs}]}, in the order of the page."""
    own = {name: states() for name, states in _BUILDERS.items()}
    parts = (
        having_specimens(), place_specimens(), privacy_specimens(), case_specimens(),
        voice_specimens(), workbench_specimens(),
    )  # fmt: skip
    return {name: states for one in (own, *parts) for name, states in one.items()}


def _state(name: str, /, **inputs: Any) -> State:
    return {"label": name, "inputs": inputs}


def _button() -> list[State]:
    return [
        _state("primary", label=_("Sign in"), kind="primary"),
        _state("plain", label=_("Cancel"), kind=""),
        _state("quiet", label=_("Next"), kind="quiet", icon="right"),
        _state("danger", label=_("Remove"), kind="danger"),
        _state("small link", label=_("Download CSV"), href="#button", small=True, icon="down"),
        _state("disabled", label=_("Search"), disabled=True),
    ]


def _field() -> list[State]:
    campuses = [{"value": "", "label": _("All")}, {"value": "a", "label": "江湾校区"}]
    hint = _("As printed on your card.")
    error = _("Fill this in.")
    return [
        _state("text", name="name", label=_("Account"), hint=hint, value="", id="guide-text"),
        _state("error", name="card", label=_("Account"), error=error, value="", id="guide-error"),
        _state(
            "select",
            name="campus",
            label=_("Campus"),
            type="select",
            options=campuses,
            value="a",
            id="guide-select",
        ),
        _state("area", name="row", label=_("Note"), type="area", value="", id="guide-area"),
    ]


def _search() -> list[State]:
    return [_state("large", large=True, value="红楼梦")]


def _card() -> list[State]:
    text = _("Titles, authors, call numbers: what the library has and where it stands.")
    return [
        _state("link", title=_("Find"), text=text, href="#card", icon="search"),
        _state("plain", title=_("Spaces"), text="", meta=_("%(number)s seats", number="5,481")),
    ]


def _badge() -> list[State]:
    marks = [
        (_("Available"), "good"),
        (_("Due soon"), "warn"),
        (_("Overdue"), "bad"),
        (_("New"), "info"),
        (_("Returned"), ""),
    ]
    return [_state(tone or "plain", label=label, tone=tone) for label, tone in marks]


def _notice() -> list[State]:
    return [
        _state("plain", text=_("Figures are of yesterday evening."), tone=""),
        _state("good", title=_("Kept"), text=_("Three rows were mended."), tone="good"),
        _state(
            "warn",
            text=_("One book is due tomorrow."),
            tone="warn",
            href="#notice",
            link=_("My library"),
        ),
        _state(
            "bad",
            text=_("Name and password do not belong together."),
            fix=_("Check both and try again."),
            tone="bad",
        ),
    ]


def _empty() -> list[State]:
    return [
        _state(
            "with commands",
            title=_("Nothing has been loaded yet"),
            text=_("Two commands bring your library's own records in."),
            commands="shuren load loans loans.csv\nshuren build",
            icon="shelf",
        ),
        _state(
            "with a next step",
            title=_("You have nothing on loan"),
            text=_("Search, or look at what others are reading this month."),
            href="#empty",
            link=_("Find"),
        ),
    ]


def _table() -> list[State]:
    def row(title: str, count: int, tone: str) -> list[dict[str, Any]]:
        label = _("Available") if tone == "good" else _("On loan")
        return [
            {"text": title},
            {"text": f"{count:,}", "number": True},
            {"text": label, "tone": tone},
        ]

    columns = [{"label": _("Title")}, {"label": _("Loans"), "number": True}, {"label": _("State")}]
    rows = [row("平凡的世界", 1204, "good"), row("Sapiens", 86, "warn")]
    full = {"caption": _("Most borrowed"), "columns": columns, "rows": rows, "empty": ""}
    bare = {
        "caption": _("Most borrowed"),
        "columns": columns,
        "rows": [],
        "empty": _("Nothing yet."),
    }
    return [_state("rows", table=full), _state("empty", table=bare)]


def _figure() -> list[State]:
    return [
        _state("linked", label=_("Titles"), value=8214, unit=_("titles"), href="#figure"),
        _state("noted", label=_("Seats"), value=5481, unit=_("seats"), note="2026-11-22"),
    ]


def _chart() -> list[State]:
    months = [("2026-08", 2140), ("2026-09", 9312), ("2026-10", 8755)]
    rows = [
        {"label": month, "short": month[5:], "cells": [{"text": f"{count:,}", "value": count}]}
        for month, count in months
    ]
    columns = [{"label": _("Month")}, {"label": _("Loans"), "number": True}]
    chart = {
        "id": "guide-chart",
        "kind": "bar",
        "title": _("Loans by month"),
        "finding": _("September brought the most loans"),
        "axis": _("Month"),
        "unit": _("loans"),
        "table": {"caption": _("Loans by month"), "columns": columns, "rows": rows, "empty": ""},
        "date": "2026-10-31",
        "unfinished": "",
        "suppressed": 1,
        "definition_url": "#chart",
        "csv_url": "#chart",
    }
    return [_state("bar", chart=chart)]


def _pager() -> list[State]:
    text = _("%(first)s–%(last)s of %(total)s", first=21, last=40, total=312)
    return [
        _state(
            "middle",
            pager={"number": 2, "pages": 16, "text": text, "previous": "#pager", "next": "#pager"},
        )
    ]


def _facets() -> list[State]:
    def value(label: str, count: int, depth: int = 0, chosen: bool = False) -> State:
        return {"label": label, "count": count, "url": "#facets", "chosen": chosen, "depth": depth}

    classes = [value("I 文学", 2310), value("T 工业技术", 1904, chosen=True)]
    below = [*classes, value("TP 自动化技术、计算机技术", 912, depth=1)]
    years = [value("2020–2024", 210), value("2015–2019", 140)]
    bars = [
        {"x": "0", "y": "18", "width": "40", "height": "18"},
        {"x": "50", "y": "0", "width": "40", "height": "36"},
    ]
    plain = {"id": "class", "label": _("Class"), "values": below, "open": True}
    over = {"id": "years", "label": _("Year"), "values": years, "open": True, "bars": bars}
    return [
        _state("chosen", facet=plain),
        _state("over time, with more", facet={**over, "more": [value("2010–2014", 90)]}),
        _state("empty", facet={"id": "none", "label": _("Subject"), "values": [], "open": True}),
    ]


def _book_row() -> list[State]:
    places = [
        {
            "label": _("%(campus)s: %(free)s of %(all)s in", campus="江湾校区", free=2, all=3),
            "tone": "good",
        }
    ]
    poems = {"title": "唐诗三百首", "author": "蘅塘退士", "class_number": "I222.742"}
    book = {"title": "The Art of Computer Programming", "author": "Donald E. Knuth"}
    more = {"class_number": "TP301", "call_number": "TP301/K74", "publisher": "Addison-Wesley"}
    why = [{"text": _("this is its title"), "points": "160.0"}]
    found = {**poems, "href": "#book_row", "rest": "注释本", "why": why, "places": places}
    return [
        _state("on the shelf", book={**poems, "call_number": "I222.742/12", "places": places}),
        _state(
            "on loan",
            book={**book, **more, "notes": [{"label": _("Due soon"), "tone": "warn"}]},
        ),
        _state("a hit, and why", book=found),
    ]


def _progress() -> list[State]:
    return [
        _state("known", label=_("Checking"), value=62, max=100, text="62 %"),
        _state("unknown", label=_("Building"), value="", max=100, text=""),
    ]


def _receipt() -> list[State]:
    moment = now() - timedelta(minutes=12)
    receipt = Receipt(
        id="L20261122T093015-4f9c21",
        contract="loans",
        contract_version="1.0.0",
        mapping="",
        source_name="loans-2026-10.csv",
        source_hash="",
        source_bytes=1_204_331,
        encoding="gb18030",
        dialect={},
        records=12_480,
        accepted=12_391,
        refused=89,
        blank_lines=2,
        rules={"R02": 71, "S03": 18},
        started_at=moment,
        finished_at=moment,
        actor="cli:librarian",
    )
    return [_state("some refused", receipt=receipt, href="#receipt")]


def _breadcrumbs() -> list[State]:
    trail = [
        {"label": _("Workbench"), "url": "#breadcrumbs"},
        {"label": _("Quarantine"), "url": ""},
    ]
    return [_state("two steps", trail=trail)]


def _tabs() -> list[State]:
    tabs = [
        {"label": _("On loan"), "url": "#tabs", "count": 3, "current": True},
        {"label": _("Earlier"), "url": "#tabs", "count": 41, "current": False},
    ]
    return [_state("counted", tabs=tabs, label=_("Loans"))]


_BUILDERS = {
    "button": _button,
    "field": _field,
    "search": _search,
    "card": _card,
    "badge": _badge,
    "notice": _notice,
    "empty": _empty,
    "table": _table,
    "figure": _figure,
    "chart": _chart,
    "pager": _pager,
    "facets": _facets,
    "book_row": _book_row,
    "progress": _progress,
    "receipt": _receipt,
    "breadcrumbs": _breadcrumbs,
    "tabs": _tabs,
}
