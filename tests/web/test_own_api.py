"""A reader's own cases by their own key: listed, read, opened; never anybody else's."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from shuren.service import cases, reader_keys
from shuren.service.internals.case_rows import Case
from shuren.trust.actions import create_account
from shuren.trust.errors import NotAllowed
from shuren.trust.models import Account
from shuren.trust.queries import actor_of
from tests.service.delivering import delivered
from tests.service.desk_of_cases import LIBRARIAN, TITLE
from tests.web.api_tools import program as program
from tests.web.test_privacy_panel import see
from tests.web.test_workbench_access import ROLES

BOTH = (reader_keys.READ, reader_keys.OPEN)
OTHERS = "r_" + "b" * 26


@pytest.fixture
def ann(as_role, library):
    as_role("student")
    return actor_of(Account.objects.get(username="a-student"))


@pytest.fixture
def api(ann):
    """`api("GET", "/cases")` with ann's key."""
    return caller(reader_keys.make(actor=ann, name="x", scopes=BOTH, days=30))


def caller(key: str):
    client = Client()

    def call(method, path, body=None, **headers):
        return client.generic(
            method, f"/api/v1/my{path}", json.dumps(body) if body is not None else "",
            content_type="application/json",
            headers={"Authorization": f"Bearer {key}", "Accept-Language": "en", **headers},
        )  # fmt: skip

    return call


def held(library, actor):
    return cases.open_case(library, "book_hold", actor=actor, subject=TITLE)


def opening(**more):
    return {"service": "reference_desk", "fields": {"need": "怎样查核心期刊？"}} | more


def test_own_cases_are_listed_newest_first_page_by_page(api, ann, library, monkeypatch):
    ids = []
    for minute in range(3):
        monkeypatch.setenv("SHUREN_NOW", f"2026-03-02T01:0{minute}")
        ids.append(held(library, ann).id)
    first = api("GET", "/cases?limit=2").json()
    assert [one["id"] for one in first["cases"]] == ids[:0:-1]
    rest = api("GET", f"/cases?limit=2&after={first['next']}").json()
    assert [one["id"] for one in rest["cases"]] == ids[:1]
    assert rest["next"] is None
    cases.act(library, ids[0], "cancel", actor=ann)
    assert [one["id"] for one in api("GET", "/cases?show=over").json()["cases"]] == [ids[0]]
    assert len(api("GET", "/cases?show=open").json()["cases"]) == 2


def test_one_is_read_with_its_trace_and_the_file_that_came(api, ann, library):
    id = delivered(library, ann)
    told = api("GET", f"/cases/{id}").json()
    assert told["state"] == "delivered"
    assert [step["event"] for step in told["history"]] == ["opened", "accept", "route", "supply"]
    assert {move["event"] for move in told["moves"]} == {"rate", "ask_again"}
    assert told["file"]["left"] == 5
    page = Client().get(told["file"]["url"])
    assert page.status_code == 302  # to sign in: the key opens no page


def test_one_is_opened_by_the_fields_of_the_form_once_a_key(api, ann):
    said = {"Idempotency-Key": "k1"}
    first = api("POST", "/cases", opening(), **said)
    assert first.status_code == 201, first.content
    assert api("POST", "/cases", opening(), **said).json()["id"] == first.json()["id"]
    row = Case.objects.get(pk=first.json()["id"])
    assert (row.pseudonym, row.channel) == (ann.reader_key, "api")
    assert api("GET", first["Location"].removeprefix("/api/v1/my")).status_code == 200


def test_a_field_that_is_wrong_is_named(api):
    wrong = api("POST", "/cases", opening(fields={"nothing": "x"}))
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["where"] == "fields.nothing"
    for body in ({}, opening(more=1), {"service": 5}, [], opening(fields={"x": [1]})):
        assert api("POST", "/cases", body).status_code == 422, body
    assert api("POST", "/cases", opening(service="nothing")).status_code == 404
    assert api("POST", "/cases", opening(service="seat_booking")).status_code == 403
    assert api("GET", "/cases?limit=0").status_code == 422
    assert api("GET", "/cases?show=x").status_code == 422


