"""Readers with invented names: surnames and given names put together by chance.

Card numbers start with the year of entry for students and a letter for everybody else;
mobile numbers begin with 100, which no telephone in China does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from shuren.campus.university import CAMPUSES, FIRST_DAY, LAST_DAY, OFFICES, College

SURNAMES = (
    "李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
GIVEN = (
    "子浩宇轩雨欣怡佳梦琪思涵嘉俊杰文博明哲志远天佑晓晨诗雅静婷丽娟雪莹慧敏海洋鹏飞宏伟建国志强家豪泽楷昊然"
    "一诺沐阳可馨语桐书瑶安宁景行知远若溪云舒清和朗逸星辰月华春晖秋实冬青林夕凡舟渝川江岚岳松柏竹君兰芷萱"
)
KINDS = {
    "本科生": "student",
    "硕士生": "student",
    "博士生": "student",
    "教师": "faculty",
    "部门": "department",
    "校友": "alumni",
    "校外读者": "public",
}
# What students read for; the card system says it in the same word.
STUDIES = {"本科生": "undergraduate", "硕士生": "master", "博士生": "doctoral"}
# Days a loan runs, and the usual number of days a book is kept.
LOAN_DAYS = {
    "本科生": 40,
    "硕士生": 60,
    "博士生": 60,
    "教师": 90,
    "部门": 180,
    "校友": 30,
    "校外读者": 20,
}
KEPT_DAYS = {
    "本科生": 19,
    "硕士生": 28,
    "博士生": 34,
    "教师": 46,
    "部门": 90,
    "校友": 17,
    "校外读者": 13,
}
_OTHERS = {"教师": 1050, "部门": 44, "校友": 240, "校外读者": 160}
_PREFIX = {"教师": "T", "部门": "B", "校友": "X", "校外读者": "W"}
_EAGERNESS = {
    "本科生": 1.0,
    "硕士生": 1.15,
    "博士生": 0.95,
    "教师": 0.75,
    "部门": 1.6,
    "校友": 0.5,
    "校外读者": 0.45,
}
# Cumulative shares.
_STUDENT_SHARES = {"本科生": 0.72, "硕士生": 0.94, "博士生": 1.0}
# Up to which share of the students entered in which year or before.
_GRADES = {2020: 0.05, 2021: 0.18, 2022: 0.34, 2023: 0.49, 2024: 0.65, 2025: 0.82, 2026: 1.0}


@dataclass(frozen=True)
class Reader:
    """One card. `since` and `until` bound the days on which it could borrow; `eagerness` is
    its share of all borrowing: a few borrow very much, many very little."""

    card: str
    name: str
    gender: str
    type: str
    unit: str
    college: int
    major: str
    grade: str
    campus: str
    phone: str
    since: date
    until: date
    eagerness: float

    @property
    def kind(self) -> str:
        return KINDS[self.type]

    @property
    def study(self) -> str:
        return STUDIES.get(self.type, "")

    @property
    def status(self) -> str:
        return "注销" if self.until < LAST_DAY else "正常"


def make_readers(colleges: list[College], scale: float, rng: np.random.Generator) -> list[Reader]:
    """About 12,000 at scale 1. `college` is -1 for readers of no college."""
    places = [
        (index, number)
        for index, college in enumerate(colleges)
        for number in range(max(3, round(college.students * scale)))
    ]
    others = [
        (type, number)
        for type, count in _OTHERS.items()
        for number in range(max(2, round(count * scale)))
    ]
    chances = rng.random((len(places) + len(others), 9)).tolist()
    eager = rng.gamma(0.7, size=len(chances)).tolist()
    readers = [
        _student(index, colleges[index], number, chance, keen)
        for (index, number), chance, keen in zip(places, chances, eager, strict=False)
    ]
    rest = zip(others, chances[len(places) :], eager[len(places) :], strict=True)
    sizes = np.cumsum([college.students for college in colleges]) / sum(
        c.students for c in colleges
    )
    for (type, number), chance, keen in rest:
        index = int(np.searchsorted(sizes, chance[4]))
        readers.append(_other(type, number, index, colleges[index], chance, keen))
    return readers


def _pick(choices: Sequence[str], chance: float) -> str:
    return choices[int(len(choices) * chance)]


def _person_name(chance: list[float]) -> str:
    # Common surnames come first in the list; the power bends the draw towards them.
    surname = _pick(SURNAMES, chance[0] ** 1.7)
    second = "" if chance[3] < 0.16 else _pick(GIVEN, chance[2])
    return surname + _pick(GIVEN, chance[1]) + second


def _student(index: int, college: College, number: int, chance: list[float], keen: float) -> Reader:
    type = next(kind for kind, share in _STUDENT_SHARES.items() if chance[5] < share)
    grade = next(year for year, share in _GRADES.items() if chance[6] < share)
    return Reader(
        card=f"{grade}{college.code}{number + 1:05d}",
        name=_person_name(chance),
        gender="女" if chance[7] < 0.46 else "男",
        type=type,
        unit=college.name,
        college=index,
        major=_pick(college.majors, chance[4] ** 1.4),
        grade=str(grade),
        campus=college.campus,
        phone=_phone(chance[8]),
        since=max(date(grade, 9, 1), FIRST_DAY),
        until=date(grade + (3 if type == "硕士生" else 4), 6, 28),
        eagerness=_EAGERNESS[type] * keen,
    )


def _other(
    type: str, number: int, index: int, college: College, chance: list[float], keen: float
) -> Reader:
    unit, member, campus, name = college.name, index, college.campus, _person_name(chance)
    if type == "部门":
        unit, member = OFFICES[number % len(OFFICES)], -1
        name = f"{unit}集体{number + 1:02d}"
    elif type == "校外读者":
        unit, member, campus = "校外", -1, CAMPUSES[int(chance[5] < 0.3)]
    return Reader(
        card=f"{_PREFIX[type]}{number + 1:06d}",
        name=name,
        gender="" if type == "部门" else "女" if chance[7] < 0.46 else "男",
        type=type,
        unit=unit,
        college=member,
        major="",
        grade=str(2000 + int(21 * chance[6])) if type == "校友" else "",
        campus=campus,
        phone=_phone(chance[8]),
        since=FIRST_DAY,
        until=date(2028, 12, 31),
        eagerness=_EAGERNESS[type] * keen,
    )


def _phone(chance: float) -> str:
    return f"100{int(chance * 10**8):08d}"
