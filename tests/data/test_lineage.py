"""Every column of every table says where it comes from."""

import json
import re

import pytest
import sqlglot

from shuren.data import definitions, queries
from shuren.data.errors import ModelError, UnknownName
from shuren.data.internals.lineage import graph as graph_file
from shuren.data.internals.lineage.select import Tracer, table_shape
from shuren.data.lineage import ROWS, VALUE
from tests.data.lineage_models import put_model

TABLES = {
    "raw.loans": ("id", "reader", "item", "day", "due"),
    "raw.readers": ("reader", "college"),
}


def traced(sql: str):
    """(columns {name: (values, what orders them)}, rows, steps) of one SELECT; no gap in it."""
    shapes = {name: table_shape(name, columns) for name, columns in TABLES.items()}
    tracer = Tracer("m", shapes.get)
    shape = tracer.trace(sqlglot.parse_one(sql, read="duckdb"))
    assert tracer.gaps == []
    columns = {name: (set(o.values), set(o.order)) for name, o in shape.columns.items()}
    steps = {step.name: step.shape for step in tracer.steps}
    return columns, set(shape.rows), steps


@pytest.mark.parametrize(
    "sql, column, values",
    [
        ("SELECT day AS d FROM raw.loans", "d", {"raw.loans.day"}),
        ("SELECT l.day FROM raw.loans l", "day", {"raw.loans.day"}),
        ("SELECT coalesce(day, due) AS d FROM raw.loans", "d", {"raw.loans.day", "raw.loans.due"}),
        ("SELECT * FROM raw.loans", "due", {"raw.loans.due"}),
        ("SELECT r.* FROM raw.loans l JOIN raw.readers r USING (reader)", "college",
         {"raw.readers.college"}),
        ("SELECT * REPLACE (due AS day) FROM raw.loans", "day", {"raw.loans.due"}),
        ("SELECT CASE WHEN due IS NULL THEN day END AS d FROM raw.loans", "d",
         {"raw.loans.day", "raw.loans.due"}),
        ("SELECT count(*) AS n FROM raw.loans", "n", {"raw.loans"}),
        ("SELECT sum(1) AS n FROM raw.loans", "n", {"raw.loans"}),
        ("SELECT id AS a FROM raw.loans UNION ALL SELECT college FROM raw.readers", "a",
         {"raw.loans.id", "raw.readers.college"}),
        ("SELECT id, '' AS a, '' FROM raw.loans UNION ALL SELECT item, day, due FROM raw.loans",
         "a", {"raw.loans.day"}),
        ("SELECT x FROM (SELECT day AS x FROM raw.loans) AS inner_one", "x", {"raw.loans.day"}),
        ("SELECT (SELECT max(college) FROM raw.readers r WHERE r.reader = l.reader) AS c"
         " FROM raw.loans l", "c", {"raw.readers.college"}),
        ("SELECT day AS d, d AS e FROM raw.loans", "e", {"raw.loans.day"}),
        ("SELECT s.size FROM raw.loans CROSS JOIN (VALUES (1), (2)) AS s (size)", "size", set()),
    ],
    ids=["alias", "table alias", "function", "star", "star of one table", "star with replace",
         "case", "count", "sum of ones", "union", "union by place", "subquery", "scalar subquery",
         "alias used again", "values"],
)  # fmt: skip
def test_a_value_is_followed_to_its_column(sql, column, values):
    columns, _rows, _steps = traced(sql)
    assert columns[column][0] == values


@pytest.mark.parametrize(
    "sql, deciding",
    [
        ("SELECT id FROM raw.loans WHERE day > due", {"raw.loans.day", "raw.loans.due"}),
        ("SELECT id FROM raw.loans l JOIN raw.readers r ON r.reader = l.reader",
         {"raw.loans.reader", "raw.readers.reader", "raw.readers"}),
        ("SELECT id FROM raw.loans JOIN raw.readers USING (reader)",
         {"raw.loans.reader", "raw.readers.reader", "raw.readers"}),
        ("SELECT max(id) AS m FROM raw.loans GROUP BY day", {"raw.loans.day"}),
        ("SELECT day, max(id) AS m FROM raw.loans GROUP BY 1", {"raw.loans.day"}),
        ("SELECT max(id) AS m FROM raw.loans HAVING count(due) > 1", {"raw.loans.due"}),
        ("SELECT id FROM raw.loans QUALIFY row_number() OVER (PARTITION BY item ORDER BY day) = 1",
         {"raw.loans.item", "raw.loans.day"}),
        ("SELECT DISTINCT item FROM raw.loans", {"raw.loans.item"}),
        ("SELECT id FROM raw.loans ORDER BY day LIMIT 5", {"raw.loans.day"}),
        ("SELECT id FROM raw.loans WHERE EXISTS (SELECT 1 FROM raw.readers"
         " WHERE readers.reader = loans.reader)", {"raw.readers.reader", "raw.loans.reader"}),
        ("SELECT id FROM raw.loans WHERE reader IN (SELECT reader FROM raw.readers)",
         {"raw.readers.reader"}),
        ("SELECT id FROM raw.loans UNION SELECT item FROM raw.loans", {"raw.loans.item"}),
    ],
    ids=["where", "join", "using", "group", "group by place", "having", "qualify", "distinct",
         "limit", "exists", "in", "union"],
)  # fmt: skip
def test_what_decides_rows_is_no_value(sql, deciding):
    columns, rows, _steps = traced(sql)
    assert deciding | {"raw.loans"} <= rows
    assert not any("raw.readers" in value for values, _o in columns.values() for value in values)


