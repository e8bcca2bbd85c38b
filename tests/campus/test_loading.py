"""The exports go through the same load as anybody's, which finds exactly the planted dirt."""

import json

import pytest

from shuren.campus.actions import write_campus
from shuren.data.actions import load_file
from shuren.kernel.shapes import Actor

IN_TEST_ERESOURCES = ("counter_usage", "eholdings", "journal_indexes")


@pytest.mark.django_db
def test_a_load_refuses_exactly_what_was_spoilt(site, tmp_path):
    operator = Actor(id="cli:test", role="administrator")
    sources = write_campus(tmp_path / "exports", scale=0.02)
    truth = json.loads((tmp_path / "exports" / "truth.json").read_text("utf-8"))
    accepted = 0
    for source in sources:
        receipt = load_file(
            site, source.contract, source.path, actor=operator, mapping_id=source.mapping
        )
        if source.contract == "seat_zones":
            assert (receipt.accepted, receipt.refused) == (36, 0)
            continue
        if source.contract in (
            "counter_usage",
            "eholdings",
            "journal_indexes",
        ):  # see test_eresources
            assert receipt.accepted, source.path.name
            continue
        if source.contract == "content_units":
            assert receipt.refused == truth["documents"]["broken"]
            continue
        if source.path.name not in truth["files"]:  # written clean; see their own tests
            assert (receipt.refused, receipt.accepted > 0) == (0, True), source.path.name
            continue
        planted = truth["files"][source.path.name]
        assert (receipt.records, receipt.refused) == (planted["records"], planted["refused"])
        accepted += receipt.accepted if source.contract == "loans" else 0
    assert accepted == truth["loans"]
