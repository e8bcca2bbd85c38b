"""What the guard rail holds about one person, and taking it away.

What spans rooms (`service.actions.erase`) calls these; nothing here looks into the lake.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from shuren.kernel.clock import now
from shuren.kernel.ids import new_id
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.trust import consent, ledger
from shuren.trust.actions import record_use
from shuren.trust.internals import identities, legacy, surrogates
from shuren.trust.internals.sign_in_rows import AccountSession, CampusLink, SecondStep, YoungReader
from shuren.trust.internals.surrogate_rows import (
    Erased,
    Erasure,
    LegacyPseudonym,
    Surrogate,
)
from shuren.trust.models import Account, Identity, SignInCount
from shuren.trust.queries import require_purpose

CARD = "card"
_NAMING = ("phone", "email", "name")
OWN = "own_records"
_ALL = 1_000_000


@dataclass(frozen=True)
class OwnAccount:
    """The account of a reader; `sessions` are those open now.

    campus_links    how the campus signs the reader in: oidc, cas
    under_14_until  of a reader whose guardian has to consent
    """

    username: str
    display_name: str
    role: str
    campus: str
    joined_at: datetime
    last_sign_in: datetime | None
    sessions: int
    has_second_step: bool
    campus_links: tuple[str, ...]
    under_14_until: date | None


@dataclass(frozen=True)
class ErasureLine:
    """One erasure as its holder sees it; see internals.surrogate_rows.Erasure."""

    id: str
    account: str
    reader_key: str
    new_key: str
    state: str
    asked_at: datetime
    done_at: datetime | None
    report: dict[str, Any]
    certificate: dict[str, Any]


def own_identity(site: Site, actor: Actor) -> tuple[dict[str, str], datetime | None]:
    """What the vault says of the actor and since when; a line in the ledger."""
    require_purpose(actor, OWN)
    record = Identity.objects.filter(pk=actor.reader_key).first()
    if record is None:
        return {}, None
    found = identities.read(site, actor.reader_key)
    record_use(actor, OWN, "trust.identity", sorted(found), 1, "own")
    return found, record.updated_at


def own_account(actor: Actor) -> OwnAccount | None:
    """The actor's account; None for who came without one."""
    account = Account.objects.filter(username=actor.id).first()
    if account is None:
        return None
    return OwnAccount(
        account.username,
        account.display_name,
        account.role,
        account.campus,
        account.date_joined,
        account.last_login,
        len(_sessions(account)),
        SecondStep.objects.filter(account=account).exists(),
        tuple(CampusLink.objects.filter(account=account).values_list("provider", flat=True)),
        YoungReader.objects.filter(account=account)
        .values_list("under_14_until", flat=True)
        .first(),
    )


def own_uses(actor: Actor, limit: int | None = None) -> list[tuple[datetime, str, str, str, int]]:
    """(when, kind, table, purpose, rows) of the ledger's entries about the actor, newest first."""
    found = ledger.entries_about(actor.reader_key, limit=limit or _ALL)
    return [
        (
            entry.at,
            entry.kind,
            str(entry.body.get("table", "")),
            str(entry.body.get("purpose", "")),
            int(entry.body.get("rows", 0)),
        )
        for entry in found
    ]


def naming(site: Site, pseudonym: str) -> dict[str, str]:
    """{keyed hash: card, phone, email or name} of what names this person in plain text."""
    found = {}
    if card := surrogates.blind_of(pseudonym):
        found[card] = CARD
    known = identities.read(site, pseudonym)
    values = [(known[what].strip(), what) for what in _NAMING if known.get(what, "").strip()]
    hashed = surrogates.blinds(site, [value for value, _what in values])
    return found | {blind: what for blind, (_value, what) in zip(hashed, values, strict=True)}


def who_is_named(
    site: Site, texts: Sequence[Sequence[str]], names: Mapping[str, Mapping[str, str]]
) -> list[dict[str, tuple[str, ...]]]:
    """For each list of words the persons it names: {pseudonym: by what}.

    names  {pseudonym: what `naming` gave}
    A name alone counts only where no card of somebody else stands beside it: two people may
    share one.
    """
    by_blind: dict[str, list[tuple[str, str]]] = {}
    for person, hashes in names.items():
        for blind, what in hashes.items():
            by_blind.setdefault(blind, []).append((person, what))
    words = list(dict.fromkeys(word for text in texts for word in text))
    blind_of = dict(zip(words, surrogates.blinds(site, words), strict=True))
    found = []
    for text in texts:
        hits: dict[str, set[str]] = {}
        hashed = {blind_of[word] for word in text}
        for blind in hashed & by_blind.keys():
            for person, what in by_blind[blind]:
                hits.setdefault(person, set()).add(what)
        only_name = {person for person, what in hits.items() if what == {"name"}}
        if only_name and surrogates.known_blinds(hashed - by_blind.keys()):
            hits = {person: what for person, what in hits.items() if person not in only_name}
        found.append({person: tuple(sorted(what)) for person, what in hits.items()})
    return found


def erased_people() -> dict[str, datetime]:
    """{pseudonym of now: since when} of cards whose history of before must not come in again."""
    since = dict(Erased.objects.values_list("blind", "at"))
    if not since:
        return {}
    return {name: since[blind] for blind, name in surrogates.stored(since).items()}


def erasures_so_far() -> int:
    """A number that another erasure raises, and nothing lowers."""
    return Erasure.objects.exclude(state="begun").count()


