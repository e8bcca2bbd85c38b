"""The copies of the newest snapshot: what a library's own files say before anybody asks how things
stand at this moment."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from shuren.data import queries as data
from shuren.data.errors import NoSnapshot, NoSuchTable
from shuren.kernel.i18n import gettext as _
from shuren.kernel.settings import read_settings
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.ils_errors import NoSuchCopy
from shuren.service.ils_shapes import (
    AVAILABLE,
    IN_PROCESS,
    MISSING,
    ON_HOLD_SHELF,
    ON_LOAN,
    ON_ORDER,
    REFERENCE_ONLY,
    UNKNOWN,
    LiveCopy,
    Status,
)

TABLE, TITLES = "mart.copy_state", "mart.title_availability"
PUBLIC, DESK = "public_information", "service_operation"
WITHDRAWN = "withdrawn"
LONGEST_BARCODE = 64
_COLUMNS = (
    "title_id", "item_id", "call_number", "campus", "location", "status", "catalogued",
    "lent_on", "due_at",
)  # fmt: skip
_STATUS: dict[str, Status] = {
    "available": AVAILABLE,
    "on_loan": ON_LOAN,
    "reference": REFERENCE_ONLY,
    "on_hold": ON_HOLD_SHELF,
    "missing": MISSING,
    "on_order": ON_ORDER,
    "in_process": IN_PROCESS,
}


@dataclass(frozen=True)
class Listed:
    """A copy as the snapshot has it.

    lent_on  the day of the loan it is out on, else None
    loan     the snapshot's loan_id of that loan, where the desk asks
    """

    copy: LiveCopy
    lent_on: date | None = None
    loan: str = ""
    is_withdrawn: bool = False


def of_titles(site: Site, title_ids: Sequence[str], actor: Actor) -> list[Listed]:
    """The copies of some titles, those withdrawn left out; nothing before the first build."""
    wanted = list(dict.fromkeys(title_ids))
    if not wanted:
        return []
    found = _read(site, [("title_id", "in", wanted)], PUBLIC, actor, _COLUMNS)
    return [one for one in found if not one.is_withdrawn]


def of_items(site: Site, item_ids: Sequence[str], actor: Actor) -> dict[str, Listed]:
    """{item: as listed} of some copies, for who may see what anybody may."""
    wanted = list(dict.fromkeys(item_ids))
    if not wanted:
        return {}
    found = _read(site, [("item_id", "in", wanted)], PUBLIC, actor, _COLUMNS)
    return {one.copy.item_id: one for one in found}


def at_desk(site: Site, barcode: str, actor: Actor) -> Listed:
    """The copy with this barcode, and which loan it is out on.

    raises  NoSuchCopy; trust's NotAllowed
    """
    item = barcode_of(barcode)
    found = _read(site, [("item_id", "=", item)], DESK, actor, _COLUMNS)
    if not found:
        raise NoSuchCopy(item)
    listed = found[0]
    return replace(listed, loan=_loan_of(site, item, actor)) if listed.lent_on else listed


def _loan_of(site: Site, item: str, actor: Actor) -> str:
    """Which loan a copy is out on; the public table of copies names no loan."""
    rows = data.read(
        site, "mart.copy_loan", columns=["loan_id"], where=[("item_id", "=", item)],
        purpose=DESK, actor=actor,
    ).rows  # fmt: skip
    return str(rows[0][0]) if rows else ""


def barcode_of(typed: str) -> str:
    """raises  NoSuchCopy for what can be none"""
    item = typed.strip()
    if not item or len(item) > LONGEST_BARCODE or not item.isprintable():
        raise NoSuchCopy(item[:LONGEST_BARCODE])
    return item


def described(site: Site, title_ids: Sequence[str], actor: Actor) -> dict[str, dict[str, str]]:
    """{title_id: {title, author, call_number}}."""
    wanted = list(dict.fromkeys(id for id in title_ids if id))
    if not wanted:
        return {}
    columns = ["title_id", "title", "author", "call_number"]
    rows = data.read(
        site, TITLES, columns=columns, where=[("title_id", "in", wanted)],
        purpose=PUBLIC, actor=actor,
    ).dicts()  # fmt: skip
    return {row["title_id"]: {key: row[key] or "" for key in columns[1:]} for row in rows}


def _known_at(site: Site, zone: ZoneInfo) -> datetime | None:
    """Of what moment the snapshot speaks: the end of its last day, or when it was built."""
    snapshot = data.current_snapshot(site)
    if snapshot is None:
        return None
    if not snapshot.data_date:
        return snapshot.built_at
    day = datetime.combine(date.fromisoformat(snapshot.data_date), time(23, 59), zone)
    return min(day, snapshot.built_at)


def _read(
    site: Site,
    where: list[tuple[str, str, Any]],
    purpose: str,
    actor: Actor,
    columns: Sequence[str],
) -> list[Listed]:
    try:
        rows = data.read(
            site, TABLE, columns=columns, where=where,
            order_by=["title_id", "campus", "location", "call_number", "item_id"],
            purpose=purpose, actor=actor,
        ).dicts()  # fmt: skip
    except (NoSnapshot, NoSuchTable):  # nothing was built yet, or by a version without this table
        return []
    zone = ZoneInfo(read_settings(site).time_zone)
    moment = _known_at(site, zone)
    return [_listed(row, zone, moment) for row in rows]


def _listed(row: dict[str, Any], zone: ZoneInfo, moment: datetime | None) -> Listed:
    due: datetime | None = row["due_at"]
    copy = LiveCopy(
        item_id=row["item_id"],
        title_id=row["title_id"],
        # A copy that no item file names has a made-up id where its loans had no barcode.
        barcode=row["item_id"] if row["catalogued"] else "",
        call_number=row["call_number"] or "",
        campus=row["campus"] or "",
        branch=row["location"] or "",
        status=_STATUS.get(row["status"], UNKNOWN),
        due_at=due.replace(tzinfo=zone) if due else None,
        is_live=False,
        known_at=moment,
    )
    withdrawn = row["status"] == WITHDRAWN
    return Listed(copy, row["lent_on"], is_withdrawn=withdrawn)


def status_words() -> dict[str, str]:
    """What each status is called."""
    return {
        AVAILABLE: _("Available"),
        ON_LOAN: _("On loan"),
        ON_HOLD_SHELF: _("On the hold shelf"),
        "in_transit": _("In transit"),
        REFERENCE_ONLY: _("For use in the library"),
        MISSING: _("Missing"),
        UNKNOWN: _("Not known"),
        ON_ORDER: _("On order"),
        IN_PROCESS: _("Being made ready"),
    }
