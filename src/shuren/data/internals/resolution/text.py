"""Titles, volumes, names and houses in the form in which they are compared.

Full-width forms, case, punctuation and edition words are evened out. Traditional and simplified
characters are left as they are. What tells volumes apart never is.
"""

import re
import unicodedata
from difflib import SequenceMatcher
from functools import lru_cache

SEPARATOR = "‖"
_HAN = r"\u3400-\u9fff"
_NUMERALS = "〇零一二三四五六七八九十百两壹贰叁肆伍陆柒捌玖拾"
_DIGITS = {sign: number for number, sign in enumerate("零一二三四五六七八九十")} | {
    sign: number for number, sign in enumerate("〇壹贰叁肆伍陆柒捌玖拾")
}
_EDITION = re.compile(
    rf"第?[0-9{_NUMERALS}]+(?:次)?(?:修订|增订)?版|[0-9]{{4}}年?(?:修订)?版|"
    r"(?:最新|全新|新)?(?:修订|增订|增补|修正|校订|典藏|珍藏|精装|平装|纪念|插图|普及)[版本]|新[0-9]版|"
    r"\b(?:[0-9]+(?:st|nd|rd|th|\.)?|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|"
    r"tenth|revised|rev\.?|updated|new|international|expanded|enlarged|student|annotated)"
    r"\s+ed(?:ition|n)?\b\.?",
)
_WHOLE = re.compile(rf"全[0-9{_NUMERALS}]*[册卷集部]|共[0-9{_NUMERALS}]+[册卷]|套装")
_CHINESE_PART = re.compile(
    rf"第([0-9{_NUMERALS}]+)[卷册辑部集编分篇]|卷([0-9{_NUMERALS}]+)|"
    rf"[(\[]([0-9{_NUMERALS}上中下]+)[)\]]|([上中下])[册卷集部篇编]|(?<=\s)([上中下])$"
)
_ROMAN_FORM = "x{0,3}(?:ix|iv|v?i{1,3}|v)|x{1,3}"
_ROMAN = re.compile(rf"\b({_ROMAN_FORM})\b")
_LATIN_PART = re.compile(
    r"\b(?:volumes?|vol|v|part|pt|book|bk|band|bd|teil|tome|tom|t|no|number|issue|bind)\.?\s*"
    rf"\b([0-9]+|{_ROMAN_FORM})\b"
)
_NUMBER = re.compile(r"[0-9]+")
_ROLE = re.compile(r"(?:等)?(?:编著|主编|编写|编译|选编|撰写|著译|著|编|译|撰|绘|作|校注|注)+$|等$")
_COUNTRY = re.compile(rf"^[(\[〔][{_HAN}]{{1,4}}[)\]〕]\s*")
_STOPS = frozenset(
    [
        "the",
        "a",
        "an",
        "of",
        "and",
        "der",
        "die",
        "das",
        "le",
        "la",
        "les",
        "un",
        "une",
        "el",
        "los",
    ]
)