def test_a_windows_order_decides_which_value_it_takes():
    columns, rows, _steps = traced(
        "SELECT id, lag(due) OVER (PARTITION BY item ORDER BY day) AS before FROM raw.loans"
    )
    assert columns["before"] == ({"raw.loans.due"}, {"raw.loans.item", "raw.loans.day"})
    assert rows == {"raw.loans"}


def test_a_named_step_hides_an_outer_one_of_its_name():
    columns, _rows, steps = traced(
        "WITH a AS (SELECT day AS x FROM raw.loans),"
        " b AS (WITH a AS (SELECT due AS x FROM raw.loans) SELECT x FROM a)"
        " SELECT a.x AS outer_x, b.x AS inner_x FROM a CROSS JOIN b"
    )
    assert columns["outer_x"][0] == {"m/a.x"}
    assert columns["inner_x"][0] == {"m/b.x"}
    assert steps["b"].columns["x"].values == {"m/b/a.x"}


def test_a_step_that_reads_itself_ends():
    columns, _rows, steps = traced(
        "WITH RECURSIVE t (n) AS (SELECT day FROM raw.loans UNION ALL SELECT n FROM t)"
        " SELECT n FROM t"
    )
    assert columns["n"][0] == {"m/t.n"}
    assert steps["t"].columns["n"].values == {"raw.loans.day", "m/t.n"}


@pytest.mark.parametrize(
    "sql, missing",
    [
        ("SELECT nothing FROM raw.loans", "nothing"),
        ("SELECT l.nothing FROM raw.loans l", "l.nothing"),
        ("SELECT 1 AS a FROM raw.gone", "raw.gone"),
        ("SELECT reader FROM raw.loans, raw.readers", "reader"),
    ],
    ids=["column", "column of a table", "table", "in two tables"],
)
def test_what_cannot_be_followed_is_said(sql, missing):
    shapes = {name: table_shape(name, columns) for name, columns in TABLES.items()}
    tracer = Tracer("m", shapes.get)
    tracer.trace(sqlglot.parse_one(sql, read="duckdb"))
    assert tracer.gaps == [f"m: {missing}"]


def test_every_column_of_every_shipped_model_is_followed():
    graph = queries.lineage(None)
    assert graph.gaps == ()
    for name, model in definitions.models(None).items():
        assert [node.name for node in graph.columns(name)] == [c.name for c in model.columns]


def test_a_marts_column_leads_to_the_header_of_the_export():
    graph = queries.lineage(None)
    trail = graph.upstream("mart.loan_fact.college")
    assert trail["source:demo-readers.单位"][1] == VALUE
    assert trail["contract:readers.college"][1] == VALUE
    assert trail["contract:loans.reader_id"][1] == ROWS
    way = graph.path(graph.downstream("source:demo-readers.单位"), "mart.loan_fact.college")
    assert way == (
        "source:demo-readers.单位",
        "contract:readers.college",
        "raw.readers.college",
        "conformed.reader/registered.college",
        "conformed.reader.college",
        "mart.loan_fact.college",
    )


def test_a_name_leads_to_the_vault_and_no_value_of_it_to_a_table():
    graph = queries.lineage(None)
    trail = graph.downstream("contract:readers.name")
    assert "vault:identity.readers.name" in trail
    by_value = {id for id, (_before, via) in trail.items() if via == VALUE}
    assert not any(id.startswith(("raw.", "mart.", "conformed.")) for id in by_value)
    # It is compared, to find one person's cards: that is said, and is no value.
    assert trail["learned_model:readers.reader_links.person_id"][1] == ROWS


def test_a_sites_own_model_joins_the_graph(site):
    put_model(site, "renewal_share", "SELECT loan_id, renewals AS share FROM mart.loan_fact",
              {"loan_id": "VARCHAR", "share": "BIGINT"})  # fmt: skip
    graph = queries.lineage(site)
    assert "mart.renewal_share.share" in graph.downstream("contract:loans.renewals")
    assert graph.upstream("mart.renewal_share.share")["source:demo-loans.续借次数"][1] == VALUE


