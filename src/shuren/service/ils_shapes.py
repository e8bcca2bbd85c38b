"""What the circulation port (`service.ils`) hands out, the same whichever system answers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

AVAILABLE: Final = "available"
ON_LOAN: Final = "on_loan"
ON_HOLD_SHELF: Final = "on_hold_shelf"
IN_TRANSIT: Final = "in_transit"
REFERENCE_ONLY: Final = "reference_only"
MISSING: Final = "missing"
UNKNOWN: Final = "unknown"
# The library has ordered it, or has it and makes it ready for the shelf.
ON_ORDER: Final = "on_order"
IN_PROCESS: Final = "in_process"
Status = Literal[
    "available", "on_loan", "on_hold_shelf", "in_transit", "reference_only", "missing", "unknown",
    "on_order", "in_process",
]  # fmt: skip

# States of a hold.
WAITING, ON_ITS_WAY, READY, COLLECTED, CANCELLED, EXPIRED = (
    "waiting", "on_its_way", "ready", "collected", "cancelled", "expired",
)  # fmt: skip


@dataclass(frozen=True)
class LiveCopy:
    """One copy and where it is at this moment; it never says who has it.

    barcode   as it stands on the copy, or "" where the library does not show it
    campus    the campus that owns it; branch: library, stack or reading room there
    floor, shelf  "" where the source does not say
    due_at    of a copy on loan, aware, or None where the source does not follow returns
    queue     readers who wait for this copy or, where the system queues by title, for its title
    is_live   whether the circulation system itself said so just now; else it is the snapshot's word
    known_at  of what moment it speaks, aware; None where nobody knows
    """

    item_id: str
    title_id: str
    barcode: str
    call_number: str
    campus: str
    branch: str
    status: Status
    due_at: datetime | None = None
    queue: int = 0
    floor: str = ""
    shelf: str = ""
    is_live: bool = True
    known_at: datetime | None = None

    @property
    def is_available(self) -> bool:
        """Whether a reader may walk up and borrow it."""
        return self.status == AVAILABLE


@dataclass(frozen=True)
class Block:
    """One reason why a reader may not borrow now.

    code  card_unknown, card_ended, overdue, loan_limit or ils (the other system's own reason)
    why   a sentence in the reader's language
    """

    code: str
    why: str


@dataclass(frozen=True)
class ReaderStanding:
    """What a reader may do at the circulation desk.

    kind        of definitions/vocabularies/reader_kind.yaml, or "" where the system does not say
    loans_out   loans that are still out, or None where nobody knows
    loan_limit, hold_limit  None where there is none or only the other system knows
    blocks      why the reader may not borrow; empty when they may
    is_live     as of LiveCopy
    study       of definitions/vocabularies/study.yaml, or "" where nobody says
    """

    kind: str
    loans_out: int | None
    loan_limit: int | None
    holds: int | None = None
    hold_limit: int | None = None
    blocks: tuple[Block, ...] = ()
    is_live: bool = True
    study: str = ""

    @property
    def may_borrow(self) -> bool:
        return not self.blocks


@dataclass(frozen=True)
class Moved:
    """What a desk verb did.

    what       check_out, check_in or renew
    title      of the copy; "" where no system told it
    due_at     aware; of a check-out and a renewal
    renewals_left  None where only the other system knows
    goes_to    of a check-in: shelf, hold_shelf or transit
    destination    where it travels to, or whose hold shelf it waits on: a campus, never a person
    remarks    sentences for the person at the desk
    """

    what: str
    item_id: str
    title_id: str
    title: str
    due_at: datetime | None = None
    renewals_left: int | None = None
    goes_to: str = ""
    destination: str = ""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class HoldLine:
    """One hold of the reader who asks.

    place        in the queue, 1 is next; 0 when it waits no more
    item_id      the copy that was set aside, or ""
    pickup       campus where it is collected
    ready_until  aware; the copy stays on the hold shelf so long
    case         id of the case it belongs to, or ""
    """

    id: str
    title_id: str
    state: str
    place: int
    pickup: str
    placed_at: datetime
    item_id: str = ""
    ready_until: datetime | None = None
    case: str = ""


@dataclass(frozen=True)
class LinkState:
    """How the link to the circulation system is.

    adapter     own, sip2 or koha
    is_up       whether the last question was answered
    down_since  aware; when the first unanswered one was asked, or None
    """

    adapter: str
    is_up: bool = True
    down_since: datetime | None = None
