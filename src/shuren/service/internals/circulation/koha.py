"""The library's own Koha over its REST interface, as a circulation adapter; see port.Adapter.

By Koha's published OpenAPI definitions (api/v1/swagger). They have no check-in: that is done in
Koha itself, or over SIP2.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.ils_settings import KohaSettings
from shuren.kernel.settings import read_settings
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.errors import NoSuchReader
from shuren.service.ils_errors import CannotCirculate, IlsDown, IlsRefused, NoSuchCopy
from shuren.service.ils_shapes import (
    AVAILABLE,
    IN_TRANSIT,
    MISSING,
    ON_HOLD_SHELF,
    ON_ITS_WAY,
    ON_LOAN,
    ON_ORDER,
    READY,
    REFERENCE_ONLY,
    UNKNOWN,
    WAITING,
    Block,
    HoldLine,
    LiveCopy,
    Moved,
    ReaderStanding,
    Status,
)
from shuren.service.internals.circulation import link, listing, moves
from shuren.service.internals.circulation.koha_client import KohaClient
from shuren.service.internals.circulation.listing import Listed
from shuren.service.internals.circulation.readers import Served

BATCH = 100  # barcodes of one request, so that its address stays short
# `status` of a hold: null while it waits for a copy.
_HOLD_STATES = {"W": READY, "T": ON_ITS_WAY, "P": ON_ITS_WAY}
# Koha's own value of "Ordered" in its list NOT_LOAN.
_NOT_YET: dict[int, Status] = {-1: ON_ORDER}
_AT_SHELF = {"W": ON_HOLD_SHELF, "T": IN_TRANSIT, "P": ON_HOLD_SHELF}
Row = dict[str, Any]


@dataclass(frozen=True)
class State:
    """Of some copies: Koha's item by barcode, due moment by item, hold by item, queue by record."""

    items: dict[str, Row]
    due: dict[int, datetime | None]
    held: dict[int, str]
    waiting: Counter[int]


