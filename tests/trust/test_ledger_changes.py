"""Accounts, keys, definitions and snapshots: whoever has power over data leaves an entry."""

import importlib
import json

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from shuren.data import watching as data_watching
from shuren.data.actions import load_database
from shuren.kernel.shapes import Actor
from shuren.trust import ledger, watching
from shuren.trust.actions import (
    create_account,
    create_api_key,
    record_use,
    remove_account,
    revoke_api_key,
    rotate_api_key,
)
from shuren.trust.internals.ledger_rows import LedgerEntry

PASSWORD = "long enough 1"
ADMIN = Actor("cli:root", "administrator")
READER = "r_" + "q" * 26


def said(kind):
    return [(row.actor, json.loads(row.leaf)["body"], row.subject)
            for row in LedgerEntry.objects.filter(kind=kind).order_by("id")]  # fmt: skip


def shown(digit):
    return "sha256-" + digit * 16


@pytest.mark.django_db
class TestAccounts:
    def test_an_account_of_staff_is_an_entry_when_made_and_removed(self):
        create_account("li", PASSWORD, "director", actor=ADMIN)
        remove_account("li", actor=ADMIN)
        assert said("role") == [
            ("cli:root", {"what": "account_created", "role": "director", "account": "li"}, ""),
            ("cli:root", {"what": "account_removed", "role": "director", "account": "li"}, ""),
        ]

    @pytest.mark.parametrize("key", [READER, ""], ids=["with a card", "without"])
    def test_an_account_of_a_reader_is_named_by_alias_only(self, key):
        create_account("2019001122", PASSWORD, "student", reader_key=key, actor=ADMIN)
        [(_actor, body, subject)] = said("role")
        assert body == {"what": "account_created", "role": "student"}
        assert subject == ledger.alias(key or f"{ledger.ACCOUNT}2019001122")
        assert "2019001122" not in LedgerEntry.objects.get().leaf

    def test_a_number_as_a_name_of_staff_is_not_written_either(self):
        create_account("2019001122", PASSWORD, "front_desk", actor=ADMIN)
        assert "2019001122" not in LedgerEntry.objects.get().leaf

    def test_an_account_that_was_not_made_leaves_no_entry(self):
        create_account("li", PASSWORD, "director", actor=ADMIN)
        with pytest.raises(Exception, match="already"):
            create_account("LI", PASSWORD, "director", actor=ADMIN)
        assert len(said("role")) == 1


@pytest.mark.django_db
def test_a_key_is_an_entry_when_made_rotated_and_revoked():
    id, text = create_api_key(
        "portal", owner="campus office", scopes=["figures:read"],
        purposes=["public_statistics"], created_by=ADMIN,
    )  # fmt: skip
    rotate_api_key(id, actor=ADMIN)
    revoke_api_key(id, actor=ADMIN)
    made, rotated, revoked = said("key")
    given = {"scopes": ["figures:read"], "purposes": ["public_statistics"]}
    assert made == ("cli:root", {"what": "created", "key": id} | given, "")
    assert [rotated[1]["what"], revoked[1]["what"]] == ["rotated", "revoked"]
    secret = text.rpartition("_")[2]
    assert not any(secret in row.leaf for row in LedgerEntry.objects.all())


