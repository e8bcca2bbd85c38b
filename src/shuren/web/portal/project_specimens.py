"""The milestone of a project in the style guide."""

from datetime import timedelta
from typing import Any

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.web import moments


def milestone() -> list[dict[str, Any]]:
    today = moments.today()
    paper = {
        "title": _("Sample translation"), "version": 2, "name": "sample.pdf", "size": "240 kB",
        "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "at": now() - timedelta(days=1), "who": "", "url": "#milestone", "is_newest": True,
    }  # fmt: skip
    form = {
        "do": "hand_in", "label": _("Hand in"), "is_first": True, "is_away": False,
        "needs_note": False, "is_open": False, "note": "", "documents": [], "accept": "", "day": "",
    }  # fmt: skip
    states = [
        ("late", _("Late by %(days)s working days", days=3), "bad", [], [form]),
        ("waiting", _("Waits for approval"), "info", [paper], []),
        ("done", _("Done"), "good", [paper], []),
    ]
    return [
        {
            "label": label,
            "inputs": {
                "action": "#milestone",
                "one": {
                    "id": f"specimen-{id}",
                    "number": at,
                    "title": _("Translator chosen"),
                    "help": "",
                    "badges": [{"label": label, "tone": tone}],
                    "due": today - timedelta(days=5),
                    "planned": None,
                    "ended": today if id == "done" else None,
                    "by": _("Project librarian"),
                    "approved_by": "",
                    "missing": "" if papers else _("Sample translation"),
                    "note": "",
                    "papers": papers,
                    "forms": forms,
                },
            },
        }
        for at, (id, label, tone, papers, forms) in enumerate(states, 1)
    ]
