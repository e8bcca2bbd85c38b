"""The components of the reader's voice in the style guide."""

from typing import Any

from shuren.kernel.i18n import gettext as _
from shuren.web.voice_words import scores


def voice_specimens() -> dict[str, list[dict[str, Any]]]:
    """{component: [{label, inputs}]}, in the order of the page."""
    return {
        "scores": [
            {
                "label": _("Nothing chosen"),
                "inputs": {"scores": scores(), "legend": _("Your score")},
            }
        ],
        "task_card": _task_card(),
    }


def _task_card() -> list[dict[str, Any]]:
    marks = [
        (_("Due %(when)s", when="2026-12-04"), "info", False),
        (_("Late by %(days)s working days", days=3), "bad", True),
        (_("Planned, not assigned yet"), "", False),
    ]
    return [
        {
            "label": label,
            "inputs": {
                "row": {
                    "title": _("More lamps on the third floor"),
                    "url": "" if not tone else "#task_card",
                    "owner": _("Reader services"),
                    "due": "2026-12-04",
                    "kind": _("Reader's opinion"),
                    "origin": "",
                    "badge": {"label": label, "tone": tone},
                    "late": late,
                }
            },
        }
        for label, tone, late in marks
    ]
