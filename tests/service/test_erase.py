"""One tap: nobody sees anything any more, what must stay says why, and the disk follows."""

import json
import re
import subprocess
import sys
from html import escape
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.db import connection

from shuren.data import queries as data
from shuren.data.actions import build
from shuren.data.errors import UnknownName
from shuren.data.internals import building
from shuren.data.internals.quarantine import Quarantine
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import actions
from shuren.service.queries import books_out_not_listed, certificates, held, own_loans
from shuren.trust.actions import pseudonymise
from shuren.trust.models import Account
from tests.conftest import ROOT
from tests.data.loading import OPERATOR, load
from tests.service.library import CARD, EMAIL, HEAD, LOANS, NAME, OTHER, PHONE, fill

pytestmark = pytest.mark.django_db(transaction=True)
CHIEF = Actor("d", "director", doing="dashboards.read")


@pytest.fixture
def actor(site: Site, settings) -> Actor:
    settings.SITE = site
    actor = fill(site)
    build(site, actor=OPERATOR)
    return actor


def now_of(actor: Actor) -> Actor:
    """The actor as the next request has it."""
    return Actor(actor.id, actor.role, Account.objects.get(username=actor.id).reader_key)


def counts(site: Site, actor: Actor) -> dict[str, int]:
    return {one.id: one.count for one in held(site, actor) if one.id != "ledger"}


def loans_counted(site: Site) -> int:
    [row] = data.summarise(
        site, "mart.loan_fact", measures={"loans": "count"}, purpose="own_records",
        actor=Actor("x", "student", pseudonymise(site, [CARD])[0]),
    ).rows  # fmt: skip
    return int(row[0])


def test_after_one_tap_nothing_is_held_but_what_must_stay(actor: Actor, site: Site) -> None:
    before = counts(site, actor)
    assert before["lake:loans"] == 3
    certificate = actions.erase(site, actor)
    assert certificate.state == "gone"
    assert certificate.content["statement"]["erased"]["lake:loans"] == 2
    [kept] = [
        one for one in certificate.content["statement"]["kept"] if one["store"] == "lake:loans"
    ]
    assert kept["facts"] == 1
    assert kept["because"]["en"] == "The book is still out."
    again = now_of(actor)
    assert again.reader_key != actor.reader_key
    left = counts(site, again)
    assert {id for id, number in left.items() if number} == {"account", "erasures"}
    assert {id: n for id, n in counts(site, actor).items() if n} == {"account": 1, "erasures": 1}


def test_every_query_of_the_open_snapshot_is_without_the_reader_at_once(
    actor: Actor, site: Site
) -> None:
    assert len(own_loans(site, actor).out) == 1
    for table in ("conformed.loan", "conformed.reader", "mart.loan_fact"):
        read = {"purpose": "own_records", "actor": actor}
        assert data.read(site, table, columns=["reader_key"], **read).rows, table
    actions.erase(site, actor)
    for table in ("conformed.loan", "conformed.reader", "mart.loan_fact"):
        for reader in (actor, now_of(actor)):
            read = {"purpose": "own_records", "actor": reader}
            assert not data.read(site, table, columns=["reader_key"], **read).rows, table
    # Somebody else's card was linked to this reader: the link is gone, the card is not.
    other = Actor("ben", "student", pseudonymise(site, [OTHER])[0])
    [row] = data.read(
        site, "conformed.reader", columns=["reader_key", "person_key"], purpose="own_records",
        actor=other,
    ).rows  # fmt: skip
    assert row == (other.reader_key, other.reader_key)


def test_a_loaded_row_of_the_reader_is_shown_to_nobody_before_it_is_off_the_disk(
    actor: Actor, site: Site
) -> None:
    librarian = Actor("data", "data_librarian")
    [receipt] = data.receipts(site, "loans")

    def behind() -> dict[str, set[int]]:
        found = data.rows_behind(site, "conformed.loan", actor=librarian).found
        return {one.contract: {row[1] for row in one.rows} for one in found}

    lines = behind()["loans"]
    assert len(lines) == 4
    actions.erase(site, actor)
    with pytest.raises(UnknownName):
        data.made_of_row(site, receipt.id, min(lines), actor=librarian)
    assert behind()["loans"] == {max(lines)}
    assert behind().keys() <= {"loans", "own_loans"}


