"""My membership: apply, see how it stands, renew; and what members may use."""

import secrets
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.service import campaigns, catalogue, licensed, members
from shuren.service.case_shapes import AskedField
from shuren.service.definitions import service
from shuren.service.errors import WrongField
from shuren.service.flow_shapes import Service
from shuren.service.member_shapes import NONE, Stand
from shuren.web import case_words, member_words, service_words
from shuren.web.access import requires
from shuren.web.portal.held import READ


@requires(READ)
def index(request: HttpRequest) -> HttpResponse:
    """POST do=apply opens the application, do=renew adds a term."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.reader_key:
        return render(request, "portal/my_nobody.html")
    if not members.is_for(settings.SITE, actor):
        return render(request, "portal/my_membership.html", {"is_for": False})
    stand = members.mine(settings.SITE, actor)
    problem: ShurenError | None = None
    if request.method == "POST":
        try:
            _do(request, stand, actor)
            return HttpResponseRedirect(reverse("my-membership"))
        except ShurenError as error:
            problem = error
    context = {
        "is_for": True,
        "stand": stand,
        "card": card_of(stand),
        "fields": _fields(request, problem) if stand.state == NONE else [],
        "via": _via(request),
        "key": request.POST.get("key", "")[:40] or secrets.token_urlsafe(18),
        "problem": None if isinstance(problem, WrongField) else problem,
        "proofs": _proofs(stand, actor),
        "rules": catalogue.rules_of(service(settings.SITE, members.SERVICE)),
        **_pack(),
        **_packages(),
    }
    status = 422 if problem else 200
    return render(request, "portal/my_membership.html", context, status=status)


def card_of(stand: Stand) -> dict[str, Any]:
    """The inputs of components/member_card.html."""
    return member_words.card(
        stand,
        url=reverse("my-membership"),
        renew=reverse("my-membership"),
        ask=reverse("find") if stand.is_good else "",
    )


def card_for(actor: Actor) -> dict[str, Any] | None:
    """The card on my library; None for whom there is no membership."""
    if not actor.reader_key or not members.is_for(settings.SITE, actor):
        return None
    return card_of(members.mine(settings.SITE, actor))


def _do(request: HttpRequest, stand: Stand, actor: Actor) -> None:
    said = request.POST
    if said.get("do") == "apply":
        members.apply(
            settings.SITE,
            number=said.get("number", ""),
            name=said.get("name", ""),
            fields=case_words.given(said),
            actor=actor,
            key=said.get("key", "")[:40],
            via=said.get("via", "") if said.get("counted") else "",
        )
    elif said.get("do") == "renew" and stand.case:
        members.renew(settings.SITE, stand.case, actor=actor, key=said.get("key", "")[:40])


def _via(request: HttpRequest) -> dict[str, Any] | None:
    """The campaign by whose address the reader came, which goes along with the form if they
    leave its box ticked."""
    said = request.POST if request.method == "POST" else request.GET
    code = said.get("via", "")
    title = campaigns.title_of(code) if code else ""
    if not title:
        return None
    ticked = bool(said.get("counted")) if request.method == "POST" else True
    return {"code": code, "title": title, "ticked": ticked}


def _fields(request: HttpRequest, problem: ShurenError | None) -> list[dict[str, Any]]:
    """Number and name first: they are compared and not kept, so a page asks for them again."""
    why = _("It is compared with the roster and kept nowhere.")
    wrong = problem if isinstance(problem, WrongField) else None
    own = [
        {
            "name": name, "label": label, "type": "text", "value": "", "hint": why,
            "error": wrong.message if wrong and wrong.name == name else "",
            "autocomplete": complete,
        }
        for name, label, complete in (
            ("number", _("Student number"), "off"), ("name", _("Name as it was then"), "name"),
        )
    ]  # fmt: skip
    form: list[AskedField] = list(service(settings.SITE, members.SERVICE).form)
    values = request.POST.dict() if problem else {}
    return [*own, *case_words.inputs(form, values, problem)]


def _proofs(stand: Stand, actor: Actor) -> list[dict[str, Any]]:
    if not stand.case:
        return []
    found = members.evidence(stand.case, actor=actor)
    return [member_words.proof(one) for one in found if one.is_good][:1]


def _pack() -> dict[str, Any]:
    first, others = members.pack(settings.SITE)
    return {
        "featured": [_row(one) for one in first],
        "others": [_row(one) for one in others],
        "count": len(first) + len(others),
    }


def _packages() -> dict[str, Any]:
    """Which licensed packages alumni read online, and the ways there are to the others."""
    covered, others = licensed.for_alumni(settings.SITE)
    return {"covered": covered, "not_covered": others}


def _row(one: Service) -> dict[str, Any]:
    """The inputs of components/service_row.html."""
    return {
        "title": pick(one.title),
        "text": pick(one.description),
        "url": reverse("service", args=[one.id]),
        "promise": service_words.finished(one.promise),
        "fee": pick(one.fee),
        "why": "",
        "advice": "",
    }
