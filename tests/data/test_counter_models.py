"""No use is counted twice: reports made again, views beside master reports, both releases."""

from typing import Any

import pytest

from shuren.data import queries
from shuren.data.internals import building
from shuren.data.internals.models import load_models
from shuren.data.internals.receipts import all_receipts
from shuren.kernel.shapes import Actor, no_progress
from tests.data.raw_helper import put_raw

pytestmark = pytest.mark.django_db


def used(report: str, count: int, **more: Any) -> dict[str, Any]:
    row = {"release": "5.1", "report_id": report, "report_created": "2026-02-10T00:00:00Z",
           "platform": "P", "title": "J", "data_type": "Journal", "access_type": "Controlled",
           "access_method": "Regular", "metric_type": "Total_Item_Requests",
           "used_from": "2026-01-01", "usage_count": count}  # fmt: skip
    return {**row, **more}


def built(site, *loads):
    for place, rows in enumerate(loads):
        keyed = [{**row, "proprietary_id": f"{place}-{n}"} for n, row in enumerate(rows)]
        put_raw(site, "counter_usage", keyed, place=place)
    building.build_snapshot(site, load_models(site), all_receipts(site)[::-1], no_progress)

    def total(table: str, **only: str) -> dict[tuple[Any, ...], int]:
        by = ["month", "platform", "metric_type", "family"]
        found = queries.summarise(
            site, table, by=by, measures={"n": "sum:usage"}, purpose="library_statistics",
            where=[(key, "=", value) for key, value in only.items()],
            actor=Actor("d", "director", doing="dashboards.read"),
        )  # fmt: skip
        return {(row[0], row[3]): int(row[4]) for row in found.rows}

    return total


@pytest.mark.parametrize(
    "rows, expected",
    [
        ([used("TR", 10), used("TR_J1", 10), used("TR_J3", 10)], 10),
        ([used("TR_J1", 7), used("TR_J3", 7), used("TR_J3", 2, access_type="Open")], 9),
        ([used("TR_J1", 7), used("TR_J4", 4, yop="2024"), used("TR_J4", 3, yop="2025")], 7),
        ([used("TR_J4", 4, yop="2024"), used("TR_J4", 3, yop="2025")], 7),
        ([used("TR_J1", 7), used("TR_B1", 5, data_type="Book")], 12),
        ([used("TR", 6, data_type="Book", report_filters="data_type=Book"), used("TR_J1", 7)], 13),
        ([used("TR", 10), used("TR", 6, report_filters="yop=2024")], 10),
        ([used("TR", 10), used("TR", 4, component="Part 1")], 10),
    ],
    ids=["master before views", "J3 before J1", "J1 before J4", "J4 alone", "journals and books",
         "a master of books hides no journals", "the whole master before a part", "components"],
)  # fmt: skip
def test_of_reports_that_count_the_same_use_one_is_taken(site, rows, expected):
    total = built(site, rows)
    assert total("conformed.counter_usage") == {("2026-01", "TR"): expected}
    assert total("mart.eresource_month") == {("2026-01", "TR"): expected}


def test_a_report_made_again_replaces_the_one_before_whichever_was_loaded_last(site):
    newer = [used("TR", 8, report_created="2026-03-01T00:00:00Z")]
    older = [used("TR", 10), used("TR", 5, title="Gone since"),
             used("TR", 4, used_from="2026-02-01")]  # fmt: skip
    total = built(site, newer, older)
    assert total("mart.eresource_month") == {("2026-01", "TR"): 8, ("2026-02", "TR"): 4}


def test_open_access_has_one_name_in_both_releases_and_text_mining_is_no_reading(site):
    total = built(site, [used("TR", 3, access_type="OA_Gold", release="5.0"),
                         used("TR", 2, access_type="Open", title="K"),
                         used("TR", 50, access_method="TDM")])  # fmt: skip
    assert total("mart.eresource_month", access_type="Open") == {("2026-01", "TR"): 5}
    assert total("mart.eresource_month") == {("2026-01", "TR"): 5}


def test_a_platform_is_counted_by_one_family(site):
    total = built(site, [used("PR", 100, title=None), used("TR", 80), used("DR", 90, title=None),
                         used("DR", 30, title=None, metric_type="Searches_Regular")])  # fmt: skip
    assert total("mart.platform_month", metric_type="Total_Item_Requests") == {
        ("2026-01", "PR"): 100
    }
    assert total("mart.platform_month", metric_type="Searches_Regular") == {("2026-01", "DR"): 30}
