"""The coverage map: which systems of the library feed us, and which are silent."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shuren.data.internals.connector_state import read_state
from shuren.data.internals.receipts import all_receipts
from shuren.data.internals.vocabularies import headings
from shuren.data.shapes import Receipt
from shuren.data.source import Connector
from shuren.kernel.clock import now
from shuren.kernel.site import Site

ALIVE, LATE, SILENT, NONE = "alive", "late", "silent", "none"
DAYS = 30
_DAY = 24.0
# Contracts that a system feeds by hand, where no connector says so.
_FED_BY_HAND = {
    "ils": ("loans", "items", "bib_records", "authority_records"),
    "cards": ("readers",),
    "gates": ("gate_events", "visit_counts"),
    "seats": ("seat_events", "occupancy_counts", "seat_zones"),
    "eresources": ("counter_usage",),
    "knowledge_base": ("eholdings",),
    "repository": ("oai_records",),
    "search": ("search_events", "click_events"),
    "service_desk": ("service_cases", "ratings"),
    "finance": ("budget_entries", "acquisitions"),
    "hr": ("staff_years",),
}


@dataclass
class Feed:
    """One connector, or loads by hand (`connector` is None then).

    state  alive, late (more than once its time), silent (more than twice, or it failed and has
           never brought anything)
    """

    id: str
    title: dict[str, str]
    connector: Connector | None
    state: str
    heard_at: datetime | None
    problem: str
    contracts: tuple[str, ...]
    rows_day: int
    rows_month: int


@dataclass
class System:
    """state  the best of its feeds; `none` when nothing has ever fed it
    daily    rows of each of the last 30 days, oldest first"""

    id: str
    title: dict[str, str]
    state: str = NONE
    feeds: list[Feed] = field(default_factory=list)
    heard_at: datetime | None = None
    rows_day: int = 0
    rows_month: int = 0
    daily: list[int] = field(default_factory=list)


def coverage(site: Site, connectors: Sequence[Connector]) -> list[System]:
    """Every system of the vocabulary `library_system`, in its order."""
    by_connector: dict[str, list[Receipt]] = defaultdict(list)
    by_contract: dict[str, list[Receipt]] = defaultdict(list)
    for receipt in all_receipts(site):
        if receipt.connector:
            by_connector[receipt.connector].append(receipt)
        else:
            by_contract[receipt.contract].append(receipt)
    found = []
    for id, title in headings(site, "library_system").items():
        own = [one for one in connectors if one.system == id and one.enabled]
        system = System(id, title, daily=[0] * DAYS)
        for one in own:
            _add(system, _feed(site, one, by_connector[one.id]), by_connector[one.id])
        by_hand = [r for contract in _FED_BY_HAND.get(id, ()) for r in by_contract[contract]]
        if by_hand:
            _add(system, _by_hand(by_hand), by_hand)
        found.append(system)
    return found


def _feed(site: Site, connector: Connector, loads: list[Receipt]) -> Feed:
    kept = read_state(site, connector.id)
    moments = [r.finished_at for r in loads] + ([kept.heard] if kept.heard else [])
    heard = max(moments, default=None)
    contracts = {r.contract for r in loads} | {connector.contract} - {""}
    state = _state(heard, connector.every_hours or _DAY)
    return Feed(
        connector.id, connector.title, connector, state, heard, kept.problem,
        tuple(sorted(contracts)), *_volume(loads),
    )  # fmt: skip


def _by_hand(loads: list[Receipt]) -> Feed:
    heard = max(r.finished_at for r in loads)
    contracts = tuple(sorted({r.contract for r in loads}))
    title = {"zh": "人工装载", "en": "Loaded by hand"}
    return Feed("", title, None, _state(heard, _DAY * 31), heard, "", contracts, *_volume(loads))


def _state(heard: datetime | None, every_hours: float) -> str:
    if heard is None:
        return SILENT
    passed = now() - heard
    if passed > timedelta(hours=2 * every_hours):
        return SILENT
    return LATE if passed > timedelta(hours=every_hours) else ALIVE


def _volume(loads: list[Receipt]) -> tuple[int, int]:
    day, month = now() - timedelta(days=1), now() - timedelta(days=DAYS)
    return (
        sum(r.accepted for r in loads if r.finished_at >= day),
        sum(r.accepted for r in loads if r.finished_at >= month),
    )


def _add(system: System, feed: Feed, loads: list[Receipt]) -> None:
    system.feeds.append(feed)
    best = (ALIVE, LATE, SILENT, NONE)
    system.state = min(system.state, feed.state, key=best.index)
    system.rows_day += feed.rows_day
    system.rows_month += feed.rows_month
    if feed.heard_at and (system.heard_at is None or feed.heard_at > system.heard_at):
        system.heard_at = feed.heard_at
    today = now().date()
    for receipt in loads:
        age = (today - receipt.finished_at.date()).days
        if 0 <= age < DAYS:
            system.daily[DAYS - 1 - age] += receipt.accepted
