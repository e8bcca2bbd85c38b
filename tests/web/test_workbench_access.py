"""Nobody sees a workbench page without the permission it names."""

from pathlib import Path

import pytest
from django.urls import reverse

from shuren.trust.actions import create_account
from shuren.trust.definitions import PERMISSIONS, VISITOR
from shuren.trust.queries import roles
from shuren.web.workbench import urls

EXAMPLES = {
    "erasure_id": "E20260101T000000-000000",
    "load_id": "L20260101T000000-000000",
    "contract_id": "loans",
    "figure_id": "loans_by_month",
    "name": "works",
    "document_id": "0" * 64,
    "number": 1,
    "dashboard_id": "circulation",
    "task_id": 1,
    "indicator_id": "loans_per_capita",
    "decision_id": 1,
    "row": 1,
    "line": 2,
    "table": "mart.loan_fact",
    "key_id": "aaaaaaaaaaaa",
    "request_id": "aaaaaaaaaaaa",
    "blocked_id": 1,
    "token": "aaaaaaaaaaaa",
    "kind": "works",
    "suggestion_id": "aaaaaaaaaaaa",
    "connector_id": "nothing",
    "month": "2026-03",
    "language": "zh",
    "format": "html",
    "dataset_id": "loans_by_class",
    "bib_id": "nothing",
    "entry_id": "nothing",
    "item_id": "nothing",
    "case_id": "nothing",
    "campaign": "nothing",
    "service_id": "long_term_seat",
    "field": "nothing",
    "way": "oidc",
    "zone_id": "nothing",
    "scope": "nothing",
    "certificate_id": "E20260101T000000-000000",
    "code": "0000000000000000",
    "grant": "nothing",
    "event_id": "nothing",
    "paper_id": "nothing",
    "station_id": "nothing",
    "review_id": "nothing",
}
POSTED = {
    "role-approve",
    "break-glass-look",
    "break-glass-end",
    "connector-collect",
    "quarantine-replay",
    "key-rotate",
    "export-decide",
    "export-seen",
    "governance-publish",
    "dataset-publish",
    "dataset-withdraw",
    "pupil-consent",
    "messages-again",
    "booking-act",
    "space-book",
    "space-wait",
    "my-booking",
    "my-wish",
    "review-mark",
}

# Each place, and the permission of docs/reference/permissions.md that it takes.
PROMISED = {
    "ledger": "ledger.read",
    "ledger-head": "ledger.read",
    "ledger-export": "ledger.read",
    "ledger-proof": "ledger.read",
    "today": "workbench.open",
    "exports": "exports.approve",
    "messages": "messages.manage",
    "messages-again": "messages.manage",
    "export-decide": "exports.approve",
    "export-seen": "exports.approve",
    "coverage": "loads.read",
    "desk-erasure": "desk.erase",
    "desk-certificate": "desk.erase",
    "service-list": "workbench.open",
    "search-box": "workbench.open",
    "suppliers": "cases.read",
    "service": "workbench.open",
    "service-flows": "workbench.open",
    "service-preview": "workbench.open",
    "cases": "cases.read",
    "case-report": "cases.read",
    "case-gift": "cases.read",
    "gift-copies": "records.edit",
    "gift-copies-sheet": "records.edit",
    "gift-copies-marc": "records.edit",
    "members": "cases.read",
    "campaigns": "cases.read",
    "campaign": "cases.read",
    "campaign-csv": "cases.read",
    "members-roster": "desk.serve",
    "member": "desk.serve",
    "projects": "cases.read",
    "stations": "dashboards.read",
    "shifts": "cases.read",
    "station": "services.edit",
    "case-project": "cases.read",
    "case-project-paper": "cases.read",
    "events": "cases.read",
    "event": "cases.read",
    "case-preview": "cases.read",
    "case-document": "cases.read",
    "case": "cases.read",
    "case-file": "cases.read",
    "indicators": "dashboards.read",
    "indicator": "dashboards.read",
    "indicator-csv": "dashboards.read",
    "decisions": "decisions.read",
    "reviews": "reviews.moderate",
    "review": "reviews.moderate",
    "voice": "voice.read",
    "voice-new": "voice.work",
    "voice-file": "voice.work",
    "opinion": "voice.read",
    "supervision": "supervision.read",
    "supervised-new": "voice.manage",
    "supervised": "supervision.read",
    "evidence": "supervision.read",
    "decision-new": "decisions.write",
    "decision": "decisions.read",
    "lineage-columns": "contracts.read",
    "sources": "loads.read",
    "source-new": "loads.run",
    "source-map": "loads.run",
    "connectors": "loads.read",
    "connector-new": "loads.run",
    "connector-collect": "loads.run",
    "load": "loads.read",
    "load-json": "loads.read",
    "load-text": "loads.read",
    "quarantine": "quarantine.read",
    "quarantine-load": "quarantine.read",
    "quarantine-replay": "quarantine.mend",
    "quarantine-row": "quarantine.mend",
    "contracts": "contracts.read",
    "contract": "contracts.read",
    "contract-odcs": "contracts.read",
    "lineage": "contracts.read",
    "model": "contracts.read",
    "governance": "contracts.read",
    "governance-markdown": "contracts.read",
    "governance-pdf": "contracts.read",
    "governance-publish": "governance.publish",
    "catalogue": "contracts.read",
    "content": "contracts.read",
    "document": "contracts.read",
    "document-page": "contracts.read",
    "table": "contracts.read",
    "impact": "contracts.read",
    "rows-behind": "quarantine.read",
    "row": "quarantine.read",
    "roles": "contracts.read",
    "role-approve": "purposes.approve",
    "desk": "desk.serve",
    "circulation": "desk.serve",
    "bookings": "bookings.serve",
    "booking-act": "bookings.serve",
    "booking-code": "bookings.serve",
    "break-glass": "break_glass.open",
    "break-glass-look": "break_glass.open",
    "break-glass-end": "break_glass.open",
    "break-glass-reviews": "break_glass.review",
    "pupils": "pupils.manage",
    "pupil-consent": "pupils.manage",
    "keys": "keys.manage",
    "key-rotate": "keys.manage",
    "key-revoke": "keys.manage",
    "dashboard": "dashboards.read",
    "quality": "tasks.read",
    "quality-contract": "tasks.read",
    "tasks": "tasks.read",
    "task": "tasks.read",
    "suggestions": "suggestions.decide",
    "suggestion": "suggestions.decide",
    "figure": "dashboards.read",
    "figure-csv": "dashboards.read",
    "reports": "dashboards.read",
    "report": "dashboards.read",
    "report-file": "dashboards.read",
    "knowledge": "knowledge.read",
    "knowledge-entry": "knowledge.read",
    "records": "records.edit",
    "record": "records.edit",
    "datasets": "datasets.publish",
    "dataset": "datasets.publish",
    "dataset-publish": "datasets.publish",
    "dataset-withdraw": "datasets.publish",
}
REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "permissions.md"


