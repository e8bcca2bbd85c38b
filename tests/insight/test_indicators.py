"""The thirty indicators: each worked out by hand from a library small enough to count."""

from typing import Any

import pytest

from shuren.data.internals import building
from shuren.data.internals.models import load_models, needed_for
from shuren.data.internals.receipts import all_receipts
from shuren.insight import definitions, queries
from shuren.insight.errors import BadFilter, NoSuchIndicator
from shuren.kernel.errors import DefinitionError
from shuren.kernel.shapes import Actor, no_progress
from shuren.kernel.site import Site, open_site
from shuren.trust.errors import NotAllowed
from tests.data.raw_helper import put_raw, reader
from tests.early import make_site

pytestmark = pytest.mark.django_db

DIRECTOR = Actor("d", "director", doing="dashboards.read")
EAST, WEST = "东区", "西区"
STUDENTS, FACULTY = 12, 6  # who borrow; of 100 and 20 to be served
# Category, fund, platform, amount: 10,000 in all, 9,000 without equipment.
SPENT = [
    ("lending", "allocation", "", 540.0),
    ("eresources", "allocation", "Alpha", 600.0),
    ("eresources", "grant", "Beta", 900.0),
    ("print_books", "allocation", "", 1500.0),
    ("staff", "allocation", "", 5460.0),
    ("equipment", "allocation", "", 1000.0),
]
INCOME = [("allocation", 9000.0), ("grant", 750.0), ("earned", 250.0)]
# Measure, campus, sampled, good, mean, persons.
SURVEYS = [
    ("titles_available", "", 200, 150, None, None),
    ("titles_held", "", 200, 180, None, None),
    ("shelving", "", 500, 490, None, None),
    ("reference_answers", "", 40, 36, None, None),
    ("hours_wanted", EAST, 20, None, 100.0, 20),
    ("hours_wanted", WEST, 10, None, 80.0, 10),
]
# Month, platform, metric, count.
USED = [
    *((f"2025-{month:02}-01", "Alpha", "Total_Item_Requests", 50) for month in range(1, 13)),
    *((f"2025-{month:02}-01", "Beta", "Total_Item_Requests", 20) for month in range(1, 13)),
    ("2025-02-01", "Alpha", "No_License", 40),
    ("2025-03-01", "Alpha", "Limit_Exceeded", 20),
]
EXPECTED: dict[str, float] = {
    "required_titles_available": 75.0,  # 150 of 200
    "required_titles_held": 90.0,  # 180 of 200
    "rejected_accesses": 100 * 60 / (60 + 840),  # 12 × (50 + 20) = 840 downloads
    "shelving_accuracy": 98.0,  # 490 of 500
    "stack_retrieval_time": 20.0,  # of 10, 20, 90 minutes
    "interlibrary_speed": 25.0,  # (10 + 20 + 30 + 40) hours, 4 filled
    "interlibrary_success": 80.0,  # 4 of 5 decided; one is open
    "user_places_per_capita": 500.0,  # 40 + 20 seats, 120 persons
    "user_area_per_capita": 2500.0,  # 200 + 100 m²
    "hours_open_to_demand": 100 * (90 + 54) / (100 + 80),
    "staff_per_capita": 75.0,  # 9 FTE
    "collection_turnover": 36 / 8,  # 36 loans, 10 copies less one missing, one reference
    "loans_per_capita": 36 / 120,
    "stock_not_used": 100 * 2 / 8,  # copies 0 to 5 are lent, 6 and 7 are not
    "downloads_per_capita": 840 / 120,
    "population_reached": 100 * 18 / 120,
    "user_satisfaction": 4.0,  # 24 + 24 points of 12 ratings
    "visits_per_capita": 600 / 120,
    "places_occupancy": 100 * (30 + 10) / (40 + 20),
    "training_attendances_per_capita": 1000 * 30 / 120,
    "cost_per_loan": 540 / 36,
    "cost_per_download": 1500 / 840,
    "cost_per_visit": 9000 / 600,
    "acquisition_time": 10.0,  # of 5, 10, 40 days
    "processing_time": 3.0,  # of 2, 4 days; the third is not on the shelf
    "user_services_staff": 100 * 6 / 9,
    "correct_answers": 90.0,  # 36 of 40
    "electronic_spending_share": 50.0,  # 1,500 of 3,000
    "training_hours_per_staff": 2.0 * 9 / 9,  # 2 hours × 9 people, 9 FTE
    "income_grants_share": 10.0,  # 1,000 of 10,000
}


