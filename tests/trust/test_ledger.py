"""The ledger of uses: only grows, and never holds a value."""

import re
import threading

import pytest
from django.db import connection

from shuren.kernel.shapes import Actor
from shuren.trust import ledger
from shuren.trust.actions import record_use
from shuren.trust.errors import LedgerIsAppendOnly, NotAllowed
from shuren.trust.models import UseRecord
from shuren.trust.queries import uses

PSEUDONYM = "r_" + "q" * 26
DIRECTOR = Actor("chen", "director")

pytestmark = pytest.mark.django_db


def use(actor=DIRECTOR, table="mart.loan_fact", columns=("month",), rows=3, detail=""):
    record_use(actor, "library_statistics", table, columns, rows, detail)
    return UseRecord.objects.latest("pk")


def test_a_use_is_written_as_it_was(operator):
    use(columns=["month", "college"], detail="by month")
    [line] = uses(actor=operator)
    assert (line.actor, line.role, line.purpose) == ("chen", "director", "library_statistics")
    assert (line.table, line.columns) == ("mart.loan_fact", ("month", "college"))
    assert (line.rows, line.detail) == (3, "by month")


def test_newest_first_and_no_more_than_asked(operator):
    for rows in range(4):
        use(rows=rows)
    assert [line.rows for line in uses(actor=operator, limit=2)] == [3, 2]


def test_who_may_not_read_it_does_not():
    with pytest.raises(NotAllowed):
        uses(actor=DIRECTOR)


@pytest.mark.parametrize(
    "change",
    [
        lambda line: line.save(),
        lambda line: line.delete(),
        lambda line: UseRecord.objects.update(rows=0),
        lambda line: UseRecord.objects.all().delete(),
        lambda line: UseRecord.objects.bulk_update([line], ["rows"]),
        lambda line: UseRecord.objects.update_or_create(pk=line.pk, defaults={"rows": 0}),
    ],
    ids=["save", "delete", "update", "delete all", "bulk update", "update or create"],
)
def test_what_is_written_stays(change):
    line = use()
    with pytest.raises(LedgerIsAppendOnly):
        change(line)
    assert UseRecord.objects.get().rows == 3


def test_a_reader_appears_by_an_alias_and_never_by_pseudonym():
    line = use(Actor("2019001122", "student", reader_key=PSEUDONYM))
    assert line.actor == ledger.alias(PSEUDONYM)
    assert PSEUDONYM not in line.leaf
    assert re.fullmatch(r"s_[a-z2-7]{26}", line.actor)


def test_a_reader_without_a_pseudonym_appears_by_an_alias_too():
    line = use(Actor("2019001122", "student"))
    assert "2019001122" not in line.leaf
    assert line.actor.startswith("s_")


def test_a_use_of_ones_own_rows_is_about_oneself_too():
    record_use(Actor("x", "student", PSEUDONYM), "own_records", "mart.loan_fact", [], 1)
    [entry] = ledger.entries_about(PSEUDONYM)
    assert entry.subject == entry.actor == ledger.alias(PSEUDONYM)


def test_a_librarian_appears_by_name_even_with_a_card():
    assert use(Actor("chen", "director", reader_key=PSEUDONYM)).actor == "chen"


@pytest.mark.parametrize("table, columns", [("张三", []), ("loans", ["138 0000"]), ("", [])])
def test_values_are_no_names(table, columns):
    with pytest.raises(ValueError, match="takes names"):
        use(table=table, columns=columns)
    assert not UseRecord.objects.exists()


@pytest.mark.parametrize(
    "detail, kept",
    [
        (f"rows of {PSEUDONYM}", "rows of …"),
        ("phone 13812345678, card 201900112X", "phone …, card …"),
        ("to li.lei@example.edu.cn", "to …"),
        ("load L20261122T093015-4f9c21, 2026-11-22", "load L20261122T093015-4f9c21, 2026-11-22"),
        ("x" * 300, "x" * 200),
    ],
    ids=["pseudonym", "numbers", "address", "load id and date stay", "long"],
)
def test_a_remark_is_masked_and_short(detail, kept):
    assert use(detail=detail).detail == kept


@pytest.mark.django_db(transaction=True)
def test_eight_writers_at_once_lose_nothing():
    """SQLite as set up here waits its turn instead of failing."""
    failures = []

    def write(number):
        try:
            for row in range(50):
                use_by(number, row)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    def use_by(number, row):
        record_use(Actor(f"w{number}", "director"), "library_statistics", "loans", [], row)

    threads = [threading.Thread(target=write, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert UseRecord.objects.count() == 8 * 50