def flat(text: str) -> str:
    """NFKC, lower case, blanks single."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def is_han(text: str) -> bool:
    return re.search(f"[{_HAN}]", text) is not None


def plain(text: str) -> str:
    """Letters, digits and characters only; no blanks beside Chinese characters."""
    words = "".join(sign if sign.isalnum() else " " for sign in text).split()
    joined = " ".join(words)
    return re.sub(rf"(?<=[{_HAN}]) | (?=[{_HAN}])", "", joined)


@lru_cache(maxsize=200_000)
def title_parts(title: str) -> tuple[str, str, str]:
    """(title proper, subtitle, volume) of a title as it is written.

    The volume is every volume word and every number of the title proper: two titles whose volumes
    differ are never one work. Edition statements and "in three volumes" count for nothing.
    """
    text = _WHOLE.sub(" ", _EDITION.sub(" ", flat(title)))
    text = re.sub(r"[(\[]\s*[)\]]", " ", text).strip(" /:;,.=")
    marks: list[str] = []

    def taken(match: re.Match[str]) -> str:
        marks.append(_numeral(next(group for group in match.groups() if group)))
        return " "

    text = _LATIN_PART.sub(taken, _CHINESE_PART.sub(taken, text)).strip(" /:;,.=")
    proper, _colon, rest = re.sub(r"\s*[:;=]\s*", ":", text).partition(":")
    marks += [*_NUMBER.findall(proper), *_ROMAN.findall(proper)]
    numbers = " ".join(sorted(_number(mark) for mark in marks))
    return plain(proper), plain(rest), numbers


def _number(mark: str) -> str:
    if mark.isdigit():
        return str(int(mark))
    return str(_roman(mark)) if _ROMAN.fullmatch(mark) else mark


def _numeral(text: str) -> str:
    """第十二 and 12 are the same volume."""
    if text.isdigit() or not all(sign in _DIGITS for sign in text):
        return text
    if "十" not in text:
        return "".join(str(_DIGITS[sign]) for sign in text) if len(text) > 1 else str(_DIGITS[text])
    tens, _ten, ones = text.partition("十")
    return str((_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0))


def _roman(text: str) -> int:
    value = {"i": 1, "v": 5, "x": 10}
    numbers = [value[sign] for sign in text]
    return sum(
        -n if place + 1 < len(numbers) and n < numbers[place + 1] else n
        for place, n in enumerate(numbers)
    )


def tail(key: str) -> str:
    """The end of a title, for blocking where its beginning is wrong."""
    return key[-2:] if is_han(key[-2:]) else key.rpartition(" ")[2]


def head(key: str) -> str:
    """The beginning of a title, for blocking: two characters, or the first two words that say
    something."""
    if is_han(key[:2]):
        return key[:2]
    words = [word for word in key.split() if word not in _STOPS]
    return " ".join(words[:2])


@lru_cache(maxsize=200_000)
def names(text: str) -> tuple[str, ...]:
    """The persons of a statement, each as one key: 刘慈欣; `knuth d` for either order of names."""
    found: dict[str, None] = {}
    for part in re.split(r"[‖;；]", text):
        pieces = re.split(r"[,，、]", part) if is_han(part) else re.split(r" and | & ", part)
        for piece in pieces:
            key = _name(piece)
            if key:
                found[key] = None
    return tuple(found)


def _name(text: str) -> str:
    text = _COUNTRY.sub("", flat(text)).strip(" .,;/")
    text = re.sub(r"\b(?:by|edited|ed|eds|translated|transl|von|hrsg|jr|sr)\b\.?|[0-9]{4}-?", " ",
                  text)  # fmt: skip
    if is_han(text):
        return plain(_ROLE.sub("", text.strip()))
    surname, comma, given = text.partition(",")
    if not comma:
        words = plain(text).split()
        surname, given = (words[-1], " ".join(words[:-1])) if words else ("", "")
    surname, given = plain(surname), plain(given)
    return f"{surname} {given[:1]}".strip()


def house(text: str) -> str:
    """A publisher's name without what all of them have in it."""
    key = plain(flat(text.split(SEPARATOR)[0]))
    short = re.sub(
        r"(?:出版社|出版公司|有限责任公司|有限公司|股份|集团|出版)|"
        r"\b(?:publishers?|publishing|press|verlag|company|inc|ltd|co|and)\b", "", key
    )  # fmt: skip
    return plain(short) or key


def isbns(text: str) -> tuple[str, ...]:
    """Valid ISBN-13 among the values of a column."""
    found = (re.sub(r"[^0-9]", "", one) for one in text.split(SEPARATOR))
    return tuple(dict.fromkeys(one for one in found if len(one) == 13 and _valid(one)))


def _valid(isbn: str) -> bool:
    total = sum(int(sign) * (3 if place % 2 else 1) for place, sign in enumerate(isbn))
    return total % 10 == 0


def likeness(one: str, other: str) -> float:
    """From 0 to 1; 1 for equal texts."""
    if one == other:
        return 1.0
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


# One sign that makes another book of it: 宏观 and 微观, 线性 and 非线性.
_CONTRASTS = frozenset(
    "上中下左右前后内外东西南北大小高低初新旧古今正反有无公私男女文理宏微甲乙丙丁宫春夏秋冬"
    "量质静动生死农工商医海陆空天地人日月英法德俄美韩汉满蒙藏" + _NUMERALS
)
_DENIALS = frozenset("非无不反未次副亚超")


def nearly_same(one: str, other: str) -> bool:
    """A slip of the pen apart and no more: one sign in eight, two at most, and never in a short
    title, where one sign is the difference between 有机化学 and 无机化学; nor one that turns the
    sense."""
    if one == other:
        return True
    most = min(2, max(len(one), len(other)) // 8)
    if not most or distance(one, other, most) > most:
        return False
    for kind, i, j, m, n in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        gone, come = set(one[i:j]), set(other[m:n])
        if kind == "replace" and gone & _CONTRASTS and come & _CONTRASTS:
            return False
        if kind in ("insert", "delete") and (gone | come) & _DENIALS and len(gone | come) == 1:
            return False
    return True


def distance(one: str, other: str, most: int) -> int:
    """Insertions, deletions, changes and swaps of neighbours; more than `most` is `most + 1`."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        current = [i]
        for j, b in enumerate(other, start=1):
            cost = min(row[j] + 1, current[j - 1] + 1, row[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        if min(current) > most:
            return most + 1
        before, row = row, current
    return row[-1]
