"""When people borrow, and what: the truth planted in the demo loans.

How many, by day: `LibraryCalendar.demand` (kind of week times weekday; 0 when closed).
What, by day, as a factor on the demand for a subject:
- TP312 (programming languages) grows by 2 % a month, TP18 (artificial intelligence) by 3.5 %;
- fiction (I247, I3, I5, I7) is 1.8 times as high in breaks and long holidays and in the
  four days before a long holiday;
- H31 (English) is 2.2 times as high in the 42 days before each CET;
- O (mathematics) is 1.5 times as high in the first two weeks of a term and 1.3 times in
  the three weeks before its finals;
- A8 (Marxist theory) is 2.5 times as high in the 100 days before the entrance exam.
These are factors on wishes. The shares of loans move less: what a college reads is weighed
against its other subjects, and a copy that is out cannot be lent.
Who: students borrow less in breaks and nothing before they enter or after they leave,
teachers borrow twice as much in grant season and in breaks.
"""

from datetime import date, timedelta

import numpy as np

from shuren.kernel.calendar import LibraryCalendar

GROWTH_PER_MONTH = {"TP312": 0.02, "TP18": 0.035}
FICTION, FICTION_IN_HOLIDAYS, DAYS_BEFORE_HOLIDAY = ("I247", "I3", "I5", "I7"), 1.8, 4
CET_CLASS, BEFORE_CET, CET_DAYS = "H31", 2.2, 42
MATHS, MATHS_AT_START, MATHS_BEFORE_FINALS, FINALS_DAYS = "O", 1.5, 1.3, 21
POLITICS, BEFORE_KAOYAN, KAOYAN_DAYS = "A8", 2.5, 100
_FREE_WEEKS = ("break", "long_holiday")


def days_between(first: date, last: date) -> list[date]:
    return [first + timedelta(offset) for offset in range((last - first).days + 1)]


def subject_factors(calendar: LibraryCalendar, days: list[date], codes: list[str]) -> np.ndarray:
    """(days, subjects), around 1."""
    factors = np.ones((len(days), len(codes)))
    kinds = [calendar.week_kind(day) for day in days]
    place = {code: index for index, code in enumerate(codes)}
    months = np.arange(len(days)) / 30.44
    for code, growth in GROWTH_PER_MONTH.items():
        factors[:, place[code]] *= (1 + growth) ** months
    fiction = np.array([place[code] for code in FICTION])
    factors[np.ix_(_near_holidays(kinds), fiction)] *= FICTION_IN_HOLIDAYS
    english = _before(calendar, days, "cet_week", CET_DAYS)
    factors[english, place[CET_CLASS]] *= BEFORE_CET
    politics = _before(calendar, days, "pre_kaoyan", KAOYAN_DAYS)
    factors[politics, place[POLITICS]] *= BEFORE_KAOYAN
    start = np.array([kind == "week1_2" for kind in kinds])
    factors[start, place[MATHS]] *= MATHS_AT_START
    factors[_before_finals(kinds), place[MATHS]] *= MATHS_BEFORE_FINALS
    return factors


def reader_factor(kind: str, week_kind: str) -> float:
    """How much more or less readers of a kind borrow in a kind of week than others do."""
    if kind == "student":
        return 0.8 if week_kind == "break" else 1.0
    if kind == "faculty":
        return 2.0 if week_kind in ("break", "fund_season") else 1.0
    return 1.3 if week_kind in _FREE_WEEKS else 1.0


def _near_holidays(kinds: list[str]) -> np.ndarray:
    near = np.array([kind in _FREE_WEEKS for kind in kinds])
    for index, kind in enumerate(kinds):
        if kind == "long_holiday":
            near[max(0, index - DAYS_BEFORE_HOLIDAY) : index] = True
    return near


def _before(calendar: LibraryCalendar, days: list[date], week_kind: str, length: int) -> np.ndarray:
    exams = [event.first for event in calendar.events if event.week_kind == week_kind]
    return np.array([any(0 < (exam - day).days <= length for exam in exams) for day in days])


def _before_finals(kinds: list[str]) -> np.ndarray:
    near = np.zeros(len(kinds), bool)
    for index, kind in enumerate(kinds):
        if kind == "finals" and kinds[index - 1] != "finals":
            near[max(0, index - FINALS_DAYS) : index] = True
    return near