def fill(site: Site) -> None:
    people = [("student", n) for n in range(STUDENTS)]
    people += [("faculty", n) for n in range(STUDENTS, STUDENTS + FACULTY)]
    puts: dict[str, list[dict[str, Any]]] = {}
    puts["readers"] = [
        {"reader_id": reader(n), "kind": kind, "college": "文学院", "campus": EAST}
        for kind, n in people
    ]
    status = {8: "missing", 9: "reference"}
    puts["items"] = [
        {"item_id": f"B{n}", "title": f"书{n}", "call_number": f"I247/{n}", "campus": EAST,
         "status": status.get(n, "available"), "acquired_at": "2020-01-01"}
        for n in range(10)
    ]  # fmt: skip
    # Each borrows twice in 2025; the first and the last day of the year are among them.
    days = ["2025-01-01T10:00:00", "2025-12-31T10:00:00"]
    puts["loans"] = [
        {"loan_id": f"{n}-{at}", "reader_id": reader(n), "item_id": f"B{n % 6}",
         "title": f"书{n % 6}", "call_number": f"I247/{n % 6}", "campus": EAST,
         "loaned_at": day, "due_at": day, "returned_at": day}
        for _kind, n in people for at, day in enumerate(days)
    ]  # fmt: skip
    # Six readers borrow in 2026, so that 2025 is over and neither year gives the other away.
    puts["loans"] += [
        {"loan_id": f"x{n}", "reader_id": reader(n), "item_id": "B0", "title": "书0",
         "call_number": "I247/0", "campus": EAST, "loaned_at": "2026-02-01T10:00:00"}
        for n in range(6)
    ]  # fmt: skip
    puts["populations"] = [
        {"year": 2025, "campus": EAST, "kind": "student", "persons": 100},
        {"year": 2025, "campus": WEST, "kind": "faculty", "persons": 20},
        {"year": 2025, "campus": EAST, "kind": "alumni", "persons": 5000},
    ]
    puts["seat_zones"] = [
        {"zone_id": zone, "campus": campus, "building": f"{campus}馆", "floor": 1,
         "title": zone, "seats": seats}
        for zone, campus, seats in (("E1", EAST, 40), ("W1", WEST, 20))
    ]  # fmt: skip
    puts["buildings"] = [
        {"campus": EAST, "building": "东区馆", "area_m2": 400.0, "user_area_m2": 200.0,
         "weekly_hours": 90.0},
        {"campus": WEST, "building": "西区馆", "area_m2": 200.0, "user_area_m2": 100.0,
         "weekly_hours": 54.0},
    ]  # fmt: skip
    puts |= money() | events()
    for place, (contract, rows) in enumerate(puts.items(), start=1):
        put_raw(site, contract, rows, place=place)


def money() -> dict[str, list[dict[str, Any]]]:
    entries = [
        {"entry_id": f"E{n}", "year": 2025, "spent_on": "2025-03-01", "flow": "expense",
         "category": category, "fund": fund, "platform": platform, "amount": amount}
        for n, (category, fund, platform, amount) in enumerate(SPENT)
    ]  # fmt: skip
    entries += [
        {"entry_id": f"I{n}", "year": 2025, "spent_on": "2025-01-10", "flow": "income",
         "category": "income", "fund": fund, "amount": amount}
        for n, (fund, amount) in enumerate(INCOME)
    ]  # fmt: skip
    orders = [
        ("O1", "2025-03-01", "2025-03-06", "2025-03-08"),
        ("O2", "2025-03-01", "2025-03-11", "2025-03-15"),
        ("O3", "2025-03-01", "2025-04-10", None),
    ]
    return {
        "budget_entries": entries,
        "acquisitions": [
            {"order_id": id, "ordered_at": ordered, "received_at": received,
             "shelved_at": shelved, "category": "chinese_books", "copies": 1}
            for id, ordered, received, shelved in orders
        ],
        "staff_years": [
            {"year": 2025, "unit": "流通部", "fte": 6.0, "user_services_fte": 5.0},
            {"year": 2025, "unit": "办公室", "fte": 3.0, "user_services_fte": 1.0},
        ],
        "counter_usage": [
            {"release": "5.1", "report_id": "PR" if metric.startswith("Total") else "DR",
             "platform": platform, "metric_type": metric, "used_from": month,
             "usage_count": count}
            for month, platform, metric, count in USED
        ],
    }  # fmt: skip


