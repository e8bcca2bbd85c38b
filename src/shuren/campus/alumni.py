"""The alumni office's list: invented people who left the university, one of them the demo's."""

import csv
from pathlib import Path

import numpy as np

from shuren.campus.people import GIVEN, SURNAMES

# The demo's alumnus, by the number and name on the old student card.
NUMBER, NAME, COHORT = "9910203", "演示校友", 1999
CAMPAIGN, CAMPAIGN_TITLE = "back-to-the-library", "校友总会推文：毕业了，图书馆还在"
HEADS = ("学号", "姓名", "入学年份", "毕业年份", "学院", "学历")
_COLLEGES = (
    "文学院",
    "历史学院",
    "理学院",
    "工学院",
    "经济管理学院",
    "法学院",
    "外国语学院",
    "医学院",
)
_DEGREES = (("本科", 4), ("硕士", 3), ("博士", 4))


def write_roster(path: Path, *, seed: int, people: int = 2_400) -> Path:
    """Write the list as CSV; the same for the same seed."""
    chance = np.random.default_rng([seed, 77])
    rows: list[tuple[str, ...]] = [(NUMBER, NAME, str(COHORT), "2003", _COLLEGES[0], "本科")]
    for at in range(people):
        cohort = int(chance.integers(1980, 2021))
        degree, years = _DEGREES[int(chance.choice(3, p=(0.7, 0.24, 0.06)))]
        name = SURNAMES[int(chance.integers(len(SURNAMES)))]
        name += "".join(GIVEN[int(n)] for n in chance.integers(len(GIVEN), size=2))
        rows.append(
            (f"{cohort % 100:02}7{at:05}", name, str(cohort), str(cohort + years),
             _COLLEGES[int(chance.integers(len(_COLLEGES)))], degree)
        )  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADS)
        writer.writerows(rows)
    return path


def campaign_days(*, seed: int, days: int = 14, clicks: int = 49_600) -> list[tuple[int, int, int]]:
    """(clicks, applications, verified at once) of each day, today first: half of what a push brings
    comes on its first day, and each day after has about half of the day before."""
    chance = np.random.default_rng([seed, 78])
    share = 0.5 ** np.arange(1, days + 1)
    found = []
    for opened in chance.multinomial(clicks, share / share.sum())[::-1]:
        applied = int(chance.binomial(opened, 0.024))
        found.append((int(opened), applied, int(chance.binomial(applied, 0.86))))
    return found
