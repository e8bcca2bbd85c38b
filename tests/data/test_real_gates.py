"""Two years of a real library's gate counts."""

import csv
import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from shuren.data import actions
from shuren.data.internals import snapshots
from shuren.kernel.site import Site
from tests.data.loading import OPERATOR

pytestmark = pytest.mark.django_db


def test_the_totals_of_a_real_library_agree(site: Site, shared_data: Callable[[str], Path]) -> None:
    path = shared_data("gate-sussex-univ") / "hourly_data.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        hours = list(csv.DictReader(file))
    entries, exits = sum(int(row["IN"]) for row in hours), sum(int(row["OUT"]) for row in hours)
    receipt = actions.load_file(
        site, "visit_counts", path, actor=OPERATOR, mapping_id="sussex-gates"
    )
    assert (receipt.records, receipt.refused) == (17_448, 0)
    actions.build(site, actor=OPERATOR)
    source = snapshots.source(site, snapshots.required(site), "mart.visit_hour")
    found = snapshots.query(site, f"SELECT sum(entries), sum(exits), count(*) FROM {source}", [])
    assert found[0] == (entries, exits, 17_448)
    assert entries > 2_380_000
