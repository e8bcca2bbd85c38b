"""Titles and copies: the real books of books.tsv, then generated ones up to 8,600.

An ISBN in this catalogue begins with 97866, a group that no agency of China uses; real
books have none here, because none was checked. The book number (种次号) counts titles
within a class number, real books first.
"""

from dataclasses import dataclass

import numpy as np
from pypinyin import lazy_pinyin

from shuren.campus import patterns
from shuren.campus.seasons import GROWTH_PER_MONTH
from shuren.campus.university import JIANGWAN, YUNXI, read_table

TITLES, COPIES = 8600, 48000
_SETS = (0.10, 0.22, 0.40, 0.18, 0.10)  # of Chinese titles bought in 1, 2, 3, 4, 5 copies
_SLEEPERS = 0.2  # of the generated titles are hardly ever asked for
_BOUGHT_AHEAD = 24  # months of growth that selectors foresaw
# What every student asks for; they lead their subjects.
_FAVOURITES = (
    "高等数学（上册）",
    "高等数学（下册）",
    "工程数学：线性代数",
    "概率论与数理统计",
    "三体",
    "活着",
    "平凡的世界",
    "白夜行",
    "百年孤独",
    "追风筝的人",
    "C程序设计（第四版）",
    "Python编程：从入门到实践",
    "数据结构（C语言版）",
    "算法导论",
    "机器学习",
    "新概念英语（2）",
    "明朝那些事儿（壹）",
)
_SCIENCES = ("N", "O", "P", "Q", "R", "S", "T", "U", "V", "X")
# Beginnings of classes whose copies stand mostly at Yunxi, where their colleges are.
_AT_YUNXI = ("TP", "TN", "O1", "O3", "O4", "TH", "Q", "R", "J", "G2", "G8")


@dataclass(frozen=True)
class Subject:
    """One row of subjects.tsv: `share` of the generated titles, `demand` of all readers."""

    code: str
    pattern: str
    share: float
    demand: float
    chinese: list[tuple[str, str]]
    english: list[tuple[str, str]]


@dataclass(frozen=True)
class Title:
    """`subject` is an index into subjects(); `weight` the demand for it within that."""

    title: str
    pinyin: str
    author: str
    publisher: str
    year: int
    isbn: str
    class_number: str
    call_number: str
    language: str
    subject: int
    weight: float
    price: str
    real: bool


@dataclass(frozen=True)
class Copy:
    barcode: str
    title: int
    campus: str
    location: str
    status: str  # what the ILS calls it when it is not on loan
    acquired: str


@dataclass(frozen=True)
class Catalogue:
    """`copies` are in the order of titles."""

    subjects: list[Subject]
    titles: list[Title]
    copies: list[Copy]


def subjects() -> list[Subject]:
    return [
        Subject(
            row["class"],
            row["pattern"],
            float(row["share"]),
            float(row["demand"]),
            _entries(row["subjects"], row["class"]),
            _entries(row["english"] or "", row["class"]),
        )
        for row in read_table("subjects.tsv")
    ]


def make_catalogue(scale: float, rng: np.random.Generator) -> Catalogue:
    rows = subjects()
    drafts = _real_books(rows) + _generated(rows, scale, rng)
    weights = _weights(drafts, rng)
    numbers: dict[str, int] = {}
    titles: list[Title] = []
    for draft, weight in zip(drafts, weights, strict=True):
        number = numbers[draft["class"]] = numbers.get(draft["class"], 0) + 1
        titles.append(_title(draft, number, float(weight), len(titles), rng))
    return Catalogue(rows, titles, _copies(rows, titles, scale, rng))


def _entries(text: str, code: str) -> list[tuple[str, str]]:
    """`力学=O3;光学` → [(力学, O3), (光学, code of the row)]; an empty cell names the class."""
    parts = [part.partition("=") for part in text.split(";") if part]
    return [(name, own or code) for name, _equals, own in parts]


def _real_books(rows: list[Subject]) -> list[dict[str, str]]:
    by_length = sorted(range(len(rows)), key=lambda i: -len(rows[i].code))
    books = []
    for book in read_table("books.tsv"):
        found = next(i for i in by_length if book["class"].startswith(rows[i].code))
        books.append({**book, "subject": str(found), "real": "yes"})
    return books


def _generated(rows: list[Subject], scale: float, rng: np.random.Generator) -> list[dict[str, str]]:
    """Distinct titles; each subject's by its share, as far as its patterns reach."""
    known = {book["title"] for book in read_table("books.tsv")}
    wanted = max(0, TITLES * scale - len(known)) / sum(row.share for row in rows)
    books = []
    for index, row in enumerate(rows):
        pool = [*patterns.chinese_titles(row.pattern, row.chinese or [("", row.code)])]
        pool += patterns.english_titles(row.english)
        order = rng.permutation(len(pool))[: round(wanted * row.share * 1.08)]
        for title, class_number in (pool[i] for i in order):
            if title not in known:
                known.add(title)
                books.append(_invent(title, class_number, index, rng))
    return books


