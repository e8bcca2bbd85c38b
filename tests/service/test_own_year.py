"""A reader's own year, worked by hand; the reader with 386 loans has theirs too."""

from datetime import datetime, timedelta

import pytest

from shuren.service.own_year import own_year, years
from shuren.service.shapes import OwnLoan, OwnLoans


def loan(id: str, title: str, lent: str, back: str = "") -> OwnLoan:
    return OwnLoan(
        loan_id=id, title_id=f"t-{title}" if title else "", title=title, author="", call_number="",
        campus="", loaned_at=datetime.fromisoformat(lent), due_at=None,
        returned_at=datetime.fromisoformat(back) if back else None, renewals=0,
    )  # fmt: skip


OUT = (loan("5", "三体", "2025-11-02T09:00"),)
PAST = (
    loan("4", "活着", "2025-03-20T09:00", "2025-04-01T09:00"),
    loan("3", "三体", "2025-03-08T09:00", "2026-01-05T09:00"),
    loan("2", "", "2025-01-09T09:00", "2025-01-10T09:00"),
    loan("1", "辞海", "2024-12-31T23:59", "2025-01-01T00:00"),
)
LOANS = OwnLoans(OUT, PAST, is_whole=True)


def test_a_year_counts_what_was_lent_in_it_and_what_came_back_in_it():
    """2025: loans 2, 3, 4 and 5, of three titles; 1, 2 and 4 came back in it, 3 the year after."""
    found = own_year(LOANS, 2025)
    assert (found.loans, found.returns, found.titles) == (4, 3, 3)
    assert [one.loan_id for one in (found.first, found.last) if one] == ["2", "5"]
    assert found.most == ("三体", 2)
    assert found.busiest == (3, 2)
    told = {month: (lent, back) for month, lent, back in found.months if lent or back}
    assert told == {1: (1, 2), 3: (2, 0), 4: (0, 1), 11: (1, 0)}


@pytest.mark.parametrize("year, loans, returns", [(2024, 1, 0), (2026, 0, 1), (1999, 0, 0)])
def test_the_edges_of_the_year_are_midnight(year, loans, returns):
    found = own_year(LOANS, year)
    assert (found.loans, found.returns) == (loans, returns)
    assert (found.first is None, found.busiest is None) == (not loans, not loans)
    assert found.most is None


def test_years_are_those_with_a_loan_or_a_return():
    assert years(LOANS) == [2026, 2025, 2024]
    assert years(OwnLoans((), (), is_whole=True)) == []


def test_the_reader_with_386_loans_has_a_year():
    start = datetime(2025, 1, 1, 8)
    past = tuple(
        loan(f"{n}", f"书{n % 300}", (start + timedelta(hours=12 * n)).isoformat(),
             (start + timedelta(hours=12 * n + 4)).isoformat())
        for n in range(386)
    )  # fmt: skip
    found = own_year(OwnLoans((), past, is_whole=True), 2025)
    assert (found.loans, found.returns, found.titles) == (386, 386, 300)
    assert found.most == ("书0", 2)
    # Two a day: 62 in January, March and May; the first of equals.
    assert found.busiest == (1, 62)
