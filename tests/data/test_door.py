"""The door: what a purpose opens to whom, small cells, and a line in the ledger for each use."""

from typing import Any

import pytest

from shuren.data import queries
from shuren.data.errors import NoSnapshot, NoSuchTable, NotOpen
from shuren.data.internals import building
from shuren.data.internals.models import load_models
from shuren.data.internals.receipts import all_receipts
from shuren.kernel.shapes import Actor, no_progress
from shuren.kernel.site import Site
from shuren.trust.errors import NotAllowed
from shuren.trust.models import UseRecord
from tests.data.raw_helper import put_raw, reader

pytestmark = pytest.mark.django_db

DIRECTOR = Actor("d", "director", doing="dashboards.read")
VISITOR = Actor("", "anonymous")
ANN = Actor("ann", "student", reader(0))
MENDER = Actor("m", "data_librarian", doing="quarantine.read")
DESK = Actor("f", "front_desk", doing="desk.serve")

# College, how many different readers, loans of each.
COLLEGES = [("文学院", 4, 3), ("数学学院", 5, 2), ("物理学院", 6, 1), ("化学学院", 7, 1)]


def lend(number: int, nth: int) -> dict[str, Any]:
    return {
        "loan_id": f"{number}-{nth}",
        "reader_id": reader(number),
        "title": "三体" if number % 2 else "红楼梦",
        "call_number": "I247.57" if number % 2 else "I242.4",
        "loaned_at": f"2026-03-{nth + 1:02}T09:00:00",
    }


@pytest.fixture
def lake(site: Site) -> Site:
    readers, loans, number = [], [], 0
    for college, persons, each in COLLEGES:
        for _person in range(persons):
            readers.append({"reader_id": reader(number), "kind": "student", "college": college})
            loans += [lend(number, nth) for nth in range(each)]
            number += 1
    put_raw(site, "readers", readers, place=1)
    put_raw(site, "loans", loans, place=2)
    zone = {
        "zone_id": "z",
        "campus": "虎溪",
        "building": "图书馆",
        "floor": 1,
        "title": "厅",
        "seats": 9,
    }
    put_raw(site, "seat_zones", [zone], place=3)
    build(site)
    return site


def build(site: Site) -> None:
    building.build_snapshot(site, load_models(site), all_receipts(site)[::-1], no_progress)


def loans_by(site: Site, *by: str, where: Any = (), purpose: str = "library_statistics") -> Any:
    return queries.summarise(
        site,
        "mart.loan_fact",
        by=by,
        measures={"loans": "count", "readers": "distinct:reader_key"},
        where=where,
        purpose=purpose,
        actor=DIRECTOR,
        order_by=["-loans", *by],
    )


def test_a_group_of_four_is_hidden_and_takes_the_next_smallest_with_it(lake: Site) -> None:
    table = loans_by(lake, "college")
    assert table.rows == [("化学学院", 7, 7), ("物理学院", 6, 6)]
    assert table.suppressed == 2
    assert table.data_date == "2026-03-03"


def test_no_total_less_what_is_shown_gives_a_small_group_away(lake: Site) -> None:
    [(all_loans, all_readers)] = loans_by(lake).rows
    shown = loans_by(lake, "college").rows
    assert (all_loans, all_readers) == (35, 22)
    assert all_readers - sum(row[2] for row in shown) == 9  # four and five together
    assert all_loans - sum(row[1] for row in shown) == 22


def test_a_filter_that_leaves_four_persons_answers_nothing(lake: Site) -> None:
    for by in ((), ("title",), ("day", "title")):
        table = loans_by(lake, *by, where=[("college", "=", "文学院")])
        assert (table.rows, table.suppressed) == ([], 1)


def test_a_filter_that_leaves_nobody_says_none(lake: Site) -> None:
    assert loans_by(lake, where=[("college", "=", "哲学院")]).rows == [(0, 0)]
    assert loans_by(lake, "title", where=[("college", "=", "哲学院")]).rows == []


def test_groups_one_person_wide_never_come_out(lake: Site) -> None:
    table = loans_by(lake, "loan_id")
    assert table.rows == []
    assert table.suppressed == 35


