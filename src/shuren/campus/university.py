"""山城大学 (Shancheng University), which does not exist: its campuses, colleges and their reading.

`colleges.tsv` is the source: `size` is the number of students at scale 1, `reads` how
strongly a college's readers ask for a class of subjects.tsv beyond what everybody reads.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

CALENDAR = "demo-university"
NAME = {"zh": "山城大学", "en": "Shancheng University"}
JIANGWAN, YUNXI = "江湾校区", "云溪校区"
CAMPUSES = (JIANGWAN, YUNXI)

# The exports are made after closing on the last day; the calendar covers all of them.
FIRST_DAY, LAST_DAY = date(2024, 9, 1), date(2026, 11, 15)

OFFICES = ("教务处", "科研院", "学生工作部", "图书馆", "校医院", "档案馆", "国际处", "后勤集团")


@dataclass(frozen=True)
class College:
    name: str
    code: str
    campus: str
    students: int
    majors: tuple[str, ...]
    reads: dict[str, float]


def read_table(name: str) -> Iterator[dict[str, str]]:
    """Rows of a TSV file beside this module, as they stand: quotes mean nothing there."""
    with open(Path(__file__).parent / name, encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def colleges() -> list[College]:
    return [
        College(
            row["college"],
            row["code"],
            row["campus"],
            int(row["size"]),
            tuple(row["majors"].split(";")),
            {name: float(weight) for name, weight in _pairs(row["reads"])},
        )
        for row in read_table("colleges.tsv")
    ]


def _pairs(text: str) -> Iterator[list[str]]:
    return (part.split(":") for part in text.split())
