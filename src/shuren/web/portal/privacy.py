"""My privacy: what a reader agrees to, what is held about them, who used it. Theirs alone."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from shuren.kernel.errors import UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import listed, pick
from shuren.kernel.shapes import Actor
from shuren.service import actions, queries
from shuren.trust import consent
from shuren.trust.consent import ConsentState
from shuren.web import moments
from shuren.web.access import requires
from shuren.web.portal.emergency import emergency_notices
from shuren.web.portal.held import READ, stores_of
from shuren.web.portal.switches import safe_return
from shuren.web.portal.used import used_lines


@requires(READ)
def panel(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.reader_key:
        return render(request, "portal/my_nobody.html")
    choices = choices_of(actor)
    used = used_lines(settings.SITE, actor)  # before the panel itself looks at everything
    held, empty = stores_of(actor)
    context = {
        "choices": choices,
        "agreed": sum(1 for one in choices if one["state"] == "on"),
        "barred": barred_text(actor),
        "held": held,
        "empty": listed(empty),
        "facts": sum(one["count"] for one in held),
        "by_others": [line for line in used if not line.by_you],
        "said": [line for line in used if line.by_you and not line.is_look],
        "own_looks": [line for line in used if line.by_you and line.is_look],
        "certificates": [one for one in queries.certificates(actor) if one.content],
        "notices": emergency_notices(actor),
    }
    return render(request, "portal/my_privacy.html", context)


@requires(READ)
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """A yes or a no to one purpose, or a no to all; back to the page it was said on."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    answer, purpose = request.POST.get("answer", ""), request.POST.get("purpose", "")
    if answer == "none":
        for one in consent.states(actor):
            actions.withdraw_consent(settings.SITE, one.purpose.id, actor=actor)
    elif answer == "no":
        actions.withdraw_consent(settings.SITE, purpose, actor=actor)
    elif answer == "yes":
        version = request.POST.get("version", "")
        number = int(version) if version.isdecimal() and len(version) < 10 else 0
        consent.give(purpose, actor=actor, version=number)
    else:
        raise UsageError(_("Say yes or no."))
    return HttpResponseRedirect(safe_return(request, reverse("my-privacy")))


def choices_of(actor: Actor) -> list[dict[str, Any]]:
    """The inputs of components/consent.html, one for each purpose that asks this reader."""
    return [choice(one) for one in consent.states(actor)]


def choice_of(actor: Actor, purpose: str) -> dict[str, Any] | None:
    """The one for a purpose; None where the reader is not asked for it."""
    return next((choice(one) for one in consent.states(actor) if one.purpose.id == purpose), None)


def choice(state: ConsentState) -> dict[str, Any]:
    kind = "off"
    if state.is_barred:
        kind = "barred"
    elif state.is_given:
        kind = "on"
    elif state.asks_again:
        kind = "asks"
    return {
        "id": state.purpose.id,
        "title": pick(state.purpose.title),
        "text": pick(state.purpose.consent_text),
        "version": state.version,
        "state": kind,
        "since": moments.exact(state.changed_at) if state.changed_at else "",
    }


def barred_text(actor: Actor) -> str:
    """Why there is nothing to agree to, or ''."""
    texts = {
        consent.MINOR: _(
            "You are under 14. The law asks for special care: no profile of you is made, and nobody"
            " can switch one on. Everything else works as for all readers."
        ),
        consent.NO_GUARDIAN: _(
            "Your parent or guardian has not agreed yet, so no profile of you is made. Everything"
            " else works as for all readers. They can sign the form at the front desk."
        ),
    }
    return texts.get(consent.why_no_profile(actor.reader_key), "")