def test_dropping_a_field_breaks_the_model_that_names_it_and_all_behind(site):
    put_model(site, "renewal_share", "SELECT loan_id, renewals AS share FROM mart.loan_fact",
              {"loan_id": "VARCHAR", "share": "BIGINT"})  # fmt: skip
    graph = queries.lineage(site)
    found = queries.impact(graph, queries.field_changes(graph, "loans", ["renewals"], "drop"))
    broken = {effect.table.id for effect in found if effect.breaks}
    assert {"conformed.loan", "mart.loan_fact", "mart.renewal_share"} <= broken
    assert "conformed.seat_zone" not in {effect.table.id for effect in found}
    share = next(effect for effect in found if effect.table.id == "mart.renewal_share")
    assert share.via == VALUE
    assert share.path[0] == "contract:loans.renewals"
    assert share.path[-1] == "mart.renewal_share.share"


def test_dropping_a_column_of_a_source_breaks_only_where_its_field_is_required():
    graph = queries.lineage(None)
    optional = queries.field_changes(graph, "source:demo-loans", ["续借次数"], "drop")
    assert not any(effect.breaks for effect in queries.impact(graph, optional))
    needed = queries.field_changes(graph, "source:demo-loans", ["借出时间"], "drop")
    assert any(effect.breaks for effect in queries.impact(graph, needed))


def test_a_changed_contract_is_compared_before_it_is_put_in_place(site, tmp_path):
    text = (definitions_path("loans")).read_text("utf-8")
    new = tmp_path / "loans.yaml"
    new.write_text(
        text.replace("version: 1.0.0", "version: 2.0.0").replace(
            "name: renewals", "name: renewed_times"
        ),
        "utf-8",
    )
    changes = queries.contract_changes(site, "loans", new)
    assert [(c.node, c.action, c.after) for c in changes] == [
        ("contract:loans.renewals", "rename", "renewed_times")
    ]
    assert queries.contract_changes(site, "loans", definitions_path("loans")) == []


def definitions_path(contract: str):
    from shuren.kernel.definitions import SHIPPED

    return SHIPPED / "contracts" / f"{contract}.yaml"


def test_a_node_is_found_by_the_end_of_its_name_and_a_slip_gets_a_suggestion():
    graph = queries.lineage(None)
    assert queries.lineage_node(graph, "loan_fact.college").id == "mart.loan_fact.college"
    with pytest.raises(UnknownName, match=r"mart\.loan_fact\.college"):
        queries.lineage_node(graph, "mart.loan_fact.colege")


def test_a_select_over_tables_is_followed_through_its_steps(site):
    sql = (
        "WITH a AS (SELECT college, count(*) AS n FROM mart.loan_fact WHERE year > 2020 GROUP BY 1)"
        " SELECT n / 2 AS half FROM a"
    )
    found = queries.select_origins(site, [sql])[sql]
    assert found["half"][0] == {"mart.loan_fact"}
    assert {"mart.loan_fact.year", "mart.loan_fact.college"} <= found["half"][1]
    assert queries.select_origins(site, [sql])[sql] == found  # kept on disk by now
    with pytest.raises(ModelError, match="colege"):
        queries.select_origins(site, ["SELECT colege FROM mart.loan_fact"])


def anew(monkeypatch) -> list[str]:
    """As a new process begins: nothing in memory. Returns the models that are followed again."""
    followed: list[str] = []
    original = graph_file._traced

    def noted(name, sql, known):
        followed.append(name)
        return original(name, sql, known)

    monkeypatch.setattr(graph_file, "_graphs", {})
    monkeypatch.setattr(graph_file, "_traced", noted)
    return followed


def test_a_new_process_finds_the_graph_on_disk(site, monkeypatch):
    first = queries.lineage(site)
    followed = anew(monkeypatch)
    again = queries.lineage(site)
    assert followed == []
    assert (again.nodes, again.edges, again.gaps) == (first.nodes, first.edges, first.gaps)


def test_a_graph_on_disk_counts_for_the_definitions_it_was_made_of(site, monkeypatch):
    columns = {"loan_id": "VARCHAR", "share": "BIGINT"}
    put_model(site, "share", "SELECT loan_id, renewals AS share FROM mart.loan_fact", columns)
    queries.lineage(site)
    put_model(site, "share", "SELECT loan_id, year AS share FROM mart.loan_fact", columns)
    followed = anew(monkeypatch)
    sources = queries.lineage(site).sources_of("mart.share.share")
    assert ("mart.loan_fact.year", VALUE) in sources
    assert "mart.share" in followed


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: "[]",
        lambda text: text.replace('"nodes"', '"knots"'),
        lambda text: re.sub(r'"nodes":\[.*\],"edges"', '"nodes":[[1]],"edges"', text),
        lambda text: re.sub(r'"nodes":\[.*\],"edges"', '"nodes":[],"edges"', text),
    ],
    ids=["cut off", "a list", "no nodes", "a broken node", "edges from nowhere"],
)
def test_a_damaged_graph_on_disk_is_made_again(site, monkeypatch, damage):
    first = queries.lineage(site)
    path = site.data / "lineage" / "graph.json"
    path.write_text(damage(path.read_text("utf-8")), "utf-8")
    followed = anew(monkeypatch)
    assert queries.lineage(site).edges == first.edges
    assert "mart.loan_fact" in followed
    assert json.loads(path.read_text("utf-8"))["nodes"]  # and kept again
