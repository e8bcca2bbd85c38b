"""The ids of the loads that one load stands for, in a file that is asked without being read.

Sensors that report every two seconds make fifteen million ids a year: none of them stays in
memory. The file says the places of the ids in the order of the alphabet, four bytes each, then
the ids in the order of the loads, filled up with zeros to the length of the longest.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from shuren.data.errors import ReceiptBroken
from shuren.kernel.i18n import gettext as _

_PLACE = np.dtype("<u4")
_AT_ONCE = 4_096


class MergedIds(Sequence[str]):
    """Equal to the tuple of these ids, oldest load first.

    least, greatest  in the order of the alphabet: most questions end there
    Asking raises ReceiptBroken where the file is missing or of another size.
    """

    def __init__(self, path: Path, loads: int, least: str, greatest: str) -> None:
        self.path, self._loads, self._least, self._greatest = path, loads, least, greatest

    def __len__(self) -> int:
        return self._loads

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[str, ...]: ...
    def __getitem__(self, place: int | slice) -> str | tuple[str, ...]:
        found = self._parts()[1][place]
        if isinstance(place, slice):
            return tuple(one.decode() for one in found.tolist())
        return bytes(found).decode()

    def __iter__(self) -> Iterator[str]:
        ids = self._parts()[1]
        for start in range(0, self._loads, _AT_ONCE):
            for one in ids[start : start + _AT_ONCE].tolist():
                yield one.decode()

    def __contains__(self, load: object) -> bool:
        return isinstance(load, str) and bool(self.among([load]))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, tuple | MergedIds):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # like the list it stands for

    def among(self, ordered: Sequence[str]) -> list[str]:
        """Those of these ids, given in the order of the alphabet, that are here."""
        start, end = bisect_left(ordered, self._least), bisect_right(ordered, self._greatest)
        if start == end:
            return []
        places, ids = self._parts()
        width = ids.dtype.itemsize
        asked = [one for one in ordered[start:end] if len(one.encode()) <= width]
        wanted = np.array([one.encode() for one in asked], ids.dtype)
        found = np.searchsorted(ids, wanted, sorter=places)
        held = ids[places[np.minimum(found, self._loads - 1)]] == wanted
        return [one for one, here in zip(asked, held.tolist(), strict=True) if here]

    def _parts(self) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.bytes_]]:
        try:
            content = np.memmap(self.path, np.uint8, mode="r")
        except (OSError, ValueError):
            raise self._broken() from None
        width, left = divmod(len(content), self._loads)
        if left or width <= _PLACE.itemsize:
            raise self._broken()
        behind = self._loads * _PLACE.itemsize
        ids = content[behind:].view(f"S{width - _PLACE.itemsize}")
        return content[:behind].view(_PLACE), ids

    def _broken(self) -> ReceiptBroken:
        return ReceiptBroken(
            _("The receipt %(path)s is damaged.", path=self.path),
            fix=_("Bring it back from a backup."),
        )


def content(loads: Sequence[str]) -> bytes:
    """What to write for these ids, oldest load first."""
    ids = np.array([load.encode() for load in loads], np.bytes_)
    return np.argsort(ids, kind="stable").astype(_PLACE).tobytes() + ids.tobytes()


def summary(loads: Iterable[str]) -> dict[str, Any]:
    """What a receipt says of the file."""
    ordered = sorted(loads)
    return {"loads": len(ordered), "least": ordered[0], "greatest": ordered[-1]}


def among(merges: Sequence[str], ordered: Sequence[str]) -> list[str]:
    """Those of the ids, given in the order of the alphabet, that a receipt stands for; one
    of before there was the file has its ids in itself."""
    if isinstance(merges, MergedIds):
        return merges.among(ordered)
    own = set(merges)
    return [one for one in ordered if one in own] if own else []
