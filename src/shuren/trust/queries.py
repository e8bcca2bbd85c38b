"""Who may do what, and for which purpose. Default deny: what no role file grants is refused."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeVar

from django.conf import settings
from django.utils import timezone

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.kernel.suggestions import did_you_mean
from shuren.trust import consent, definitions
from shuren.trust.actions import record_use
from shuren.trust.definitions import API_CLIENT, PERMISSIONS, SCOPES, Purpose, Role
from shuren.trust.errors import NotAllowed, ScopeMissing, UnknownName
from shuren.trust.internals import api_keys, counting, covering, glasses, identities, refusing
from shuren.trust.internals.counting import TableUse as TableUse
from shuren.trust.internals.covering import IDENTITY as IDENTITY
from shuren.trust.internals.covering import Ending as Ending
from shuren.trust.internals.covering import about_class as about_class
from shuren.trust.internals.covering import require_covered as require_covered
from shuren.trust.internals.covering import what_to_do as what_to_do
from shuren.trust.internals.young_readers import waits_for_guardian
from shuren.trust.models import Account, ApiKey, UseRecord

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


@dataclass(frozen=True)
class KeyLine:
    """A key as a list shows it; its secret is nowhere.

    state           live, expired or revoked
    used_minute, used_today  requests counted in the running minute and day (UTC)
    previous_until  until when the secret before the last rotation still works, or None
    """

    id: str
    name: str
    owner: str
    contact: str
    scopes: tuple[str, ...]
    purposes: tuple[str, ...]
    per_minute: int
    per_day: int
    used_minute: int
    used_today: int
    state: str
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    rotated_at: datetime | None
    previous_until: datetime | None
    last_used_at: datetime | None


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
    """One purpose; raises UnknownName, naming the file that is not there, with a suggestion."""
    held = definitions.purposes.waiting(settings.SITE).get(id)
    if held is not None and not held.more:
        raise NotAllowed(
            _("The purpose “%(what)s” waits for approval: %(file)s.",
              what=pick(held.said.title), file=held.said.file),
            fix=covering.approve_it(),
        )  # fmt: skip
    message = _(
        "There is no purpose called '%(name)s': no file definitions/purposes/%(name)s.yaml.",
        name=id[:40],
    )
    return _named(purposes(), id, message)


def may(actor: Actor | None, permission: str) -> bool:
    """Whether the actor's role grants a permission; nobody and unknown roles may nothing.

    raises  UnknownName if there is no such permission: a slip in our own code
    """
    _named(PERMISSIONS, permission, f"There is no permission called '{permission}'.")
    granted = _granted(actor) if actor else None
    return granted is not None and permission in granted.permissions


def require(actor: Actor | None, permission: str) -> Actor:
    """The actor doing just that, to whom the door opens what the role was given for it.

    raises  NotAllowed, naming the roles that may, unless the actor may
    """
    if actor is not None and may(actor, permission):
        return replace(actor, doing=permission)
    raise refusing.permission(actor, permission, roles().values())


def purpose_allowed(actor: Actor | None, purpose: str) -> bool:
    """Whether the actor's role may use data for a purpose whose approval is not over, doing what
    the actor is doing.

    A purpose for one's own rows needs an actor with a reader_key, and where it rests on consent,
    that reader's. Which columns and rows the purpose opens (`highest_class`, `aggregated_only`,
    `own_rows_only`), and of many readers only those who consented, is for the caller to keep.
    """
    if purpose not in purposes() or actor is None or not _is_approved(purposes()[purpose]):
        return False
    granted = _granted(actor)
    if granted is None or not granted.opens(actor.doing, purpose):
        return False
    wanted = purposes()[purpose]
    if not wanted.own_rows_only:
        return True
    if wanted.basis == consent.BASIS:
        return consent.given(purpose, actor.reader_key)
    return bool(actor.reader_key)


def require_purpose(actor: Actor | None, purpose_id: str) -> Purpose:
    """The purpose, when the actor may use data for it now; else NotAllowed (or UnknownName).

    raises  ConsentMissing, a NotAllowed, where only the reader's own consent is wanting
    """
    wanted = purpose(purpose_id)
    if not _is_approved(wanted):
        raise NotAllowed(
            _(
                "The purpose “%(what)s” was approved until %(day)s and is over: %(file)s.",
                what=pick(wanted.title),
                day=wanted.approved_until,
                file=wanted.file,
            ),
            fix=_("Have it approved again; then write the new day as approved_until."),
        )
    if not purpose_allowed(actor, purpose_id):
        raise refusing.purpose(actor, _granted(actor) if actor else None, wanted)
    return wanted


def purposes_ending(within_days: int = 30) -> list[Ending]:
    """Purposes whose approval ends, or whose review is due, within some days or already; the
    soonest first."""
    return covering.ending(purposes().values(), _today(), within_days)


def identity(
    site: Site, pseudonym: str, *, actor: Actor, purpose: str, needs: str = "name"
) -> dict[str, str]:
    """Who a pseudonym is, or {} if no source said so. Every look is written to the ledger.

    needs   the column without which there is no use in looking: an address for a mail
    raises  NotAllowed unless the purpose opens single personal records to this role, and,
            for a purpose of one's own rows, the pseudonym is the actor's, and of break-glass, it
            is the one the actor has opened
    """
    wanted = require_purpose(actor, purpose)
    foreign = wanted.own_rows_only and pseudonym != actor.reader_key
    foreign |= wanted.break_glass and pseudonym != glasses.subject_of(actor)
    if foreign or wanted.aggregated_only or wanted.highest_class < 3:
        raise NotAllowed(
            _("This purpose does not open identities: %(what)s.", what=pick(wanted.title))
        )
    require_covered(wanted, IDENTITY, (needs,))
    known = identities.read(site, pseudonym)
    found = {k: v for k, v in known.items() if wanted.covers(IDENTITY, k, persons=True)}
    record_use(actor, purpose, IDENTITY, sorted(found), 1 if found else 0, subject=pseudonym)
    return found


def actor_of(account: Any) -> Actor | None:
    """The actor behind a signed-in user of a request; None for nobody.

    A child whose guardian has not consented may do what a visitor may, and is no reader.
    """
    if not isinstance(account, Account) or not account.is_active:
        return None
    if account.role == definitions.PUPIL and waits_for_guardian(account.pk):
        return Actor(id=account.username, role=definitions.ANONYMOUS)
    return Actor(id=account.username, role=account.role, reader_key=account.reader_key)


def reader_of(pseudonym: str) -> Actor | None:
    """The actor whose account reads under a pseudonym; None without one that is in use."""
    found = Account.objects.filter(reader_key=pseudonym, is_active=True) if pseudonym else None
    return actor_of(found.order_by("pk").first()) if found is not None else None


def account_exists(username: str) -> bool:
    return Account.objects.filter(username__iexact=username).exists()


def accounts() -> list[AccountLine]:
    """All accounts by name."""
    return [_account_line(account) for account in Account.objects.order_by("username")]


def accounts_that_may(permission: str) -> list[AccountLine]:
    """Accounts in use whose role grants a permission, by name."""
    granting = [id for id, role in roles().items() if permission in role.permissions]
    found = Account.objects.filter(role__in=granting, is_active=True)
    return [_account_line(account) for account in found.order_by("username")]


def _account_line(account: Account) -> AccountLine:
    return AccountLine(
        username=account.username,
        display_name=account.display_name,
        role=account.role,
        campus=account.campus,
        is_reader=bool(account.reader_key),
        last_sign_in=account.last_login,
    )


def uses(*, actor: Actor, limit: int = 100) -> list[Use]:
    """The newest uses in the ledger; needs ledger.read."""
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
        for line in UseRecord.objects.order_by("-id")[:limit]
    ]


def uses_of(table: str, *, actor: Actor, limit: int = 20) -> list[TableUse]:
    """Who used a table for what and when last, the newest first; needs ledger.read.

    Without it, but with contracts.read, the same with the role in place of the person. Readers are
    always together, under their role.
    """
    by_role = not may(actor, "ledger.read")
    if by_role:
        require(actor, "contracts.read")
    found = counting.table_uses(table=table, by_role=by_role)
    return sorted(found, key=lambda use: use.last_at, reverse=True)[:limit]


def uses_by_table(*, actor: Actor, only_keys: bool = False) -> list[TableUse]:
    """Who has used each table for what, the busiest first; needs ledger.read.

    only_keys  programs that came with a key of the API, and nobody else
    """
    require(actor, "ledger.read")
    found = counting.table_uses(role=API_CLIENT) if only_keys else counting.table_uses()
    return sorted(found, key=lambda use: (-use.uses, use.table, use.actor, use.purpose))


def scopes() -> dict[str, dict[str, str]]:
    """What a key can be given besides tables, with its title."""
    return {id: scope.title for id, scope in SCOPES.items()}


def has_scope(actor: Actor, scope: str) -> bool:
    """Whether the actor's key was given a scope; `marts:read:mart` includes all its tables."""
    given = api_keys.scopes_of(actor)
    return scope in given or (scope.startswith("marts:read:") and scope.split(".")[0] in given)