def documented() -> dict[str, set[str]]:
    """{role: permissions} as the lines without a purpose of the reference page draw it."""
    text = REFERENCE.read_text("utf-8")
    section = text.split("## 资源 × 操作 × 用途 × 角色")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line[:1] == "|"]
    head = [cell.strip("`") for cell in rows[0]]
    found: dict[str, set[str]] = {role: set() for role in head[5:]}
    for row in rows[2:]:
        for role, mark in zip(head[5:], row[5:], strict=True):
            if mark == "●" and row[2] == "—":
                found[role].add(f"{row[0]}.{row[1]}")
    return found


ROLES = sorted(set(documented()) - {"anonymous"})


def address(name: str) -> str:
    pattern = next(one for one in urls.urlpatterns if one.name == name)
    wanted = pattern.pattern.converters
    return reverse(f"workbench:{name}", kwargs={key: EXAMPLES[key] for key in wanted})


def visit(client, name: str):
    return client.post(address(name)) if name in POSTED else client.get(address(name))


def test_every_workbench_address_names_the_permission_promised():
    named = {one.name: one.callback.permission for one in urls.urlpatterns}
    assert named == PROMISED
    assert set(named.values()) <= set(PERMISSIONS)


def test_every_role_is_walked():
    assert set(ROLES) == {one.id for one in roles().values() if one.kind != VISITOR}


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(PROMISED))
def test_nobody_signed_in_is_sent_to_sign_in_and_back(client, name):
    answer = visit(client, name)
    assert answer.status_code == 302
    assert answer["Location"].startswith(f"{reverse('sign-in')}?next=%2Fworkbench%2F")


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_a_role_sees_exactly_what_the_reference_page_says(client, settings, site, role):
    settings.SITE = site
    client.force_login(create_account("somebody", "a long enough phrase", role))
    granted = documented()[role]
    for name, permission in PROMISED.items():
        refused = visit(client, name).status_code == 403
        assert refused == (permission not in granted), name


@pytest.mark.django_db
def test_the_rail_offers_only_what_opens(client, settings, site):
    settings.SITE = site
    client.force_login(create_account("desk", "a long enough phrase", "front_desk"))
    page = client.get(reverse("workbench:today")).content.decode()
    assert reverse("workbench:dashboard", args=["circulation"]) not in page
    assert reverse("workbench:quarantine") not in page


@pytest.mark.django_db
def test_the_refusal_names_the_roles_that_may(client, settings, site):
    settings.SITE = site
    client.force_login(create_account("desk", "a long enough phrase", "front_desk"))
    answer = client.get(reverse("workbench:quarantine"))
    assert roles()["data_librarian"].title["zh"] in answer.content.decode()
