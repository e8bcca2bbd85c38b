"""Three years of opinions: themes, trends, time to answer, kept deadlines, what was fixed, what was
not and why. Counted from facts that name nobody; groups below five are not said.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.management.definitions import topics
from shuren.management.errors import BadOpinion
from shuren.management.internals.voice_rows import Opinion, OpinionSource
from shuren.management.opinions import READ
from shuren.management.supervision import working_time
from shuren.management.voice_shapes import CHANNELS, REASONS, RESOLUTIONS
from shuren.trust.queries import require

MONTHS, K = 36, 5
# Two-sided 1 %: of some dozen topics, one in eight reports names a trend that is none.
SURE = 2.576


@dataclass(frozen=True)
class TopicTrend:
    """years: opinions in each of the three years; months: in each of the 36
    z       of Mann and Kendall's test; beyond SURE it rises, below -SURE it falls
    rating  mean of ratings, None below K of them; fixed: fixed or partly fixed
    """

    topic: str
    count: int
    years: tuple[int, ...]
    months: tuple[int, ...]
    z: float
    rating: float | None
    fixed: int

    @property
    def trend(self) -> str:
        return "rising" if self.z > SURE else "falling" if self.z < -SURE else "steady"


@dataclass(frozen=True)
class Year:
    """One of the three: days to answer are working days, the median; shares are 0..1."""

    title: str
    count: int
    answered: int
    days: float | None
    in_time: float | None
    reopened: int
    rating: float | None


@dataclass(frozen=True)
class ThreeYears:
    """first, last  months; fixes: (topic, what was said, what was answered) of published answers"""

    first: str
    last: str
    count: int
    months: tuple[str, ...]
    by_month: tuple[int, ...]
    channels: tuple[tuple[str, int], ...]
    topics: tuple[TopicTrend, ...]
    years: tuple[Year, ...]
    resolutions: tuple[tuple[str, int], ...]
    reasons: tuple[tuple[str, int], ...]
    fixes: tuple[tuple[str, str, str], ...]


def three_years(site: Site, last: str = "", *, actor: Actor) -> ThreeYears:
    """The report of the 36 months that end with a month; "" for the last full one.

    last    YYYY-MM
    raises  BadOpinion for a month that is none, or without any opinion; trust's NotAllowed
    """
    require(actor, READ)
    zone = working_time(site).zone
    months = _months(last or _before(now().astimezone(zone).date()))
    rows = [
        one
        for one in Opinion.objects.filter(merged_into="").defer("text", "title")
        if f"{one.received_at.astimezone(zone):%Y-%m}" in set(months)
    ]
    if not rows:
        raise BadOpinion(
            _("There is no opinion from %(first)s to %(last)s.", first=months[0], last=months[-1]),
            fix=_("Name another last month, or load what was kept before."),
        )
    place = {month: at for at, month in enumerate(months)}
    at = {one.pk: place[f"{one.received_at.astimezone(zone):%Y-%m}"] for one in rows}
    ended = Counter(one.resolution for one in rows if one.resolution)
    why = Counter(one.unresolved_why for one in rows if one.unresolved_why)
    by_month = Counter(at.values())
    fixes = [one for one in rows if one.published_at and one.resolution in ("fixed", "partly")]
    return ThreeYears(
        months[0], months[-1], len(rows), months,
        tuple(by_month[one] for one in range(MONTHS)),
        _ranked(_channels(rows), CHANNELS), _topics(site, rows, at), _years(site, rows, at, months),
        _ranked(ended, RESOLUTIONS), _ranked(why, REASONS),
        tuple((one.topic, one.published_text, one.published_answer) for one in fixes[:30]),
    )  # fmt: skip


def mann_kendall(values: Sequence[float]) -> float:
    """z of the test for a trend: how far later values lie above earlier ones, ties reckoned.

    values   in order of time, at least 3
    returns  standard normal where there is no trend; 0 where all are equal
    source   Mann 1945, doi:10.2307/1907187; Kendall 1975, Rank Correlation Methods, ch. 4
    """
    n = len(values)
    s = sum(
        (later > earlier) - (later < earlier)
        for at, earlier in enumerate(values)
        for later in values[at + 1 :]
    )
    ties = sum(t * (t - 1) * (2 * t + 5) for t in Counter(values).values())
    variance = (n * (n - 1) * (2 * n + 5) - ties) / 18
    if variance <= 0 or s == 0:
        return 0.0
    return (s - math.copysign(1, s)) / math.sqrt(variance)


def _channels(rows: Sequence[Opinion]) -> Counter[str]:
    """Every source counts by its channel; an opinion of before has one, which it names itself."""
    ids = [one.pk for one in rows]
    found: Counter[str] = Counter()
    known = set()
    for start in range(0, len(ids), 500):
        said = OpinionSource.objects.filter(opinion__in=ids[start : start + 500])
        for opinion, channel in said.values_list("opinion", "channel"):
            known.add(opinion)
            found[channel] += 1
    found.update(one.channel for one in rows if one.pk not in known)
    return found


def _topics(site: Site, rows: Sequence[Opinion], at: dict[str, int]) -> tuple[TopicTrend, ...]:
    known, found = topics(site), []
    for id in sorted({one.topic for one in rows}):
        those = [one for one in rows if one.topic == id]
        months = Counter(at[one.pk] for one in those)
        counts = tuple(months[month] for month in range(MONTHS))
        years = tuple(sum(counts[start : start + 12]) for start in (0, 12, 24))
        fixed = sum(one.resolution in ("fixed", "partly") for one in those)
        found.append(
            TopicTrend(
                id if id in known else "other", len(those), years, counts, mann_kendall(counts),
                _mean(one.rating for one in those), fixed,
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda one: (-one.count, one.topic)))


def _years(
    site: Site, rows: Sequence[Opinion], at: dict[str, int], months: Sequence[str]
) -> tuple[Year, ...]:
    found = []
    for start in (0, 12, 24):
        those = [one for one in rows if start <= at[one.pk] < start + 12]
        answered = [one for one in those if one.answered_at]
        days = [_days(site, one.received_at, one.answered_at) for one in answered]
        kept = sum(not one.was_late for one in answered)
        found.append(
            Year(
                f"{months[start]}–{months[start + 11]}", len(those), len(answered),
                _median(days) if len(days) >= K else None,
                kept / len(answered) if len(answered) >= K else None,
                sum(one.reopened > 0 for one in those), _mean(one.rating for one in those),
            )
        )  # fmt: skip
    return tuple(found)


def _days(site: Site, start: datetime, end: datetime | None) -> float:
    working = working_time(site)
    return working.between(start, end or start) / working.day_seconds


def _mean(ratings: Iterable[int | None]) -> float | None:
    known = [one for one in ratings if one]
    return sum(known) / len(known) if len(known) >= K else None


def _median(values: Sequence[float]) -> float:
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(values) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _ranked(counts: Counter[str], titles: dict[str, dict[str, str]]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(((id, counts[id]) for id in titles if counts[id]), key=lambda one: -one[1]))


def _months(last: str) -> tuple[str, ...]:
    try:
        end = date.fromisoformat(f"{last}-01")
    except ValueError:
        raise BadOpinion(
            _("'%(text)s' is not a month.", text=last[:20]), fix=_("Write it as 2026-03.")
        ) from None
    whole = end.year * 12 + end.month - 1
    numbers = range(whole - MONTHS + 1, whole + 1)
    return tuple(f"{number // 12:04}-{number % 12 + 1:02}" for number in numbers)


def _before(day: date) -> str:
    whole = day.year * 12 + day.month - 2
    return f"{whole // 12:04}-{whole % 12 + 1:02}"