def _invent(
    title: str, class_number: str, subject: int, rng: np.random.Generator
) -> dict[str, str]:
    english = title.isascii() and title[0].isupper() and " " in title
    author = patterns.english_author(rng) if english else patterns.chinese_author(rng)
    houses = patterns.ENGLISH_PUBLISHERS if english else patterns.PUBLISHERS
    age, house, edition = rng.random(3)
    if edition > 0.86 and not english:
        title += f"（第{'二三四五'[int((edition - 0.86) / 0.035)]}版）"
    return {
        "title": title,
        "author": author,
        "publisher": houses[int(len(houses) * house)],
        "year": str(int(2026 - 26 * age**1.6)),
        "class": class_number,
        "language": "en" if english else "zh",
        "subject": str(subject),
        "real": "",
    }


def _weights(drafts: list[dict[str, str]], rng: np.random.Generator) -> np.ndarray:
    """Zipf-like within each subject; known books stand nearly always before generated ones."""
    places = rng.random(len(drafts)) + np.array([_distance(draft) for draft in drafts])
    ranks: dict[str, int] = {}
    weights = np.empty(len(drafts))
    for index in np.argsort(places):
        rank = ranks[drafts[index]["subject"]] = ranks.get(drafts[index]["subject"], 0) + 1
        loved = 2.0 if drafts[index]["title"] in _FAVOURITES else 1.0
        weights[index] = loved / (rank + 3) ** 0.8
    asleep = (rng.random(len(drafts)) < _SLEEPERS) & np.array([not d["real"] for d in drafts])
    weights[asleep] *= 0.01
    return weights


def _distance(draft: dict[str, str]) -> float:
    """How far down a title stands before chance comes in."""
    if draft["title"] in _FAVOURITES:
        return -1.0
    return (0.0 if draft["real"] else 0.6) + (0.4 if draft["language"] == "en" else 0.0)


def _title(
    draft: dict[str, str], number: int, weight: float, index: int, rng: np.random.Generator
) -> Title:
    chinese = draft["language"] == "zh"
    pinyin = _pinyin(draft["title"]) if chinese else ""
    price = (18 + 70 * rng.random()) * (1 if chinese else 6)
    return Title(
        title=draft["title"],
        pinyin=pinyin,
        author=draft["author"],
        publisher=draft["publisher"],
        year=int(draft["year"]),
        isbn="" if draft["real"] else demo_isbn(index),
        class_number=draft["class"],
        call_number=f"{draft['class']}/{number}",
        language=draft["language"],
        subject=int(draft["subject"]),
        weight=weight,
        price=f"{price:.2f}",
        real=bool(draft["real"]),
    )


def _pinyin(text: str) -> str:
    """Syllables apart; punctuation, which lazy_pinyin hands on in runs, is left out."""
    words = " ".join(lazy_pinyin(text)).split()
    return " ".join(word for word in words if any(sign.isalnum() for sign in word))


def demo_isbn(number: int) -> str:
    """Thirteen digits with a right check digit."""
    digits = f"97866{number:07d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


def _copies(
    rows: list[Subject], titles: list[Title], scale: float, rng: np.random.Generator
) -> list[Copy]:
    """Chinese titles by sets, and more copies of what is asked for more, thirty-six at most."""
    growth = [(1 + GROWTH_PER_MONTH.get(row.code, 0.0)) ** _BOUGHT_AHEAD for row in rows]
    demand = np.array([rows[t.subject].demand * growth[t.subject] * t.weight for t in titles])
    chinese = np.array([title.language == "zh" for title in titles])
    bought = rng.choice(np.arange(1, len(_SETS) + 1), len(titles), p=_SETS)
    counts = np.where(chinese, bought, 1)
    spare = max(0.0, COPIES * scale - counts.sum())
    counts = np.minimum(36, counts + rng.poisson(spare * 1.03 * demand / demand.sum()))
    copies: list[Copy] = []
    for index, count in enumerate(counts):
        for _number in range(int(count)):
            copies.append(_copy(index, titles[index], len(copies), rng))
    return copies


def _copy(index: int, title: Title, number: int, rng: np.random.Generator) -> Copy:
    where, state, day = rng.random(3)
    share = 0.75 if title.class_number.startswith(_AT_YUNXI) else 0.3
    campus = YUNXI if where < share else JIANGWAN
    year = min(2026, max(2004, title.year) + int(3 * day))
    month = 1 + int(day * 1000) % (8 if year == 2026 else 12)
    status = (
        "在架"
        if state > 0.03
        else ("阅览" if state > 0.012 else "丢失" if state > 0.004 else "剔除")
    )
    return Copy(
        barcode=f"SC{number + 1:07d}",
        title=index,
        campus=campus,
        location=_location(title, campus),
        status=status,
        acquired=f"{year}/{month:02d}/{1 + int(day * 10000) % 28:02d}",
    )


def _location(title: Title, campus: str) -> str:
    science = title.class_number.startswith(_SCIENCES)
    if campus == YUNXI:
        room = (
            "计算机与电子借阅区"
            if title.class_number.startswith(("TP", "TN", "TM"))
            else "综合借阅区"
        )
        return f"云溪图书馆 {'数理借阅区' if title.class_number.startswith('O') else room}"
    if science:
        return "江湾理工分馆 工程借阅区"
    if title.language == "en":
        return "江湾图书馆 外文阅览室"
    return f"江湾图书馆 {'文学借阅区' if title.class_number[0] in 'IJ' else '社科借阅区'}"
