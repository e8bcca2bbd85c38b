"""Models: what their front matter must say, in which order they run, what their SQL may use."""

from pathlib import Path

import pytest

from shuren.data.errors import ModelError, NoSuchTable
from shuren.data.internals import models
from shuren.kernel.site import Site

FRONT = """/*
title: {{zh: 表, en: Table}}
description: {{zh: 表, en: Table}}
grain: {{zh: 一行, en: a row}}
data_class: bibliographic
key: [id]
columns:
  id: {{type: VARCHAR, class: 1, title: {{zh: 号, en: Id}}}}
*/
{sql}
"""


def put_model(site: Site, name: str, sql: str, front: str = FRONT) -> Path:
    layer, table = name.split(".")
    path = site.definitions / "models" / layer / f"{table}.sql"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(front.format(sql=sql), "utf-8")
    return path


def test_a_model_comes_after_everything_it_reads(site: Site) -> None:
    order = list(models.load_models(site))
    for name, model in models.load_models(site).items():
        for table in model.reads:
            if table in order:
                assert order.index(table) < order.index(name)


def test_a_circle_is_named_by_its_tables(site: Site) -> None:
    put_model(site, "mart.hen", "SELECT id FROM mart.egg")
    put_model(site, "mart.egg", "SELECT id FROM mart.hen")
    with pytest.raises(ModelError, match=r"wait for each other: .*mart\.(hen|egg) → mart\."):
        models.load_models(site)


@pytest.mark.parametrize(
    "sql, sentence",
    [
        ("SELECT id FROM mart.nowhere", "reads mart.nowhere, which no model makes"),
        ("SELECT id FROM elsewhere.items", "reads elsewhere.items, which is no source"),
        ("SELECT id FROM somewhere", "reads somewhere, which is no source"),
        ("SELECT id FROM read_csv('/etc/passwd')", "the function read_csv|which is no table"),
        ("SELECT strftime(id, '%Y') AS id FROM raw.items", "portable functions"),
        ("SELECT getenv('HOME') AS id", "the function getenv is not on the list"),
        ("SELECT id FROM raw.items; DROP TABLE x", "exactly one SELECT"),
        ("DELETE FROM raw.items", "exactly one SELECT"),
        ("SELECT id FROM (", "cannot be parsed"),
    ],
)
def test_sql_outside_the_rules_is_refused_with_a_reason(
    site: Site, sql: str, sentence: str
) -> None:
    put_model(site, "mart.odd", sql)
    with pytest.raises(ModelError, match=sentence):
        models.load_models(site)


@pytest.mark.parametrize(
    "before, after, sentence",
    [
        ("key: [id]", "key: [nr]", "its key names 'nr', which is no column"),
        ("type: VARCHAR", "type: TEXT", "column id: type must be one of"),
        ("class: 1", "class: 7", "column id: class must be 1 to 4"),
        ("title: {{zh: 号, en: Id}}", "title: {{zh: 号}}", "column id: title needs zh and en"),
        ("data_class: bibliographic", "dataclass: bibliographic", "has no 'data_class'"),
        ("data_class: bibliographic", "data_class: service", "data_class must be one of"),
        ("key: [id]", "key: [id]\nperson: reader", "person names 'reader', which is no column"),
        ("key: [id]", "key: [id]\ncolour: red", "unknown key 'colour'"),
        ("/*", "--", "begin with its front matter"),
    ],
)
def test_front_matter_that_is_wrong_is_named(
    site: Site, before: str, after: str, sentence: str
) -> None:
    path = put_model(site, "mart.odd", "SELECT id FROM raw.items", FRONT.replace(before, after))
    with pytest.raises(ModelError, match=sentence) as caught:
        models.load_models(site)
    assert str(path) in str(caught.value)


def test_a_local_model_replaces_ours(site: Site) -> None:
    put_model(site, "conformed.seat_zone", "SELECT zone_id AS id FROM raw.seat_zones")
    found = models.load_models(site)["conformed.seat_zone"]
    assert found.local
    assert [column.name for column in found.columns] == ["id"]


def test_an_unknown_table_gets_the_nearest_name(site: Site) -> None:
    with pytest.raises(NoSuchTable, match=r"mart\.loan_fact"):
        models.model(site, "mart.loans_fact")


def test_every_cte_is_a_step_and_the_result_is_the_last(site: Site) -> None:
    names = [name for name, _sql, _query in models.steps(models.model(site, "conformed.loan"))]
    assert names == [
        "exported", "own", "own_days", "lent", "copy_of_title", "with_item", "loan",
    ]  # fmt: skip


def test_no_column_of_a_public_table_is_personal() -> None:
    for model in models.load_models(None).values():
        if model.public:
            assert not model.person
            assert {column.classification for column in model.columns} == {1}, model.name
        if model.person:
            person = next(c for c in model.columns if c.name == model.person)
            assert person.classification in (3, 4)
