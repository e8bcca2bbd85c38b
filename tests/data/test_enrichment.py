"""Suggestions: names by the authority file, classes by their like; nothing is overwritten."""

import numpy as np
import pytest

from shuren.campus.catalogue import make_catalogue
from shuren.data import actions, queries
from shuren.data.internals.resolution import authorities, classes
from shuren.data.internals.resolution.running import class_of
from tests.data.loading import OPERATOR
from tests.data.raw_helper import put_raw

AUTHORITIES = [
    {"authority_id": "a1", "heading": "鲁迅", "life_dates": "1881-1936", "other_forms": "周树人"},
    {"authority_id": "a2", "heading": "Twain, Mark,", "life_dates": "1835-1910",
     "other_forms": "Clemens, Samuel Langhorne‖Snodgrass, Quintus Curtius"},
    {"authority_id": "a3", "heading": "王伟", "life_dates": "1961-", "other_forms": ""},
    {"authority_id": "a4", "heading": "王伟", "life_dates": "1975-", "other_forms": ""},
]  # fmt: skip


@pytest.mark.parametrize(
    "given, authority, method",
    [
        ("鲁迅", "a1", "heading"),
        ("周树人", "a1", "variant"),
        ("鲁迅, 1881-1936", "a1", "heading"),
        ("鲁迅, 1950-", None, None),  # somebody else
        ("TWAIN, Mark", "a2", "heading"),
        ("clemens,  samuel langhorne", "a2", "variant"),
        ("王伟", None, None),  # two of that name
        ("王伟, 1975-", "a4", "heading"),
        ("无此人", None, None),
    ],
)
def test_a_name_is_matched_by_its_form_and_dates_or_not_at_all(given, authority, method):
    found = authorities.match([("b1", given)], AUTHORITIES)
    assert [(m.authority, m.method) for m in found] == ([(authority, method)] if authority else [])


def test_each_of_several_names_is_matched_by_its_place():
    found = authorities.match([("b1", "无此人‖周树人")], AUTHORITIES)
    assert [(m.place, m.given, m.heading) for m in found] == [(2, "周树人", "鲁迅")]


@pytest.mark.parametrize(
    "number, label",
    [("TP312.8", "TP312"), ("I247.57", "I247"), ("O1-0", "O10"), ("12", ""), ("", "")],
)
def test_a_class_is_suggested_to_its_point(number, label):
    assert class_of(number) == label


def known(count: int) -> list[classes.Known]:
    titles = make_catalogue(0.3, np.random.default_rng(7)).titles[:count]
    return [
        classes.Known(f"k{n}", t.title, "", class_of(t.class_number)) for n, t in enumerate(titles)
    ]


def test_on_hidden_records_what_is_said_is_mostly_right_and_doubt_is_silent():
    classifier, found = classes.learn(known(2700))
    assert found["precision"] >= 0.85
    assert found["recall"] >= 0.5
    assert found["spoken"] < 1
    assert classifier.say(classes.Known("x", "ωψξ ζθδ", "", "")) is None
    again = classes.from_json(classes.to_json(classifier))
    record = classes.Known("y", "Python程序设计入门", "", "")
    first, second = classifier.best(record, 1), again.best(record, 1)
    assert first.label == second.label == "T"
    assert first.confidence == pytest.approx(second.confidence, abs=0.02)


@pytest.mark.django_db
def test_suggestions_land_beside_the_record_and_go_when_it_is_mended(site):
    records = [
        {"record_id": "1", "source_system": "T", "title": "朝花夕拾", "authors": "周树人"},
        {"record_id": "2", "source_system": "T", "title": "呐喊", "authors": "鲁迅"},
    ]
    put_raw(site, "bib_records", records)
    put_raw(site, "authority_records", [
        {"record_id": "a1", "source_system": "T", "heading": "鲁迅", "other_forms": "周树人"}
    ], place=1)  # fmt: skip
    actions.build(site, actor=OPERATOR)
    found = actions.resolve(site, "authorities", actor=OPERATOR)
    assert found.found == {"names": 2, "heading": 1, "variant": 1, "suggested": 2}
    actions.build(site, actor=OPERATOR)
    table = queries.read(
        site, "conformed.suggestion", purpose="data_quality", actor=OPERATOR, order_by=["method"],
        columns=["title", "given", "suggested", "method"],
    )  # fmt: skip
    assert table.rows == [
        ("呐喊", "鲁迅", "鲁迅", "heading"),
        ("朝花夕拾", "周树人", "鲁迅", "variant"),
    ]
    bibs = queries.read(
        site, "conformed.bib_record", purpose="data_quality", actor=OPERATOR, columns=["authors"]
    )
    assert {row[0] for row in bibs.rows} == {"周树人", "鲁迅"}  # the record is as it was

    put_raw(site, "bib_records", [records[0] | {"authors": "无名氏"}], place=2)
    actions.build(site, actor=OPERATOR)
    assert actions.resolve(site, "authorities", actor=OPERATOR).changed == 1
    actions.build(site, actor=OPERATOR)
    left = queries.read(site, "conformed.suggestion", purpose="data_quality", actor=OPERATOR)
    assert len(left.rows) == 1
