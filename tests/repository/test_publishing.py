"""Versions of a dataset: what leaves, what is hidden, what two versions tell together."""

import csv
import io
import json
from hashlib import sha256
from pathlib import Path

import pytest

from shuren.data.errors import NotOpen
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.repository import actions, queries
from shuren.repository.errors import NotFit, NothingNew, WithdrawnVersion
from shuren.repository.internals import shelf
from shuren.repository.shapes import Version
from shuren.trust.errors import NotAllowed
from shuren.trust.models import UseRecord
from tests.repository.conftest import LIBRARIAN, declare, lend

pytestmark = pytest.mark.django_db

ROWS = """
title: {zh: 借阅, en: Loans}
description: {zh: 明细, en: Rows}
owner: 流通部 Circulation
licence: CC-BY-4.0
access: open
training: {allowed: false, reason: {zh: 否, en: None of it}}
anonymity: {zh: 无, en: None}
keywords: {zh: [借阅], en: [loans]}
parts:
  loans:
    title: {zh: 借阅, en: Loans}
    table: TABLE
    columns: COLUMNS
"""


def cells(site: Site, version: Version, part: str = "loans") -> dict[tuple[str, str], str]:
    """{(month, college): loans} as the CSV says; "" where hidden."""
    path = shelf.folder(site, version.dataset) / version.label / f"{part}.csv"
    lines = csv.DictReader(io.StringIO(path.read_text("utf-8")))
    return {(line["month"], line["college"]): line["loans"] for line in lines}


def test_a_version_shows_whole_months_and_hides_small_cells(library):
    made = actions.publish(library, "lending", actor=LIBRARIAN)
    # 3 of the law school are hidden, and the next smallest of the month, else its total tells.
    assert cells(library, made) == {
        ("2026-09", "文学院"): "9", ("2026-10", "文学院"): "9", ("2026-11", "文学院"): "7",
        ("2026-09", "数学学院"): "", ("2026-10", "数学学院"): "", ("2026-11", "数学学院"): "9",
        ("2026-09", "法学院"): "", ("2026-10", "法学院"): "", ("2026-11", "法学院"): "20",
        ("2026-09", "医学院"): "30", ("2026-10", "医学院"): "30", ("2026-11", "医学院"): "30",
    }  # fmt: skip
    assert (made.begin, made.end, made.parts[0].hidden) == ("2026-09", "2026-11", 4)
    assert made.identifier == "local/shuren.lending.v1"


def test_what_is_counted_and_hidden_can_be_seen_before(library):
    preview = queries.preview(library, "lending", actor=LIBRARIAN)
    assert (preview.parts[0].rows, preview.parts[0].hidden, preview.next_number) == (12, 4, 1)
    assert preview.differs
    assert not shelf.versions(library, "lending")


@pytest.mark.parametrize(
    "more, said",
    [(1, "7"), (4, "7"), (5, "12"), (9, "16")],
    ids=["one person", "four persons", "five persons", "nine persons"],
)
def test_two_versions_never_differ_by_fewer_than_five_persons(library, more, said):
    actions.publish(library, "lending", actor=LIBRARIAN)
    # A late file brings loans of November.
    lend(library, 3, {("2026-11", "文学院"): more, ("2026-11", "医学院"): 8}, first=300)
    made = actions.publish(library, "lending", actor=LIBRARIAN)
    found = cells(library, made)
    assert found[("2026-11", "文学院")] == said
    assert found[("2026-11", "医学院")] == "38"
    assert made.parts[0].kept == (1 if more < 5 else 0)


def test_the_difference_is_held_against_every_earlier_version(library):
    """7 persons, then 12, then 16: nine away from the first version, four from the second."""
    actions.publish(library, "lending", actor=LIBRARIAN)
    lend(library, 3, {("2026-11", "文学院"): 5}, first=300)
    second = actions.publish(library, "lending", actor=LIBRARIAN)
    lend(library, 5, {("2026-11", "文学院"): 4, ("2026-11", "医学院"): 8}, first=400)
    third = actions.publish(library, "lending", actor=LIBRARIAN)
    key = ("2026-11", "文学院")
    assert (cells(library, second)[key], cells(library, third)[key]) == ("12", "12")


