"""Sensitive topics: what a person read of religion or medicine is nobody's business but theirs.

Twelve readers of one college. Six borrow a book on religion, and with four more a novel.
"""

from typing import Any

import pytest

from shuren.data import queries
from shuren.data.definitions import models
from shuren.data.internals import building
from shuren.data.internals.models import load_models
from shuren.data.internals.receipts import all_receipts
from shuren.kernel.shapes import Actor, no_progress
from shuren.kernel.site import Site
from shuren.trust import consent
from tests.data.raw_helper import put_raw, reader

pytestmark = pytest.mark.django_db

DIRECTOR = Actor("d", "director", doing="dashboards.read")
MENDER = Actor("m", "data_librarian", doing="quarantine.read")
DESK = Actor("f", "front_desk", doing="desk.serve")
OWN = Actor("ann", "student", reader(0))

BOOKS = {
    "佛教史": "B949/1",
    "内科学": "R5/2",
    "三体": "I247.5/3",
    "欧洲哲学": "B5/4",
    "民法": "D913/5",
    "刑法": "D914/6",
}
# Title and how many readers, counted from the first, borrow it.
LENT = [("佛教史", 6), ("内科学", 11), ("三体", 10), ("欧洲哲学", 9), ("民法", 6), ("刑法", 6)]
TELLING = ("item_id", "title_id", "title", "author", "call_number", "clc_main", "clc_second")


@pytest.fixture
def lake(site: Site) -> Site:
    people = [{"reader_id": reader(n), "kind": "student", "college": "文学院"} for n in range(12)]
    items = [
        {"item_id": f"i{n}", "title": title, "call_number": call_number}
        for n, (title, call_number) in enumerate(BOOKS.items())
    ]
    loans = [
        {
            "loan_id": f"{title}-{n}",
            "reader_id": reader(n),
            "item_id": f"i{list(BOOKS).index(title)}",
            "loaned_at": "2026-03-03T09:00:00",
        }
        for title, count in LENT
        for n in range(count)
    ]
    interests = [
        {"reader_id": reader(0), "scheme": "clc", "interest": interest, "is_withdrawn": False,
         "declared_at": "2026-03-03T09:00:00"}
        for interest in ("B9", "I2")
    ]  # fmt: skip
    put_raw(site, "readers", people, place=1)
    put_raw(site, "items", items, place=2)
    put_raw(site, "loans", loans, place=3)
    put_raw(site, "declared_interests", interests, place=4)
    building.build_snapshot(site, load_models(site), all_receipts(site)[::-1], no_progress)
    return site


def counts(site: Site, *by: str, where: Any = ()) -> list[tuple[Any, ...]]:
    return queries.summarise(
        site, "mart.loan_fact", by=by, measures={"loans": "count"}, where=where,
        purpose="library_statistics", actor=DIRECTOR, order_by=list(by),
    ).rows  # fmt: skip


def of_person(site: Site, table: str, actor: Actor, purpose: str, *columns: str) -> set[Any]:
    where = [] if purpose == "own_records" else [("reader_key", "=", reader(0))]
    found = queries.read(
        site, table, columns=columns or None, where=where, purpose=purpose, actor=actor
    )
    return set(found.rows)


@pytest.mark.parametrize(
    "actor, purpose",
    [(DESK, "service_operation"), (MENDER, "data_quality")],
    ids=["the desk", "who mends data"],
)
def test_a_sensitive_loan_keeps_its_dates_and_loses_what_it_was(
    lake: Site, actor: Actor, purpose: str
) -> None:
    rows = of_person(lake, "mart.loan_fact", actor, purpose, "loan_id", *TELLING)
    told = {row[0]: row[1:] for row in rows}
    assert len(told) == 6  # the loan itself is there: it must be returned
    nothing = (None,) * len(TELLING)
    assert {loan for loan, values in told.items() if values == nothing} == {
        "佛教史-0", "内科学-0", "刑法-0"
    }  # fmt: skip
    assert told["三体-0"][2] == "三体"
    assert told["民法-0"][2] == "民法"


def test_the_reader_sees_all_of_their_own(lake: Site) -> None:
    rows = of_person(lake, "mart.loan_fact", OWN, "own_records", "title")
    assert {title for (title,) in rows} == set(BOOKS)


@pytest.mark.parametrize(
    "condition",
    [("title", "=", "佛教史"), ("clc_main", "=", "R"), ("title", "contains", "佛"),
     ("clc_second", "in", ["B9", "R5"])],
    ids=["title", "class", "part of a title", "classes"],
)  # fmt: skip
def test_nobody_is_found_by_what_they_read_of_it(lake: Site, condition: Any) -> None:
    found = queries.read(
        lake, "mart.loan_fact", columns=["reader_key"], where=[condition],
        purpose="data_quality", actor=MENDER,
    )  # fmt: skip
    assert found.rows == []


