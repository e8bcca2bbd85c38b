"""What the service room does for a reader: keep chosen interests, take a consent back; delete one
fact that is held, export everything, erase everything."""

from collections.abc import Iterable, Sequence

import orjson

from shuren.data import erasing as data
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import queries
from shuren.service.errors import NothingHeld
from shuren.service.internals import (
    clocks,
    erasing,
    exporting,
    interests,
    rising,
    stores,
    sweeping,
    withdrawing,
)
from shuren.service.internals.sweeping import Swept
from shuren.service.shapes import Certificate
from shuren.trust import erasing as trust
from shuren.trust import rotation
from shuren.trust.queries import require, require_purpose

FORMS = ("json", "html")
INTERESTS = "declared_interests"


def withdraw_consent(site: Site, purpose: str, *, actor: Actor) -> None:
    """Take a yes back: nothing more is kept or used for the purpose from this moment, and what was
    kept for it alone is forgotten.

    raises  trust's UnknownName, NotAllowed
    """
    withdrawing.withdraw(site, purpose, actor)


def choose_interests(site: Site, subjects: Iterable[str], *, actor: Actor) -> None:
    """Keep exactly these subjects (class numbers) as the reader's interests.

    raises  UnknownName; trust's ConsentMissing
    """
    require_purpose(actor, INTERESTS)
    interests.replace(site, actor.reader_key, subjects)


def forget_fact(site: Site, actor: Actor, store: str, fact: str) -> int:
    """Delete one fact that is held about the actor; how many went, 1 as a rule.

    store, fact  ids of a HeldStore that can_forget and of one of its facts
    raises       NothingHeld where there is none; data's MustStay for one that is still needed;
                 trust's NotAllowed for who is no reader
    """
    require_purpose(actor, trust.OWN)
    found = stores.store_of(store)
    gone = found.forget(site, actor, store, fact) if found and found.forget else 0
    if not gone:
        raise NothingHeld(
            _("There is nothing to delete here: it may have gone already."),
            fix=_("Look at the page again."),
        )
    return gone


def export_held(site: Site, actor: Actor, form: str) -> bytes:
    """Everything that is held about the actor, to be kept: json, or html that reads by itself.

    raises  ValueError for another form; trust's NotAllowed for who is no reader
    """
    if form not in FORMS:
        raise ValueError(f"there is no form {form!r}")
    held = queries.held(site, actor)
    return exporting.as_json(held) if form == "json" else exporting.as_html(held)


def erase(site: Site, actor: Actor) -> Certificate:
    """Erase everything held about the actor; no query sees any of it when this returns.

    What must stay is in the certificate with its reason; the disk is clean within `erasure_days`.
    Safe to repeat: an erasure that a kill stopped goes on where it was.
    raises  trust's NotAllowed for who is no reader
    """
    require_purpose(actor, trust.OWN)
    [line] = erasing.begin(site, [actor])
    erasing.carry_on(site, [line], actor.role)
    return queries.certificate_of(trust.erasure(line.id))


def erase_readers(site: Site, readers: Sequence[str], *, actor: Actor) -> list[Certificate]:
    """Erase readers by their pseudonyms, for those who asked at the desk; see `erase`.

    raises  trust's NotAllowed without accounts.manage
    """
    require(actor, "accounts.manage")
    erasing.resume(site)
    wanted = [
        Actor(next(iter(trust.accounts_of(reader)), ""), "", reader)
        for reader in dict.fromkeys(readers)
        if reader
    ]
    lines = erasing.begin(site, wanted)
    erasing.carry_on(site, lines)
    return [queries.certificate_of(trust.erasure(line.id)) for line in lines]


def sweep(site: Site, *, actor: Actor) -> Swept:
    """Take what is erased off the disk now, and build if tables still hold it.

    raises  trust's NotAllowed without loads.run; as data's build
    """
    actor = require(actor, "loads.run")
    return sweeping.sweep(site, actor)


def rotate_vault(site: Site, *, actor: Actor) -> tuple[int, int, bool]:
    """Give the vault a new key and seal everything anew: (rows, quarantine files, whether the old
    key is gone). Goes on where it was stopped; a load under way puts the end off to the next run.

    raises  trust's NotAllowed without keys.manage
    """
    require(actor, "keys.manage")
    version = rotation.begin(site)
    rows = rotation.reseal(site, version)
    files = data.reseal_quarantine(site, version)
    is_left = rotation.is_left(version) or data.is_quarantine_left(site, version)
    return rows, files, not is_left and rotation.end(site, version)


def work(site: Site, *, actor: Actor) -> list[str]:
    """Run every clock that is due; their ids. Safe with several processes, and to kill.

    raises  trust's NotAllowed without loads.run
    """
    actor = require(actor, "loads.run")
    return clocks.work(site, actor)


def hand_in(site: Site, *, actor: Actor) -> int:
    """Lay the present state of every case, loan and hold that the lake has not been told of into
    the spool of own events, where `collect` finds it; how many rows.

    raises  trust's NotAllowed without loads.run
    """
    require(actor, "loads.run")
    return rising.tell(site)


def rise(site: Site, *, actor: Actor) -> int:
    """As hand_in, and take it in at once; a build makes tables of it."""
    return rising.take_in(site, require(actor, "loads.run"))


def certificate_json(certificate: Certificate) -> bytes:
    """The certificate as a file."""
    return orjson.dumps(certificate.content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
