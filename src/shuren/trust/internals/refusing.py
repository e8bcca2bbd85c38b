"""What is said to who may not do something, or not use data for a purpose while doing it."""

from collections.abc import Iterable

from django.conf import settings

from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.trust import definitions
from shuren.trust.definitions import PERMISSIONS, Purpose, Role
from shuren.trust.errors import ConsentMissing, NotAllowed
from shuren.trust.internals.covering import approve_it
from shuren.trust.internals.permissions import PUBLIC_READ

CONSENT = "consent"


def permission(actor: Actor | None, wanted: str, roles: Iterable[Role]) -> NotAllowed:
    held = _held(actor)
    able = [pick(one.title) for one in roles if wanted in one.permissions]
    fix = _("Roles that may: %(roles)s.", roles=", ".join(able)) if able else ""
    return NotAllowed(
        _("Your role may not do this: %(what)s.", what=pick(PERMISSIONS[wanted])),
        fix=_waits(held) if held and wanted in held.grants else fix,
    )


def purpose(actor: Actor | None, granted: Role | None, wanted: Purpose) -> NotAllowed:
    """Why the actor may not use data for a purpose that is in force.

    granted  the actor's role, None for who has none
    returns  ConsentMissing where only the reader's own consent is wanting
    """
    under = granted.actions_for(wanted.id) if granted else ()
    held = _held(actor)
    opens = actor is not None and granted is not None and granted.opens(actor.doing, wanted.id)
    waits = actor is not None and held is not None and held.opens(actor.doing, wanted.id)
    if not opens and (waits or not under or actor is None or granted is None):
        return NotAllowed(
            _("Your role may not use data for this purpose: %(what)s.", what=pick(wanted.title)),
            fix=_waits(held) if waits and held else "",
        )
    if opens:
        if wanted.basis != CONSENT:
            return NotAllowed(
                _("This is for readers with records of their own: %(what)s.",
                  what=pick(wanted.title)),
            )  # fmt: skip
        return ConsentMissing(
            _("This needs your consent: %(what)s.", what=pick(wanted.title)),
            fix=_("You can give it, and take it back, under My privacy."),
        )
    return NotAllowed(
        _(
            "Your role may use data for “%(what)s” under %(actions)s, and not under %(doing)s.",
            what=pick(wanted.title),
            actions=", ".join(under),
            doing=(actor.doing if actor else "") or PUBLIC_READ,
        ),
        fix=_("What a role may use data for, and doing what, stands in %(file)s.",
              file=granted.file if granted else ""),
    )  # fmt: skip


def _held(actor: Actor | None) -> Role | None:
    """The actor's role as its file says it and nobody has approved, or None."""
    held = definitions.roles.waiting(settings.SITE).get(actor.role) if actor else None
    return held.said if held else None


def _waits(held: Role) -> str:
    said = _("%(file)s says it, but that change waits for approval.", file=held.file)
    return f"{said} {approve_it()}"