def events() -> dict[str, list[dict[str, Any]]]:
    hours = [10, 20, 30, 40]
    requests = [
        {"request_id": f"R{n}", "reader_id": reader(n), "direction": "borrow", "form": "copy",
         "requested_at": "2025-05-01T00:00:00", "outcome": "filled",
         "filled_at": f"2025-05-{1 + h // 24:02}T{h % 24:02}:00:00"}
        for n, h in enumerate(hours)
    ]  # fmt: skip
    requests += [
        {"request_id": f"R{n}", "reader_id": reader(n), "direction": "borrow", "form": "copy",
         "requested_at": "2025-05-01T00:00:00", "outcome": outcome}
        for n, outcome in ((4, "unfilled"), (5, "open"))
    ]  # fmt: skip
    # Asked by other libraries: more than enough of them, none of ours.
    requests += [
        {"request_id": f"S{n}", "direction": "supply", "form": "copy", "outcome": "unfilled",
         "requested_at": "2025-05-01T00:00:00"}
        for n in range(9)
    ]  # fmt: skip
    sessions = [("readers", EAST, 1.0, 20), ("readers", WEST, 1.0, 10), ("staff", "", 2.0, 9)]
    ratings = {"借还": [5, 5, 4, 4, 3, 3], "咨询": [5, 4, 4, 4, 4, 3]}
    return {
        "interlibrary_requests": requests,
        "training_sessions": [
            {"session_id": f"T{n}", "held_on": "2025-06-01", "audience": audience,
             "campus": campus, "hours": length, "attended": came}
            for n, (audience, campus, length, came) in enumerate(sessions)
        ],
        "survey_results": [
            {"survey_id": f"V{n}", "year": 2025, "measure": measure, "campus": campus,
             "asked": asked, "good": good, "mean_value": mean, "persons": persons}
            for n, (measure, campus, asked, good, mean, persons) in enumerate(SURVEYS)
        ],
        "service_cases": [
            {"case_id": f"C{n}", "service": "stack_retrieval", "campus": EAST,
             "opened_at": "2025-03-03T08:00:00", "closed_at": f"2025-03-03T{closed}:00"}
            for n, closed in enumerate(("08:10", "08:20", "09:30"))
        ],
        "ratings": [
            {"event_id": f"{service}{n}", "service": service, "score": score,
             "rated_at": "2025-04-01T09:00:00"}
            for service, scores in ratings.items() for n, score in enumerate(scores)
        ],
        "visit_counts": [
            {"campus": campus, "building": f"{campus}馆", "hour_start_at": f"{day}T10:00:00",
             "entries": entries, "exits": entries}
            for campus, day, entries in (
                (EAST, "2025-01-01", 300), (EAST, "2025-12-31", 100), (WEST, "2025-06-02", 200),
            )
        ],
        "occupancy_counts": [
            {"zone_id": zone, "hour_start_at": "2025-03-03T10:00:00", "occupied": taken}
            for zone, taken in (("E1", 30), ("W1", 10))
        ],
    }  # fmt: skip


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = open_site(make_site(tmp_path_factory.mktemp("indicators") / "site"))
    fill(site)
    known = load_models(site)
    tables = {one.table for one in definitions.indicators(site).values()}
    wanted = {name for table in tables for name in needed_for(known, table)}
    few = {name: model for name, model in known.items() if name in wanted | {"mart.cost_per_use"}}
    building.build_snapshot(site, few, all_receipts(site)[::-1], no_progress)
    return site


