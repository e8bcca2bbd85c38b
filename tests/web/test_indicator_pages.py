"""The pages of indicators and decisions, in front of the tiny library: loans, and nothing else."""

import re

import pytest
from django.urls import reverse

from shuren.kernel.shapes import Actor
from shuren.management.queries import decisions

pytestmark = pytest.mark.django_db

LIST = "/workbench/insight/indicators/"
ONE = LIST + "shelving_accuracy/"
DIRECTOR = Actor("d", "director", doing="dashboards.read")


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_all_thirty_are_listed_and_each_says_what_it_lacks(library, as_role):
    page = as_role("director").get(LIST)
    assert page.status_code == 200
    shown = text(page)
    for number in (1, 15, 30):
        assert f"{number}. " in shown
    assert page.content.decode().count(LIST) >= 30
    assert "Nothing is loaded for Samples and surveys" in shown
    assert "no data" in shown


def test_an_indicator_without_data_shows_definition_formula_and_reason(library, as_role):
    shown = text(as_role("director").get(ONE))
    assert "how many stood in their place" in shown
    assert "sum(good)" in shown
    assert "GROUP BY year" in shown
    assert "No value yet" in shown
    assert "Note a decision" not in shown


def test_an_indicator_with_data_leads_to_its_lineage_and_its_csv(library, as_role):
    client = as_role("director")
    page = client.get(LIST + "collection_turnover/").content.decode()
    assert "/workbench/lineage/?node=indicator%3Acollection_turnover" in page
    answer = client.get(LIST + "collection_turnover.csv")
    assert answer["Content-Type"].startswith("text/csv")
    lines = answer.content.decode("utf-8-sig").splitlines()
    # 25 loans of 2026 by 14 readers; no volumes are known, so there is no turnover.
    assert lines[1] == "2026,,,,25.0,0.0,no"


def test_an_unknown_indicator_is_not_found(library, as_role):
    assert as_role("director").get(LIST + "nothing/").status_code == 404


@pytest.mark.parametrize("role", ["student", "front_desk"])
def test_who_may_not_read_dashboards_sees_none(library, as_role, role):
    assert as_role(role).get(LIST).status_code == 403


def test_a_decision_is_noted_read_and_closed(library, as_role):
    client = as_role("director")
    form = client.get(reverse("workbench:decision-new") + "?indicator=collection_turnover")
    assert form.status_code == 200
    posted = {
        "indicator": "collection_turnover",
        "title": "复本减半",
        "question": "复本是否太多？",
        "expected": "周转率升到 1",
        "decided_on": "2026-04-20",
        "review_on": "2026-10-20",
    }
    bad = client.post(reverse("workbench:decision-new"), posted | {"title": ""})
    assert bad.status_code == 400
    assert "复本是否太多？" in bad.content.decode()
    odd = client.post(reverse("workbench:decision-new"), posted | {"review_on": "soon"})
    assert odd.status_code == 400
    assert "is not a date" in text(odd)
    done = client.post(reverse("workbench:decision-new"), posted)
    assert done.status_code == 302
    (noted,) = decisions(actor=DIRECTOR)
    page = client.get(done["Location"])
    shown = text(page)
    assert "复本减半" in shown
    assert "mart.lending_year_class" in shown
    assert noted.figures[0].snapshot in shown
    assert "not yet known" in shown
    closed = client.post(done["Location"], {"outcome": "升到 0.9", "outcome_on": "2026-10-21"})
    assert closed.status_code == 302
    assert "升到 0.9" in text(client.get(reverse("workbench:decisions")))


def test_a_decision_that_is_not_there_is_not_found(library, as_role):
    assert as_role("director").get(reverse("workbench:decision", args=[99])).status_code == 404
