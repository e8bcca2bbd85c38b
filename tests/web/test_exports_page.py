"""The page of exports: who asks waits, somebody else allows or refuses, alerts are looked into."""

import re

import pytest
from django.urls import reverse

from shuren.kernel.shapes import Actor
from shuren.trust import egress
from shuren.trust.errors import EgressBlocked

pytestmark = pytest.mark.django_db

OPERATOR = Actor("cli:lin", "administrator")
LIBRARIAN = Actor("wu", "data_librarian")


def see(client):
    answer = client.get(reverse("workbench:exports"))
    assert answer.status_code == 200
    return answer.content.decode()


def decide(client, id, decision, remark=""):
    url = reverse("workbench:export-decide", args=[id])
    return client.post(url, {"decision": decision, "remark": remark})


def test_a_second_person_allows_and_passes_the_code_on(as_role, library):
    id = egress.ask("quarantine", "L1", "修正来源", actor=OPERATOR)
    client = as_role("director")
    assert "修正来源" in see(client)
    answer = decide(client, id, "allow")
    page = answer.content.decode()
    code = re.search(r'id="code-text">([a-z2-9-]{14})<', page)
    assert code is not None
    assert answer["Cache-Control"] == "no-store"
    assert code[1] not in see(client)
    egress.check("quarantine", actor=OPERATOR, columns={"raw": 4}, what="L1", code=code[1])
    assert "used" in see(client)


def test_a_refusal_needs_its_reason(as_role, library):
    id = egress.ask("quarantine", "L1", "修正来源", actor=OPERATOR)
    client = as_role("ethics_board")
    assert decide(client, id, "refuse").status_code == 400
    assert decide(client, id, "refuse", "在馆内修正即可").status_code == 302
    assert "在馆内修正即可" in see(client)


def test_what_the_guard_stopped_is_told_on_the_first_page_until_somebody_looked(as_role, library):
    with pytest.raises(EgressBlocked):
        egress.check("api.table", actor=LIBRARIAN, table="conformed.gate_event",
                     columns={"reader_key": 4})  # fmt: skip
    client = as_role("director")
    first = client.get(reverse("workbench:today")).content.decode()
    assert "The guard stopped 1 attempts" in first
    assert "conformed.gate_event" in see(client)
    [line] = egress.blocked(actor=Actor("d", "director", doing="dashboards.read"))
    client.post(reverse("workbench:export-seen", args=[line.id]))
    assert "looked into by" in see(client)
    assert "The guard stopped" not in client.get(reverse("workbench:today")).content.decode()


def test_an_api_key_that_asks_for_a_class_four_column_by_name_is_reported(library):
    from shuren.trust.actions import create_api_key

    _id, text = create_api_key(
        "portal", owner="it", scopes=["marts:read:conformed"], purposes=["data_exchange"],
        created_by=OPERATOR,
    )  # fmt: skip
    from django.test import Client

    url = "/api/v1/marts/conformed.gate_event/summary?measure=loans:count&by=reader_key"
    answer = Client(headers={"Authorization": f"Bearer {text}"}).get(url)
    assert answer.status_code in (403, 422)
    url = "/api/v1/marts/conformed.gate_event/summary?measure=count&by=reader_key"
    answer = Client(headers={"Authorization": f"Bearer {text}"}).get(url)
    assert answer.status_code == 403, answer.content
    assert [
        one.columns for one in egress.blocked(actor=Actor("d", "director", doing="dashboards.read"))
    ] == [("reader_key",)]
