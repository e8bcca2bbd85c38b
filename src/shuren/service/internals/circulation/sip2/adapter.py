"""The library's own system over SIP2, as a circulation adapter; see port.Adapter."""

import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from shuren.kernel.clock import now
from shuren.kernel.errors import UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.ils_settings import Sip2Settings
from shuren.kernel.named_secrets import secret
from shuren.kernel.settings import read_settings
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.errors import NoSuchReader
from shuren.service.ils_errors import CannotCirculate, IlsDown, IlsRefused, NoSuchCopy
from shuren.service.ils_shapes import (
    AVAILABLE,
    IN_PROCESS,
    IN_TRANSIT,
    MISSING,
    ON_HOLD_SHELF,
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
from shuren.service.internals.circulation.listing import Listed
from shuren.service.internals.circulation.readers import Served
from shuren.service.internals.circulation.sip2 import messages
from shuren.service.internals.circulation.sip2.messages import Message
from shuren.service.internals.circulation.sip2.session import Fields, Session, wall_clock

# Circulation status of an 18. 09, waiting to be reshelved, is in the library and free.
_STATUS: dict[str, Status] = {
    "02": ON_ORDER, "03": AVAILABLE, "04": ON_LOAN, "05": ON_LOAN, "06": IN_PROCESS,
    "07": ON_LOAN, "08": ON_HOLD_SHELF,
    "09": AVAILABLE, "10": IN_TRANSIT, "12": MISSING, "13": MISSING,
}  # fmt: skip
LANGUAGE = "000"  # not said
FRESH = 3.0  # seconds that what a server said of a copy is taken for true
ANY_COPY = "2"  # BY: a hold on any copy of the title
# CV of a 10: what to do with the copy. 01, 02: it is wanted, here or elsewhere; 04: send it.
_HOLD_HERE, _HOLD_THERE, _SEND = "01", "02", "04"
# Place in the summary of a 63 and field of the 64: what is ready, what cannot be had yet. One list
# a message: more than one Y is not allowed (3M SIP 2.00, Patron Information).
_HELD = ((0, "AS"), (5, "CD"))
_lock = threading.Lock()
_sessions: dict[tuple[Path, str], Session] = {}


class Sip2:
    """See port.Adapter. One connection a process."""

    def __init__(self, site: Site, settings: Sip2Settings) -> None:
        self.site, self.settings = site, settings
        self.session = session_of(site, settings)
        self.zone = ZoneInfo(read_settings(site).time_zone)

    def copies(self, listed: Sequence[Listed]) -> list[LiveCopy]:
        link.not_at_once_again(self.site)
        until = time.monotonic() + self.settings.budget_s
        found: list[LiveCopy] = []
        for one in listed:
            known = _fresh(self.site, one.copy.item_id)
            if known is None and one.copy.barcode and time.monotonic() < until:
                known = self._ask(
                    "17", wall_clock(self.site), [*self._house(), ("AB", one.copy.barcode)]
                )
                if known.first("AB") != one.copy.barcode:
                    self.session.close()  # the answer to somebody else's question
                    link.failed(self.site)
                    raise IlsDown(_("The circulation system answers out of turn."))
                _keep(self.site, one.copy.item_id, known)
            found.append(one.copy if known is None else self._copy(one.copy, known))
        return found

    def standing(self, served: Served) -> ReaderStanding:
        card = _carried(served.card_number(self.site))
        told = self._ask(
            "63", LANGUAGE + wall_clock(self.site) + " " * 10, [*self._house(), ("AA", card)]
        )
        self._end(card)
        if told.first("BL") == "N":
            raise NoSuchReader
        served.note()
        counts = told.fixed[35:59]
        lent = _number(counts[8:12])
        # What is ready is counted apart from what cannot be had yet; the limit is of both.
        held = _sum(_number(counts[0:4]), _number(counts[20:24]))
        limits = _number(told.first("CB")), _number(told.first("BZ"))
        return ReaderStanding("", lent, limits[0], held, limits[1], tuple(_blocks(told)))

    def move(self, what: str, item: str, actor: Actor, served: Served | None, campus: str) -> Moved:
        barcode = _carried(listing.barcode_of(item))
        if what == moves.CHECK_IN:
            return self._check_in(barcode, actor, campus)
        if served is None:
            raise CannotCirculate(_("Whose loan is it?"))
        card = _carried(served.card_number(self.site))
        who = [("AA", card), ("AB", barcode)]
        here = [*self._house(), *who, *self._terminal()]
        clock = wall_clock(self.site)
        if what == moves.RENEW:
            told = self._ask("29", "NN" + clock + messages.BLANK_DATE, [*here, ("BO", "N")])
        else:
            told = self._ask("11", "NN" + clock + messages.BLANK_DATE, [*here, ("BO", "N")])
        self._end(card)
        served.note()
        if told.flag(0) != "1":
            raise _refused(told)
        copy = listing.of_items(self.site, [barcode], actor).get(barcode)
        return Moved(
            what,
            barcode,
            copy.copy.title_id if copy else "",
            told.first("AJ"),
            self._due(told),
            remarks=tuple(_said(told)),
        )

    def hold(
        self, what: str, id: str, served: Served, campus: str = "", case: str = ""
    ) -> list[HoldLine]:
        """A hold's id is the barcode that the server names it by; SIP2 knows no other."""
        card = _carried(served.card_number(self.site))
        if what == "list":
            return self._holds(card, served)
        mode, item = "-", _carried(id)
        if what == "place":
            listed = listing.of_titles(self.site, [id], served.actor)
            barcodes = [one.copy.barcode for one in listed if one.copy.barcode]
            if not barcodes:
                raise NoSuchCopy("")
            mode, item = "+", barcodes[0]
        fields = [("BS", campus)] if campus and mode == "+" else []
        fields += [("BY", ANY_COPY), *self._house(), ("AA", card), ("AB", item)]
        told = self._ask("15", mode + wall_clock(self.site), [*fields, *self._terminal()])
        self._end(card)
        served.note()
        if told.flag(0) != "1":
            raise _refused(told)
        place = _number(told.first("BR")) or 0
        title = id if what == "place" else ""
        return [HoldLine(item, title, WAITING, place, campus, now(), case=case)]

    def check(self) -> list[str]:
        """Whether the connection works, in sentences; raises IlsDown, IlsRefused."""
        self.session.close()
        told = self._ask("99", "0" + "080" + "2.00")
        able = {
            _("check-in"): told.flag(1), _("check-out"): told.flag(2), _("renewal"): told.flag(3)
        }  # fmt: skip
        can = [name for name, flag in able.items() if flag == "Y"]
        cannot = [name for name, flag in able.items() if flag != "Y"]
        said = [
            _("%(host)s:%(port)s answers as SIP %(version)s.", host=self.settings.host,
              port=self.settings.port, version=told.fixed[30:34].strip()),
            _("It takes: %(what)s.", what=", ".join(can) or "–"),
        ]  # fmt: skip
        if cannot:
            said.append(_("It does not take: %(what)s.", what=", ".join(cannot)))
        if told.flag(0) != "Y":
            said.append(_("It says that it is off line: the system behind it does not answer it."))
        if name := told.first("AM"):
            said.append(_("It calls the library “%(name)s”.", name=name))
        return said

    def _holds(self, card: str, served: Served) -> list[HoldLine]:
        ready, waits = (self._named(card, place, name) for place, name in _HELD)
        self._end(card)
        served.note()
        waits -= ready  # of a server that names what waits both times
        known = listing.of_items(self.site, [*ready, *waits], served.actor)
        return [
            HoldLine(
                item,
                known[item].copy.title_id if item in known else "",
                READY if item in ready else WAITING,
                0,
                "",
                now(),
                item,
            )
            for item in sorted(ready | waits)
        ]

    def _named(self, card: str, place: int, name: str) -> set[str]:
        """The barcodes of one list of a reader's, in the field `name`."""
        summary = ("Y".rjust(place + 1)).ljust(10)
        told = self._ask(
            "63", LANGUAGE + wall_clock(self.site) + summary, [*self._house(), ("AA", card)]
        )
        return {one for one in told.fields.get(name, ()) if one}

    def _check_in(self, barcode: str, actor: Actor, campus: str) -> Moved:
        clock = wall_clock(self.site)
        where = campus or self.settings.location
        told = self._ask(
            "09",
            "N" + clock + clock,
            [("AP", where), *self._house(), ("AB", barcode), *self._terminal(), ("BI", "N")],
        )
        if told.flag(0) != "1":
            raise _refused(told)
        alert = told.first("CV")
        goes_to = "shelf"
        if told.flag(3) == "Y" and alert == _HOLD_HERE:
            goes_to = "hold_shelf"
        elif told.flag(3) == "Y" and alert in (_HOLD_THERE, _SEND):
            goes_to = "transit"
        copy = listing.of_items(self.site, [barcode], actor).get(barcode)
        return Moved(
            moves.CHECK_IN,
            barcode,
            copy.copy.title_id if copy else "",
            told.first("AJ"),
            goes_to=goes_to,
            destination=told.first("CT") or told.first("AQ"),
            remarks=tuple(_said(told)),
        )

    def _ask(self, code: str, fixed: str, fields: Fields = ()) -> Message:
        try:
            found = self.session.ask(code, fixed, fields)
        except (IlsDown, IlsRefused):
            link.failed(self.site)
            raise
        link.answered(self.site)
        return found

    def _end(self, card: str) -> None:
        """The server forgets the reader of this terminal; that it cannot does not matter."""
        try:
            self.session.ask("35", wall_clock(self.site), [*self._house(), ("AA", card)])
        except IlsDown:
            link.failed(self.site)

    def _house(self) -> list[tuple[str, str]]:
        return [("AO", self.settings.institution)]

    def _terminal(self) -> list[tuple[str, str]]:
        name = self.settings.terminal_password
        return [("AC", secret(self.site, name) if name else "")]

    def _due(self, told: Message) -> datetime | None:
        due = messages.read_moment(told.first("AH"), self.settings.due_format)
        return due.replace(tzinfo=self.zone) if due and not due.tzinfo else due

    def _copy(self, copy: LiveCopy, told: Message) -> LiveCopy:
        code = told.fixed[0:2]
        status = _STATUS.get(code, UNKNOWN)
        if copy.status == REFERENCE_ONLY and status in (AVAILABLE, UNKNOWN):
            status = REFERENCE_ONLY
        due = self._due(told) if status == ON_LOAN else None
        return replace(
            copy, status=status, due_at=due, queue=_number(told.first("CF")) or 0,
            is_live=True, known_at=now(),
        )  # fmt: skip


def session_of(site: Site, settings: Sip2Settings) -> Session:
    """The one connection of this process to a server; another when the settings changed."""
    key = (site.root, settings.model_dump_json())
    with _lock:
        if key not in _sessions:
            _sessions[key] = Session(site, settings)
        return _sessions[key]


_said_of: dict[tuple[Path, str], tuple[float, Message]] = {}


def _fresh(site: Site, item: str) -> Message | None:
    at, told = _said_of.get((site.root, item), (0.0, None))
    return told if told is not None and time.monotonic() - at < FRESH else None


def _keep(site: Site, item: str, told: Message) -> None:
    if len(_said_of) > 5000:
        _said_of.clear()
    _said_of[site.root, item] = (time.monotonic(), told)


def _carried(value: str) -> str:
    """raises  UsageError for what a field of SIP2 cannot hold"""
    if "|" in value or not value.isprintable():
        raise UsageError(_("That cannot be a number of a card or a barcode."))
    return value


def _number(text: str) -> int | None:
    said = text.strip()
    return int(said) if said.isascii() and said.isdigit() else None


def _sum(*counts: int | None) -> int | None:
    """None where the server counts nothing of it."""
    known = [one for one in counts if one is not None]
    return sum(known) if known else None


def _refused(told: Message) -> IlsRefused:
    why = " ".join(_said(told))
    return IlsRefused(why or _("The circulation system said no, and not why."))


def _said(told: Message) -> list[str]:
    """What the server wants shown to a person (AF)."""
    return [one.strip() for one in told.fields.get("AF", ()) if one.strip()]


def _blocks(told: Message) -> list[Block]:
    """The flags of a patron status that stand in the way of borrowing."""
    words = {
        4: ("card_ended", _("The card is reported lost.")),
        5: ("loan_limit", _("The limit of loans is reached.")),
        6: ("overdue", _("Too many loans are overdue.")),
        9: ("ils", _("Too many copies were lost.")),
        10: ("ils", _("The fines are too high.")),
        11: ("ils", _("The fees are too high.")),
        13: ("ils", _("Too many copies were billed.")),
    }
    found = [Block(code, why) for place, (code, why) in words.items() if told.flag(place) == "Y"]
    if not found and told.flag(0) == "Y":
        why = " ".join(_said(told)) or _("The circulation system lets this reader not borrow.")
        found = [Block("ils", why)]
    return found
