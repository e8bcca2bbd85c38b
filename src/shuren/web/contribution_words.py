"""What a reader gave, each with what came of it and a sentence of thanks."""

from typing import Any

from django.urls import reverse

from shuren.kernel.i18n import current_language, pick
from shuren.kernel.i18n import gettext as _
from shuren.management.published import Contribution
from shuren.service.contributions import (
    CAME,
    EVENT,
    GIFT,
    HOURS,
    PURCHASE,
    REVIEW,
    UNDER_WAY,
    Given,
)
from shuren.service.review_shapes import DOWN
from shuren.service.shift_hours import length
from shuren.web import voice_words

Row = dict[str, Any]
_BOUGHT = ("received", "ready", "closed")


def of_opinion(one: Contribution) -> Row:
    """The inputs of a row of my_contributions.html."""
    badge = {"label": _("Under way"), "tone": "info"}
    if one.may_rate:
        badge = {"label": _("Please rate the answer"), "tone": "warn"}
    elif one.resolution:
        tone = "good" if one.resolution in ("fixed", "partly") else ""
        badge = {"label": voice_words.resolution(one.resolution), "tone": tone}
    elif one.is_over:
        badge = {"label": pick(one.state), "tone": ""}
    thanks = {
        "fixed": _("Thank you. You said it, and now it is better for everybody."),
        "partly": _("Thank you. Part of it is better already; the answer tells about the rest."),
        "explained": _("Thank you for asking. The answer explains how it stands."),
        "unresolved": _("Thank you for saying it. We could not solve it yet; the answer says why."),
    }
    return {
        "kind": _("Opinion"),
        "title": one.title or _("An opinion"),
        "href": reverse("my-opinion", args=[one.case_id]),
        "at": one.said_at,
        "badge": badge,
        "thanks": thanks.get(one.resolution, _("Thank you for saying it. We are looking into it.")),
        "came": one.answer,
        "more": [],
    }


def of_given(one: Given) -> Row:
    """The same for a gift, a suggestion to buy, hours, an event or a review."""
    known = {GIFT: _gift, PURCHASE: _purchase, HOURS: _hours, EVENT: _event, REVIEW: _review}
    return known[one.kind](one)


def _gift(one: Given) -> Row:
    more = []
    if one.came == CAME:
        badge = {"label": _("Taken in"), "tone": "good"}
        thanks = _("Thank you. Your gift is on our shelves, where others will find it.")
        if one.volumes:
            thanks = _(
                "Thank you. %(volumes)s volumes (%(titles)s titles) of yours are on our shelves,"
                " where others will find them.",
                volumes=f"{one.volumes:,}", titles=f"{one.titles:,}",
            )  # fmt: skip
        if one.has_certificate:
            more.append({"label": _("Certificate of donation"), "href": reverse("my-documents")})
        more.append({"label": _("Thanks to all donors"), "href": reverse("gifts")})
    elif one.came == UNDER_WAY:
        badge = {"label": _("Under way"), "tone": "info"}
        thanks = _("Thank you for thinking of us. We tell you here which books we can keep.")
    else:
        badge = {"label": _("Not taken"), "tone": ""}
        thanks = _("Thank you for the offer all the same; we could not take it this time.")
    return _case(one, _("Gift of books"), badge, thanks, more)


def _purchase(one: Given) -> Row:
    if one.came == CAME or one.state in _BOUGHT:
        badge = {"label": _("Bought"), "tone": "good"}
        thanks = _("Thank you. The library has this book because you asked for it.")
    elif one.state == "ordered":
        badge = {"label": _("Ordered"), "tone": "good"}
        thanks = _("Thank you. It is ordered, and you may borrow it first.")
    elif one.state == "approved":
        badge = {"label": _("Approved"), "tone": "good"}
        thanks = _("Thank you. Your suggestion was taken up and will be ordered.")
    elif one.came == UNDER_WAY:
        badge = {"label": _("Under way"), "tone": "info"}
        thanks = _("Thank you for the suggestion. A librarian is looking at it.")
    else:
        badge = {"label": _("Not bought"), "tone": ""}
        thanks = _("Thank you for the suggestion; it was not bought this time.")
        if not one.why:
            thanks += " " + _("The case tells how it went.")
    return _case(one, _("Suggestion to buy"), badge, thanks, [])


def _hours(one: Given) -> Row:
    return {
        "kind": _("Hours helped"),
        "title": _("Shifts in the last three years: %(shifts)s", shifts=one.shifts),
        "href": reverse("my-shifts"),
        "at": one.at,
        "badge": {"label": length(one.worked, current_language()[:2]), "tone": "good"},
        "thanks": _("Thank you for your time. Others found an open desk because you were there."),
        "came": "",
        "more": [{"label": _("Certificate of hours"), "href": reverse("my-shifts")}],
    }


def _event(one: Given) -> Row:
    badge = {"label": _("Read by the organisers"), "tone": ""}
    if one.case:
        badge = {"label": _("Dealt with as an opinion"), "tone": "info"}
    more = []
    if one.has_recap:
        more.append({"label": _("What it was like"), "href": reverse("event", args=[one.about])})
    return {
        "kind": _("Rating of an event"),
        "title": pick(one.title),
        "href": reverse("event", args=[one.about]),
        "at": one.at,
        "badge": badge,
        "thanks": _("Thank you for telling us how it was; it helps us plan the next."),
        "came": "",
        "more": more,
    }


def _review(one: Given) -> Row:
    page = reverse("item-review", args=[one.about])
    more = []
    if one.came == CAME:
        badge = {"label": _("Made public"), "tone": "good"}
        thanks = _("Thank you. Others who look at this title read what you think of it.")
        if one.photos:
            thanks = _("Thank you. Others who look at this title see your words and photos.")
        if one.helpful:
            thanks += " " + _("%(count)s readers found it helpful.", count=one.helpful)
        more.append({"label": _("Change or take back"), "href": page})
        page = reverse("item", args=[one.about])
    elif one.came == UNDER_WAY:
        badge = {"label": _("Waiting to be read"), "tone": "info"}
        thanks = _("Thank you for writing. A librarian reads it before others do.")
    elif one.state == DOWN:
        badge = {"label": _("Taken down"), "tone": ""}
        thanks = _("Thank you for writing. It is no longer shown; you can change it and send it.")
    else:
        badge = {"label": _("Not published"), "tone": ""}
        thanks = _("Thank you for writing. It was not published; you can change it and send it.")
    return {
        "kind": _("Review of a title"),
        "title": pick(one.title),
        "href": page,
        "at": one.at,
        "badge": badge,
        "thanks": thanks,
        "came": one.why,
        "more": more,
    }


def _case(one: Given, kind: str, badge: Row, thanks: str, more: list[Row]) -> Row:
    return {
        "kind": kind,
        "title": pick(one.title) or kind,
        "href": reverse("my-case", args=[one.about]),
        "at": one.at,
        "badge": badge,
        "thanks": thanks,
        "came": one.why,
        "more": more,
    }