@pytest.mark.parametrize("operator", ["=", "in", ">=", "<", "contains"])
def test_values_are_bound_and_never_part_of_the_sql(lake: Site, operator: str) -> None:
    poison = "x' OR '1'='1"
    value = [poison] if operator == "in" else poison
    table = queries.read(
        lake,
        "conformed.seat_zone",
        purpose="public_information",
        actor=VISITOR,
        where=[("zone_id", operator, value)],
    )
    assert len(table.rows) == (1 if operator == ">=" else 0)  # 'z' comes after "x' …"


def test_operators_and_orders_are_from_a_fixed_list(lake: Site) -> None:
    ask = {"purpose": "public_information", "actor": VISITOR}
    with pytest.raises(ValueError, match="no operator"):
        queries.read(lake, "conformed.seat_zone", where=[("zone_id", "LIKE", "%")], **ask)
    with pytest.raises(ValueError, match="cannot order"):
        queries.read(lake, "conformed.seat_zone", order_by=["1; DROP TABLE x"], **ask)
    with pytest.raises(NoSuchTable):
        queries.read(lake, "conformed.seat_zone", columns=['zone_id", 1 AS "x'], **ask)


READ = [
    ("public_information", VISITOR, "conformed.seat_zone", None),
    ("public_information", VISITOR, "mart.title_availability", None),
    ("public_information", VISITOR, "mart.loan_fact", NotOpen),
    ("public_information", VISITOR, "conformed.reader", NotOpen),
    ("public_information", VISITOR, "conformed.item", NotOpen),
    ("own_records", ANN, "mart.loan_fact", None),
    ("own_records", ANN, "conformed.reader", None),
    ("own_records", ANN, "conformed.title", NotOpen),
    ("own_records", Actor("x", "student"), "mart.loan_fact", NotAllowed),
    ("own_records", DIRECTOR, "mart.loan_fact", NotAllowed),
    ("library_statistics", DIRECTOR, "mart.loan_fact", NotOpen),
    ("library_statistics", DIRECTOR, "conformed.title", NotOpen),
    ("library_statistics", ANN, "mart.loan_fact", NotAllowed),
    ("library_statistics", VISITOR, "mart.loan_fact", NotAllowed),
    ("data_quality", MENDER, "mart.loan_fact", None),
    ("data_quality", ANN, "mart.loan_fact", NotAllowed),
    ("data_quality", VISITOR, "mart.loan_fact", NotAllowed),
    ("service_operation", DESK, "mart.loan_fact", NotOpen),
    ("service_operation", DESK, "conformed.item", None),
    ("service_operation", ANN, "conformed.item", NotAllowed),
    ("public_information", Actor("x", "no_such_role"), "conformed.seat_zone", NotAllowed),
]


@pytest.mark.parametrize(
    "purpose, actor, table, refusal",
    READ,
    ids=[f"{p} · {a.role} · {t} · {'open' if r is None else r.__name__}" for p, a, t, r in READ],
)
def test_which_purpose_opens_rows_of_which_table(
    lake: Site, purpose: str, actor: Actor, table: str, refusal: type[Exception] | None
) -> None:
    if refusal is None:
        queries.read(lake, table, purpose=purpose, actor=actor)
        return
    with pytest.raises(refusal):
        queries.read(lake, table, purpose=purpose, actor=actor)
    assert not UseRecord.objects.exists()


def test_a_reader_gets_their_own_rows_whatever_they_ask_for(lake: Site) -> None:
    ask = {"purpose": "own_records", "actor": ANN}
    assert len(queries.read(lake, "mart.loan_fact", **ask).rows) == 3
    others = [("reader_key", "=", reader(1))]
    assert queries.read(lake, "mart.loan_fact", where=others, **ask).rows == []
    [row] = queries.read(lake, "conformed.reader", columns=["reader_key", "college"], **ask).rows
    assert row == (reader(0), "文学院")
    own = queries.summarise(lake, "mart.loan_fact", by=["month"], measures={"n": "count"}, **ask)
    assert own.rows == [("2026-03", 3)]  # one's own few loans are not hidden from oneself


