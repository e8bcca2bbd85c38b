"""From a call number to a shelf, and plans that cannot be drawn."""

import pytest

from shuren.discovery.floors import find_spot, floor_plans
from shuren.kernel.errors import DefinitionError

LITERATURE = ("江湾校区", "江湾图书馆 文学借阅区")


@pytest.mark.parametrize(
    "call_number, shelf",
    [
        ("I/1", "W01"),
        ("I199/4", "W01"),
        ("I2/1", "W02"),
        ("I247.54/9", "W04"),
        ("I247.55/7", "W05"),
        ("I247.57/1", "W06"),
        ("J9/3", "W12"),
        ("A1/1", "W01"),
        ("Z9/1", "W12"),
    ],
    ids=["the first of the first", "the last of the first", "a class of its own", "before a bound",
         "at a bound", "behind it", "the last shelf", "before all", "behind all"],
)  # fmt: skip
def test_a_book_stands_on_the_last_shelf_that_begins_before_it(call_number, shelf):
    spot = find_spot(None, *LITERATURE, call_number)
    assert spot is not None
    assert (spot.shelf.id, spot.floor.id, spot.plan.id) == (shelf, "二层", "demo-jiangwan")


@pytest.mark.parametrize(
    "campus, location, call_number",
    [
        (*LITERATURE, ""),
        (*LITERATURE, "2019-33"),
        ("云溪校区", "江湾图书馆 文学借阅区", "I2/1"),
        ("江湾校区", "别处", "I2/1"),
    ],
)
def test_what_no_plan_shows_has_no_spot(campus, location, call_number):
    assert find_spot(None, campus, location, call_number) is None


def test_every_plan_of_ours_has_its_shelves_inside_and_numbered_from_the_entrance():
    for plan in floor_plans(None):
        for floor in plan.floors:
            for area in floor.areas:
                lefts = [shelf.box.left for shelf in area.shelves]
                assert lefts == sorted(lefts)
                assert [shelf.number for shelf in area.shelves] == list(range(1, len(lefts) + 1))


PLAN = """\
id: small
title: {zh: 小馆, en: Small}
campus: A
floors:
- id: "1"
  title: {zh: 一层, en: Floor 1}
  size: [20, 20]
  entrance: [0, 10]
  aisle: 10
  areas:
  - title: {zh: 书库, en: Stacks}
    location: S
    at: [1, 1, 18, 8]
    shelves: {prefix: S, at: [2, 2], each: [1, 6], step: 3, from: [A, I2, TP]}
"""


@pytest.mark.parametrize(
    "before, after, said",
    [
        ("[A, I2, TP]", "[A, TP, I2]", "I2 does not stand behind TP"),
        ("[A, I2, TP]", "[A, I2, I2]", "I2 does not stand behind I2"),
        ("[A, I2, TP]", "[A, 2019, TP]", "2019 is no call number"),
        ("step: 3", "step: 9", "S03 reaches outside"),
        ("at: [1, 1, 18, 8]", "at: [1, 1, 30, 8]", "reaches outside"),
        ("aisle: 10", "aisle: 5", "the shelf S01 stands in the aisle"),
        ("size: [20, 20]", "size: [20]", "must be 2 numbers"),
        ("    location: S\n", "    locations: S\n", "'floors[1].areas[1].locations' is not known"),
    ],
)
def test_a_plan_that_cannot_be_drawn_is_refused_by_place(site, before, after, said):
    folder = site.definitions / "floors"
    folder.mkdir(parents=True)
    text = PLAN.replace(before, after)
    assert text != PLAN
    (folder / "small.yaml").write_text(text, "utf-8")
    with pytest.raises(DefinitionError, match=r"small\.yaml") as caught:
        floor_plans(site)
    assert said in caught.value.message
