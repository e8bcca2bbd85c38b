"""Where the refused rows of a load lie that was put together with others: in one file with theirs,
in the order of the loads."""

from collections.abc import Sequence
from dataclasses import dataclass

from shuren.data.errors import UnknownName
from shuren.data.internals.quarantine import Quarantine
from shuren.data.internals.receipts import merged_receipts, quarantine_file, standing_for
from shuren.data.shapes import Receipt
from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import Site


@dataclass(frozen=True)
class Part:
    """The refused rows of `load` among those of `whole`; both the same for a plain load.

    before  so many rows of other loads come before them
    """

    whole: Receipt
    load: Receipt
    before: int = 0

    def has(self, row: int) -> bool:
        """Whether a row of the whole is one of these."""
        return self.before < row <= self.before + self.load.refused


def parts(site: Site, whole: Receipt) -> Sequence[Part]:
    """One for each load a receipt stands for."""
    found, before = [], 0
    for load in merged_receipts(site, whole) or (whole,):
        found.append(Part(whole, load, before))
        before += load.refused
    return found


def part_of(site: Site, whole: Receipt, load: str) -> Part:
    """raises UnknownName if the receipt does not stand for this load"""
    found = next((part for part in parts(site, whole) if part.load.id == load), None)
    if found is None:
        raise UnknownName(_("load"), load, list(whole.loads))
    return found


def whole_part(site: Site, load: str) -> Part:
    """raises UnknownName if no load has this id"""
    whole = standing_for(site, load)
    return Part(whole, whole) if whole.id == load else part_of(site, whole, load)


def quarantine_of(site: Site, load: str) -> Quarantine:
    """The refused rows of a load, wherever they lie; the first of them is number 1."""
    part = whole_part(site, load)
    path = quarantine_file(site, part.whole.contract, part.whole.id)
    return Quarantine(site, path, part.whole.id, part.before, part.load.refused)


def source_of(site: Site, part: Part, row: int) -> str:
    """The name of the file that a row of the part came in."""
    if not part.load.merges:
        return part.load.source_name
    own = next((one for one in parts(site, part.load) if one.has(row)), part)
    return own.load.source_name
