"""The list of what readers struggle with: it changes when readers search in vain."""

import pytest

from shuren.data.internals import building
from shuren.data.internals.models import load_models
from shuren.data.internals.receipts import all_receipts
from shuren.insight import queries
from shuren.kernel.shapes import Actor, no_progress
from shuren.kernel.site import Site
from tests.data.raw_helper import put_raw, reader

pytestmark = pytest.mark.django_db
DIRECTOR = Actor("d", "director", doing="dashboards.read")


def searches(words: str, times: int, hits: int, day: str = "2026-11-01") -> list[dict[str, object]]:
    return [
        {"event_id": f"{words}{day}{n}", "searched_at": f"{day}T10:00:00", "words": words,
         "hits": hits}
        for n in range(times)
    ]  # fmt: skip


def listed(
    site: Site, first: int = 1, **loads: list[dict[str, object]]
) -> list[tuple[str, str, int]]:
    for number, (contract, rows) in enumerate(loads.items(), first):
        put_raw(site, contract, rows, place=number)
    models = load_models(site)
    wanted = {"mart.pain_point"}
    for name in reversed(models):
        wanted.update(models[name].reads if name in wanted else ())
    chosen = {name: model for name, model in models.items() if name in wanted}
    building.build_snapshot(site, chosen, all_receipts(site), no_progress)
    rows = queries.figure(site, "pain_points", actor=DIRECTOR).table.dicts()
    return [(row["kind"], row["about"], row["events"]) for row in rows]


def test_two_hundred_searches_in_vain_on_one_topic_come_first(site: Site) -> None:
    few = [one for n in range(12) for one in searches(f"词{n:02}", 5 + n, 0)]
    before = listed(site, search_events=few)
    assert before[0] == ("zero_hits", "词11", 16)
    assert len(before) == 10
    after = listed(site, 2, search_events=searches("量子阅读", 200, 0))
    assert after[0] == ("zero_hits", "量子阅读", 200)


def test_fewer_than_five_and_what_is_older_than_ninety_days_are_left_out(site: Site) -> None:
    old = searches("旧词", 50, 0, "2026-08-03")
    rows = [*searches("新词", 5, 0), *searches("少见", 4, 0), *old]
    assert listed(site, search_events=rows) == [("zero_hits", "新词", 5)]


def test_hits_that_nobody_opened_are_told_where_clicks_are_recorded(site: Site) -> None:
    rows = [*searches("红楼", 6, 3), *searches("水浒", 7, 2)]
    assert listed(site, search_events=rows) == []
    click = {"event_id": "c1", "clicked_at": "2026-11-01T10:00:05", "words": "红楼 ", "target": "t"}
    assert listed(site, search_events=rows, click_events=[click]) == [("not_opened", "水浒", 7)]


def test_requests_that_were_not_filled_need_five_persons(site: Site) -> None:
    def asked(readers: list[int], form: str) -> list[dict[str, object]]:
        return [
            {"request_id": f"{form}{n}", "reader_id": reader(who), "direction": "borrow",
             "requested_at": "2026-10-01T09:00:00", "outcome": "unfilled", "form": form}
            for n, who in enumerate(readers)
        ]  # fmt: skip

    rows = [*asked([1, 2, 3, 4, 5, 5], "copy"), *asked([1, 2, 3, 4, 4, 4], "loan")]
    assert listed(site, interlibrary_requests=rows) == [("unfilled_copy", "", 6)]


def test_the_worst_of_each_kind_comes_before_the_second_worst_of_any(site: Site) -> None:
    rows = [*searches("甲", 100, 0), *searches("乙", 90, 0), *searches("丙", 6, 1)]
    click = {"event_id": "c1", "clicked_at": "2026-11-01T10:00:05", "words": "丁", "target": "t"}
    told = listed(site, search_events=rows, click_events=[click])
    assert [about for _kind, about, _events in told] == ["甲", "丙", "乙"]


ENDS = {"hold": ("book_hold", "expired", "failure"),
        "booking": ("seat_booking", "no_show", "failure"),
        "purchase": ("purchase_suggestion", "rejected", "failure"),
        "request": ("document_delivery", "unfilled", "failure"),
        "commission": ("novelty_search", "withdrawn", "withdrawn")}  # fmt: skip


def cases(flow: str, readers: list[int], day: str = "2026-10-01") -> list[dict[str, object]]:
    service, state, ending = ENDS[flow]
    return [
        {"case_id": f"{flow}{day}{n}", "reader_id": reader(who), "service": service, "flow": flow,
         "state": state, "ending": ending, "needed_at": f"{day}T09:00:00",
         "opened_at": f"{day}T09:00:00", "tries": 0, "returns": 0, "version": 1}
        for n, who in enumerate(readers)
    ]  # fmt: skip


def test_cases_that_came_to_nothing_are_counted_by_how_they_ended(site: Site) -> None:
    five = [1, 2, 3, 4, 5]
    rows = [one for flow in ENDS for one in cases(flow, five)]
    rows += [*cases("hold", [6, 6], "2026-10-02"), *cases("request", five, "2026-06-01")]
    assert listed(site, reader_cases=rows) == [
        ("not_collected", "", 7), ("half_way", "", 5), ("no_show", "", 5), ("not_adopted", "", 5),
        ("not_supplied", "", 5),
    ]  # fmt: skip


def test_cases_of_fewer_than_five_persons_are_not_told(site: Site) -> None:
    rows = [one for flow in ENDS for one in cases(flow, [1, 2, 3, 4, 4, 4, 4])]
    assert listed(site, reader_cases=rows) == []
