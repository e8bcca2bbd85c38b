"""Who may do what, and for which purpose. Default deny: what no role file grants is refused."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings

from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.kernel.suggestions import did_you_mean
from shuren.trust import definitions
from shuren.trust.actions import record_use
from shuren.trust.definitions import PERMISSIONS, Purpose, Role
from shuren.trust.errors import NotAllowed, UnknownName
from shuren.trust.internals import identities
from shuren.trust.models import Account, UseRecord

T = TypeVar("T")


@dataclass(frozen=True)
class AccountLine:
    """An account as a list shows it."""

    username: str
    display_name: str
    role: str
    campus: str
    is_reader: bool
    last_sign_in: datetime | None


@dataclass(frozen=True)
class Use:
    """One line of the ledger."""

    at: datetime
    actor: str
    role: str
    purpose: str
    table: str
    columns: tuple[str, ...]
    rows: int
    detail: str


def roles() -> dict[str, Role]:
    """All roles by id, readers first."""
    return definitions.roles(settings.SITE)


def role(id: str) -> Role:
    """One role; raises UnknownName with a suggestion."""
    return _named(roles(), id, _("There is no role called '%(name)s'.", name=id))


def purposes() -> dict[str, Purpose]:
    """All purposes by id."""
    return definitions.purposes(settings.SITE)


def purpose(id: str) -> Purpose:
    """One purpose; raises UnknownName with a suggestion."""
    return _named(purposes(), id, _("There is no purpose called '%(name)s'.", name=id))


def may(actor: Actor | None, permission: str) -> bool:
    """Whether the actor's role grants a permission; nobody and unknown roles may nothing.

    raises  UnknownName if there is no such permission: a slip in our own code
    """
    _named(PERMISSIONS, permission, f"There is no permission called '{permission}'.")
    granted = roles().get(actor.role) if actor else None
    return granted is not None and permission in granted.permissions


def require(actor: Actor | None, permission: str) -> None:
    """Raise NotAllowed, naming the roles that may, unless the actor may."""
    if may(actor, permission):
        return
    able = [pick(r.title) for r in roles().values() if permission in r.permissions]
    raise NotAllowed(
        _("Your role may not do this: %(what)s.", what=pick(PERMISSIONS[permission])),
        fix=_("Roles that may: %(roles)s.", roles=", ".join(able)) if able else "",
    )


def purpose_allowed(actor: Actor | None, purpose: str) -> bool:
    """Whether the actor's role may use data for a purpose.

    A purpose for one's own rows needs an actor with a reader_key. Which columns and rows
    the purpose opens (`highest_class`, `aggregated_only`, `own_rows_only`) is for the
    caller to keep.
    """
    if purpose not in purposes() or actor is None:
        return False
    granted = roles().get(actor.role)
    if granted is None or purpose not in granted.purposes:
        return False
    return bool(actor.reader_key) or not purposes()[purpose].own_rows_only


def require_purpose(actor: Actor | None, purpose_id: str) -> Purpose:
    """The purpose, when the actor may use data for it; else NotAllowed (or UnknownName)."""
    wanted = purpose(purpose_id)
    if not purpose_allowed(actor, purpose_id):
        raise NotAllowed(
            _("Your role may not use data for this purpose: %(what)s.", what=pick(wanted.title))
        )
    return wanted


def identity(site: Site, pseudonym: str, *, actor: Actor, purpose: str) -> dict[str, str]:
    """Who a pseudonym is, or {} if no source said so. Every look is written to the ledger.

    raises  NotAllowed unless the purpose opens single personal records to this role, and,
            for a purpose of one's own rows, the pseudonym is the actor's
    """
    wanted = require_purpose(actor, purpose)
    foreign = wanted.own_rows_only and pseudonym != actor.reader_key
    if foreign or wanted.aggregated_only or wanted.highest_class < 3:
        raise NotAllowed(
            _("This purpose does not open identities: %(what)s.", what=pick(wanted.title))
        )
    found = identities.read(site, pseudonym)
    record_use(actor, purpose, "trust.identity", sorted(found), 1 if found else 0)
    return found


def actor_of(account: Any) -> Actor | None:
    """The actor behind a signed-in user of a request; None for nobody."""
    if not isinstance(account, Account) or not account.is_active:
        return None
    return Actor(id=account.username, role=account.role, reader_key=account.reader_key)


def account_exists(username: str) -> bool:
    return Account.objects.filter(username__iexact=username).exists()


def accounts() -> list[AccountLine]:
    """All accounts by name."""
    return [
        AccountLine(
            username=account.username,
            display_name=account.display_name,
            role=account.role,
            campus=account.campus,
            is_reader=bool(account.reader_key),
            last_sign_in=account.last_login,
        )
        for account in Account.objects.order_by("username")
    ]


def uses(*, actor: Actor, limit: int = 100) -> list[Use]:
    """The newest lines of the ledger; needs ledger.read."""
    require(actor, "ledger.read")
    return [
        Use(
            at=line.at,
            actor=line.actor,
            role=line.role,
            purpose=line.purpose,
            table=line.table,
            columns=tuple(line.columns.split()),
            rows=line.rows,
            detail=line.detail,
        )
        for line in UseRecord.objects.order_by("-at", "-pk")[:limit]
    ]


def _named(known: dict[str, T], name: str, message: str) -> T:
    if name not in known:
        raise UnknownName(message, fix=did_you_mean(name, known))
    return known[name]
