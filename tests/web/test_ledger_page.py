"""The page of the ledger: sentences, filters, the head, export and proof."""

import gzip
import json
import re

import pytest
from django.urls import reverse

from shuren.kernel.shapes import Actor
from shuren.trust import ledger
from shuren.trust.actions import record_use

URL = "/workbench/ledger/"
READER = "r_" + "q" * 26
DESK, STUDENT = Actor("desk", "front_desk", doing="desk.serve"), Actor("x", "student", READER)

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor(as_role):
    return as_role("ethics_board")


@pytest.fixture
def entries():
    record_use(DESK, "service_operation", "mart.loan_fact", ["title"], 2, subject=READER)
    record_use(STUDENT, "own_records", "mart.loan_fact", ["title"], 2)
    record_use(
        Actor("chen", "director", doing="dashboards.read"),
        "library_statistics",
        "mart.space_use",
        ["hour"],
        1200,
    )
    ledger.append("consent", {"purpose": "own_records", "given": True}, actor=STUDENT,
                  subject=READER)  # fmt: skip
    return ledger.append("restored", {"what": "restored", "entries": 7})


def sentences(client, **asked):
    page = client.get(URL, asked)
    assert page.status_code == 200
    found = re.search(r"ledger-table.*?</table>", page.content.decode(), re.DOTALL)
    rows = re.findall(r'<th scope="row">(.*?)</th>', found[0] if found else "", re.DOTALL)
    return [re.sub(r"<br>.*", "", row, flags=re.DOTALL) for row in rows]


def test_entries_are_sentences_newest_first(auditor, entries):
    assert sentences(auditor)[:5] == [
        "The database was brought back from a backup with 7 entries.",
        "A reader (Student) agreed to “One&#x27;s own records”.",
        "chen (Director) read “mart.space_use” (1,200 rows), for: Library statistics.",
        "A reader (Student) looked at their own data in “mart.loan_fact”.",
        "desk (Front desk) looked at one reader&#x27;s data in “mart.loan_fact”, for: "
        "Running a service.",
    ]


@pytest.mark.parametrize(
    "kind, body, said",
    [
        ("break_glass", {"event": "opened", "minutes": 15},
         "desk (Front desk) opened one reader&#x27;s records in an emergency, for 15 minutes."),
        ("approval", {"step": "refused"},
         "desk (Front desk) refused an export that another person asked for."),
        ("approval", {"event": "definition", "definition": "purposes/x"},
         "desk (Front desk) approved the definition “purposes/x”."),
        ("egress_blocked", {"table": "mart.x", "class": 4},
         "An export of “mart.x” by desk (Front desk) was stopped: class 4."),
        ("erasure", {"facts": 1200}, "A reader&#x27;s data were erased: 1,200 facts."),
        ("erasure", {"completed": 7}, "The erasure of entry 7 was completed."),
        ("export", {"what": "ledger"}, "desk (Front desk) downloaded the whole ledger."),
        ("export", {"tables": ["mart.x", "mart.y"], "rows": 3},
         "desk (Front desk) exported: mart.x, mart.y."),
        ("sign_in_methods", {"method": "totp", "change": "on"},
         "desk (Front desk): a way to sign in was changed (totp)."),
        ("key", {"what": "revoked", "key": "abc"}, "desk (Front desk) revoked the API key abc."),
        ("contract", {"what": "definition_changed", "definition": "loans"},
         "The definition of the contract “loans” was changed."),
        ("snapshot", {"snapshot": "S1", "tables": 3},
         "desk (Front desk) published the snapshot S1 with 3 tables."),
        ("role", {"what": "something_new"},
         "desk (Front desk): Accounts and roles (something new)"),
    ],
)  # fmt: skip
def test_every_kind_has_its_sentence(auditor, kind, body, said):
    ledger.append(kind, body, actor=DESK)
    assert sentences(auditor, who="desk") == [said]


@pytest.mark.parametrize(
    "asked, count",
    [
        ({"kind": "consent"}, 1),
        ({"who": "chen"}, 1),
        ({"table": "mart.loan_fact"}, 2),
        ({"table": "mart.loan_fact", "who": "desk"}, 1),
        ({"kind": "gossip"}, 0),
        ({"day": "1999-01-01"}, 0),
        ({"day": "not a day", "kind": "restored"}, 1),
        ({"before": "²"}, 6),
    ],
)
def test_the_list_is_narrowed(auditor, entries, asked, count):
    assert len(sentences(auditor, **asked)) == count


def test_todays_entries_are_found_by_the_day_of_the_library(auditor, monkeypatch):
    monkeypatch.setenv("SHUREN_NOW", "2026-11-27T17:00")  # 01:00 of the 28th in Shanghai
    ledger.append("restored", {"entries": 1})
    monkeypatch.delenv("SHUREN_NOW")
    assert len(sentences(auditor, day="2026-11-28", kind="restored")) == 1
    assert len(sentences(auditor, day="2026-11-27", kind="restored")) == 0


def test_a_long_list_goes_on(auditor):
    ledger.append_many(ledger.NewEntry("restored", {"entries": n}) for n in range(60))
    first = auditor.get(URL, {"kind": "restored"}).content.decode()
    older = re.search(r'href="(\?[^"]*before=[^"]*)"', first)[1].replace("&amp;", "&")
    assert "kind=restored" in older
    second = auditor.get(URL + older).content.decode()
    assert second.count("proof.json") == 10


def test_no_page_names_a_pseudonym(auditor, entries):
    page = auditor.get(URL).content.decode()
    assert READER not in page
    assert ledger.alias(READER) in page


def test_head_proof_and_export_are_files_and_the_export_an_entry(auditor, entries):
    head = auditor.get(reverse("workbench:ledger-head"))
    assert "attachment" in head["Content-Disposition"]
    assert json.loads(head.content)["public_key"] == ledger.public_key()
    proof = auditor.get(reverse("workbench:ledger-proof", args=[entries]))
    assert json.loads(proof.content)["number"] == entries
    packed = b"".join(auditor.get(reverse("workbench:ledger-export")).streaming_content)
    lines = gzip.decompress(packed).splitlines()
    assert json.loads(lines[0])["size"] == len(lines) - 1 == ledger.head().size
    assert json.loads(lines[-1].split(b" ", 2)[2])["kind"] == "export"


@pytest.mark.parametrize("number", [0, 999_999, 10**30])
def test_a_proof_of_no_entry_is_not_found(auditor, number):
    assert auditor.get(f"{URL}{number}/proof.json").status_code == 404


def test_who_may_not_read_it_is_refused(as_role):
    client = as_role("front_desk")
    for name in ("ledger", "ledger-head", "ledger-export"):
        assert client.get(reverse(f"workbench:{name}")).status_code == 403
    assert 'href="/workbench/ledger/"' not in client.get("/workbench/").content.decode()
