"""Two years and a term of loans, day by day, from readers who want books that are in.

A reader wants a class by college (and what everybody reads), then a title within it by
its weight; the nearest free copy goes out, or nothing when none of three wishes is in.
"""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date

import numpy as np

from shuren.campus.catalogue import Catalogue
from shuren.campus.people import KEPT_DAYS, LOAN_DAYS, Reader
from shuren.campus.seasons import days_between, reader_factor, subject_factors
from shuren.campus.university import College
from shuren.kernel.calendar import LibraryCalendar
from shuren.kernel.shapes import Progress

LOANS = 182_000
WISHES = 3
EVERYBODY = 0.42  # share of a college reader's wishes that follow the common taste
RENEWAL_DAYS, MOST_RENEWALS, RENEWS = 30, 2, 0.72


@dataclass(frozen=True)
class Loans:
    """One entry per loan in order of time. Days are indices into `days`; minutes are of the day.

    returned  -1 while the copy is out on the last day
    """

    days: list[date]
    reader: np.ndarray
    copy: np.ndarray
    day: np.ndarray
    minute: np.ndarray
    due: np.ndarray
    returned: np.ndarray
    returned_minute: np.ndarray
    renewals: np.ndarray


class Lending:
    """The state of the shelves while the days go by."""

    def __init__(
        self,
        days: list[date],
        catalogue: Catalogue,
        readers: list[Reader],
        colleges: list[College],
        calendar: LibraryCalendar,
        rng: np.random.Generator,
    ) -> None:
        self.days, self.calendar, self.rng = days, calendar, rng
        self.kinds = [calendar.week_kind(day) for day in days]
        codes = [subject.code for subject in catalogue.subjects]
        self.taste = _taste(catalogue, colleges)
        self.factors = subject_factors(calendar, days, codes)
        self._shelve(catalogue)
        self._enrol(readers)
        self.next_open = _next_open(days, calendar)
        self.after_break = _after_break(self.kinds)
        self.parts: list[tuple[np.ndarray, ...]] = []

    def _shelve(self, catalogue: Catalogue) -> None:
        """Titles by subject for drawing, copies by title for lending."""
        subject = np.array([title.subject for title in catalogue.titles])
        self.order = np.argsort(subject, kind="stable")
        weights = np.array([title.weight for title in catalogue.titles])[self.order]
        self.cumulated = np.concatenate([[0.0], np.cumsum(weights)])
        borders = np.searchsorted(subject[self.order], np.arange(len(catalogue.subjects) + 1))
        self.low, self.high = self.cumulated[borders[:-1]], self.cumulated[borders[1:]]
        holding = np.array([copy.title for copy in catalogue.copies])
        self.first_copy = np.searchsorted(holding, np.arange(len(catalogue.titles) + 1)).tolist()
        self.copy_campus = [copy.campus for copy in catalogue.copies]
        never = len(self.days)
        self.free_from = [0 if copy.status == "在架" else never for copy in catalogue.copies]

    def _enrol(self, readers: list[Reader]) -> None:
        start = self.days[0]
        self.since = np.array([(reader.since - start).days for reader in readers])
        self.until = np.array([(reader.until - start).days for reader in readers])
        self.eager = np.array([reader.eagerness for reader in readers])
        self.kinds_of_reader = sorted({reader.kind for reader in readers})
        number = {kind: index for index, kind in enumerate(self.kinds_of_reader)}
        self.reader_kind = np.array([number[reader.kind] for reader in readers])
        self.campus = [reader.campus for reader in readers]
        self.college = np.array([reader.college for reader in readers])
        self.period = np.array([LOAN_DAYS[reader.type] for reader in readers])
        self.kept = np.array([KEPT_DAYS[reader.type] for reader in readers])

    def lend_on(self, today: int, count: int) -> None:
        """Up to `count` loans of one day, in order of time."""
        who = self._draw_readers(today, count)
        wishes = self._draw_titles(today, who)
        copies = self._hand_out(today, who, wishes)
        lent = copies >= 0
        who, copies = who[lent], copies[lent]
        back, due, renewals = self._plan_return(today, who)
        for copy, day in zip(copies.tolist(), back.tolist(), strict=True):
            self.free_from[copy] = day + 1
        minutes = np.sort(self._minutes(len(who), today))
        self.parts.append((who, copies, np.full(len(who), today), minutes, due, back, renewals))

    def _draw_readers(self, today: int, count: int) -> np.ndarray:
        week_kind = self.kinds[today]
        factors = np.array([reader_factor(kind, week_kind) for kind in self.kinds_of_reader])
        weights = self.eager * factors[self.reader_kind]
        weights *= (self.since <= today) & (today < self.until)
        cumulated = np.cumsum(weights)
        drawn = self.rng.random(count) * cumulated[-1]
        readers: np.ndarray = np.searchsorted(cumulated, drawn, side="right")
        return readers

    def _draw_titles(self, today: int, who: np.ndarray) -> np.ndarray:
        """(readers, WISHES) titles."""
        mix = self.taste * self.factors[today]
        mix = np.cumsum(mix / mix.sum(axis=1, keepdims=True), axis=1)
        drawn = self.rng.random((len(who), WISHES, 1))
        subject = (mix[self.college[who]][:, None, :] < drawn).sum(axis=2)
        subject = np.minimum(subject, mix.shape[1] - 1)
        low, high = self.low[subject], self.high[subject]
        point = low + self.rng.random(subject.shape) * (high - low)
        place = np.searchsorted(self.cumulated, point, side="right") - 1
        titles: np.ndarray = self.order[np.minimum(place, len(self.order) - 1)]
        return titles

    def _hand_out(self, today: int, who: np.ndarray, wishes: np.ndarray) -> np.ndarray:
        """The copy each reader gets, or -1; a copy given is not on the shelf any more."""
        given = []
        for reader, titles in zip(who.tolist(), wishes.tolist(), strict=True):
            copy = -1
            for title in titles:
                copy = self._nearest(title, self.campus[reader], today)
                if copy >= 0:
                    self.free_from[copy] = len(self.days)
                    break
            given.append(copy)
        return np.array(given, int)

    def _nearest(self, title: int, campus: str, today: int) -> int:
        elsewhere = -1
        for copy in range(self.first_copy[title], self.first_copy[title + 1]):
            if self.free_from[copy] <= today:
                if self.copy_campus[copy] == campus:
                    return copy
                elsewhere = copy
        return elsewhere

    def _plan_return(
        self, today: int, who: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Day of return (len(days) when after the end), day due, renewals made by the end."""
        end, period = len(self.days), self.period[who]
        days = np.exp(self.rng.normal(np.log(self.kept[who]), 0.62))
        days = np.maximum(1, np.rint(days)).astype(int)
        # Who sees the book will not be read in time renews, mostly; the rest is overdue.
        needed = np.clip(-(-(days - period) // RENEWAL_DAYS), 0, MOST_RENEWALS)
        renewals = np.where(self.rng.random(len(who)) < RENEWS, needed, 0)
        back = np.minimum(today + days, end)
        shifted = self.after_break[back] + self.rng.integers(0, 9, len(who))
        stays = self.rng.random(len(who)) < 0.8
        back = np.where((self.after_break[back] > back) & stays, shifted, back)
        leaves = self.until[who]
        back = np.where(leaves > today, np.minimum(back, np.maximum(leaves, today + 1)), back)
        back = self.next_open[np.minimum(back, end)]
        made = np.minimum(renewals, np.maximum(0, (end - 1 - today) // period))
        due = today + period + RENEWAL_DAYS * made
        known = np.minimum(due, end)
        due = np.where(self.after_break[known] > known, self.after_break[known] + 7, due)
        return back, due, made

    def _minutes(self, count: int, today: int) -> np.ndarray:
        """Minutes of the day, most before noon, in the afternoon and after supper."""
        hours = self.calendar.opening_hours(self.days[today])
        opens, closes = (
            (8, 21) if hours is None else (int(hours.opens[:2]) + 1, int(hours.closes[:2]))
        )
        middle = self.rng.choice([11.0, 15.5, 19.2], size=count, p=[0.3, 0.42, 0.28])
        drawn = self.rng.normal(middle, 1.5)
        between = opens + self.rng.random(count) * (closes - opens - 0.02)
        drawn = np.where((drawn < opens) | (drawn > closes - 0.02), between, drawn)
        return (drawn * 60).astype(int)

    def finished(self) -> Loans:
        who, copies, day, minute, due, back, renewals = (
            np.concatenate(part) for part in zip(*self.parts, strict=True)
        )
        back = np.where(back >= len(self.days), -1, back)
        late = self.rng.integers(9 * 60, 17 * 60, len(who))
        return Loans(self.days, who, copies, day, minute, due, back, late, renewals)


def lend(
    readers: list[Reader],
    catalogue: Catalogue,
    colleges: list[College],
    calendar: LibraryCalendar,
    span: tuple[date, date],
    target: float,
    rng: np.random.Generator,
    progress: Progress,
) -> Loans:
    """About 0.95 × target loans; some wishes find nothing on the shelf."""
    days = days_between(*span)
    lending = Lending(days, catalogue, readers, colleges, calendar, rng)
    demand = np.array([calendar.demand(day, "loans") for day in days])
    counts = rng.poisson(target * demand / demand.sum())
    for today, count in enumerate(counts.tolist()):
        if count:
            lending.lend_on(today, count)
        if today % 31 == 0:
            progress(today, len(days))
    return lending.finished()


def _taste(catalogue: Catalogue, colleges: list[College]) -> np.ndarray:
    """(colleges + 1, subjects); the last row, index -1, is the common taste."""
    common = np.array([subject.demand for subject in catalogue.subjects])
    common = common / common.sum()
    place = {subject.code: index for index, subject in enumerate(catalogue.subjects)}
    rows = []
    for college in colleges:
        own = np.zeros(len(common))
        for code, weight in college.reads.items():
            own[place[code]] = weight
        rows.append(EVERYBODY * common + (1 - EVERYBODY) * own / own.sum())
    return np.array([*rows, common])


def _next_open(days: list[date], calendar: LibraryCalendar) -> np.ndarray:
    """For each day, and the day after the last, the first open day from it on."""
    open_days = [i for i, day in enumerate(days) if calendar.demand(day, "loans") > 0]
    open_days.append(len(days))
    return np.array([open_days[bisect_left(open_days, i)] for i in range(len(days) + 1)])


def _after_break(kinds: list[str]) -> np.ndarray:
    """For a day in a break the first day after it, for others the day itself."""
    following = list(range(len(kinds) + 1))
    for index in range(len(kinds) - 1, -1, -1):
        if kinds[index] == "break":
            following[index] = following[index + 1]
    return np.array(following)