def overtaken(pseudonyms: Iterable[str]) -> set[str]:
    """Those of them that an erasure has taken away meanwhile, and what was kept of them since."""
    gone = surrogates.strangers(pseudonyms)
    for start in range(0, len(gone), 500):
        Identity.objects.filter(pk__in=sorted(gone)[start : start + 500]).delete()
    return gone


def pseudonyms_unlisted(site: Site) -> bool:
    """Whether this site is of before there were surrogates and its lake must be walked once."""
    return legacy.is_unlisted(site)


def list_pseudonyms(lake: Iterable[str]) -> None:
    """Write down which pseudonyms of before there are; `lake`: those that the lake holds."""
    legacy.write_down(lake)


def begin_erasure(account: str, reader_key: str, *, stays: bool) -> ErasureLine:
    """Write down that a reader is to be erased; of one that was begun before, that one.

    stays  somebody goes on with the card: the new surrogate is drawn now
    """
    with transaction.atomic():
        found = Erasure.objects.filter(reader_key=reader_key).first()
        if found is None:
            found = Erasure.objects.create(
                id=new_id("E"),
                account=account,
                reader_key=reader_key,
                new_key=surrogates.draw(1)[0] if stays else "",
                state="begun",
                asked_at=now(),
            )
    return _line(found)


def give_new_key(erasure: str) -> ErasureLine:
    """Draw the surrogate that stands in the reader's place, where none was drawn at the begin."""
    Erasure.objects.filter(pk=erasure, new_key="").update(new_key=surrogates.draw(1)[0])
    return _line(Erasure.objects.get(pk=erasure))


def erase_person(erasure: str, *, keep_out_until: date) -> dict[str, int]:
    """Take everything the guard rail holds of a person away, in the caller's transaction.

    Identity, old surrogate and the list of before; the account stays under the new surrogate, for
    it is the way in to the basic services, without its display name and without other sessions.
    returns  {store: facts that went}
    """
    one = Erasure.objects.get(pk=erasure)
    key = one.reader_key
    counts = {"identity": Identity.objects.filter(pk=key).delete()[0]}
    LegacyPseudonym.objects.filter(pk=key).delete()
    blind = surrogates.blind_of(key)
    if blind:
        Surrogate.objects.filter(pk=blind).delete()
        if one.new_key:
            Surrogate.objects.create(blind=blind, pseudonym=one.new_key)
        Erased.objects.update_or_create(
            blind=blind, defaults={"at": one.asked_at, "until": keep_out_until}
        )
    if why := consent.why_no_profile(key):
        consent.unbar_profile(key)
        if one.new_key:
            consent.bar_profile(one.new_key, why)
    accounts = Account.objects.filter(reader_key=key)
    counts["account"] = accounts.exclude(display_name="").count()
    accounts.update(reader_key=one.new_key, display_name="")
    return counts


def advance(erasure: str, state: str, **changes: Any) -> ErasureLine:
    """Write down how far an erasure is; `report` and `certificate` replace what was there."""
    Erasure.objects.filter(pk=erasure).update(state=state, **changes)
    return _line(Erasure.objects.get(pk=erasure))


def erasures(
    *, state: Sequence[str] = (), account: str = "", new_key: str = ""
) -> list[ErasureLine]:
    """Erasures in one of these states, or of one holder, oldest first."""
    found = Erasure.objects.order_by("asked_at", "id")
    if state:
        found = found.filter(state__in=state)
    if account:
        found = found.filter(account=account)
    if new_key:
        found = found.filter(new_key=new_key)
    return [_line(one) for one in found]


def erasure(id: str) -> ErasureLine:
    return _line(Erasure.objects.get(pk=id))


def accounts_of(reader_key: str) -> list[str]:
    """Names of the accounts of one reader."""
    own = Account.objects.filter(reader_key=reader_key)
    return list(own.values_list("username", flat=True))


def forget_identity(actor: Actor) -> int:
    """Take the actor's record out of the vault; the next list of readers may bring it again."""
    require_purpose(actor, OWN)
    return Identity.objects.filter(pk=actor.reader_key).delete()[0]


def forget_outside(pseudonym: str) -> int:
    """Take somebody who wrote from outside, and of whom nothing else is held, out of the vault."""
    if Account.objects.filter(reader_key=pseudonym).exists():
        return 0
    return Identity.objects.filter(pk=pseudonym).delete()[0]


def forget_display_name(actor: Actor) -> int:
    return (
        Account.objects.filter(username=actor.id).exclude(display_name="").update(display_name="")
    )


def end_sessions(actor: Actor) -> int:
    """End every session of the actor's account."""
    account = Account.objects.filter(username=actor.id).first()
    found = _sessions(account) if account else []
    AccountSession.objects.filter(pk__in=[session.pk for session in found]).delete()
    return len(found)


def clear_past_terms(today: date) -> int:
    """Take away what this room keeps for a while only: cards kept out, sessions that are over."""
    gone: int = Erased.objects.filter(until__lt=today).delete()[0]
    return gone + AccountSession.objects.filter(expire_date__lt=now()).delete()[0]


def forget_sign_in_counts(before: datetime) -> int:
    """Take counts of wrong passwords away that were last raised before a moment; how many."""
    return SignInCount.objects.filter(last_at__lt=before).delete()[0]


def _sessions(account: Account) -> list[AccountSession]:
    return list(AccountSession.objects.filter(account=account, expire_date__gt=now()))


def _line(one: Erasure) -> ErasureLine:
    return ErasureLine(
        one.id,
        one.account,
        one.reader_key,
        one.new_key,
        one.state,
        one.asked_at,
        one.done_at,
        one.report,
        one.certificate,
    )