def test_what_stayed_is_the_readers_again_after_the_build(actor: Actor, site: Site) -> None:
    actions.erase(site, actor)
    waiting = now_of(actor)
    assert books_out_not_listed(waiting, own_loans(site, waiting)) == 1
    actions.sweep(site, actor=OPERATOR)
    again = now_of(actor)
    assert [loan.loan_id for loan in own_loans(site, again).out] == ["L3"]
    assert books_out_not_listed(again, own_loans(site, again)) == 0
    assert counts(site, again)["lake:loans"] == 1


def test_a_book_that_comes_back_is_erased_by_itself(actor: Actor, site: Site) -> None:
    actions.erase(site, actor)
    actions.sweep(site, actor=OPERATOR)
    back = f"L3,{CARD},B3,围城,2026-11-03 10:00:00,2026-12-30,2026-11-20 10:00:00\n"
    load(site, "loans", HEAD + back, "back.csv")
    again = now_of(actor)
    assert counts(site, again)["lake:loans"] == 1
    actions.sweep(site, actor=OPERATOR)
    assert "lake:loans" not in counts(site, again)
    actions.sweep(site, actor=OPERATOR)
    rows = [
        row for path in site.raw.glob("loans/*.parquet") for row in pq.read_table(path).to_pylist()
    ]
    assert {row["loan_id"] for row in rows} == {"L4"}


def test_the_past_does_not_come_in_again(actor: Actor, site: Site) -> None:
    actions.erase(site, actor)
    receipt = load(site, "loans", HEAD + LOANS.replace("三体", "三体 "), "again.csv")
    assert (receipt.accepted, receipt.refused) == (2, 1)
    assert "2 rows of before a reader's erasure were left out." in receipt.notes
    actions.sweep(site, actor=OPERATOR)
    receipt = load(site, "loans", HEAD + LOANS.replace("三体", " 三体"), "third.csv")
    assert (receipt.accepted, receipt.refused) == (2, 1)
    assert counts(site, now_of(actor))["lake:loans"] == 1


def test_using_the_library_again_starts_empty(actor: Actor, site: Site, monkeypatch) -> None:
    actions.erase(site, actor)
    actions.sweep(site, actor=OPERATOR)
    new = f"L9,{CARD},B9,呐喊,2027-01-03 10:00:00,2027-02-03,\n"
    load(site, "loans", HEAD + new, "new.csv")
    assert pseudonymise(site, [CARD]) == [now_of(actor).reader_key]
    build(site, actor=OPERATOR)
    assert {one.loan_id for one in own_loans(site, now_of(actor)).out} == {"L3", "L9"}


def test_one_fact_goes_and_an_open_one_says_why_not(actor: Actor, site: Site) -> None:
    from shuren.data.errors import MustStay
    from shuren.service.errors import NothingHeld

    assert actions.forget_fact(site, actor, "lake:loans", "L1") == 1
    assert counts(site, actor)["lake:loans"] == 2
    assert "L1" not in {loan.loan_id for loan in own_loans(site, actor).past}
    with pytest.raises(MustStay, match="still out"):
        actions.forget_fact(site, actor, "lake:loans", "L3")
    for store, fact in (("lake:loans", "L1"), ("lake:loans", "L4"), ("nowhere", "1")):
        with pytest.raises(NothingHeld):
            actions.forget_fact(site, actor, store, fact)
    actions.sweep(site, actor=OPERATOR)
    assert counts(site, actor)["lake:loans"] == 2


def test_every_store_that_can_forget_forgets_each_of_its_facts(actor: Actor, site: Site) -> None:
    # Who you are comes last: rows in quarantine are found by it.
    for one in reversed(held(site, actor)):
        for fact in one.facts if one.can_forget else ():
            if not fact.keep:
                assert actions.forget_fact(site, actor, one.id, fact.id) == 1, (one.id, fact.id)
    left = {one.id: one.count for one in held(site, actor) if one.can_forget and one.count}
    assert left == {"account": 1, "lake:loans": 1}


