"""Suggestions as a data librarian decides about them; nobody else sees them."""

import re
from html import unescape

import pytest
from django.urls import reverse

from shuren.data import actions, review
from shuren.kernel.shapes import Actor
from shuren.trust.actions import create_account, keep_identities
from shuren.trust.models import UseRecord
from tests.data.loading import OPERATOR
from tests.data.raw_helper import put_raw, reader

LI = Actor("li", "data_librarian")
A, B = sorted(map(reader, (1, 2)))
LIST = reverse("workbench:suggestions")


@pytest.fixture
def librarian(client, db, settings, site):
    settings.SITE = site
    put_raw(site, "bib_records", [
        {"record_id": str(n), "source_system": "T", "title": title, "authors": "周树人"}
        for n, title in enumerate(["朝花夕拾", "野草", "呐喊"])
    ])  # fmt: skip
    put_raw(site, "authority_records", [
        {"record_id": "a1", "source_system": "T", "heading": "鲁迅", "other_forms": "周树人"}
    ], place=1)  # fmt: skip
    put_raw(site, "readers", [{"reader_id": A, "kind": "student", "college": "文学院"},
                              {"reader_id": B, "kind": "student"}], place=2)  # fmt: skip
    put_raw(site, "reader_pairs", [
        {"reader_id": A, "other_id": B, "reason": "why=names_near name=near phone=same",
         "probability": 0.5, "suggested_at": "2026-01-01T00:00:00", "is_withdrawn": False}
    ], place=3)  # fmt: skip
    keep_identities(
        site, [(A, {"name": "张子涵", "phone": "10012345678"}), (B, {"name": "张子轩"})]
    )
    actions.build(site, actor=OPERATOR)
    actions.resolve(site, "authorities", actor=OPERATOR)
    actions.build(site, actor=OPERATOR)
    client.force_login(create_account("li", "a long enough phrase", "data_librarian"))
    client.cookies["shuren_language"] = "en"
    return client


def see(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def ids(site, kind):
    return [one.id for one in review.suggestions(site, kind, actor=LI)]


def test_the_list_says_what_why_and_how_sure(librarian, site):
    page = see(librarian, f"{LIST}?kind=authorities")
    assert page.count('class="suggestion"') == 3
    assert "The authority record gives this name as a form not used." in page
    assert "鲁迅" in page
    assert see(librarian, f"{LIST}?kind=authorities&q=野草").count('class="suggestion"') == 1
    assert "Nothing like that waits" in see(librarian, f"{LIST}?kind=authorities&reason=heading")


def test_several_are_decided_at_once_and_taken_back(librarian, site):
    first, second, third = ids(site, "authorities")
    url = f"{LIST}?kind=authorities"
    answer = librarian.post(
        url, {"kind": "authorities", "row": [first, second], "do": "accept"}, follow=True
    )
    page = unescape(answer.content.decode())
    assert "2 accepted" in page
    assert "Take it back" in page
    assert ids(site, "authorities") == [third]
    librarian.post(url, {"kind": "authorities", "refuse": third})
    assert ids(site, "authorities") == []
    decided = see(librarian, f"{LIST}?kind=authorities&state=decided")
    assert (decided.count("accepted"), decided.count('checkbox" name="row"')) == (2, 3)
    librarian.post(url, {"kind": "authorities", "row": [first], "do": "undo"})
    assert ids(site, "authorities") == [first]


def test_nothing_ticked_is_said(librarian):
    answer = librarian.post(LIST, {"kind": "works", "do": "accept"}, follow=True)
    assert "Tick what you decide about." in unescape(answer.content.decode())


def test_names_stay_in_the_vault_until_somebody_looks_and_the_ledger_knows(librarian, site):
    [id] = ids(site, "readers")
    url = reverse("workbench:suggestion", args=["readers", id])
    for page in (see(librarian, url), see(librarian, f"{LIST}?kind=readers")):
        assert "张子涵" not in page
        assert "10012345678" not in page
        assert not re.search(r"r_[a-z2-7]{26}", page)
    looks = UseRecord.objects.filter(table="trust.identity")
    before = looks.count()
    page = unescape(librarian.post(url, {"do": "open"}).content.decode())
    assert "张子涵" in page
    assert "10012345678" in page
    assert looks.count() == before + 2
    assert {line.actor for line in looks} == {"li"}
    librarian.post(url, {"do": "accept"})
    assert ids(site, "readers") == []
    assert librarian.get(url).status_code == 302  # decided: back to the list


@pytest.mark.parametrize("role", ["subject_librarian", "front_desk", "director", "student"])
def test_who_may_not_decide_is_refused(client, db, settings, site, role):
    settings.SITE = site
    client.force_login(create_account("x", "a long enough phrase", role, reader_key=A))
    assert client.get(LIST).status_code == 403
    assert client.post(LIST, {"kind": "works", "do": "accept"}).status_code == 403
    assert client.get(reverse("workbench:suggestion", args=["readers", "x"])).status_code == 403
