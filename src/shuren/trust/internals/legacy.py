"""Sites of before there were surrogates: their pseudonyms are keyed hashes of the card numbers.

Those that the lake or the vault hold are written down once, and the first look-up of a card whose
hash is among them takes it over as its surrogate. Every other card gets one drawn by chance, also
a card whose history was erased: its hash was struck off the list then.
"""

from collections.abc import Iterable, Sequence

from django.db import transaction

from shuren.kernel.keyfiles import key_bytes
from shuren.kernel.site import Site
from shuren.trust.internals import pseudonyms
from shuren.trust.internals.surrogate_rows import LegacyPseudonym
from shuren.trust.models import Account, Identity

KEY_FILE = "pseudonym.key"
_WRITTEN_DOWN = "all"  # a row that says the list is complete
_BATCH = 500


def is_unlisted(site: Site) -> bool:
    """Whether the site was made before, and what its lake knows was not written down yet."""
    return _is_old(site) and not LegacyPseudonym.objects.filter(pk=_WRITTEN_DOWN).exists()


def write_down(lake: Iterable[str]) -> None:
    """Remember which pseudonyms there are: those of the lake, the vault and the accounts."""
    own = Identity.objects.values_list("pseudonym", flat=True)
    accounts = Account.objects.exclude(reader_key="").values_list("reader_key", flat=True)
    names = {*lake, *own, *accounts} - {""}
    with transaction.atomic():
        LegacyPseudonym.objects.bulk_create(
            [LegacyPseudonym(pseudonym=name) for name in (*sorted(names), _WRITTEN_DOWN)],
            batch_size=_BATCH,
            ignore_conflicts=True,
        )


def taken_over(site: Site, values: Sequence[str], drawn: Sequence[str]) -> Sequence[str]:
    """For each value its pseudonym of before, where it is known, else the one drawn.

    Before the list is complete every value keeps the one it would have had.
    """
    if not _is_old(site):
        return drawn
    before = pseudonyms.pseudonyms(key_bytes(site, KEY_FILE), values)
    if is_unlisted(site):
        return before
    known: set[str] = set()
    for start in range(0, len(before), _BATCH):
        part = before[start : start + _BATCH]
        found = LegacyPseudonym.objects.filter(pk__in=part)
        known.update(found.values_list("pseudonym", flat=True))
    return [old if old in known else new for old, new in zip(before, drawn, strict=True)]


def met(names: Sequence[str]) -> None:
    """Strike off the list what a card has now, or nobody has any more."""
    if not LegacyPseudonym.objects.exists():
        return
    for start in range(0, len(names), _BATCH):
        LegacyPseudonym.objects.filter(pk__in=names[start : start + _BATCH]).delete()


def _is_old(site: Site) -> bool:
    return (site.secrets / KEY_FILE).exists()
