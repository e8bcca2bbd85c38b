"""The components that lead from a hit to having it, in the style guide."""

from typing import Any

from shuren.discovery.floors import find_spot
from shuren.kernel.i18n import gettext as _
from shuren.web.portal.floor_map import floor_map

State = dict[str, Any]


def having_specimens() -> dict[str, list[State]]:
    """{component: [{label, inputs}]}, in the order of the page."""
    return {"offers": _offers(), "copies": _copies(), "floor_map": _floor_map()}


def _offers() -> list[State]:
    text = _("It is in and may be borrowed.")
    first = {"label": _("Place a hold"), "url": "#offers", "text": text, "kind": "primary",
             "away": False}  # fmt: skip
    second = {**first, "label": _("Have it delivered"), "kind": ""}
    why = [
        {"title": _("Purchase suggestion"), "text": _("The library has it."), "sign_in": ""},
        {"title": _("Hold"), "text": _("Sign in to place a hold."), "sign_in": "#offers"},
    ]
    some = {"buttons": [first, second], "why": why, "about": "三体", "short": False}
    short = {**some, "buttons": [second, second], "short": True}
    return [
        {"label": "buttons and reasons", "inputs": some},
        {"label": "on a hit", "inputs": short},
        {"label": "no button", "inputs": {**some, "buttons": []}},
    ]


def _copies() -> list[State]:
    copy = {"call_number": "I247.55/7", "barcode": "SC0000012", "label": _("Available"),
            "tone": "good", "note": ""}  # fmt: skip
    out = {**copy, "barcode": "SC0000013", "label": _("On loan"), "tone": "warn",
           "note": _("Due %(day)s", day="2026-12-20")}  # fmt: skip
    place = {"id": "guide-place", "campus": "江湾校区", "branch": "江湾图书馆 文学借阅区",
             "text": _("%(free)s of %(all)s in", free=1, all=3), "tone": "good",
             "copies": [copy, out], "more": [out], "map": None}  # fmt: skip
    return [{"label": "one in, one out, one folded away", "inputs": {"places": [place]}}]


def _floor_map() -> list[State]:
    spot = find_spot(None, "江湾校区", "江湾图书馆 文学借阅区", "I247.55/7")
    return [{"label": "a shelf", "inputs": {"map": floor_map(spot, "guide-map")}}] if spot else []
