"""The loads there are, for a build: a load exists when its receipt does."""

import json
from dataclasses import dataclass

from shuren.kernel.site import Site


@dataclass(frozen=True)
class Load:
    """What a build must know of a receipt."""

    id: str
    contract: str


def oldest_first(site: Site) -> list[Load]:
    """All loads in the order they were finished."""
    found = [json.loads(path.read_text("utf-8")) for path in site.receipts.glob("*.json")]
    found.sort(key=lambda receipt: (receipt["finished_at"], receipt["id"]))
    return [Load(receipt["id"], receipt["contract"]) for receipt in found]