class Koha:
    """See port.Adapter."""

    def __init__(self, site: Site, settings: KohaSettings) -> None:
        self.site, self.settings = site, settings
        self.client = KohaClient(site, settings)
        self.zone = ZoneInfo(read_settings(site).time_zone)

    def copies(self, listed: Sequence[Listed]) -> list[LiveCopy]:
        link.not_at_once_again(self.site)
        try:
            state = self._state([one.copy.barcode for one in listed if one.copy.barcode])
        except (IlsDown, IlsRefused):
            link.failed(self.site)
            raise
        link.answered(self.site)
        return [self._copy(one.copy, state) for one in listed]

    def standing(self, served: Served) -> ReaderStanding:
        patron = self._patron(served)
        lent = self.client.find("/checkouts", {"patron_id": patron["patron_id"]}, personal=True)
        holds = self.client.find("/holds", {"patron_id": patron["patron_id"]}, personal=True)
        served.note()
        blocks = tuple(self._blocks(patron))
        return ReaderStanding("", len(lent), None, len(holds), None, blocks)

    def move(self, what: str, item: str, actor: Actor, served: Served | None, campus: str) -> Moved:
        if what == moves.CHECK_IN:
            raise CannotCirculate(
                _("Koha's REST interface takes no check-in."),
                fix=_("Check it in in Koha, or connect Koha over SIP2."),
            )
        if served is None:
            raise CannotCirculate(_("Whose loan is it?"))
        row = self._item(listing.barcode_of(item))
        patron = self._patron(served)["patron_id"]
        if what == moves.CHECK_OUT:
            told = self.client.post("/checkouts", {"patron_id": patron, "item_id": row["item_id"]})
        else:
            told = self.client.post(f"/checkouts/{self._loan(patron, row)}/renewals")
        served.note()
        copy = listing.of_items(self.site, [row["external_id"]], actor).get(row["external_id"])
        title_id = copy.copy.title_id if copy else ""
        named = listing.described(self.site, [title_id], actor).get(title_id, {})
        due = self._moment(told.get("due_date"))
        return Moved(what, row["external_id"], title_id, named.get("title", ""), due)

    def hold(
        self, what: str, id: str, served: Served, campus: str = "", case: str = ""
    ) -> list[HoldLine]:
        patron = self._patron(served)["patron_id"]
        if what == "place":
            listed = listing.of_titles(self.site, [id], served.actor)
            barcodes = [one.copy.barcode for one in listed if one.copy.barcode]
            found = self._items(barcodes)
            if not found:
                raise NoSuchCopy("")
            body = {
                "patron_id": patron,
                "biblio_id": next(iter(found.values()))["biblio_id"],
                "pickup_library_id": self.settings.libraries.get(campus, campus),
            }
            placed = self.client.post("/holds", body)
            served.note()
            return [replace(self._hold_line(placed, {}), title_id=id, case=case)]
        own = self.client.find("/holds", {"patron_id": patron}, personal=True)
        served.note()
        if what == "list":
            titles = self._titles(own, served.actor)
            return [self._hold_line(row, titles) for row in own]
        mine = [row for row in own if str(row.get("hold_id")) == id]
        if not mine:
            raise CannotCirculate(_("There is no such hold: it may be over already."))
        self.client.delete(f"/holds/{mine[0]['hold_id']}")
        return [self._hold_line(mine[0], {})]

    def check(self) -> list[str]:
        """Whether the connection works, in sentences; raises IlsDown, IlsRefused."""
        found = self.client.find("/libraries", {})
        codes = sorted(str(row.get("library_id", "")) for row in found)
        said = [
            _("Koha at %(url)s takes the sign-in.", url=self.settings.url),
            _("It has %(count)s libraries: %(codes)s.", count=len(codes), codes=", ".join(codes)),
        ]
        lost = sorted(set(self.settings.libraries.values()) - set(codes))
        if lost:
            said.append(
                _("[ils.koha] libraries names some it does not have: %(codes)s.",
                  codes=", ".join(lost))
            )  # fmt: skip
        self.client.find("/items", {"external_id": ["-"]})
        said.append(_("Copies can be asked for."))
        return said

    def _state(self, barcodes: Sequence[str]) -> State:
        items = self._items(barcodes)
        lent = [row["item_id"] for row in items.values() if row.get("checked_out_date")]
        due: dict[int, datetime | None] = {}
        for start in range(0, len(lent), BATCH):
            for row in self.client.find("/checkouts", {"item_id": lent[start : start + BATCH]}):
                if row.get("item_id") is not None:
                    due[int(row["item_id"])] = self._moment(row.get("due_date"))
        records = sorted({row["biblio_id"] for row in items.values()})
        held: dict[int, str] = {}
        waiting: Counter[int] = Counter()
        for start in range(0, len(records), BATCH):
            query = {"biblio_id": records[start : start + BATCH]}
            for row in self.client.find("/holds", query):
                status, item = row.get("status"), row.get("item_id")
                if status in _AT_SHELF and item:
                    held[int(item)] = status
                elif not status:
                    waiting[row["biblio_id"]] += 1
        return State(items, due, held, waiting)

    def _items(self, barcodes: Sequence[str]) -> dict[str, Row]:
        found: dict[str, Row] = {}
        wanted = list(dict.fromkeys(barcodes))
        for start in range(0, len(wanted), BATCH):
            batch = wanted[start : start + BATCH]
            for row in self.client.find("/items", {"external_id": batch}, most=len(batch)):
                if row.get("external_id") and "item_id" in row and "biblio_id" in row:
                    found[row["external_id"]] = row
        return found

    def _item(self, barcode: str) -> Row:
        found = self._items([barcode])
        if barcode not in found:
            raise NoSuchCopy(barcode)
        return found[barcode]

    def _patron(self, served: Served) -> Row:
        card = served.card_number(self.site)
        found = self.client.find("/patrons", {"cardnumber": card}, personal=True, most=2)
        if len(found) != 1 or "patron_id" not in found[0]:
            raise NoSuchReader
        return found[0]

    def _loan(self, patron: int, item: Row) -> int:
        lent = self.client.find("/checkouts", {"patron_id": patron}, personal=True)
        for row in lent:
            if row.get("item_id") == item["item_id"]:
                return int(row["checkout_id"])
        raise CannotCirculate(_("This reader does not have this copy on loan."))

    def _titles(self, holds: Sequence[Row], actor: Actor) -> dict[int, str]:
        """{record of Koha: our title_id}, by a copy that both know."""
        records = sorted({row["biblio_id"] for row in holds})
        if not records:
            return {}
        items = self.client.find("/items", {"biblio_id": records})
        barcodes = [row["external_id"] for row in items if row.get("external_id")]
        known = listing.of_items(self.site, barcodes, actor)
        return {
            row["biblio_id"]: known[row["external_id"]].copy.title_id
            for row in items
            if row.get("external_id") in known
        }

    def _hold_line(self, row: Row, titles: dict[int, str]) -> HoldLine:
        placed = str(row.get("hold_date") or "")
        day = date.fromisoformat(placed[:10]) if placed else now().astimezone(self.zone).date()
        state = _HOLD_STATES.get(str(row.get("status") or ""), WAITING)
        place = row.get("priority")
        return HoldLine(
            id=str(row.get("hold_id")),
            title_id=titles.get(row.get("biblio_id", 0), ""),
            state=state,
            place=place if state == WAITING and isinstance(place, int) else 0,
            pickup=self._campus(str(row.get("pickup_library_id") or "")),
            placed_at=datetime.combine(day, datetime.min.time(), self.zone),
        )

    def _campus(self, code: str) -> str:
        return next((name for name, one in self.settings.libraries.items() if one == code), code)

    def _copy(self, copy: LiveCopy, state: State) -> LiveCopy:
        row = state.items.get(copy.barcode) if copy.barcode else None
        if row is None:
            return copy
        item = int(row["item_id"])
        status = _status(row, state.held.get(item, ""))
        return replace(
            copy,
            status=status,
            due_at=state.due.get(item) if status == ON_LOAN else None,
            queue=state.waiting[row["biblio_id"]],
            is_live=True,
            known_at=now(),
        )

    def _moment(self, text: Any) -> datetime | None:
        try:
            found = datetime.fromisoformat(str(text))
        except ValueError:
            return None
        return found if found.tzinfo else found.replace(tzinfo=self.zone)

    def _blocks(self, patron: Row) -> list[Block]:
        found = []
        today = now().astimezone(self.zone).date()
        if patron.get("patron_card_lost"):
            found.append(Block("card_ended", _("The card is reported lost.")))
        ends = str(patron.get("expiry_date") or "")[:10]
        if ends and ends < today.isoformat():
            found.append(Block("card_ended", _("The card ended on %(day)s.", day=ends)))
        if patron.get("restricted"):
            found.append(Block("ils", _("The circulation system lets this reader not borrow.")))
        return found


def _status(row: Row, held: str) -> Status:
    """Where an item of Koha is; a not-for-loan value below zero means it is not there yet."""
    not_for_loan = row.get("effective_not_for_loan_status") or row.get("not_for_loan_status") or 0
    if row.get("withdrawn") or row.get("lost_status"):
        return MISSING
    if row.get("checked_out_date"):
        return ON_LOAN
    if held:
        return _AT_SHELF[held]  # type: ignore[return-value]
    if not_for_loan:
        return REFERENCE_ONLY if not_for_loan > 0 else _NOT_YET.get(not_for_loan, UNKNOWN)
    return AVAILABLE
