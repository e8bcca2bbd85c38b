"""Loans keep the rules of lending and the seasons that were planted in them."""

from collections import Counter
from datetime import date

import numpy as np
import pytest

from shuren.campus import seasons


def loans_per_day_by(world, kind_of):
    """Mean loans a day for each value of kind_of(day), over all days of the span."""
    lent = np.bincount(world.loans.day, minlength=len(world.loans.days))
    total, days = Counter(), Counter()
    for day, count in zip(world.loans.days, lent.tolist(), strict=True):
        total[kind_of(day)] += count
        days[kind_of(day)] += 1
    return {kind: total[kind] / days[kind] for kind in total}


def share_of(world, code, chosen):
    """Share of a subject in the loans of the days for which chosen(day) is true."""
    subject = np.array([title.subject for title in world.catalogue.titles])
    title = np.array([copy.title for copy in world.catalogue.copies])[world.loans.copy]
    number = next(i for i, s in enumerate(world.catalogue.subjects) if s.code == code)
    days = np.array([chosen(day) for day in world.loans.days])[world.loans.day]
    return float((subject[title[days]] == number).mean())


def test_a_copy_is_never_out_twice_at_once(world):
    loans = world.loans
    end = len(loans.days)
    back = np.where(loans.returned < 0, end, loans.returned)
    order = np.lexsort((loans.day, loans.copy))
    copy, day, back = loans.copy[order], loans.day[order], back[order]
    same = copy[1:] == copy[:-1]
    assert same.sum() > 100_000
    assert (day[1:][same] > back[:-1][same]).all()


def test_there_are_two_years_and_a_term_of_loans(world):
    loans = world.loans
    assert 150_000 <= len(loans.day) <= 200_000
    assert (loans.days[0], loans.days[-1]) == (date(2024, 9, 1), date(2026, 11, 15))
    assert (np.diff(loans.day) >= 0).all()
    assert 4_000 < (loans.returned < 0).sum() < 12_000


def test_nobody_borrows_before_coming_or_after_leaving(world):
    loans = world.loans
    start = loans.days[0]
    since = np.array([(reader.since - start).days for reader in world.readers])
    until = np.array([(reader.until - start).days for reader in world.readers])
    assert (loans.day >= since[loans.reader]).all()
    assert (loans.day < until[loans.reader]).all()


def test_nothing_is_lent_on_a_closed_day_and_reference_copies_never(world):
    closed = [
        index
        for index, day in enumerate(world.loans.days)
        if not world.calendar.opening_hours(day).is_open
    ]
    assert len(closed) > 10
    assert not np.isin(world.loans.day, closed).any()
    lendable = np.array([copy.status == "在架" for copy in world.catalogue.copies])
    assert lendable[world.loans.copy].all()


def test_loans_are_due_returned_and_renewed_in_order(world):
    loans = world.loans
    returned = loans.returned >= 0
    assert (loans.returned[returned] > loans.day[returned]).all()
    assert (loans.due > loans.day).all()
    assert set(np.unique(loans.renewals)) == {0, 1, 2}
    late = (loans.returned > loans.due)[returned].mean()
    assert 0.01 < late < 0.15


def test_weeks_shape_the_number_of_loans(world):
    mean = loans_per_day_by(world, world.calendar.week_kind)
    assert mean["week1_2"] > mean["teaching"] > mean["finals"] > mean["graduation"]
    assert mean["finals"] > 3 * mean["long_holiday"]
    assert mean["finals"] > 3 * mean["break"]
    assert mean["finals"] / mean["teaching"] == pytest.approx(0.65, abs=0.1)


def test_fridays_are_quiet(world):
    calendar = world.calendar
    mean = loans_per_day_by(world, lambda d: (calendar.week_kind(d), d.isoweekday()))
    assert mean["teaching", 5] < 0.9 * mean["teaching", 1]


def test_programming_and_artificial_intelligence_grow(world):
    """Shares a year apart: the planted growth, thinned by what is out and by other wishes."""

    def ratio(code):
        return share_of(world, code, lambda d: d.year == 2025 and 9 <= d.month <= 12) / share_of(
            world, code, lambda d: d.year == 2024 and 9 <= d.month <= 12
        )

    assert 1.08 < ratio("TP312") < 1.02**12 + 0.05
    assert ratio("TP312") < ratio("TP18") < 1.035**12 + 0.05
    assert ratio("O") < 1.05


def test_fiction_rises_in_holidays_and_english_before_cet(world):
    calendar = world.calendar
    away = ("break", "long_holiday")
    holidays = share_of(world, "I247", lambda d: calendar.week_kind(d) in away)
    term = share_of(world, "I247", lambda d: calendar.week_kind(d) == "teaching")
    assert holidays > 1.25 * term
    exams = [event.first for event in calendar.events if event.week_kind == "cet_week"]

    def near(day):
        return any(0 < (exam - day).days <= seasons.CET_DAYS for exam in exams)

    before = share_of(world, "H31", near)
    other = share_of(world, "H31", lambda d: not near(d))
    assert before > 1.6 * other


def test_colleges_read_their_own_subjects(world):
    title = np.array([copy.title for copy in world.catalogue.copies])[world.loans.copy]
    law = np.array([t.class_number.startswith("D9") for t in world.catalogue.titles])[title]
    unit = np.array([reader.unit for reader in world.readers])[world.loans.reader]
    assert law[unit == "法学院"].mean() > 8 * law[unit == "计算机学院"].mean()


def test_a_few_titles_and_readers_make_many_loans(world):
    titles = Counter(np.array([c.title for c in world.catalogue.copies])[world.loans.copy].tolist())
    counts = sorted(titles.values(), reverse=True)
    top_tenth = sum(counts[: len(world.catalogue.titles) // 10])
    assert top_tenth > 0.3 * sum(counts)
    readers = sorted(np.bincount(world.loans.reader).tolist(), reverse=True)
    assert sum(readers[: len(world.readers) // 10]) > 0.25 * sum(readers)