def test_what_was_hidden_once_stays_hidden(library):
    """Else the cell hidden beside it would show, and the small one be worked out from a total."""
    actions.publish(library, "lending", actor=LIBRARIAN)
    lend(library, 3, {("2026-09", "法学院"): 9, ("2026-10", "法学院"): 9}, first=300)
    assert queries.preview(library, "lending", actor=LIBRARIAN).parts[0].hidden == 4
    lend(library, 5, {("2026-11", "医学院"): 8}, first=400)
    found = cells(library, actions.publish(library, "lending", actor=LIBRARIAN))
    assert found[("2026-10", "法学院")] == found[("2026-10", "数学学院")] == ""


def test_a_withdrawn_version_still_counts_for_the_difference(library):
    actions.publish(library, "lending", actor=LIBRARIAN)
    actions.withdraw(library, "lending", 1, reason="算错了", actor=LIBRARIAN)
    lend(library, 3, {("2026-11", "文学院"): 2, ("2026-11", "医学院"): 8}, first=300)
    made = actions.publish(library, "lending", actor=LIBRARIAN)
    assert cells(library, made)[("2026-11", "文学院")] == "7"


def test_a_dataset_that_counts_something_else_needs_a_new_id(library):
    actions.publish(library, "lending", actor=LIBRARIAN)
    declare(library, "lending", **{"[month, college]": "[month, college, campus]"})
    with pytest.raises(NotFit, match="id of its own"):
        actions.publish(library, "lending", actor=LIBRARIAN)


@pytest.mark.parametrize(
    "table, columns, sentence",
    [
        ("mart.loan_fact", "[loan_id, title]", "rows must not leave"),
        ("mart.loan_fact", "[reader_key, title]", "must not leave the library: it is of class 3"),
        ("mart.lending_year_class", "[year, borrowers]", "rows must not leave"),
    ],
    ids=["rows about people", "a pseudonym", "rows that count people"],
)
def test_no_row_about_a_person_leaves(library, table, columns, sentence):
    text = ROWS.replace("TABLE", table).replace("COLUMNS", columns)
    declare(library, "rows", text)
    with pytest.raises(NotFit, match=sentence):
        actions.publish(library, "rows", actor=LIBRARIAN)
    assert not shelf.versions(library, "rows")


@pytest.mark.parametrize(
    "old, new",
    [
        ("[month, college]", "[month, reader_key]"),
        ("what: count", "what: 'distinct:reader_key'"),
        ("    by:", "    where: {reader_key: r_x}\n    by:"),
    ],
    ids=["grouped by", "counted", "narrowed by"],
)
def test_a_pseudonym_is_used_for_nothing(library, old, new):
    declare(library, "lending", **{old: new})
    with pytest.raises(NotFit, match=r"reader_key must not leave"):
        actions.publish(library, "lending", actor=LIBRARIAN)


def test_the_door_refuses_classes_three_and_four_whatever_we_check(library, monkeypatch):
    from shuren.repository.internals import making

    monkeypatch.setattr(making, "_check_columns", lambda *args: None)
    declare(library, "lending", **{"[month, college]": "[month, reader_key]"})
    with pytest.raises(NotOpen):
        actions.publish(library, "lending", actor=LIBRARIAN)


@pytest.mark.parametrize("role", ["subject_librarian", "front_desk", "student", "ethics_board"])
def test_who_may_not_publish_publishes_nothing(library, role):
    with pytest.raises(NotAllowed):
        actions.publish(library, "lending", actor=Actor("somebody", role))
    assert not shelf.versions(library, "lending")


def test_publishing_and_withdrawing_are_lines_in_the_ledger(library):
    actions.publish(library, "lending", actor=LIBRARIAN)
    actions.withdraw(library, "lending", 1, reason="重复", actor=LIBRARIAN)
    lines = UseRecord.objects.filter(table="dataset.lending").order_by("pk")
    assert [(one.purpose, one.actor, one.detail) for one in lines] == [
        ("open_data", "data", "published v1"),
        ("open_data", "data", "withdrew v1"),
    ]


def test_nothing_new_is_not_a_version(library):
    actions.publish(library, "lending", actor=LIBRARIAN)
    with pytest.raises(NothingNew):
        actions.publish(library, "lending", actor=LIBRARIAN)


