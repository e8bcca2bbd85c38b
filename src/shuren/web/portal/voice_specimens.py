"""The components of the reader's voice in the style guide."""

from typing import Any

from django.templatetags.static import static

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.service.review_shapes import Photo, Review
from shuren.web import review_words
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
        "review": _review(),
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


def _review() -> list[dict[str, Any]]:
    words = "重读一遍，才看出前三章埋了多少伏笔。\n推荐给第一次读科幻的同学。"
    alt = _("A seal")
    photo = {"url": static("shuren/img/logo.svg"), "alt": alt, "width": 120, "height": 120}
    photos = (Photo(1, alt, 120, 120),)
    plain = Review("guide-1", 4, words, "", now())
    helped = Review(
        "guide-2", 5, words, "一位校友", now(), photos, 12, False, frozenset({"helpful"})
    )
    own = Review("guide-3", 0, words, "", now(), is_mine=True)
    states = {
        _("For everybody"): (plain, False),
        _("For a reader, with a photo"): (helped, True),
        _("One's own, without stars"): (own, True),
    }
    found = []
    for label, (one, is_reader) in states.items():
        row = review_words.public(one, is_reader=is_reader)
        row["photos"] = [photo] if one.photos else []
        found.append({"label": label, "inputs": {"review": row}})
    return found