@pytest.mark.django_db
class TestDefinitions:
    def test_the_first_look_is_one_entry_and_the_next_is_none(self):
        found = {"loans": "a" * 64, "readers": "b" * 64}
        [number] = watching.note_definitions("contract", found, actor=ADMIN)
        [(_actor, body, _subject)] = said("contract")
        assert (body["what"], body["count"]) == ("definitions_first_seen", 2)
        assert ledger.inclusion(number).place == 0
        assert watching.note_definitions("contract", found) == []

    def test_what_changed_came_and_went_is_one_entry_each(self):
        watching.note_definitions("purpose", {"a": "1" * 64, "b": "2" * 64})
        watching.note_definitions("purpose", {"a": "3" * 64, "c": "4" * 64}, actor=ADMIN)
        assert [body for actor, body, _s in said("purpose") if actor] == [
            {
                "what": "definition_changed",
                "definition": "a",
                "before": shown("1"),
                "now": shown("3"),
            },
            {"what": "definition_removed", "definition": "b", "before": shown("2")},
            {"what": "definition_added", "definition": "c", "now": shown("4")},
        ]
        assert watching.note_definitions("purpose", {"a": "3" * 64, "c": "4" * 64}) == []

    def test_a_purpose_that_a_site_rewrites_is_seen(self, site):
        data_watching.note(site)
        ours = watching.fingerprints("purposes", site)
        assert {"own_records", "library_statistics"} <= set(ours)
        folder = site.definitions / "purposes"
        folder.mkdir(parents=True)
        (folder / "own_records.yaml").write_text("id: own_records\n", "utf-8")
        data_watching.note(site, actor=ADMIN)
        assert [body["definition"] for actor, body, _s in said("purpose") if actor] == [
            "own_records"
        ]
        assert not [body for actor, body, _s in said("contract") + said("role") if actor]

    def test_a_snapshot_is_noted_once(self):
        assert watching.note_snapshot("S1", "a" * 64, 3, actor=ADMIN)
        assert watching.note_snapshot("S1", "a" * 64, 3) is None
        assert watching.note_snapshot("S2", "b" * 64, 4)
        assert [body["snapshot"] for _a, body, _s in said("snapshot")] == ["S1", "S2"]


OLD = {
    "at": "2026-11-22T09:30:00Z", "actor": READER, "role": "student", "purpose": "own_records",
    "table": "mart.loan_fact", "columns": "title due_at", "rows": 3, "detail": "rows",
}  # fmt: skip


def check_adopted():
    own, desk = LedgerEntry.objects.filter(kind="use").order_by("id")
    assert own.actor == own.subject == ledger.alias(READER)
    assert (f"{own.at:%Y-%m-%d %H:%M}", own.columns, own.rows) == (
        "2026-11-22 09:30",
        "title due_at",
        3,
    )
    assert (desk.actor, desk.subject, desk.detail) == ("desk", "", "")
    assert READER not in own.leaf
    assert ledger.verify().ok


@pytest.mark.django_db
def test_the_ledger_of_a_backup_from_before_the_tree_is_taken_in(site):
    create_account("li", PASSWORD, "director")
    dump = site.root / "database.jsonl"
    lines = [
        {"model": "trust.userecord", "pk": 1, "fields": OLD},
        {"model": "trust.userecord", "pk": 2,
         "fields": OLD | {"actor": "desk", "role": "front_desk", "detail": ""}},
        {"model": "trust.signincount", "pk": "x",
         "fields": {"failures": 1, "last_at": "2026-11-22T09:30:00Z"}},
    ]  # fmt: skip
    dump.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    load_database(site)
    assert not dump.exists()
    check_adopted()
    assert said("restored") == [("", {"what": "restored", "entries": 3}, "")]


@pytest.mark.django_db(transaction=True)
def test_lines_of_the_old_table_become_the_first_entries():
    executor = MigrationExecutor(connection)
    newest = executor.loader.graph.leaf_nodes()
    try:
        executor.migrate([("trust", "0002_api_keys")])
        old = executor.loader.project_state([("trust", "0002_api_keys")]).apps.get_model(
            "trust", "UseRecord"
        )
        old.objects.create(**OLD)
        old.objects.create(**OLD | {"actor": "desk", "role": "front_desk", "detail": ""})
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(newest)
    check_adopted()
    record_use(ADMIN, "library_statistics", "mart.loan_fact", [], 1)
    assert LedgerEntry.objects.count() == 3
    assert importlib.import_module("shuren.trust.models").UseRecord.objects.count() == 3
