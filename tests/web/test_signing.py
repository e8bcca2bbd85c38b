"""Signing in and out, and the demo's accounts."""

import json

import pytest

from shuren.trust.actions import create_account
from tests.web.conftest import PASSWORD


@pytest.fixture
def student(client, db):
    client.cookies["shuren_language"] = "en"
    return create_account("li", PASSWORD, "student")


def sign_in(client, password, **more):
    return client.post("/sign-in/", {"username": "li", "password": password, **more})


@pytest.mark.parametrize(
    "role, place", [("student", "/my/"), ("director", "/workbench/")], ids=["reader", "staff"]
)
def test_each_lands_where_the_own_things_are(client, db, settings, role, place):
    nobody = settings.SITE_SETTINGS.sign_in.model_copy(update={"second_step": "nobody"})
    settings.SITE_SETTINGS = settings.SITE_SETTINGS.model_copy(update={"sign_in": nobody})
    create_account("li", PASSWORD, role)
    assert sign_in(client, PASSWORD).headers["Location"] == place


def test_who_was_on_the_way_goes_on(client, student):
    assert sign_in(client, PASSWORD, next="/spaces/").headers["Location"] == "/spaces/"


def test_signing_in_never_leads_elsewhere(client, student):
    answer = sign_in(client, PASSWORD, next="https://elsewhere.example/")
    assert answer.headers["Location"] == "/my/"


def test_a_wrong_password_is_said_without_saying_which_was_wrong(client, student):
    answer = sign_in(client, "wrong")
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Name and password do not belong together." in page
    assert 'value="li"' in page
    assert "wrong" not in page.replace("wrong password", "")


def test_after_five_wrong_passwords_the_right_one_waits_too(client, student):
    for _ in range(5):
        sign_in(client, "wrong")
    answer = sign_in(client, PASSWORD)
    assert answer.status_code == 429
    assert "Too many wrong passwords for this account." in answer.content.decode()


def test_signing_out_wants_a_form(client, student):
    sign_in(client, PASSWORD)
    assert client.get("/sign-out/").status_code == 405
    assert client.get("/my/").status_code == 200
    client.post("/sign-out/")
    assert client.get("/my/").status_code == 302


@pytest.mark.parametrize("demo", [True, False])
def test_demo_accounts_are_listed_by_the_demo_only(client, db, settings, site, demo):
    settings.SITE_SETTINGS = settings.SITE_SETTINGS.model_copy(update={"demo": demo})
    settings.SITE = site
    note = {"password": PASSWORD, "usernames": ["reader", "librarian"]}
    site.demo_note.parent.mkdir(parents=True, exist_ok=True)
    site.demo_note.write_text(json.dumps(note), "utf-8")
    for username, role in [("reader", "student"), ("librarian", "director"), ("own", "director")]:
        create_account(username, PASSWORD, role)
    page = client.get("/sign-in/").content.decode()
    listed = [name for name in ["reader", "librarian", "own"] if f'value="{name}"' in page]
    assert listed == (["reader", "librarian"] if demo else [])
    assert (PASSWORD in page) is demo
