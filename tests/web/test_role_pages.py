"""Roles and purposes as a page, and the board's approval of what the files say now."""

import pytest
from django.urls import reverse

from shuren.kernel.definitions import SHIPPED
from shuren.trust import approvals, definitions
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


def test_a_change_that_waits_says_what_it_would_open_and_goes_when_it_is_approved(as_role, library):
    folder = library.definitions / "purposes"
    folder.mkdir(parents=True, exist_ok=True)
    shipped = (SHIPPED / "purposes" / "service_operation.yaml").read_text("utf-8")
    added = "conformed.item: all\n  mart.non_users: [person_key]"
    changed = shipped.replace("conformed.item: all", added)
    (folder / "service_operation.yaml").write_text(changed, "utf-8")
    new = (SHIPPED / "purposes" / "library_statistics.yaml").read_text("utf-8")
    new = new.replace("id: library_statistics", "id: accreditation")
    (folder / "accreditation.yaml").write_text(new, "utf-8")
    definitions.purposes.cache_clear()
    definitions.roles.cache_clear()
    client, url = as_role("ethics_board"), reverse("workbench:roles")
    page = client.get(url).content.decode()
    assert "the library goes on with what was approved" in page
    assert "<code>mart.non_users</code>" in page
    assert "This is new. Nothing of it is in force" in page
    for id in ("service_operation", "accreditation"):
        seen = approvals.fingerprint("purposes", id)
        client.post(reverse("workbench:role-approve"), {"kind": "purposes", "id": id, "seen": seen})
    page = client.get(url).content.decode()
    assert "waits for approval" not in page
    assert "This is new" not in page
    assert "accreditation" in purposes()
