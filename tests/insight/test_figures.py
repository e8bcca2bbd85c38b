"""Figures: what is declared is what is counted, and hand-written SQL agrees."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from shuren.data.internals import building, snapshots
from shuren.data.internals.models import load_models
from shuren.data.internals.receipts import all_receipts
from shuren.insight import definitions, queries
from shuren.insight.errors import BadFilter, NoSuchFigure
from shuren.kernel.errors import DefinitionError
from shuren.kernel.i18n import use_language
from shuren.kernel.shapes import Actor, no_progress
from shuren.kernel.site import Site
from shuren.trust.errors import NotAllowed
from tests.data.raw_helper import put_raw, reader

pytestmark = pytest.mark.django_db

DIRECTOR = Actor("d", "director", doing="dashboards.read")
FIGURES = (
    "loans_by_campus",
    "loans_by_class",
    "loans_by_college",
    "loans_by_month",
    "loans_by_reader_kind",
    "top_titles_monthly",
)
KINDS = ("student", "faculty", "alumni")
BOOKS = (("三体", "I247.57/1"), ("高等数学", "O13/2"), ("红楼梦", "I242.4/3"), ("无号", ""))


def loan(number: int) -> dict[str, Any]:
    """Reader n mod 40 takes book n mod 4 in month 1 + n mod 3, on one of two campuses."""
    title, call_number = BOOKS[number % 4]
    return {
        "loan_id": str(number),
        "reader_id": reader(number % 40),
        "title": title,
        "call_number": call_number,
        "loaned_at": f"2026-{1 + number % 3:02}-{1 + number % 28:02}T10:00:00",
        "campus": "虎溪" if number % 7 < 4 else "沙坪坝",
    }


@pytest.fixture
def lake(site: Site) -> Iterator[Site]:
    readers = [
        {"reader_id": reader(n), "kind": KINDS[n % 3], "college": f"学院{n % 4}"} for n in range(40)
    ]
    put_raw(site, "readers", readers, place=1)
    put_raw(site, "loans", [loan(number) for number in range(600)], place=2)
    building.build_snapshot(site, load_models(site), all_receipts(site)[::-1], no_progress)
    use_language("zh")
    yield site
    use_language(None)


def by_hand(site: Site, sql: str) -> list[tuple[Any, ...]]:
    """Run the SQL a figure shows, as a person would, on the files themselves."""
    info = snapshots.required(site)
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA mart")
        connection.execute(
            "CREATE VIEW mart.loan_fact AS SELECT * FROM "
            + snapshots.source(site, info, "mart.loan_fact")
        )
        return [tuple(row) for row in connection.execute(sql).fetchall()]


def test_the_six_figures_are_declared_in_both_languages(site: Site) -> None:
    found = {figure.id: figure for figure in queries.figures(site)}
    assert set(FIGURES) <= set(found)
    for figure in found.values():
        for text in (figure.title, figure.description, figure.unit):
            assert all(text[language] for language in ("zh", "en"))


@pytest.mark.parametrize("filters", [{}, {"campus": "虎溪", "from": "2026-02", "to": "2026-03"}])
@pytest.mark.parametrize("id", FIGURES)
def test_a_figure_equals_the_sql_it_shows(lake: Site, id: str, filters: dict[str, str]) -> None:
    result = queries.figure(lake, id, actor=DIRECTOR, filters=filters)
    assert result.table.rows == by_hand(lake, result.sql)
    assert result.table.rows
    assert result.table.suppressed == 0
    assert result.data_date == "2026-03-28"


def test_loans_by_month_counted_on_fingers(lake: Site) -> None:
    result = queries.figure(lake, "loans_by_month", actor=DIRECTOR)
    assert result.table.columns == ("month", "loans", "readers")
    assert result.table.rows == [("2026-01", 200, 40), ("2026-02", 200, 40), ("2026-03", 200, 40)]
    assert result.labels == ("2026-01", "2026-02", "2026-03")


def test_classes_have_their_heading_and_the_rest_is_unclassified(lake: Site) -> None:
    chinese = queries.figure(lake, "loans_by_class", actor=DIRECTOR)
    assert chinese.labels[0] == "I 文学"
    use_language("en")
    result = queries.figure(lake, "loans_by_class", actor=DIRECTOR)
    assert dict(zip(result.labels, [row[1] for row in result.table.rows], strict=True)) == {
        "I Literature": 300,
        "Unclassified": 150,
        "O Mathematics, Physics, Chemistry": 150,
    }
    kinds = queries.figure(lake, "loans_by_reader_kind", actor=DIRECTOR)
    assert set(kinds.labels) == {"Students", "Faculty and staff", "Alumni"}


def test_the_ranking_is_of_the_last_full_month_unless_asked(lake: Site) -> None:
    ranking = queries.figure(lake, "top_titles_monthly", actor=DIRECTOR)
    assert ranking.filters == {"from": "2026-02", "to": "2026-02"}  # March is known to the 28th
    asked = queries.figure(lake, "top_titles_monthly", actor=DIRECTOR, filters={"to": "2026-03"})
    assert asked.filters == {"from": "2026-03", "to": "2026-03"}
    assert set(asked.labels) == {"三体", "高等数学", "红楼梦", "无号"}
    assert "2026-04" in asked.sql  # the month after, not included


@pytest.mark.parametrize(
    "day, month",
    [("2026-03-31", "2026-03"), ("2026-03-30", "2026-02"), ("2026-01-09", "2025-12"), ("", "")],
)
def test_the_last_full_month_of_the_data(day: str, month: str) -> None:
    assert queries.last_full_month(day) == month


@pytest.mark.parametrize(
    "filters, sentence",
    [
        ({"from": "2026-13"}, "is not a month"),
        ({"to": "March"}, "is not a month"),
        ({"from": "2026-03", "to": "2026-02"}, "ends before it begins"),
        ({"colleges": "x"}, "no filter called 'colleges'"),
    ],
)
def test_a_filter_out_of_form_is_explained(
    site: Site, filters: dict[str, str], sentence: str
) -> None:
    with pytest.raises(BadFilter, match=sentence):
        queries.figure(site, "loans_by_month", actor=DIRECTOR, filters=filters)


def test_a_value_in_a_filter_cannot_become_sql(lake: Site) -> None:
    poison = "x' OR '1'='1"
    result = queries.figure(lake, "loans_by_month", actor=DIRECTOR, filters={"campus": poison})
    assert result.table.rows == []
    assert "campus = 'x'' OR ''1''=''1'" in result.sql


def test_choices_come_from_the_data_newest_month_first(lake: Site) -> None:
    choices = queries.filter_choices(lake, DIRECTOR)
    assert [choice.value for choice in choices["from"]] == ["2026-03", "2026-02", "2026-01"]
    assert [choice.label for choice in choices["clc_main"]] == ["I 文学", "O 数理科学和化学"]
    assert {choice.value for choice in choices["reader_kind"]} == set(KINDS)
    assert len(choices["college"]) == 4
    assert {choice.value for choice in choices["campus"]} == {"虎溪", "沙坪坝"}


def test_an_unknown_figure_gets_the_nearest_name(site: Site) -> None:
    with pytest.raises(NoSuchFigure, match="loans_by_month"):
        queries.figure(site, "loans_by_months", actor=DIRECTOR)


def test_a_reader_gets_no_figures(lake: Site) -> None:
    with pytest.raises(NotAllowed):
        queries.figure(lake, "loans_by_month", actor=Actor("a", "student", reader(1)))


MISTAKES = [
    ("chart: line", "chart: pie", "'chart' has a value"),
    ("by: [month]", "by: [month]\nlabel: day", "'label' has a value"),
    ("order: [month]", "order: [-persons]", "'order' has a value"),
    ("filters: [period,", "filters: [weather,", "'filters' has a value"),
    ("what: count", "what: median", "counts nothing known"),
    ("unit: {zh: 次, en: loans}", "unit: 次", "'unit' has a value of the wrong kind"),
    ("table: mart.loan_fact\n", "", "'table' is missing"),
    ("chart: line", "chart: line\ncolour: red", "'colour' is not known here"),
]


@pytest.mark.parametrize("before, after, sentence", MISTAKES)
def test_a_mistake_in_a_figure_is_named(site: Site, before: str, after: str, sentence: str) -> None:
    shipped = Path(definitions.__file__).parents[1] / "definitions/figures/loans_by_month.yaml"
    text = shipped.read_text("utf-8")
    assert before in text
    local = site.definitions / "figures" / "loans_by_month.yaml"
    local.parent.mkdir(parents=True)
    local.write_text(text.replace(before, after, 1), "utf-8")
    with pytest.raises(DefinitionError, match=sentence) as caught:
        definitions.figures(site)
    assert str(local) in str(caught.value)


def test_a_public_figure_is_for_visitors_and_only_as_it_is(lake):
    visitor = Actor("anonymous", "anonymous")
    shown = queries.figure(lake, "top_titles_monthly", actor=visitor)
    same = queries.figure(lake, "top_titles_monthly", actor=DIRECTOR)
    assert shown.table.rows == same.table.rows
    with pytest.raises(NotAllowed):
        queries.figure(lake, "top_titles_monthly", actor=visitor, filters={"campus": "A"})
    with pytest.raises(NotAllowed):
        queries.figure(lake, "loans_by_month", actor=visitor)
