"""The form beside each store that another system fills, and where it leads."""

import pytest
from django.test import Client

from shuren.service import cases
from shuren.trust.actions import create_account
from shuren.trust.models import Account
from shuren.trust.queries import actor_of


def see(client, path, status=200):
    answer = client.get(path)
    assert answer.status_code == status, (path, answer.status_code)
    return answer.content.decode()


def test_a_mistake_is_reported_where_it_is_seen_and_answered_under_my_cases(as_role, library):
    client = as_role("student")
    assert 'href="/my/privacy/correct/?store=lake%3Aloans"' in see(client, "/my/privacy/")
    page = see(client, "/my/privacy/held/?store=lake:loans")
    assert "Something is wrong here" in page
    page = see(client, "/my/privacy/correct/?store=lake:loans")
    assert "Write no card number" in page
    values = {"store": "lake:loans", "what_is_wrong": "这本书我已归还"}
    answer = client.post("/my/privacy/correct/", values)
    [case] = cases.my_cases(library, actor_of(Account.objects.get()))
    assert case.state == "submitted"
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/my/cases/{case.id}/")
    assert "这本书我已归还" in see(client, answer.headers["Location"])
    assert "这本书我已归还" in see(client, "/my/privacy/held/?store=cases")
    desk = Client()
    desk.force_login(create_account("chen", "a long enough phrase", "data_librarian"))
    assert case.id in see(desk, "/workbench/cases/")
    assert "这本书我已归还" in see(desk, f"/workbench/cases/{case.id}/")
    front = Client()
    front.force_login(create_account("li", "a long enough phrase", "front_desk"))
    assert case.id not in see(front, "/workbench/cases/")
    see(front, f"/workbench/cases/{case.id}/", 404)


@pytest.mark.parametrize("store", ["consents", "account", "lake:nothing", ""])
def test_nothing_else_is_corrected_elsewhere(as_role, library, store):
    client = as_role("student")
    see(client, f"/my/privacy/correct/?store={store}", 404)
    values = {"store": store, "what_is_wrong": "x"}
    assert client.post("/my/privacy/correct/", values).status_code == 404


def test_an_empty_form_says_so_and_opens_nothing(as_role, library):
    client = as_role("student")
    answer = client.post("/my/privacy/correct/", {"store": "lake:loans", "what_is_wrong": " "})
    assert answer.status_code == 400
    assert 'aria-invalid="true"' in answer.content.decode()
    assert cases.my_cases(library, actor_of(Account.objects.get())) == []