def test_a_service_that_is_not_for_this_reader_is_not_opened(api):
    answer = api("POST", "/cases", {"service": "talent_evaluation"})
    assert answer.status_code == 403


def test_nobody_elses_case_is_read_listed_or_gone_on_from(api, ann, library, db):
    create_account("ben", "a long enough phrase", "student", reader_key=OTHERS)
    ben = actor_of(Account.objects.get(username="ben"))
    id = held(library, ben).id
    assert api("GET", f"/cases/{id}").status_code == 404
    assert api("GET", f"/cases?after={id}").status_code == 404
    assert api("GET", "/cases").json()["cases"] == []
    assert api("GET", "/cases/nothing").status_code == 404


@pytest.mark.parametrize("role", ROLES)
def test_no_role_reaches_anothers_case_by_its_own_key(role, library, db, ann):
    """Whatever an account may do as staff, its reader's key opens its own alone."""
    case = held(library, ann).id
    account = create_account("x", "a long enough phrase", role, reader_key=OTHERS)
    actor = actor_of(account)
    if actor is None or not actor.reader_key:
        return  # a pupil whose guardian has not agreed
    try:
        key = reader_keys.make(actor=actor, name="x", scopes=BOTH, days=7)
    except NotAllowed:
        return
    call = caller(key)
    assert call("GET", f"/cases/{case}").status_code in (403, 404)
    listed = call("GET", "/cases")
    assert listed.status_code in (200, 403)
    if listed.status_code == 200:
        assert listed.json()["cases"] == []


def test_without_a_good_key_and_its_scope_nothing_opens(ann, client, program):
    reading = caller(reader_keys.make(actor=ann, name="x", scopes=[reader_keys.READ], days=7))
    assert reading("POST", "/cases", opening()).status_code == 403
    writing = caller(reader_keys.make(actor=ann, name="x", scopes=[reader_keys.OPEN], days=7))
    assert writing("GET", "/cases").status_code == 403
    assert client.get("/api/v1/my/cases").status_code == 401  # signed in is no key
    assert caller("shr_aaaaaaaaaaaa_" + "A" * 43)("GET", "/cases").status_code == 401
    assert caller(program().key)("GET", "/cases").status_code == 401  # the open API's is none here
    own = reader_keys.make(actor=ann, name="x", scopes=BOTH, days=7)
    assert client.get("/api/v1/me", headers={"Authorization": f"Bearer {own}"}).status_code == 401
    assert client.get("/api/v1/my/cases", {"key": own}).status_code == 400


def test_staff_are_not_named_and_no_pseudonym_leaves(api, ann, library):
    id = delivered(library, ann)
    text = api("GET", f"/cases/{id}").content.decode()
    assert LIBRARIAN.id not in json.loads(text)["history"][1].values()
    assert ann.reader_key not in text


def test_the_document_has_all_four_and_holds_no_data(client, library, db):
    made = client.get(reverse("own-api-document"), headers={"Accept-Language": "zh-CN"}).json()
    found = {
        operation["operationId"]: (method, operation["x-scope"])
        for path in made["paths"].values()
        for method, operation in path.items()
    }
    assert found == {
        "own_cases": ("get", reader_keys.READ),
        "own_case": ("get", reader_keys.READ),
        "open_own_case": ("post", reader_keys.OPEN),
        "own_file": ("get", reader_keys.READ),
    }
    assert "/api/v1/my/cases" in made["paths"]
    assert made["paths"]["/api/v1/my/cases"]["get"]["summary"] == "我的服务单"


def test_a_reader_makes_a_key_sees_it_once_and_ends_it(ann, client):
    url = reverse("my-keys")
    page = client.post(
        url, {"do": "make", "name": "我的日历", "scope": [reader_keys.READ], "days": "30"}
    ).content.decode()
    assert "shr_" in page
    [line] = reader_keys.mine(ann)
    assert f"shr_{line.id}_" in page
    again = see(client, url)
    assert "我的日历" in again
    assert f"shr_{line.id}_" not in again
    assert client.post(url, {"do": "make", "name": "", "days": "30"}).status_code == 400
    assert client.post(url, {"do": "end", "key": line.id}).status_code == 302
    assert reader_keys.mine(ann) == []
