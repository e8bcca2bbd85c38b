"""The components of My privacy in the style guide."""

from typing import Any

from shuren.kernel.i18n import gettext as _

State = dict[str, Any]


def privacy_specimens() -> dict[str, list[State]]:
    """{component: [{label, inputs}]}, in the order of the page."""
    return {"consent": _consent()}


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
