"""The identity vault: pseudonym → who it is, sealed one by one."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from shuren.kernel.clock import now
from shuren.kernel.site import Site
from shuren.trust.internals import vault
from shuren.trust.models import Identity

_BATCH = 500


def keep(site: Site, rows: Iterable[tuple[str, Mapping[str, str]]]) -> int:
    """Seal and store; a later record of the same pseudonym replaces the earlier one."""
    kept = 0
    pending = iter(rows)
    while batch := dict(islice(pending, _BATCH)):
        moment = now()
        Identity.objects.bulk_create(
            [
                Identity(pseudonym=name, sealed=_seal(site, name, values), updated_at=moment)
                for name, values in batch.items()
            ],
            update_conflicts=True,
            unique_fields=["pseudonym"],
            update_fields=["sealed", "updated_at"],
        )
        kept += len(batch)
    return kept


def read(site: Site, pseudonym: str) -> dict[str, str]:
    """The stored record, or {} for a reader whom only loans have mentioned."""
    record = Identity.objects.filter(pseudonym=pseudonym).first()
    if record is None:
        return {}
    opened: dict[str, str] = json.loads(
        vault.unseal(site, bytes(record.sealed), context(pseudonym))
    )
    return opened


def count() -> int:
    return Identity.objects.count()


def everybody(site: Site) -> Iterator[tuple[str, dict[str, str]]]:
    """(pseudonym, stored record) of all, in the order of the pseudonyms."""
    for record in Identity.objects.order_by("pseudonym").iterator(_BATCH):
        sealed = bytes(record.sealed)
        yield record.pseudonym, json.loads(vault.unseal(site, sealed, context(record.pseudonym)))


def _seal(site: Site, pseudonym: str, values: Mapping[str, str]) -> bytes:
    text = json.dumps(dict(values), ensure_ascii=False, sort_keys=True)
    return vault.seal(site, text.encode(), context(pseudonym))


def context(pseudonym: str) -> str:
    return f"identity:{pseudonym}"