def test_the_order_of_rows_does_not_tell_it_either(lake: Site) -> None:
    for order in (["title", "loan_id"], ["-title", "loan_id"]):
        found = queries.read(
            lake, "mart.loan_fact", columns=["loan_id"], order_by=order,
            where=[("reader_key", "=", reader(0))], purpose="data_quality", actor=MENDER,
        )  # fmt: skip
        assert [row[0] for row in found.rows][-3:] == ["佛教史-0", "内科学-0", "刑法-0"]


def test_a_table_that_only_knows_the_copy_is_guarded_too(lake: Site) -> None:
    rows = of_person(lake, "conformed.loan", MENDER, "data_quality", "loan_id", "item_id")
    assert dict(rows)["佛教史-0"] is None
    assert dict(rows)["三体-0"] == "i2"


def test_a_declared_interest_of_a_sensitive_class_serves_nothing_but_a_look(lake: Site) -> None:
    """The purpose that recommends by interests is of class 3, though the rows are one's own."""
    consent.give("declared_interests", actor=OWN, version=1)
    found = queries.read(
        lake, "conformed.declared_interest", columns=["interest"],
        purpose="declared_interests", actor=OWN,
    )  # fmt: skip
    assert set(found.rows) == {(None,), ("I2",)}


def test_groups_that_tell_a_sensitive_topic_need_ten_persons(lake: Site) -> None:
    assert counts(lake, "title") == [("三体", 10), ("内科学", 11), ("欧洲哲学", 9), ("民法", 6)]
    # B holds religion beside philosophy and nine readers, D criminal law beside civil and six.
    assert counts(lake, "clc_main") == [("I", 10), ("R", 11)]


def test_a_filter_wants_ten_persons_as_a_group_does(lake: Site) -> None:
    assert counts(lake, where=[("title", "=", "佛教史")]) == []
    assert counts(lake, where=[("title", "=", "民法")]) == [(6,)]
    assert counts(lake, "title", where=[("clc_second", "=", "B9")]) == []


def test_what_does_not_tell_a_topic_keeps_to_five(lake: Site) -> None:
    assert counts(lake, "college") == [("文学院", 48)]


def test_a_formula_may_not_count_what_a_filter_may_not(lake: Site) -> None:
    found = queries.calculate(
        lake, "mart.loan_fact", purpose="library_statistics", actor=DIRECTOR,
        values={"part": "count(CASE WHEN title = '佛教史' THEN 1 END)"},
    )  # fmt: skip
    assert found.rows == []


def test_the_rows_behind_and_made_of_a_sensitive_loan_do_not_tell_it(lake: Site) -> None:
    behind = queries.rows_behind(
        lake, "mart.loan_fact", where=[("reader_key", "=", reader(0))], actor=MENDER
    )
    [raw] = behind.found
    place = raw.columns.index("item_id") + 2  # the load and the line come first
    assert {row[place] for row in raw.rows} == {"i2", "i3", "i4"}
    load = next(one.id for one in queries.receipts(lake) if one.contract == "loans")
    for line, seen in ((2, "…"), (19, "i2")):  # the first on Buddhism, then a novel
        row, made = queries.made_of_row(lake, load, line, actor=MENDER)
        assert row.rows[0][row.columns.index("item_id") + 2] == seen
        titles = {
            r[one.columns.index("title_id")]
            for one in made
            if "title_id" in one.columns
            for r in one.rows
        }
        assert (titles == {None}) == (seen == "…")


def test_a_topic_of_the_library_replaces_ours_at_once(lake: Site) -> None:
    from shuren.trust import topics

    folder = lake.definitions / "sensitive_topics"
    folder.mkdir(parents=True)
    text = (
        "id: religion\ntitle: {zh: 宗教, en: Religion}\nwhy: {zh: 例, en: example}\nclasses: [B5]\n"
    )
    (folder / "religion.yaml").write_text(text, "utf-8")
    topics.topics.cache_clear()
    topics.prefixes.cache_clear()
    rows = of_person(lake, "mart.loan_fact", MENDER, "data_quality", "loan_id", "title")
    assert dict(rows)["佛教史-0"] == "佛教史"
    assert dict(rows)["欧洲哲学-0"] is None


def test_every_table_about_people_that_tells_what_they_read_says_so(site: Site) -> None:
    """A person next to a title, a copy or a class, without `topic`, would be left unguarded."""
    graph = queries.lineage(site)
    about = {
        f"{source}.{column}"
        for source in ("conformed.item", "conformed.title")
        for column in ("item_id", "title_id", "title", "call_number", "class_number", "clc_main")
    } | {"raw.loans.item_id", "raw.loans.title", "raw.declared_interests.interest"}
    guarded = set()
    for name, model in models(site).items():
        if not model.person:
            continue
        for column in model.columns:
            trail = graph.upstream(f"{name}.{column.name}")
            if any(via == "value" and node in about for node, (_before, via) in trail.items()):
                tells = model.topic.tells if model.topic else ()
                assert column.name in tells, f"{name}.{column.name}"
                guarded.add(name)
    assert guarded == {
        "conformed.loan", "mart.loan_fact", "conformed.declared_interest"
    }  # fmt: skip
