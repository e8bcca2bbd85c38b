"""The components of My privacy in the style guide."""

from datetime import date
from typing import Any

from shuren.kernel.i18n import gettext as _
from shuren.web import moments
from shuren.web.portal.months import by_month

State = dict[str, Any]


def privacy_specimens() -> dict[str, list[State]]:
    """{component: [{label, inputs}]}, in the order of the page."""
    return {"consent": _consent(), "held": _held(), "months": _months()}


def _consent() -> list[State]:
    text = _("The library may list for me all the books I have borrowed. Only I see the list.")
    states = [
        ("off", ""),
        ("on", "2026-11-28 09:30"),
        ("asks", "2026-09-01 10:00"),
        ("barred", ""),
    ]
    return [
        {
            "label": state,
            "inputs": {
                "choice": {
                    "id": f"guide-{state}",
                    "title": _("My reading history"),
                    "text": text,
                    "version": 2,
                    "state": state,
                    "since": since,
                },
                "back": "/styleguide/",
            },
        }
        for state, since in states
    ]


def _loans() -> dict[str, Any] | None:
    counts = {(2026, 3): 4, (2026, 4): 9, (2026, 6): 2, (2026, 9): 6, (2026, 10): 3}
    return by_month(
        date(year, month, 1) for (year, month), n in counts.items() for _each in range(n)
    )


def _held() -> list[State]:
    held = {
        "id": "guide",
        "title": _("Loans"),
        "count": 24,
        "why": _("One row for each time a copy is lent."),
        "where": _("In the data lake, under your pseudonym."),
        "term": _("%(days)s days, then it goes by itself.", days="3,650"),
        "goes": _(
            "The oldest is kept until %(first)s, the newest until %(last)s.",
            first=moments.day(date(2036, 3, 8)),
            last=moments.day(date(2036, 10, 30)),
        ),
        "url": "#held",
        "correct_url": "#wrong",
    }
    plain = held | {"id": "guide-plain", "months": None, "url": "", "correct_url": ""}
    return [
        {"label": "with its months", "inputs": {"held": held | {"months": _loans()}}},
        {"label": "plain", "inputs": {"held": plain}},
    ]


def _months() -> list[State]:
    return [{"label": "eight months, three empty", "inputs": {"months": _loans()}}]
