"""Calculations by SQL expressions: what may be written, what it gives, what stays hidden."""

from typing import Any

import pytest

from shuren.data import queries
from shuren.data.errors import BadExpression, NoSuchTable, NotOpen
from shuren.data.internals import building
from shuren.data.internals.models import load_models, needed_for
from shuren.data.internals.receipts import all_receipts
from shuren.kernel.errors import ShurenError
from shuren.kernel.shapes import Actor, no_progress
from shuren.kernel.site import Site, open_site
from tests.data.raw_helper import put_raw, reader
from tests.early import make_site

pytestmark = pytest.mark.django_db

DIRECTOR = Actor("d", "director", doing="dashboards.read")
LOANS, BUDGET, TRAINING = "mart.loan_fact", "conformed.budget_entry", "conformed.training_session"
# College, and how many of its readers borrow one book each in 2025.
COLLEGES = {"文学院": 9, "数学学院": 7, "哲学系": 2}
SPENT = [("print_books", 300.0), ("print_books", -50.0), ("eresources", 750.0)]
# Audience, campus, people who came.
SESSIONS = [
    ("readers", "江湾", 40),
    ("readers", "云溪", 3),
    ("readers", "云溪", 6),
    ("staff", "江湾", 4),
]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Built once: nothing in this file writes to it."""
    site = open_site(make_site(tmp_path_factory.mktemp("calculate") / "site"))
    readers: list[dict[str, Any]] = []
    for college, count in COLLEGES.items():
        first = len(readers)
        readers += [
            {"reader_id": reader(n), "kind": "student", "college": college, "campus": "江湾"}
            for n in range(first, first + count)
        ]
    loans = [
        {"loan_id": str(n), "reader_id": one["reader_id"], "loaned_at": "2025-03-03T10:00:00",
         "renewals": n % 3, "title": "三体"}
        for n, one in enumerate(readers)
    ]  # fmt: skip
    entries = [
        {"entry_id": str(n), "year": 2025, "spent_on": "2025-02-01", "flow": "expense",
         "category": category, "fund": "allocation", "amount": amount}
        for n, (category, amount) in enumerate(SPENT)
    ]  # fmt: skip
    sessions = [
        {"session_id": str(n), "held_on": "2025-04-01", "audience": audience, "campus": campus,
         "hours": 2.0, "attended": came}
        for n, (audience, campus, came) in enumerate(SESSIONS)
    ]  # fmt: skip
    put_raw(site, "readers", readers, place=1)
    put_raw(site, "loans", loans, place=2)
    put_raw(site, "budget_entries", entries, place=3)
    put_raw(site, "training_sessions", sessions, place=4)
    known = load_models(site)
    wanted = {name for table in (LOANS, BUDGET, TRAINING) for name in needed_for(known, table)}
    few = {name: model for name, model in known.items() if name in wanted}
    building.build_snapshot(site, few, all_receipts(site)[::-1], no_progress)
    return site


def ask(site: Site, table: str, expression: str, by: tuple[str, ...] = (), **more: Any) -> Any:
    answer = queries.calculate(
        site,
        table,
        values={"value": expression},
        by=by,
        order_by=by,
        purpose="library_statistics",
        actor=DIRECTOR,
        **more,
    )
    return answer.rows if by else (answer.rows[0][0] if answer.rows else "hidden")


@pytest.mark.parametrize(
    "expression, value",
    [
        ("sum(amount)", 1000.0),
        ("count(*)", 3.0),
        ("100.0 * sum(CASE WHEN category = 'eresources' THEN amount END) / sum(amount)", 75.0),
        ("sum(amount) FILTER (WHERE category = 'print_books')", 250.0),
        ("sum(amount) / nullif(sum(year) - 6075, 0)", None),  # 3 × 2025 = 6075
        ("median(amount)", 300.0),
        ("max(amount) - min(amount)", 800.0),
        ("round(avg(amount), 2)", 333.33),
        ("count(DISTINCT category) + 1", 3.0),
        ("sum(CASE WHEN category IN ('a', 'eresources') AND amount > 0 THEN 1 ELSE 0 END)", 1.0),
        ("coalesce(sum(NULL * amount), -1)", -1.0),
        ("sum(amount) > 999", 1.0),
    ],
)
def test_what_an_expression_gives_is_worked_out_by_hand(lake, expression, value):
    assert ask(lake, BUDGET, expression) == value


HOSTILE = {
    "another table": "(SELECT sum(amount) FROM raw.loans)",
    "a whole query": "SELECT 1",
    "two statements": "1; DROP TABLE x",
    "a file": "count(*) FROM read_parquet('/etc/passwd')",
    "a function that reads": "sum(length(read_text('/etc/passwd')))",
    "a setting": "getenv('HOME')",
    "a pragma": "PRAGMA version",
    "an attachment": "ATTACH 'x.db'",
    "a bare column": "amount",
    "a column beside an aggregate": "sum(amount) + year",
    "an aggregate in an aggregate": "sum(count(*))",
    "a window": "sum(amount) OVER ()",
    "a window of its own": "row_number() OVER ()",
    "every column": "count(COLUMNS(*))",
    "a star alone": "*",
    "a list of all": "list(amount)",
    "texts glued": "string_agg(vendor, ',')",
    "a column of a table": "sum(mart.loan_fact.renewals)",
    "an IN with a query": "sum(CASE WHEN year IN (SELECT 1) THEN 1 END)",
    "EXISTS": "count(*) * CAST(EXISTS (SELECT 1) AS INT)",
    "a parameter": "sum(amount) + $1",
    "a lambda": "sum(list_sum(list_transform([1], x -> x)))",
    "a struct": "sum(amount).x",
    "a cast to something else": "CAST(sum(amount) AS INT[])",
    "an odd name": 'sum("amount") AS "x"',
    "no SQL": "sum(",
    "nothing": "",
    "too long": "1" + " + 1" * 500,
    "too deep": "-" * 300 + "sum(amount)",
    "a comment that ends it": "sum(amount)) -- ",
}


@pytest.mark.parametrize("expression", HOSTILE.values(), ids=HOSTILE)
def test_nothing_but_columns_and_listed_functions_gets_through(lake, expression):
    with pytest.raises((BadExpression, NoSuchTable)):
        ask(lake, BUDGET, expression)


def test_a_name_of_a_value_cannot_be_sql(lake):
    with pytest.raises(BadExpression):
        queries.calculate(
            lake, BUDGET, values={'x" FROM y --': "count(*)"},
            purpose="library_statistics", actor=DIRECTOR,
        )  # fmt: skip


def test_an_unknown_column_gets_the_nearest_name(lake):
    with pytest.raises(NoSuchTable, match="amount"):
        ask(lake, BUDGET, "sum(amounts)")


def test_a_text_in_an_expression_stays_a_text(lake):
    poison = "sum(CASE WHEN vendor = 'x'' OR 1=1 --' THEN amount END)"
    assert ask(lake, BUDGET, poison) is None


def test_small_groups_of_a_table_about_people_are_hidden(lake):
    found = dict(ask(lake, LOANS, "1.0 * count(*) / count(DISTINCT reader_key)", ("college",)))
    # Philosophy has 2 readers; mathematics, the next smallest, goes with it.
    assert found == {"文学院": 1.0}


PEOPLE_REFUSED = {
    "a pseudonym compared": "sum(CASE WHEN reader_key = 'r_a' THEN 1 END)",
    "the greatest value": "max(renewals)",
    "the least value": "min(renewals)",
    "a median": "median(renewals)",
    "a test in disguise": "sum(CAST(college = '哲学系' AS INT))",
    "another disguise": "count(nullif(college, '文学院'))",
    "a value cut off": "sum(greatest(renewals, 1))",
}


@pytest.mark.parametrize("expression", PEOPLE_REFUSED.values(), ids=PEOPLE_REFUSED)
def test_an_expression_may_not_single_somebody_out(lake, expression):
    with pytest.raises((BadExpression, NotOpen)):
        ask(lake, LOANS, expression)


@pytest.mark.parametrize(
    "expression",
    [
        "count(*) FILTER (WHERE college = '哲学系')",
        "sum(CASE WHEN college = '哲学系' THEN 1 END)",
        "sum(CASE WHEN college = '哲学系' THEN 1 ELSE 0 END)",
        "sum(CASE WHEN college IN ('文学院', '哲学系') THEN 1 END)",
        "sum(CASE WHEN college <> '文学院' AND college <> '数学学院' THEN 1 END)",
        "sum(CASE WHEN college = '文学院' THEN 0 ELSE 1 END)",
    ],
)
def test_a_condition_in_an_expression_hides_what_a_filter_would(lake, expression):
    assert ask(lake, LOANS, expression) == "hidden"


def test_a_condition_that_lets_in_enough_people_is_answered(lake):
    assert ask(lake, LOANS, "sum(CASE WHEN college = '文学院' THEN 1 END)") == 9.0
    assert ask(lake, LOANS, "count(*)") == 18.0


def test_rows_that_count_persons_are_hidden_by_their_greatest_count(lake):
    # Staff: one session of 4. The only other audience goes with it, though 40 came.
    assert ask(lake, TRAINING, "sum(attended)", ("audience",)) == []
    # 云溪: sessions of 3 and 6, so at least 6 persons; 江湾: 40.
    assert ask(lake, TRAINING, "sum(attended)", ("campus",)) == [("云溪", 9.0), ("江湾", 44.0)]
    assert ask(lake, TRAINING, "sum(attended)", where=[("audience", "=", "staff")]) == "hidden"


def test_summarise_keeps_to_head_counts_too(lake):
    answer = queries.summarise(
        lake, TRAINING, by=["audience"], measures={"n": "sum:attended"},
        purpose="library_statistics", actor=DIRECTOR,
    )  # fmt: skip
    assert answer.rows == []
    assert answer.suppressed == 2


def test_every_refusal_is_a_sentence(lake):
    for expression in (*HOSTILE.values(), "max(renewals)"):
        with pytest.raises(ShurenError) as caught:
            ask(lake, LOANS, expression)
        assert str(caught.value).strip().endswith(".")
