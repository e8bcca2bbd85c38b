"""Reads of the service room: a reader's own loans."""

from datetime import datetime
from typing import Any

from shuren.data import queries as data
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.shapes import OwnLoan, OwnLoans

PURPOSE = "own_records"


def own_loans(site: Site, actor: Actor) -> OwnLoans:
    """The actor's loans, still out and past.

    A loan without a due date counts as past: its source does not follow returns.
    raises  trust's NotAllowed for who has no reader_key, NoSnapshot
    """
    table = data.read(
        site,
        "mart.loan_fact",
        columns=[
            "loan_id",
            "title_id",
            "title",
            "author",
            "call_number",
            "campus",
            "loaned_at",
            "due_at",
            "returned_at",
            "renewals",
            "is_out",
        ],
        order_by=["-loaned_at", "loan_id"],
        purpose=PURPOSE,
        actor=actor,
    )
    out: list[OwnLoan] = []
    past: list[OwnLoan] = []
    for row in table.dicts():
        (out if row.pop("is_out") else past).append(OwnLoan(**row))
    out.sort(key=_due)
    return OwnLoans(tuple(out), tuple(past), table.data_date)


def _due(loan: OwnLoan) -> tuple[Any, ...]:
    return (loan.due_at or datetime.max, loan.loan_id)
