"""Events for outside tools: every load and build, to the shape of the OpenLineage spec."""

import json
import re
from datetime import datetime

import pytest

from shuren.data.actions import build, load_file
from shuren.data.errors import AlreadyLoaded, ModelError
from shuren.data.internals import openlineage
from shuren.data.queries import receipts
from shuren.kernel.shapes import Actor
from tests.data.lineage_models import put_model

OPERATOR = Actor("cli:test", "administrator")
LOANS = "读者证号,题名,索书号,借出时间\n2019000101,三体,I247.55/7,2026-03-01 10:00:00\n"

# The keys that spec 2-0-2 requires, and the form of their values.
EVENT = {"eventTime": str, "run": dict, "job": dict, "producer": str, "schemaURL": str}
KINDS = {"START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"}
UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")


def events(site):
    lines = []
    for path in sorted((site.data / "lineage").glob("openlineage-*.ndjson")):
        lines += path.read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def check(event):
    for key, kind in EVENT.items():
        assert isinstance(event[key], kind), key
    assert event["eventType"] in KINDS
    assert datetime.fromisoformat(event["eventTime"]).tzinfo is not None
    assert UUID.fullmatch(event["run"]["runId"])
    assert event["job"]["namespace"]
    assert event["job"]["name"]
    facets = [*event["run"]["facets"].values(), *event["job"]["facets"].values()]
    for dataset in (*event["inputs"], *event["outputs"]):
        assert dataset["namespace"]
        assert dataset["name"]
        facets += [*dataset["facets"].values(), *dataset.get("outputFacets", {}).values()]
        for field in dataset["facets"].get("schema", {}).get("fields", ()):
            assert field["name"]
            assert field["type"]
        lineage = dataset["facets"].get("columnLineage", {}).get("fields", {})
        for column in lineage.values():
            for source in column["inputFields"]:
                assert all(source[part] for part in ("namespace", "name", "field"))
                assert {t["type"] for t in source["transformations"]} <= {"DIRECT", "INDIRECT"}
    for facet in facets:
        assert facet["_producer"].startswith("https://")
        assert re.fullmatch(
            r"https://openlineage.io/spec/facets/\d+-\d+-\d+/\w+\.json", facet["_schemaURL"]
        )


@pytest.fixture
def loaded(site, tmp_path, db):
    path = tmp_path / "loans 2019000101.csv"
    path.write_text(LOANS, "utf-8")
    return load_file(site, "loans", path, actor=OPERATOR)


def test_a_load_is_a_run_that_starts_and_completes(site, loaded):
    start, complete = events(site)
    check(start)
    check(complete)
    assert (start["eventType"], complete["eventType"]) == ("START", "COMPLETE")
    assert start["run"]["runId"] == complete["run"]["runId"]
    assert complete["job"]["name"] == "load.loans"
    (output,) = complete["outputs"]
    assert output["name"] == "raw.loans"
    assert output["outputFacets"]["outputStatistics"]["rowCount"] == loaded.accepted
    (title,) = output["facets"]["columnLineage"]["fields"]["title"]["inputFields"]
    assert title["field"] == "title"


def test_no_number_of_a_person_is_in_an_event(site, loaded):
    assert "2019000101" not in json.dumps(events(site))


def test_a_load_that_fails_is_said(site, loaded, tmp_path):
    again = tmp_path / "again.csv"
    again.write_text(LOANS, "utf-8")
    with pytest.raises(AlreadyLoaded):
        load_file(site, "loans", again, actor=OPERATOR)
    failed = events(site)[-1]
    check(failed)
    assert failed["eventType"] == "FAIL"
    assert failed["run"]["facets"]["errorMessage"]["message"]


def test_a_build_names_what_it_read_and_made(site, loaded):
    build(site, actor=OPERATOR)
    start, complete = events(site)[-2:]
    check(start)
    check(complete)
    assert start["run"]["runId"] == complete["run"]["runId"]
    assert "raw.loans" in {dataset["name"] for dataset in complete["inputs"]}
    (fact,) = [one for one in complete["outputs"] if one["name"] == "mart.loan_fact"]
    renewals = fact["facets"]["columnLineage"]["fields"]["renewals"]["inputFields"]
    assert [(one["name"], one["field"]) for one in renewals] == [("conformed.loan", "renewals")]
    assert fact["outputFacets"]["outputStatistics"]["rowCount"] == 1


def test_a_build_that_fails_is_said(site, loaded):
    put_model(site, "broken", "SELECT loan_id, 1 AS other FROM mart.loan_fact",
              {"loan_id": "VARCHAR", "share": "BIGINT"})  # fmt: skip
    with pytest.raises(Exception, match="broken"):
        build(site, actor=OPERATOR)
    failed = events(site)[-1]
    check(failed)
    assert failed["eventType"] == "FAIL"


def test_a_load_killed_before_its_events_is_caught_up_with_once(site, loaded):
    folder = site.data / "lineage"
    for path in folder.iterdir():
        path.unlink()
    assert openlineage.note_loads(site) == 1
    assert openlineage.note_loads(site) == 0
    runs = {event["run"]["runId"] for event in events(site)}
    assert len(runs) == 1
    assert len(receipts(site)) == 1


def test_a_line_cut_in_two_costs_no_other_line(site, loaded):
    (path,) = (site.data / "lineage").glob("openlineage-*.ndjson")
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"eventType": "STA')
    put_model(site, "bad", "SELECT gone FROM mart.nowhere", {"gone": "VARCHAR"})
    with pytest.raises(ModelError):
        build(site, actor=OPERATOR)
    (site.definitions / "models" / "mart" / "bad.sql").unlink()
    build(site, actor=OPERATOR)
    lines = path.read_bytes().splitlines()
    good = [line for line in lines if line.endswith(b"}")]
    assert len(lines) - len(good) == 1
    for line in good:
        check(json.loads(line))