def test_a_kill_while_files_are_written_leaves_no_version(library, monkeypatch):
    def killed(*_names: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(shelf.os, "rename", killed)
    with pytest.raises(KeyboardInterrupt):
        actions.publish(library, "lending", actor=LIBRARIAN)
    assert not shelf.versions(library, "lending")
    monkeypatch.undo()
    assert actions.publish(library, "lending", actor=LIBRARIAN).number == 1


def test_a_withdrawn_version_leaves_a_tombstone(library):
    made = actions.publish(library, "lending", actor=LIBRARIAN)
    gone = actions.withdraw(library, "lending", 1, reason="算错了", actor=LIBRARIAN)
    assert gone.withdrawn is not None
    assert gone.withdrawn.reason == "算错了"
    assert queries.resolved(library, made.identifier).withdrawn == gone.withdrawn
    kept = {path.name for path in (shelf.folder(library, "lending") / "v1").iterdir()}
    assert kept == {"version.json", "released.json", "tombstone.json"}
    with pytest.raises(WithdrawnVersion):
        actions.withdraw(library, "lending", 1, reason="again", actor=LIBRARIAN)
    assert actions.publish(library, "lending", actor=LIBRARIAN).number == 2


def test_the_files_say_what_they_are_and_agree(library):
    made = actions.publish(library, "lending", actor=LIBRARIAN)
    place = shelf.folder(library, "lending") / "v1"
    for line in (place / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ")
        assert sha256((place / name).read_bytes()).hexdigest() == digest
    package = json.loads((place / "datapackage.json").read_text())
    (resource,) = package["resources"]
    assert package["licenses"][0]["name"] == "CC-BY-4.0"
    assert resource["path"] == "loans.csv"
    assert [field["name"] for field in resource["schema"]["fields"]] == [
        "month", "college", "loans", "is_hidden",
    ]  # fmt: skip
    assert resource["hash"] == f"sha256:{made.file('loans.csv').sha256}"
    metadata = json.loads((place / "datacite.json").read_text())
    assert metadata["identifiers"] == [
        {"identifier": "local/shuren.lending.v1", "identifierType": "Local"}
    ]
    xml = (place / "datacite.xml").read_text()
    assert '<identifier identifierType="Local">local/shuren.lending.v1</identifier>' in xml
    assert '<date dateType="Coverage">2026-09/2026-11</date>' in xml
    assert "released.json" not in {file.name for file in made.files}


def test_parquet_and_csv_hold_the_same(library):
    import duckdb

    actions.publish(library, "lending", actor=LIBRARIAN)
    place = shelf.folder(library, "lending") / "v1"
    from_csv = duckdb.sql(f"SELECT * FROM read_csv('{place}/loans.csv')").fetchall()
    assert duckdb.sql(f"SELECT * FROM '{place}/loans.parquet'").fetchall() == from_csv


def test_an_export_for_training_holds_flagged_sets_only(library, tmp_path):
    actions.publish(library, "lending", actor=LIBRARIAN)
    flag = {"allowed: true": "allowed: false", "只有汇总": "合同不许", "Counts only": "Contract"}
    declare(library, "contracted", **flag)
    actions.publish(library, "contracted", actor=LIBRARIAN)
    declare(library, "taken_back")
    actions.publish(library, "taken_back", actor=LIBRARIAN)
    declare(library, "taken_back", **flag)
    declare(library, "shut", **{"access: open": "access: closed"})
    actions.publish(library, "shut", actor=LIBRARIAN)
    target = tmp_path / "out"
    handed = actions.export(library, target, actor=LIBRARIAN, purpose="training")
    assert handed.included == ("lending",)
    manifest = json.loads((target / "manifest.json").read_text())
    lines = {line["id"]: line for line in manifest["datasets"]}
    assert sorted(path.name for path in target.iterdir()) == ["lending", "manifest.json"]
    assert lines["lending"]["sha256"]["loans.csv"] == digest_of(target / "lending" / "loans.csv")
    assert "Contract" in lines["contracted"]["why"]["en"]
    assert "taken back" in lines["taken_back"]["why"]["en"]
    assert "description is public" in lines["shut"]["why"]["en"]
    assert "no version" in lines["loans_by_class"]["why"]["en"]


def digest_of(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def test_a_dataset_stands_in_the_lineage_with_what_it_counts(library):
    from shuren.data import queries as data
    from shuren.repository.definitions import datasets

    graph = queries.with_datasets(data.lineage(library), datasets(library))
    assert not graph.gaps
    behind = graph.upstream("dataset:lending.loans.college")
    assert "raw.readers.college" in behind or any("college" in id for id in behind)
    assert "dataset:lending" in graph.downstream("mart.loan_fact.college")
