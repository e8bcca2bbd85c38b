"""The components of cases in the style guide."""

from datetime import date, timedelta
from typing import Any

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.service.case_shapes import AskedField
from shuren.service.member_shapes import LAPSED, NONE, VALID, Pack, Stand
from shuren.service.message_shapes import KINDS
from shuren.web import member_words, moments
from shuren.web.case_words import inputs
from shuren.web.portal import project_specimens


def case_specimens() -> dict[str, list[dict[str, Any]]]:
    """{component: [{label, inputs}]}, in the order of the page."""
    return {
        "case_row": _case_row(),
        "message_row": _message_row(),
        "document_row": _document_row(),
        "delivered_file": _delivered_file(),
        "event_row": _event_row(),
        "stamps": _stamps(),
        "trace": _trace(),
        "case_moves": _case_moves(),
        "milestone": project_specimens.milestone(),
        "service_row": _service_row(),
        "member_card": _member_card(),
    }


def _member_card() -> list[dict[str, Any]]:
    day = date(2026, 11, 29)
    pack = Pack(12, 1, day, day.replace(year=2027))
    ends = day.replace(year=2029)
    stands = [
        Stand(VALID, began=day, ends=ends, renew_from=date(2029, 9, 30), pack=pack),
        Stand(LAPSED, began=day, ends=ends, renew_from=day, can_renew=True,
              why=_("Your membership ended on %(day)s.", day=moments.day(ends)),
              advice=_("Renew it under My membership with one tap; it is good again at once.")),
        Stand(NONE, why=_("It is for alumni with a membership, and you have none yet."),
              advice=_("Apply under My membership; it takes two minutes.")),
    ]  # fmt: skip
    url = "#member_card"
    return [
        {
            "label": member_words.badge(one)["label"],
            "inputs": {
                "card": member_words.card(one, url=url, renew=url, ask=url if one.is_good else ""),
                "level": "h3",
            },
        }
        for one in stands
    ]


def _case_row() -> list[dict[str, Any]]:
    at = now() - timedelta(days=2)
    marks = [
        (_("Waiting for you"), "warn", _("Waiting for you"), "warn"),
        (_("In the queue"), "info", _("Overdue since %(when)s", when="2026-11-27"), "bad"),
        (_("Collected"), "good", "", ""),
    ]
    return [
        {
            "label": state,
            "inputs": {
                "row": {
                    "title": "三体",
                    "service": _("Hold"),
                    "href": "#case_row",
                    "at": at,
                    "state": {"label": state, "tone": tone},
                    "clock": {"label": clock, "tone": clock_tone} if clock else None,
                }
            },
        }
        for state, tone, clock, clock_tone in marks
    ]


def _delivered_file() -> list[dict[str, Any]]:
    at = now() - timedelta(days=2)
    file: dict[str, Any] = {
        "name": "光催化研究进展.pdf", "size": "1.4 MB", "at": at, "digest": "9f" * 32,
        "state": {"label": _("Ready to be fetched"), "tone": "good"},
        "until": at + timedelta(days=7), "left": _("%(left)s of %(most)s", left=4, most=5),
        "gone_at": None, "url": "#delivered_file", "anew": "", "uses": [], "end": "",
    }  # fmt: skip
    uses = [{"at": at, "what": _("Opened")}]
    over = {"state": {"label": _("Off the store"), "tone": ""}, "until": None, "left": "",
            "gone_at": now(), "url": "", "anew": "#delivered_file"}  # fmt: skip
    return [
        {"label": _("Your file"), "inputs": {"file": file}},
        {"label": _("Off the store"), "inputs": {"file": file | over}},
        {
            "label": _("Delivered file"),
            "inputs": {"file": file | {"url": "", "uses": uses, "end": "#delivered_file"}},
        },
    ]


