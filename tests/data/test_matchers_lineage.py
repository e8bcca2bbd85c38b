"""Matchers and learned models in the lineage: what they read and write, and nothing else."""

import json

import pytest

from shuren.data import actions, queries
from shuren.data.definitions import contracts
from shuren.data.internals.resolution import cards
from shuren.data.internals.resolution.declared import MATCHERS
from shuren.data.internals.resolution.running import WHATS
from shuren.trust.models import UseRecord
from tests.data.loading import OPERATOR, load
from tests.data.raw_helper import put_raw

# Written, but from no column: constants, the run's own moment, the card's version.
BY_THE_RUN = {"record_kind", "field_name", "model_version", "is_withdrawn"}
BY_THE_CLOCK = {"resolved_at", "suggested_at"}


@pytest.fixture
def built(site):
    load(
        site,
        "bib_records",
        "record_id,source_system,title,authors\n1,T,三体,刘慈欣\n2,T,活着,余华\n",
    )
    put_raw(site, "authority_records", [{"record_id": "a1", "heading": "余华"}])
    actions.build(site, actor=OPERATOR)
    return site


@pytest.mark.django_db
@pytest.mark.parametrize("what", WHATS)
def test_a_run_reads_the_columns_it_is_declared_to_read(built, what):
    before = UseRecord.objects.count()
    actions.resolve(built, what, actor=OPERATOR)
    uses = UseRecord.objects.order_by("id")[before:]
    read = {
        f"{use.table}.{name}".replace("trust.identity.", "vault:identity.readers.")
        for use in uses
        for name in use.columns.split()
    } - {"vault:identity.readers.reader_id"}  # the key to the vault, not a thing compared
    assert read == set(MATCHERS[what].inputs)


@pytest.mark.parametrize(
    "contract", sorted({o.partition(".")[0] for m in MATCHERS.values() for o in m.outputs})
)
def test_every_field_that_a_run_makes_has_its_origin(contract):
    made = {
        name.partition(".")[2]
        for one in MATCHERS.values()
        for name in one.outputs
        if name.partition(".")[0] == contract
    }
    fields = {field.name for field in contracts(None)[contract].fields}
    assert made == fields - BY_THE_RUN - BY_THE_CLOCK


def test_every_kind_of_run_is_declared():
    assert set(MATCHERS) == set(WHATS)


def test_a_model_stands_between_what_it_reads_and_what_is_made_of_it():
    graph = queries.lineage(None)
    assert graph.gaps == ()
    assert "learned_model:works" in graph.upstream("conformed.work_member.work_id")
    up = graph.upstream("conformed.work_member.probability")
    for id in ("learned_model:works", "contract:bib_records.title", "contract:items.author"):
        assert id in up
    assert up["contract:bib_records.title"][1] == "value"
    way = graph.path(up, "contract:bib_records.title")
    assert "learned_model:works.work_links.probability" in way
    assert "names:work_links.probability" in way
    down = graph.downstream("contract:bib_records.subjects")
    assert down["conformed.suggestion.suggested"][1] == "value"
    # Only what names a column reaches it: subjects say nothing of works.
    assert "learned_model:works.work_links.work_id" not in {
        id for id, (_before, via) in down.items() if via == "value"
    }


def test_the_impact_list_names_the_models():
    graph = queries.lineage(None)
    changes = queries.field_changes(graph, "bib_records", ["title"], "drop")
    found = {effect.table.id: effect for effect in queries.impact(graph, changes)}
    assert {"learned_model:works", "learned_model:classes"} <= set(found)
    assert found["learned_model:works"].breaks
    changes = queries.field_changes(graph, "bib_records", ["subjects"], "drop")
    by_value = {e.table.id for e in queries.impact(graph, changes) if e.via == "value"}
    assert "learned_model:classes" in by_value


@pytest.mark.django_db
def test_a_card_that_nobody_declared_is_in_the_graph_as_it_says(built):
    cards.write(
        built, "readers", {}, ("readers",), records=2, training={}, threshold=0.9, evaluation={},
        goals={}, title={"zh": "读者归并模型", "en": "Model of readers"},
        inputs=("conformed.reader.college",), outputs={"loans.campus": (), "loans.gone": ()},
    )  # fmt: skip
    graph = queries.lineage(built)
    assert graph.nodes["learned_model:readers"].title["zh"] == "读者归并模型"
    up = graph.upstream("raw.loans.campus")
    assert up["conformed.reader.college"][1] == "value"
    assert graph.gaps == ("learned_model:readers: contract:loans.gone?",)


@pytest.mark.django_db
def test_a_run_is_an_event_with_what_it_read_and_wrote(built):
    found = actions.resolve(built, "works", actor=OPERATOR)
    assert found.load
    text = next((built.data / "lineage").glob("openlineage-*.ndjson")).read_text("utf-8")
    events = [json.loads(line) for line in text.splitlines()]
    start, done = (e for e in events if e["job"]["name"] == "resolve.works")
    assert start["run"]["runId"] == done["run"]["runId"]
    assert {one["name"] for one in done["inputs"]} == {"conformed.bib_record", "conformed.title"}
    (output,) = done["outputs"]
    assert output["name"] == "raw.work_links"
    fields = output["facets"]["columnLineage"]["fields"]
    record = {(one["name"], one["field"]) for one in fields["record_id"]["inputFields"]}
    assert record == {("conformed.bib_record", "bib_id"), ("conformed.title", "title_id")}
    assert {"work_id", "method", "probability"} < set(fields)