def require_scope(actor: Actor, scope: str) -> Actor:
    """The actor doing what the scope stands for; raises ScopeMissing unless its key has it."""
    if has_scope(actor, scope):
        return replace(actor, doing=api_keys.action_of(scope))
    raise ScopeMissing(
        _("This key does not have the scope %(scope)s.", scope=scope),
        fix=_("Ask the library for a key with it."),
    )


def api_keys_known(*, actor: Actor) -> list[KeyLine]:
    """All keys, newest first, the revoked ones last; needs keys.manage."""
    require(actor, "keys.manage")
    lines = [_key_line(key) for key in ApiKey.objects.order_by("-created_at", "id")]
    return sorted(lines, key=lambda line: line.state == "revoked")


def own_api_key(actor: Actor) -> KeyLine:
    """The key behind an actor; raises NotAllowed for anybody else."""
    key = ApiKey.objects.filter(pk=actor.id.removeprefix(api_keys.ACTOR)).first()
    if actor.role != API_CLIENT or key is None:
        raise NotAllowed(_("Only a program with a key may ask this."))
    return _key_line(key)


def _key_line(key: ApiKey) -> KeyLine:
    minute, today = api_keys.used(key.id)
    moment = now()
    expired = key.expires_at is not None and key.expires_at <= moment
    old_works = key.previous_until is not None and key.previous_until > moment
    return KeyLine(
        id=key.id,
        name=key.name,
        owner=key.owner,
        contact=key.contact,
        scopes=tuple(key.scopes.split()),
        purposes=tuple(key.purposes.split()),
        per_minute=key.per_minute,
        per_day=key.per_day,
        used_minute=minute,
        used_today=today,
        state="revoked" if key.revoked_at else "expired" if expired else "live",
        created_at=key.created_at,
        created_by=key.created_by,
        expires_at=key.expires_at,
        rotated_at=key.rotated_at,
        previous_until=key.previous_until if old_works else None,
        last_used_at=key.last_used_at,
    )


def _today() -> date:
    """The library's day: approval counts to its end."""
    return timezone.localdate(now())


def _is_approved(purpose: Purpose) -> bool:
    return purpose.is_approved(_today())


def _granted(actor: Actor) -> Role | None:
    """The actor's role; for a program with a key what the key grants, and never a role file."""
    if actor.role == API_CLIENT:
        return api_keys.as_role(actor)
    return roles().get(actor.role)


def _named(known: dict[str, T], name: str, message: str) -> T:
    if name not in known:
        raise UnknownName(message, fix=did_you_mean(name, known))
    return known[name]
