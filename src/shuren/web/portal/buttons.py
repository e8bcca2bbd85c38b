"""The buttons of a hit, and why there are no others."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from shuren.kernel.i18n import gettext as _
from shuren.service.offer_shapes import Offer, Wanted
from shuren.service.offers import Seen
from shuren.web.portal import licensed


def as_offers(
    request: HttpRequest, seen: Seen, *, about: str, home: str, short: bool = False
) -> dict[str, Any]:
    """The inputs of components/offers.html. home: the item's page, or "" of an article."""
    shown = [_button(one, seen.wanted, home, short) for one in seen.offered]
    if shown and not short:
        shown[0]["kind"] = "primary"
    back = f"{reverse('sign-in')}?{urlencode({'next': request.get_full_path()})}"
    if short and any(one.sign_in for one in seen.missing):
        shown.append(
            {
                "label": _("Sign in for more"),
                "url": back,
                "text": "",
                "kind": "quiet",
                "away": False,
            }
        )
    why = [
        {
            "title": one.title,
            "text": one.text,
            "sign_in": back if one.sign_in else "",
            "member": reverse("my-membership") if one.membership else "",
        }
        for one in seen.missing
    ]
    return {"buttons": shown, "why": why, "about": about, "short": short}


def _button(one: Offer, wanted: Wanted, home: str, short: bool) -> dict[str, Any]:
    behind_door = any(one.place)
    url = licensed.door(one.url, *one.place) if behind_door else one.url
    # The door itself tells nobody where it was opened, and asks of which search.
    away = bool(url) and not behind_door
    if one.case:
        url, away = reverse("my-case", args=[one.case]), False
    elif one.page and not url:
        # Of an article or book that an OpenURL names, the page of its title.
        there = home or (reverse("item", args=[wanted.title_ids[0]]) if wanted.title_ids else "")
        url, away = f"{there}#{'where' if one.page == 'shelf' else 'online'}", False
    elif one.service and home:
        url = reverse("item-ask", args=[wanted.id, one.kind])
    elif one.service:
        url = f"{reverse('resolve-ask', args=[one.kind])}?{wanted.id}"
    return {"label": one.label, "url": url, "text": one.text, "kind": "", "away": away}
