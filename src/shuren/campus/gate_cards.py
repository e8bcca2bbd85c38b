"""The gates of the second campus: a system of its own, with card numbers of its own.

Its list names the card number of the university for most people, a telephone for some; names are
typed by hand, and now and then wrongly, as are the numbers. So the same reader stands in two
systems under two numbers, and not always with a key between them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from shuren.campus.people import GIVEN, Reader
from shuren.campus.university import YUNXI
from shuren.kernel.files import write_atomically

STREAM = 11
FILE, MAPPING = "yunxi-cards.csv", "demo-gate-cards"
NAMED, MISTYPED, TELEPHONE, NEW_TELEPHONE, NAME_SLIP = 0.72, 0.015, 0.45, 0.1, 0.02
YEAR, MAJOR = 0.92, 0.7
_WORDS = {"本科生": "学生", "硕士生": "学生", "博士生": "学生", "教师": "教工"}
_HEADER = "卡号,学工号,姓名,身份,单位,专业,入学年份,手机"


@dataclass(frozen=True)
class GateCards:
    """numbers  {place of the reader: number at the second campus's gates}"""

    numbers: dict[int, str]
    truth: dict[str, object]


def write_gate_cards(folder: Path, readers: Sequence[Reader], seed: int) -> GateCards:
    """yunxi-cards.csv, and which card is whose."""
    rng = np.random.default_rng([seed, STREAM])
    here = [n for n, r in enumerate(readers) if r.campus == YUNXI and r.type in _WORDS]
    numbers = dict(zip(here, (int(n) for n in 600_000 + rng.permutation(len(here))), strict=True))
    chances = rng.random((len(here), 8)).tolist()
    lines = [_HEADER]
    for place, chance in zip(here, chances, strict=True):
        reader = readers[place]
        other = here[int(chance[6] * len(here))] if chance[1] < MISTYPED else place
        phone = f"100{int(chance[7] * 10**8):08d}" if chance[3] < NEW_TELEPHONE else reader.phone
        cells = (
            f"Y{numbers[place]}",
            readers[other].card if chance[0] < NAMED else "",
            _written(reader.name, chance[4], chance[5]),
            _WORDS[reader.type],
            reader.unit,
            reader.major if chance[5] < MAJOR else "",
            reader.grade if chance[6] < YEAR else "",
            phone if chance[2] < TELEPHONE else "",
        )
        lines.append(",".join(cells))
    write_atomically(folder / FILE, ("\n".join(lines) + "\n").encode())
    pairs = {f"Y{numbers[place]}": readers[place].card for place in here}
    return GateCards({place: f"Y{number}" for place, number in numbers.items()},
                     {"gate_cards": pairs})  # fmt: skip


def _written(name: str, chance: float, which: float) -> str:
    """As somebody typed it: one sign in fifty names is another, never the surname's."""
    if chance >= NAME_SLIP:
        return name
    place = 1 + int(which * (len(name) - 1))
    return name[:place] + GIVEN[int(chance / NAME_SLIP * len(GIVEN))] + name[place + 1 :]