def _document_row() -> list[dict[str, Any]]:
    at = now() - timedelta(days=2)
    files = [{"label": _("Chinese"), "url": "#document_row"},
             {"label": _("English"), "url": "#document_row"}]  # fmt: skip
    return [
        {
            "label": label,
            "inputs": {
                "document": {
                    "title": _("Sci-tech novelty report"),
                    "number": "CX-2026-000012",
                    "version": 1,
                    "at": at,
                    "code": "7K2M 9QXA 04TD W3ZP",
                    "verify_url": "#document_row",
                    "is_old": is_old,
                    "files": files if not is_old else [],
                }
            },
        }
        for label, is_old in (("in force", False), ("replaced, its file gone", True))
    ]


def _event_row() -> list[dict[str, Any]]:
    states = [(_("You have a place"), "good"), (_("Called off"), "bad")]
    return [
        {
            "label": label,
            "inputs": {
                "event": {
                    "title": _("Reading circle"),
                    "service": _("Events"),
                    "url": "#event_row",
                    "day": "10",
                    "month": "2026-12",
                    "when": "2026-12-10 19:00–20:30",
                    "place": "尚悦斋",
                    "state": {"label": label, "tone": tone},
                }
            },
        }
        for label, tone in states
    ]


def _message_row() -> list[dict[str, Any]]:
    at = now() - timedelta(hours=3)
    states = ((_("Unread"), False), (_("Read"), True))
    return [
        {
            "label": label,
            "inputs": {
                "row": {
                    "title": f"{_('Hold')}: {_('Collected')}",
                    "first": "《三体》",
                    "kind": pick(KINDS["case"].title),
                    "href": "#message_row",
                    "at": at,
                    "is_read": is_read,
                }
            },
        }
        for label, is_read in states
    ]


def _stamps() -> list[dict[str, Any]]:
    at = now() - timedelta(days=2)
    names = (_("Need"), _("Match"), _("Delivery"), _("Feedback"))
    moments = (at, at + timedelta(hours=5), None, None)
    stamps = [{"label": label, "at": at} for label, at in zip(names, moments, strict=True)]
    return [{"label": "half way", "inputs": {"stamps": stamps}}]


def _trace() -> list[dict[str, Any]]:
    at = now() - timedelta(hours=5)
    steps = [
        {"title": _("Arrived"), "who": _("the library"), "at": at, "state": _("Ready"),
         "note": "一楼服务台"},
        {"title": _("Opened"), "who": _("you"), "at": at - timedelta(days=1), "state": "",
         "note": ""},
    ]  # fmt: skip
    return [{"label": "two steps", "inputs": {"trace": steps}}]


def _case_moves() -> list[dict[str, Any]]:
    rating = AskedField("rating", "number", {"zh": "满意度（1–5）", "en": "Satisfaction, 1 to 5"})
    plain = {"fields": [], "note": "", "note_error": "", "is_open": False, "needs_note": False}
    moves = [
        plain | {"event": "arrive", "label": _("Arrived"), "to": _("Ready"), "is_away": False},
        plain | {"event": "rate", "label": _("Rate"), "to": _("Closed"), "is_away": False,
                 "fields": inputs([rating], prefix="guide-")},
        plain | {"event": "cancel", "label": _("Cancel"), "to": _("Cancelled"), "is_away": True},
    ]  # fmt: skip
    return [{"label": "three", "inputs": {"moves": moves, "version": 3, "action": "#case_moves"}}]


def _service_row() -> list[dict[str, Any]]:
    row = {
        "title": _("Document delivery"),
        "text": _("Articles and chapters the library does not hold."),
        "url": "#service_row",
        "promise": _("Within %(days)s working days", days=3),
        "fee": _("Free"),
        "why": "",
        "advice": "",
    }
    others = {"why": _("It serves: %(who)s.", who=_("Department")),
              "advice": _("Ask your college or office to request it.")}  # fmt: skip
    return [
        {"label": _("For me"), "inputs": {"row": row}},
        {"label": _("For others"), "inputs": {"row": row | others}},
    ]
