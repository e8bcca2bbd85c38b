"""Searches, clicks, service cases and ratings of the demo university; nobody is named."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

from shuren.campus.catalogue import Catalogue
from shuren.campus.seasons import days_between
from shuren.campus.university import CAMPUSES, FIRST_DAY, LAST_DAY
from shuren.kernel.calendar import LibraryCalendar
from shuren.kernel.files import write_atomically

STREAM = 33
SEARCH_DAYS, SEARCHES_A_DAY = 365, 130
# Asked for and not there: what acquisition should see. The first is asked for most.
WANTED = (
    *("量子机器学习", "大语言模型提示工程", "具身智能", "剑桥雅思 20", "低空经济"),
    *("脑机接口伦理", "Rust 嵌入式开发", "碳足迹核算", "数字人文方法", "钙钛矿太阳能电池"),
    *("AI for Science", "生成式检索", "合成生物学导论"),
)
ZERO_SHARE = 0.08


@dataclass(frozen=True)
class Service:
    """measure: of the calendar's demand; minutes: half of the cases take longer."""

    id: str
    a_day: float
    measure: str
    minutes: float
    channels: tuple[str, ...]
    liked: float


SERVICES = (
    Service("consultation", 22, "visits", 25, ("柜台", "在线", "电话", "邮件"), 4.5),
    Service("citation", 4, "citation", 2600, ("在线", "邮件"), 4.6),
    Service("delivery", 6, "delivery", 1500, ("在线",), 4.2),
    Service("room_booking", 18, "rooms", 3, ("自助", "在线"), 4.4),
    Service("stack_retrieval", 7, "loans", 38, ("柜台", "在线"), 4.0),
    Service("card", 5, "visits", 12, ("柜台",), 4.3),
)
RATED, DONE = 0.14, (("办结", 0.93), ("转办", 0.04), ("未能办理", 0.03))


@dataclass
class ServiceEvents:
    """Files in the order to load them: (contract, name); and the truth about them."""

    files: list[tuple[str, str]]
    truth: dict[str, object]


def write_service_events(
    folder: Path, catalogue: Catalogue, calendar: LibraryCalendar, seed: int, scale: float
) -> ServiceEvents:
    """searches.csv, clicks.csv, service-cases.csv and ratings.csv."""
    rng = np.random.default_rng([seed, STREAM])
    searches, clicks, zero = _searches(catalogue, calendar, scale, rng)
    cases, ratings = _cases(calendar, scale, rng)
    parts = (
        ("search_events", "searches.csv", "事件号,检索时间,检索词,命中数,入口", searches),
        ("click_events", "clicks.csv", "事件号,点击时间,检索词,对象,位次,入口", clicks),
        (
            "service_cases",
            "service-cases.csv",
            "事项号,服务,受理时间,办结时间,渠道,校区,结果",
            cases,
        ),
        ("ratings", "ratings.csv", "事件号,评价时间,服务,分数", ratings),
    )
    for _contract, name, header, lines in parts:
        write_atomically(folder / name, ("\n".join([header, *lines]) + "\n").encode())
    counts = {contract: len(lines) for contract, _name, _header, lines in parts}
    return ServiceEvents(
        [(contract, name) for contract, name, _header, _lines in parts],
        {"events": counts, "zero_searches": zero},
    )


def _searches(
    catalogue: Catalogue, calendar: LibraryCalendar, scale: float, rng: np.random.Generator
) -> tuple[list[str], list[str], int]:
    days = days_between(LAST_DAY - timedelta(SEARCH_DAYS - 1), LAST_DAY)
    titles = [title.title for title in catalogue.titles if "," not in title.title]
    favours = np.arange(1, len(titles) + 1) ** -0.6
    favours = np.cumsum(favours / favours.sum())
    wishes = np.arange(1, len(WANTED) + 1) ** -0.8
    wishes = np.cumsum(wishes / wishes.sum())[:-1]
    searches: list[str] = []
    clicks: list[str] = []
    zero = 0
    for day in days:
        count = int(rng.poisson(SEARCHES_A_DAY * scale * (0.15 + calendar.demand(day, "loans"))))
        for moment in _moments(day, count, rng):
            number = len(searches) + 1
            if rng.random() < ZERO_SHARE:
                words = WANTED[int(np.searchsorted(wishes, rng.random()))]
                hits, zero = 0, zero + 1
            else:
                words = titles[min(int(np.searchsorted(favours, rng.random())), len(titles) - 1)]
                hits = 1 + int(rng.geometric(0.12))
            searches.append(f"Q{number:07},{moment},{words},{hits},portal")
            if hits and rng.random() < 0.55:
                rank = min(hits, int(rng.geometric(0.45)))
                opened = moment + timedelta(seconds=int(rng.integers(3, 90)))
                clicks.append(f"K{len(clicks) + 1:07},{opened},{words},{words},{rank},portal")
    return searches, clicks, zero


def _cases(
    calendar: LibraryCalendar, scale: float, rng: np.random.Generator
) -> tuple[list[str], list[str]]:
    end = datetime(LAST_DAY.year, LAST_DAY.month, LAST_DAY.day, 23)
    start = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day)
    days = days_between(FIRST_DAY, LAST_DAY)
    ends = np.cumsum([share for _word, share in DONE])
    cases: list[str] = []
    ratings: list[str] = []
    for service in SERVICES:
        demand = np.array([calendar.demand(day, service.measure) for day in days])
        counts = rng.poisson(service.a_day * scale * demand)
        size = int(counts.sum())
        columns = (
            np.sort(np.repeat(np.arange(len(days)), counts) * 86_400 + _seconds(size, rng)),
            np.round(service.minutes * 60 * rng.lognormal(0, 0.7, size)).astype(int),
            (len(service.channels) * rng.random(size) ** 1.6).astype(int),
            (rng.random(size) < 0.36).astype(int),
            np.minimum(np.searchsorted(ends, rng.random(size)), len(DONE) - 1),
            rng.random(size) < RATED,
            np.clip(np.round(rng.normal(service.liked, 0.8, size)), 1, 5).astype(int),
        )
        for second, took, channel, campus, outcome, rated, score in zip(
            *(column.tolist() for column in columns), strict=True
        ):
            opened = start + timedelta(seconds=second)
            closed = opened + timedelta(seconds=took)
            is_done = closed <= end
            cases.append(
                f"C{len(cases) + 1:07},{service.id},{opened},{closed if is_done else ''},"
                f"{service.channels[channel]},{CAMPUSES[campus]},"
                f"{DONE[outcome][0] if is_done else ''}"
            )
            if is_done and rated:
                ratings.append(f"E{len(ratings) + 1:07},{closed},{service.id},{score}")
    return cases, ratings


def _seconds(size: int, rng: np.random.Generator) -> np.ndarray:
    """Of a day, between eight and half past ten."""
    return 8 * 3600 + rng.integers(0, 14 * 3600 + 1800, size)


def _moments(day: date, count: int, rng: np.random.Generator) -> Iterator[datetime]:
    """Opening times of a day, in order."""
    start = datetime(day.year, day.month, day.day)
    for second in np.sort(_seconds(count, rng)).tolist():
        yield start + timedelta(seconds=second)
