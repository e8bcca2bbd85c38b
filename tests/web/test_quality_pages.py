"""Quality and tasks as a data librarian sees them."""

import re
from html import unescape

import pytest
from django.urls import reverse

from shuren.data import actions, queries
from shuren.kernel.shapes import Actor
from shuren.trust.actions import create_account
from shuren.web.workbench.shares import spark_points
from tests.data.loading import OPERATOR
from tests.data.test_quality import load_rows, rows


@pytest.fixture
def librarian(client, db, settings, site):
    settings.SITE = site
    load_rows(site, rows(0, 100), "good.csv")
    actions.measure_quality(site, actor=OPERATOR)
    bad = [f"{n},,b1,x,2026-03-02,,,0,A" for n in range(10)]
    load_rows(site, [*rows(100, 88), *bad, "200,s1,,x,2026-03-02,,,0,A", *rows(300, 1)], "bad.csv")
    actions.measure_quality(site, actor=OPERATOR)
    client.force_login(create_account("li", "a long enough phrase", "data_librarian"))
    client.cookies["shuren_language"] = "en"
    return client


def see(client, name, *args, **query):
    answer = client.get(reverse(f"workbench:{name}", args=args), query)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_the_list_shows_scores_and_leads_to_the_tasks(librarian):
    page = see(librarian, "quality")
    # complete 89 of 100, the four others 100: 97.8
    assert "97.8" in page
    assert "89.0" in page
    assert "1 task waits" in page
    assert reverse("workbench:quality-contract", args=["loans"]) in page


def test_a_contract_shows_its_loads_and_the_rows_not_quite_good(librarian):
    page = see(librarian, "quality-contract", "loans")
    assert "The newest load scores 97.8 of 100." in page
    assert "11 of 100 rows" in page
    assert "empty, though it is usually filled" in page
    assert ">100</td>" in re.sub(r"\s+", "", page)
    assert librarian.get(reverse("workbench:quality-contract", args=["items"])).status_code == 404


def test_a_task_is_taken_and_closed_with_a_fix(librarian):
    (task,) = queries.tasks(actor=Actor("li", "data_librarian"))
    url = reverse("workbench:task", args=[task.id])
    page = see(librarian, "task", task.id)
    assert "11 of 100 rows are at fault: 89.0% are good, where 100% are usual." in page
    librarian.post(url, {"do": "take"})
    assert "li" in see(librarian, "tasks")
    refused = librarian.post(url, {"do": "close", "fix": " "})
    assert "saying what was done" in unescape(refused.content.decode())
    librarian.post(url, {"do": "close", "fix": "The vendor mended its export."})
    assert "The vendor mended its export." in see(librarian, "tasks", state="closed")
    assert "No tasks here" in see(librarian, "tasks")
    assert librarian.get(reverse("workbench:task", args=[99])).status_code == 404


def test_others_may_not_look(client, db, settings, site):
    settings.SITE = site
    client.force_login(create_account("x", "a long enough phrase", "student"))
    assert client.get(reverse("workbench:quality")).status_code == 403
    assert client.get(reverse("workbench:tasks")).status_code == 403


def test_a_small_line_keeps_its_box():
    assert spark_points([1.0]) == ""
    assert spark_points([99.0, 99.0]) == "0.0,2.0 100.0,2.0"
    assert spark_points([0.0, 10.0, 5.0]) == "0.0,22.0 50.0,2.0 100.0,12.0"
    assert spark_points([100.0, 99.0]) == "0.0,2.0 100.0,6.0"  # a point of a hundred looks little
