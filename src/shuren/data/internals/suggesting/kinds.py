"""How the values of well-known library columns look: what a field's name says of its values."""

import re
from collections.abc import Callable
from typing import Any

from shuren.data.internals.suggesting.sampling import Column

Test = Callable[[Column], float]
_HAN = re.compile(r"[\u3400-\u9fff·]+")
_WORD = re.compile(r"[^\s,;|\"<>，、\u3400-\u9fff]{3,}")
_DIGIT = re.compile(r".*\d.*")


def matches(pattern: str) -> Test:
    """The share of values that match whole."""
    compiled = re.compile(pattern)
    return lambda column: column.share(compiled)


def isbn(column: Column) -> float:
    """Values that are ISBNs with a right check digit."""
    return _share(column, lambda text: _isbn_holds(re.sub(r"[\s-]", "", text)))


def issn(column: Column) -> float:
    return _share(column, _issn_holds)


def code(column: Column) -> float:
    """Numbers of things: one word with digits in it."""
    return _share(column, lambda text: bool(_WORD.fullmatch(text) and _DIGIT.fullmatch(text)))


def person_name(column: Column) -> float:
    """Short, and hardly ever the same."""
    short = _share(column, lambda t: bool(_HAN.fullmatch(t)) and 2 <= len(t) <= 4)
    return short if column.distinct > 0.2 and len(column.counts) > 20 else 0.0


def title(column: Column) -> float:
    """Long words that differ, but are no codes."""
    texts = column.few or [""]
    long = sum(len(text) for text in texts) / len(texts) >= 4.5
    words = _share(column, lambda t: not re.fullmatch(r"[\d\s./:,+-]*|[A-Za-z]{0,4}\d[\w./-]*", t))
    endings = _share(
        column, lambda t: bool(re.search(r"(出版社|书局|书店|Press|学院|校区|馆)$", t))
    )
    names = _share(column, lambda t: bool(re.search("[，、;；]", t)))
    pinyin = column.share(_PINYIN)
    worth = words * (1 - endings) * (1 - pinyin) * (1 - names)
    return worth if long and len(column.counts) > 20 else 0.0


_PINYIN = re.compile(r"[a-zāáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜ0-9' ]+ [a-z0-9' āáǎàēéěèīíǐìōóǒòūúǔùü]+")


def authors(column: Column) -> float:
    """Names of people, several at times, the same again and again."""
    name = r"[\u3400-\u9fff·]{2,12}|[A-Z][\w.'’ -]+,? ?[\w.'’ -]*"
    pattern = re.compile(rf"(?:{name})(?:[，,、;；等著编译主 ]+(?:{name})?)*")
    found = column.share(pattern) if len(column.counts) > 20 else 0.0
    several = _share(column, lambda text: bool(re.search("[，、;；·]", text)))
    endings = _share(
        column, lambda t: bool(re.search(r"(出版社|书局|书店|Press|学院|校区|馆|区)$", t))
    )
    return found * (0.5 + 0.5 * min(1.0, several * 5)) * (1 - endings)


# The end of a field's name → how its values look, and how much that alone is worth.
KINDS: tuple[tuple[str, Test, float], ...] = (
    (r"isbn", isbn, 0.95),
    (r"(.*_)?issn", issn, 0.95),
    (r"(.*_)?doi", matches(r"(https?://(dx\.)?doi\.org/)?10\.\d{4,}/\S+"), 0.95),
    (r"(.*_)?(url|uri)", matches(r"(https?|ftp)://\S+"), 0.6),
    (r"(.*_)?(phone|mobile)", matches(r"(\+?86[- ]?)?1\d{10}|0\d{2,3}-?\d{7,8}"), 0.9),
    (r"e?mail", matches(r"[^@\s]+@[^@\s]+\.[^@\s]+"), 0.95),
    (r"call_number", matches(r"[A-Z]{1,2}[\d.\-()\"=+:]*[/ ][\w./=:-]+"), 0.9),
    (r"class_number|clc.*", matches(r"[A-Z]{1,2}\d[\d.\-()\"=+:]*|[A-Z]{1,2}"), 0.75),
    (r"(.*_)?pinyin", lambda column: column.share(_PINYIN), 0.9),
    (r"language", matches(r"[a-z]{3}"), 0.6),
    (
        r"publisher(_name)?",
        matches(r".*(出版社|书局|书店|出版公司|Press|Publish\w*|Verlag)\W*"),
        0.9,
    ),
    (r"(.*_)?(published_year|yop|grade|year|opened_year)", matches(r"(19|20)\d\d"), 0.45),
    (r"(price|amount)", matches(r"(CNY|￥|¥)?-?\d+\.\d{1,2}元?"), 0.6),
    (r"campus", matches(r".*(校区|分校|校园|[Cc]ampus)"), 0.9),
    (r"building", matches(r".*(图书馆|分馆|馆|楼)"), 0.7),
    (r"location", matches(r".*(借阅区|阅览室|书库|借阅室|阅览区|馆.*[区室库部])"), 0.7),
    (r"college", matches(r".*(学院|书院|系|学部|研究院|附属.*)"), 0.8),
    (r"name", person_name, 0.7),
    (r"title|publication_title", title, 0.7),
    (r"author|authors", authors, 0.5),
    (r"\w*_id|item_barcode", code, 0.25),
)


def kind_of(field_name: str) -> tuple[Test, float] | None:
    """How the values of a field of this name look, and how far that tells them from others."""
    for pattern, test, weight in KINDS:
        if re.fullmatch(pattern, field_name):
            return test, weight
    return None


def looked_at(test: Test, column: Column) -> float:
    """The outcome of a test, worked out once."""
    if test not in column.looks:
        column.looks[test] = test(column)
    return column.looks[test]


def looks_like_person(column: Column) -> bool:
    """Numbers, names or addresses of people, by the values alone; rather once too often."""
    if not column.values:
        return False
    patterns = (
        r"1\d{10}|0\d{2,3}-?\d{7,8}|\+?86[- ]?1\d{10}",
        r"[^@\s]+@[^@\s]+",
        r"\d{17}[\dXx]|\d{15}",
        r"[A-Za-z]{0,3}\d{6,14}",
    )
    ids = any(column.share(re.compile(one)) > 0.3 for one in patterns)
    if ids and column.dates[1] < 0.5 and isbn(column) < 0.5:
        return True
    return person_name(column) > 0.6


def _share(column: Column, test: Callable[[str], Any]) -> float:
    return sum(bool(test(value)) for value in column.few) / len(column.few or [""])


def _isbn_holds(text: str) -> bool:
    if re.fullmatch(r"97[89]\d{10}", text):
        return sum(int(c) * (3 if n % 2 else 1) for n, c in enumerate(text)) % 10 == 0
    if not re.fullmatch(r"\d{9}[\dXx]", text):
        return False
    digits = [10 if c in "Xx" else int(c) for c in text]
    return sum(digit * (10 - n) for n, digit in enumerate(digits)) % 11 == 0


def _issn_holds(text: str) -> bool:
    if not re.fullmatch(r"\d{4}-?\d{3}[\dXx]", text):
        return False
    digits = [10 if c in "Xx" else int(c) for c in text.replace("-", "")]
    return sum(digit * (8 - n) for n, digit in enumerate(digits)) % 11 == 0