def test_there_are_thirty_numbered_once_each(site: Site) -> None:
    declared = list(definitions.indicators(site).values())
    assert [one.number for one in declared] == list(range(1, 31))
    assert {one.id for one in declared} == set(EXPECTED)


@pytest.mark.parametrize("id", EXPECTED)
def test_an_indicator_is_what_is_worked_out_by_hand(library: Site, id: str) -> None:
    result = queries.indicator(library, id, actor=DIRECTOR)
    of_2025 = next(one for one in result.years if one.year == 2025)
    assert of_2025.value == pytest.approx(EXPECTED[id])
    assert result.reason == ""
    if of_2025.numerator is not None and of_2025.denominator:
        ratio = of_2025.numerator / of_2025.denominator
        factor = of_2025.value / ratio
        assert round(factor, 6) in (1, 100, 1000) or id == "rejected_accesses"


@pytest.mark.parametrize("id", ["hours_open_to_demand", "visits_per_capita", "acquisition_time"])
def test_a_year_that_is_over_is_the_last_full_one(library: Site, id: str) -> None:
    result = queries.indicator(library, id, actor=DIRECTOR)
    assert result.last is not None
    assert result.last.year == 2025
    assert result.last.whole


def test_breakdowns_add_up_to_the_whole(library: Site) -> None:
    result = queries.indicator(library, "visits_per_capita", actor=DIRECTOR)
    parts = {one.part: one.numerator for one in result.parts["campus"] if one.year == 2025}
    assert parts[EAST] == 400
    assert parts[WEST] == 200
    assert result.last is not None
    assert result.last.numerator == 600


def test_a_filter_narrows_to_one_part(library: Site) -> None:
    result = queries.indicator(
        library, "user_places_per_capita", actor=DIRECTOR, filters={"campus": WEST}
    )
    assert result.last is not None
    assert result.last.value == 1000 * 20 / 20
    assert "campus = '西区'" in result.sql
    with pytest.raises(BadFilter):
        queries.indicator(library, "shelving_accuracy", actor=DIRECTOR, filters={"college": "x"})


def test_without_data_an_indicator_says_what_it_lacks(site: Site) -> None:
    for result in queries.indicators(site, actor=DIRECTOR):
        assert result.last is None
        assert result.missing == result.definition.needs
        assert result.definition.lacks["en"] in result.reason


def test_nobody_without_the_dashboards_sees_them(site: Site) -> None:
    with pytest.raises(NotAllowed):
        queries.indicators(site, actor=Actor("s", "student", reader(1)))
    with pytest.raises(NoSuchIndicator, match="shelving_accuracy"):
        queries.indicator(site, "shelving_acuracy", actor=DIRECTOR)


MISTAKES = [
    ("area: resources", "area: sources", "'area' has a value"),
    ("direction: up", "direction: north", "'direction' has a value"),
    ("number: 4", "number: four", "'number' has a value of the wrong kind"),
    ("needs: [survey_results]", "", "'needs' is missing"),
    ("unit: {zh:", "unit: {de:", "'unit' must be"),
    ("area: resources", "area: resources\ncolour: red", "'colour' is not known here"),
]


@pytest.mark.parametrize("before, after, sentence", MISTAKES)
def test_a_mistake_in_an_indicator_is_named(
    site: Site, before: str, after: str, sentence: str
) -> None:
    from shuren.kernel.definitions import SHIPPED

    text = (SHIPPED / "indicators" / "shelving_accuracy.yaml").read_text("utf-8")
    assert before in text
    local = site.definitions / "indicators" / "shelving_accuracy.yaml"
    local.parent.mkdir(parents=True, exist_ok=True)
    local.write_text(text.replace(before, after, 1), "utf-8")
    with pytest.raises(DefinitionError, match=sentence) as caught:
        definitions.indicators(site)
    assert str(local) in str(caught.value)
