"""Roles and purposes as a page, and the board's approval of what the files say now."""

import pytest
from django.urls import reverse

from shuren.trust import approvals
from shuren.trust.definitions import PERMISSIONS
from shuren.trust.queries import purposes, roles

pytestmark = pytest.mark.django_db


def test_the_page_shows_every_action_every_role_and_every_purpose(as_role, library):
    page = as_role("data_librarian").get(reverse("workbench:roles")).content.decode()
    for name in PERMISSIONS:
        assert f">{name}<" in page
    for one in purposes().values():
        assert one.file in page
        assert one.legal_basis["article"] in page
    for id in roles():
        assert f"definitions/roles/{id}.yaml" in page
    assert "Approve it as it is" not in page


def test_the_board_approves_what_it_was_shown_and_nothing_else(as_role, library):
    client, url = as_role("ethics_board"), reverse("workbench:role-approve")
    assert "Approve it as it is" in client.get(reverse("workbench:roles")).content.decode()
    stale = {"kind": "purposes", "id": "own_records", "seen": "x"}
    assert client.post(url, stale).status_code == 400
    seen = approvals.fingerprint("purposes", "own_records")
    answer = client.post(url, stale | {"seen": seen})
    assert answer.headers["Location"].endswith("#purposes-own_records")
    assert approvals.approval("purposes", "own_records").by == "a-ethics_board"
    assert client.post(url, {"kind": "contracts", "id": "loans", "seen": ""}).status_code == 404
