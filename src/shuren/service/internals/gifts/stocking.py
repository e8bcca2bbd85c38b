"""Accepted volumes of a gift as copies of the library: made once, told to the lake whole.

The lake never learns who gave them: a copy's ids are keyed from those of the case and lead to none.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, Sum
from django.utils.crypto import salted_hmac

from shuren.data.rising import hand_in
from shuren.kernel.i18n import gettext as _
from shuren.kernel.settings import read_settings
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.gift_shapes import ACCEPTED, BY_ISBN, BY_TITLE
from shuren.service.internals.gift_rows import GiftCopy, GiftItem, GiftThanks
from shuren.service.internals.gifts import matching

MOST = 100_000  # volumes of one gift
_AT_ONCE = 1_000
CONTRACT = "gift_copies"
YEAR = re.compile(r"(?:1[0-9]|20)[0-9]{2}")


def why_too_many(case_id: str) -> str:
    """A sentence where more volumes are accepted than one gift can bring; else ""."""
    accepted = GiftItem.objects.filter(case_id=case_id, decision=ACCEPTED)
    volumes = accepted.aggregate(sum=Sum("copies"))["sum"] or 0
    if volumes <= MOST:
        return ""
    return _(
        "%(count)s volumes are accepted; one gift brings at most %(most)s. Look at the copies"
        " of its lines, or part the list.",
        count=f"{volumes:,}",
        most=f"{MOST:,}",
    )


def take_in(site: Site, case_id: str, lines: Sequence[GiftItem], actor: Actor) -> int:
    """Make a copy of every accepted volume, in the transaction around; how many there are new.

    What the catalogue has is looked up once more: weeks may lie between the list and the thanks.
    """
    matching.mark_known(site, lines, actor)
    GiftItem.objects.bulk_update(lines, ["known", "by"], batch_size=_AT_ONCE)
    known = set(GiftCopy.objects.filter(case_id=case_id).values_list("number", "place"))
    stem = f"GIFT-{gift_id(case_id)[:10]}"
    fresh = [
        GiftCopy(
            copy_id=f"{stem}-{line.number:05}-{place}", case_id=case_id, number=line.number,
            place=place, is_known=_is_known(line),
        )
        for line in lines
        for place in range(1, line.copies + 1)
        if (line.number, place) not in known
    ]  # fmt: skip
    GiftCopy.objects.bulk_create(fresh, batch_size=_AT_ONCE)
    return len(fresh)


def gift_id(case_id: str) -> str:
    """As in `gift_results`: nothing leads from it to the case, which names the donor."""
    return salted_hmac("shuren.gift", case_id).hexdigest()[:24]


def _is_known(line: GiftItem) -> bool:
    """Whether the catalogue had it under the very number or name that the build compares by."""
    return line.by == BY_ISBN or (line.by == BY_TITLE and not line.isbn)


def wait() -> bool:
    return _owing().exists()


def tell(site: Site) -> int:
    """Hand in what the lake does not know yet of one gift, all in one file: the lake has a gift
    whole or not at all. How many copies."""
    first = _owing().order_by("case_id").values_list("case_id", flat=True).first()
    if first is None:
        return 0
    copies = list(_owing().filter(case_id=first).order_by("copy_id"))
    lines = {one.number: one for one in GiftItem.objects.filter(case_id=first)}
    thanks = GiftThanks.objects.filter(pk=first).first()
    zone = ZoneInfo(read_settings(site).time_zone)
    day = thanks.at.astimezone(zone).date().isoformat() if thanks and thanks.at else None
    gift = gift_id(first)
    hand_in(site, CONTRACT, [_row(one, lines[one.number], gift, day) for one in copies])
    _strike(copies)
    return len(copies)


def _owing() -> Any:
    return GiftCopy.objects.filter(version__gt=F("risen"))


def _strike(copies: Iterable[GiftCopy]) -> None:
    """The debt of the versions that were handed in, and of no later one."""
    by_version: dict[int, list[str]] = {}
    for one in copies:
        by_version.setdefault(one.version, []).append(one.pk)
    with transaction.atomic():
        for version, keys in by_version.items():
            for at in range(0, len(keys), _AT_ONCE):
                some = GiftCopy.objects.filter(pk__in=keys[at : at + _AT_ONCE], version=version)
                some.update(risen=version)


def _year(text: str) -> str | None:
    """Four digits; what has none goes as it is, for the contract to refuse it."""
    found = YEAR.search(text)
    return found[0] if found else text or None


def _row(copy: GiftCopy, line: GiftItem, gift: str, day: str | None) -> dict[str, Any]:
    return {
        "copy_id": copy.copy_id,
        "gift_id": gift,
        "item_id": copy.barcode,
        "title": line.title,
        "author": line.author or None,
        "publisher": line.publisher or None,
        "published_year": _year(line.year),
        "isbn": line.isbn or None,
        "call_number": copy.call_number or None,
        "class_number": copy.class_number or None,
        "campus": copy.campus or None,
        "location": copy.location or None,
        "status": "available" if copy.is_ready else "in_process",
        "accepted_on": day,
        "is_known": copy.is_known,
    }