def traces(site: Site, words: list[str]) -> list[tuple[str, str]]:
    """Where any of the words stands: bytes of every file, cells of Parquet, quarantine opened."""
    found = []
    for path in sorted(site.root.rglob("*")):
        if not path.is_file():
            continue
        content = path.read_bytes()
        texts = [content.decode("utf-8", "replace"), content.decode("utf-16-le", "replace")]
        if path.suffix == ".parquet":
            texts.append(
                json.dumps(pq.read_table(path).to_pylist(), default=str, ensure_ascii=False)
            )
        if path.suffix == ".sealed":
            texts += [str(row.raw.decode("utf-8", "replace")) + str(row.detail)
                      for row in Quarantine(site, path, path.stem).rows()]  # fmt: skip
        for word in words:
            if any(word in text for text in texts) or word.encode("gb18030") in content:
                found.append((str(path.relative_to(site.root)), word))
    return found


def database_text() -> str:
    """Every cell of every table of the test's database, sealed ones as they lie."""
    parts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            parts += [str(row) for row in cursor.fetchall()]
    return "\n".join(parts)


def test_after_compaction_no_byte_of_the_site_names_the_reader(
    actor: Actor, site: Site, monkeypatch
) -> None:
    words = [actor.reader_key, CARD, NAME, PHONE, EMAIL]
    assert {word for _path, word in traces(site, words)} >= {actor.reader_key, CARD}
    actions.erase(site, actor)
    actions.sweep(site, actor=OPERATOR)
    monkeypatch.setattr(building, "MINIMUM_AGE", building.timedelta(0))
    swept = actions.sweep(site, actor=OPERATOR)
    assert (swept.done, swept.waiting) == (1, 0)
    assert traces(site, words) == []
    text = database_text()
    assert [word for word in words if word in text] == []
    [certificate] = certificates(now_of(actor))
    assert certificate.state == "done"
    assert certificate.content["completed"]


def test_the_certificate_is_verified_offline_and_a_changed_one_is_not(
    actor: Actor, site: Site, tmp_path: Path
) -> None:
    certificate = actions.erase(site, actor)
    assert not re.search(r"r_[a-z2-7]{26}", json.dumps(certificate.content))
    script = ROOT / "docs" / "how-to" / "verify_ledger.py"
    path = tmp_path / "certificate.json"

    def verified() -> int:
        return subprocess.run(
            [sys.executable, str(script), str(path)], capture_output=True, check=False
        ).returncode

    path.write_bytes(actions.certificate_json(certificate))
    assert verified() == 0
    content = json.loads(path.read_bytes())
    content["statement"]["erased"]["lake:loans"] = 1
    path.write_text(json.dumps(content))
    assert verified() == 1
    content = certificate.content
    content["proof"]["leaf"] = content["proof"]["leaf"].replace('"facts"', '"fakts"')
    path.write_text(json.dumps(content))
    assert verified() == 1


def test_an_export_says_what_every_store_holds(actor: Actor, site: Site) -> None:
    told = held(site, actor)
    exported = json.loads(actions.export_held(site, actor, "json"))
    by_id = {one["id"]: one for one in exported["stores"]}
    assert set(by_id) == {one.id for one in told}
    page = actions.export_held(site, actor, "html").decode()
    for one in told:
        if one.id == "ledger":
            continue
        assert [fact["id"] for fact in by_id[one.id]["facts"]] == [fact.id for fact in one.facts]
        for fact in one.facts:
            assert escape(fact.title) in page
            for value in fact.values.values():
                assert escape(value) in page, (one.id, value)
    assert "<script" not in page
    assert not re.search(r"(src|href)=.?https?:", page)


def test_who_is_no_reader_erases_nothing(site: Site) -> None:
    from shuren.trust.errors import NotAllowed

    for one in (Actor("x", "student"), CHIEF):
        with pytest.raises(NotAllowed):
            actions.erase(site, one)
    with pytest.raises(NotAllowed):
        actions.erase_readers(site, ["r_" + "a" * 26], actor=CHIEF)
