"""Reads of the service room: a reader's own loans, and everything held about a reader."""

from datetime import datetime
from typing import Any

from shuren.data import queries as data
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.internals import stores
from shuren.service.shapes import HeldStore, OwnLoan, OwnLoans

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


def held(site: Site, actor: Actor, *, limit: int | None = None) -> list[HeldStore]:
    """Everything that is held about the actor, store by store, in the actor's language.

    limit   so many facts of each store, else all of them; `count` says how many there are
    raises  trust's NotAllowed for who has no reader_key
    """
    return [told for one in stores.STORES for told in one.tell(site, actor, limit)]


def _due(loan: OwnLoan) -> tuple[Any, ...]:
    return (loan.due_at or datetime.max, loan.loan_id)
