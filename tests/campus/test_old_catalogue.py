"""What the demo plants is there for the matchers to find: two systems' cards, old records."""

import csv
import json

import numpy as np

from shuren.campus.catalogue import make_catalogue
from shuren.campus.old_catalogue import AUTHORITIES, RECORDS, write_old_catalogue


def test_the_gates_of_the_second_campus_have_numbers_of_their_own(exports):
    truth = json.loads((exports / "truth.json").read_text("utf-8"))["gate_cards"]
    rows = list(csv.DictReader((exports / "yunxi-cards.csv").read_text("utf-8").splitlines()))
    assert {row["卡号"] for row in rows} == set(truth)
    assert not set(truth) & set(truth.values())
    named = [row for row in rows if row["学工号"]]
    assert 0.6 < len(named) / len(rows) < 0.85
    mistyped = sum(row["学工号"] != truth[row["卡号"]] for row in named)
    assert mistyped < 0.1 * len(named)
    with (exports / "gate-events.csv").open(encoding="utf-8", newline="") as file:
        passed = list(csv.DictReader(file))
    there = {row["读者证号"] for row in passed if row["校区"] == "云溪校区"}
    elsewhere = {row["读者证号"] for row in passed if row["校区"] != "云溪校区"}
    assert there & set(truth)
    assert not elsewhere & set(truth)


def test_old_records_lack_number_and_class_and_use_the_authors_other_names(tmp_path):
    catalogue = make_catalogue(0.12, np.random.default_rng(5))
    written = write_old_catalogue(tmp_path, catalogue, seed=5)
    assert [file for _contract, file, _mapping in written] == [RECORDS, AUTHORITIES]
    records = (tmp_path / RECORDS).read_bytes().split(b"\x1d")[:-1]
    authorities = (tmp_path / AUTHORITIES).read_bytes().split(b"\x1d")[:-1]
    assert len(records) >= 6
    assert all(record[24:27] == b"001" for record in records)
    tags = [
        {record[at : at + 3] for at in range(24, record.index(b"\x1e"), 12)} for record in records
    ]
    assert not any(b"010" in found for found in tags)
    assert sum(b"690" not in found for found in tags) >= 0.6 * len(tags)
    other = {one.split(b"\x1e")[5].split(b"\x1fa")[1] for one in authorities}
    used = {name for name in other if any(name in record for record in records)}
    assert used == other != set()
