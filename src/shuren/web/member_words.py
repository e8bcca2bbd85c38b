"""Memberships in words: for the reader's page and for the desk's."""

from typing import Any

from django.utils import timezone

from shuren.kernel.i18n import gettext as _
from shuren.service.member_shapes import (
    LAPSED,
    NONE,
    ROSTER,
    SPENT,
    SUSPENDED,
    VALID,
    WAITING,
    Compared,
    Evidence,
    Stand,
)
from shuren.web import moments


def badge(stand: Stand) -> dict[str, str]:
    """The inputs of components/badge.html."""
    known = {
        VALID: (_("Valid"), "good"),
        SPENT: (_("Valid"), "good"),
        WAITING: (_("Being checked"), "info"),
        LAPSED: (_("Ended"), "warn"),
        SUSPENDED: (_("Suspended"), "bad"),
        NONE: (_("Not a member yet"), ""),
    }
    label, tone = known.get(stand.state, ("", ""))
    return {"label": label, "tone": tone}


def card(stand: Stand, *, url: str, renew: str = "", ask: str = "") -> dict[str, Any]:
    """The inputs of components/member_card.html."""
    pack = stand.pack
    return {
        "badge": badge(stand),
        "url": url,
        "ends": moments.day(stand.ends) if stand.ends else "",
        "why": stand.why,
        "advice": stand.advice,
        "left": pack.left if pack else None,
        "size": pack.size if pack else None,
        "dots": [n < pack.left for n in range(pack.size)] if pack and pack.size <= 24 else [],
        "pack_until": moments.day(pack.last) if pack else "",
        "renew": renew if stand.can_renew else "",
        "renew_from": moments.day(stand.renew_from) if stand.renew_from else "",
        "ask": ask,
    }


def documents() -> dict[str, str]:
    """What may be shown at the desk, by id."""
    return {
        "degree": _("Certificate of the degree"),
        "diploma": _("Diploma"),
        "student_card": _("Old student card"),
        "letter": _("Letter of the alumni office or archive"),
    }


def agreed(parts: tuple[str, ...]) -> list[dict[str, Any]]:
    """[{label, is_good}] of number, name and year, whether each agreed."""
    known = {"number": _("Student number"), "name": _("Name"), "cohort": _("Year of entry")}
    return [{"label": label, "is_good": id in parts} for id, label in known.items()]


def proof(one: Evidence) -> dict[str, Any]:
    """A check in a line."""
    if one.how == ROSTER:
        said = _("Compared with the roster")
    else:
        said = _("Shown: %(document)s", document=documents().get(one.document, one.document))
    return {
        "at": one.at,
        "text": said,
        "is_good": one.is_good,
        "agreed": agreed(one.agreed) if one.how == ROSTER else [],
        "document": documents().get(one.document, "") if one.how == ROSTER else "",
        "list_of": f"{timezone.localtime(one.loaded_at):%Y-%m-%d}" if one.loaded_at else "",
        "by": one.by or _("by itself"),
    }


def answer(found: Compared) -> dict[str, str]:
    """What the desk is told at once, as inputs of notice.html."""
    if found.is_good:
        return {"tone": "good", "text": _("It agrees. The application can be approved now.")}
    if found.is_taken:
        return {
            "tone": "bad",
            "text": _("Another account is a member by this line of the roster already."),
        }
    if "number" not in found.agreed:
        return {"tone": "warn", "text": _("The roster has nobody with this number.")}
    return {"tone": "warn", "text": _("Not all agrees; look at the document again.")}