def test_the_desk_sees_the_reader_it_serves_and_no_list(lake: Site) -> None:
    ask = {"purpose": "service_operation", "actor": DESK, "columns": ["loan_id"]}
    one = [("reader_key", "=", reader(4))]
    assert len(queries.read(lake, "mart.loan_fact", where=one, **ask).rows) == 2
    for many in ([("reader_key", "in", [reader(4), reader(5)])], [("college", "=", "文学院")]):
        with pytest.raises(NotOpen):
            queries.read(lake, "mart.loan_fact", where=many, **ask)


def test_statistics_neither_group_nor_narrow_by_a_person(lake: Site) -> None:
    for by, where in ((["reader_key"], []), ([], [("reader_key", "=", reader(4))])):
        with pytest.raises(NotOpen, match="reader_key"):
            loans_by(lake, *by, where=where)


def test_the_greatest_value_of_people_is_somebody_s(lake: Site) -> None:
    with pytest.raises(NotOpen, match="is somebody's"):
        queries.summarise(
            lake,
            "mart.loan_fact",
            by=["campus"],
            measures={"most": "max:renewals"},
            purpose="library_statistics",
            actor=DIRECTOR,
        )


def test_public_information_never_leaves_class_one(lake: Site) -> None:
    with pytest.raises(NotOpen):
        queries.summarise(
            lake,
            "conformed.item",
            measures={"sum": "sum:price"},
            purpose="public_information",
            actor=VISITOR,
        )


def test_every_use_is_a_line_in_the_ledger_without_any_value(lake: Site) -> None:
    loans_by(lake, "college", where=[("month", "=", "2026-03")])
    queries.read(lake, "mart.loan_fact", purpose="own_records", actor=ANN, columns=["title"])
    statistics, own = UseRecord.objects.order_by("pk")
    assert (statistics.actor, statistics.role, statistics.purpose, statistics.table) == (
        "d",
        "director",
        "library_statistics",
        "mart.loan_fact",
    )
    assert set(statistics.columns.split()) == {"college", "month", "reader_key"}
    assert statistics.rows == 2
    assert "2026-03" not in statistics.detail
    assert own.rows == 3
    assert set(own.columns.split()) == {"reader_key", "title"}


def test_an_answer_kept_from_before_is_still_asked_for_and_recorded(lake: Site) -> None:
    assert loans_by(lake, "college") == loans_by(lake, "college")
    assert UseRecord.objects.count() == 2
    with pytest.raises(NotAllowed):
        queries.summarise(
            lake,
            "mart.loan_fact",
            by=["college"],
            measures={"loans": "count", "readers": "distinct:reader_key"},
            purpose="library_statistics",
            actor=ANN,
            order_by=["-loans", "college"],
        )


def test_before_the_first_build_the_door_says_what_to_do(site: Site) -> None:
    assert queries.current_snapshot(site) is None
    with pytest.raises(NoSnapshot, match="shuren build"):
        queries.read(site, "conformed.title", purpose="public_information", actor=VISITOR)


def test_unknown_tables_and_columns_get_the_nearest_name(lake: Site) -> None:
    ask = {"purpose": "public_information", "actor": VISITOR}
    with pytest.raises(NoSuchTable, match=r"conformed\.title"):
        queries.read(lake, "conformed.titles", **ask)
    with pytest.raises(NoSuchTable, match="seats"):
        queries.read(lake, "conformed.seat_zone", columns=["seat"], **ask)


def test_a_pinned_snapshot_stays_while_a_newer_one_is_live(lake: Site) -> None:
    with queries.same_snapshot(lake) as pinned:
        assert pinned is not None
        put_raw(lake, "loans", [lend(0, 9)], place=9)
        build(lake)
        assert loans_by(lake).rows == [(35, 22)]
        assert loans_by(lake).snapshot == pinned.id
    assert loans_by(lake).rows == [(36, 22)]


def test_the_steps_of_a_model_show_counts_and_no_pseudonym(lake: Site) -> None:
    steps = queries.model_steps(lake, "loan", actor=MENDER)
    assert [(step.name, step.count) for step in steps][-1] == ("loan", 35)
    assert "r_" not in str([step.rows for step in steps])
    with pytest.raises(NotAllowed):
        queries.model_steps(lake, "loan", actor=ANN)
