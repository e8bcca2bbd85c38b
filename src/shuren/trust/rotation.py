"""Rotating the key of the vault: a new key seals, everything is sealed anew, the old key goes.

Safe to kill and to repeat: while the key file has more than one key a rotation is under way, and
the next run goes on with it. Both keys open meanwhile.
"""

from collections.abc import Callable, Iterator
from typing import Any

from shuren.kernel.site import Site
from shuren.trust import glass, releases
from shuren.trust.internals import identities, second_step, vault
from shuren.trust.internals.egress_rows import Release
from shuren.trust.internals.glass_rows import Glass
from shuren.trust.internals.sign_in_rows import SecondStep
from shuren.trust.models import Identity

_BATCH = 500

# Every column that the vault seals, and the context of a row of it.
SEALED: tuple[tuple[Any, str, Callable[[Any], str]], ...] = (
    (Identity, "sealed", lambda row: identities.context(row.pseudonym)),
    (SecondStep, "sealed", lambda row: second_step.context(row.account)),
    (Glass, "reason", lambda row: glass.context(row)),
    (Release, "sealed", lambda row: releases.context(row.id)),
)


def begin(site: Site) -> int:
    """Add a key, unless a rotation is under way; the version that everything is to have.

    A key from the environment is added there, by whoever keeps it.
    """
    if vault.from_environment() or len(vault.versions(site)) > 1:
        return max(vault.versions(site))
    return vault.add_key(site)


def reseal(site: Site, version: int) -> int:
    """Seal every row anew that is not under this version; how many it was."""
    done = 0
    for model, column, context in SEALED:
        for row in list(_old(model, column, version)):
            sealed = bytes(getattr(row, column))
            plain = vault.unseal(site, sealed, context(row))
            # Only if nobody has replaced it meanwhile; then it has the new key already.
            same = model.objects.filter(pk=row.pk, **{column: sealed})
            done += same.update(**{column: vault.seal(site, plain, context(row))})
    return done


def is_left(version: int) -> bool:
    """Whether any row is under another version still."""
    return any(True for model, column, _c in SEALED for _row in _old(model, column, version))


def end(site: Site, version: int) -> bool:
    """Take the older keys away; False, and nothing is done, where they are in the environment."""
    if vault.from_environment():
        return False
    vault.keep_only(site, version)
    return True


def _old(model: Any, column: str, version: int) -> Iterator[Any]:
    for row in model.objects.order_by("pk").iterator(_BATCH):
        sealed = bytes(getattr(row, column))
        if sealed and sealed[0] != version:
            yield row
