"""What every circulation system is asked: the extension point behind `service.ils`."""

from collections.abc import Sequence
from typing import Protocol

from shuren.kernel.shapes import Actor
from shuren.service.ils_shapes import HoldLine, LiveCopy, Moved, ReaderStanding
from shuren.service.internals.circulation.listing import Listed
from shuren.service.internals.circulation.readers import Served


class Adapter(Protocol):
    """Every method raises IlsDown when the system does not answer, and then did nothing."""

    def copies(self, listed: Sequence[Listed]) -> list[LiveCopy]:
        """The same copies as they are now, in the same order. Those the system says nothing of
        stay as the snapshot has them, `is_live` False."""
        ...

    def standing(self, served: Served) -> ReaderStanding:
        """raises  NoSuchReader"""
        ...

    def move(self, what: str, item: str, actor: Actor, served: Served | None, campus: str) -> Moved:
        """Check out, check in or renew one copy by its barcode.

        what    check_out, check_in or renew
        served  the reader; None of a check-in, and of a renewal at the desk without a card
        campus  where the desk is, or ""
        raises  NoSuchCopy, NoSuchReader, CannotCirculate, CopyJustMoved, IlsRefused
        """
        ...

    def hold(
        self, what: str, id: str, served: Served, campus: str = "", case: str = ""
    ) -> list[HoldLine]:
        """what    place (id: a title_id), cancel (id: a hold) or list (id: "")
        campus  where it is to be collected
        raises  CannotCirculate, IlsRefused
        """
        ...


class Tried(Protocol):
    """Every adapter is one too: it can be tried without touching anything."""

    def check(self) -> list[str]:
        """Whether the system answers and what it can do, in sentences.

        raises  IlsDown, IlsRefused, UsageError where a secret is not set
        """
        ...
