"""A reader's own loans of a year, summed for the reader alone."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from shuren.service.shapes import OwnLoan, OwnLoans

MONTHS = range(1, 13)


@dataclass(frozen=True)
class OwnYear:
    """loans: lent in the year; returns: brought back in it, whenever lent; titles: different ones.

    first, last  loans of the year by the moment they were lent, None where there are none
    most         (title, times) of the title lent most often, where one was lent twice or more
    busiest      (month, loans), the earliest of equals
    months       (month, loans, returns) of all twelve
    """

    year: int
    loans: int
    returns: int
    titles: int
    first: OwnLoan | None
    last: OwnLoan | None
    most: tuple[str, int] | None
    busiest: tuple[int, int] | None
    months: tuple[tuple[int, int, int], ...]


def years(loans: OwnLoans) -> list[int]:
    """Years in which the reader borrowed or brought back, the newest first."""
    moments = [at for one in _all(loans) for at in (one.loaned_at, one.returned_at) if at]
    return sorted({at.year for at in moments}, reverse=True)


def own_year(loans: OwnLoans, year: int) -> OwnYear:
    """Of a year; all zero where there was nothing. Loans must be whole (`OwnLoans.is_whole`)."""
    lent = sorted(
        (one for one in _all(loans) if one.loaned_at.year == year),
        key=lambda one: (one.loaned_at, one.loan_id),
    )
    back = [one.returned_at for one in _all(loans) if one.returned_at]
    lent_in = Counter(one.loaned_at.month for one in lent)
    back_in = Counter(at.month for at in back if at.year == year)
    busiest = max(MONTHS, key=lambda month: (lent_in[month], -month))
    return OwnYear(
        year,
        len(lent),
        back_in.total(),
        len({_title(one) for one in lent}),
        lent[0] if lent else None,
        lent[-1] if lent else None,
        _most(lent),
        (busiest, lent_in[busiest]) if lent else None,
        tuple((month, lent_in[month], back_in[month]) for month in MONTHS),
    )


def _all(loans: OwnLoans) -> tuple[OwnLoan, ...]:
    return (*loans.out, *loans.past)


def _title(loan: OwnLoan) -> str:
    return loan.title_id or loan.title or loan.loan_id


def _most(lent: Sequence[OwnLoan]) -> tuple[str, int] | None:
    """Of equals the one lent first; a copy without a title is not spoken of."""
    times = Counter(_title(one) for one in lent if one.title)
    if not times:
        return None
    [(id, count)] = times.most_common(1)
    return (next(one.title for one in lent if _title(one) == id), count) if count > 1 else None
