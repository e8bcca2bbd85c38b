"""Years of a membership, by the Civil Code (articles 201 and 202): the day it begins does not
count; a year ends with the same day of the next, and where that month has none, with its last."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Year:
    """number from 1; first and last day belong to it."""

    number: int
    first: date
    last: date


def anniversary(began: date, years: int) -> date:
    """The same day so many years on; of 29 February the 28th where there is no 29th."""
    try:
        return began.replace(year=began.year + years)
    except ValueError:
        return date(began.year + years, 2, 28)


def year_of(began: date, day: date) -> Year:
    """The year of a membership that a day lies in; the first for a day before it began."""
    number = max(1, day.year - began.year)
    if day > anniversary(began, number):
        number += 1
    first = began if number == 1 else anniversary(began, number - 1) + timedelta(days=1)
    return Year(number, first, anniversary(began, number))
