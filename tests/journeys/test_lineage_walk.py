"""A walk: what a dropped column would break; from a figure to the source row, and back."""

import re

import pytest
from django.urls import reverse

from shuren.data import queries as data
from shuren.kernel.shapes import Actor
from shuren.web.lineage import lineage
from tests.web.conftest import as_role as as_role
from tests.web.conftest import library as library
from tests.web.library import READERS
from tests.web.library import built as built

OPERATOR = Actor("cli:test", "administrator")


def text_of(answer) -> str:
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


@pytest.mark.django_db
def test_dropping_a_column_of_a_source_names_the_figures(library):
    graph = lineage(library, actor=OPERATOR)
    changes = data.field_changes(graph, "names:readers", ["college"], "drop")
    found = data.impact(graph, changes)
    by_value = {effect.table.id for effect in found if effect.via == "value"}
    assert {"figure:loans_by_college", "page:circulation", "api:mart.loan_fact/summary"} <= by_value
    assert "figure:visits_by_month" not in by_value
    figure = next(effect for effect in found if effect.table.id == "figure:loans_by_college")
    assert figure.path[0] == "names:readers.college"
    assert "mart.loan_fact.college" in figure.path


@pytest.mark.django_db
def test_from_a_figure_to_the_source_row_and_back(library, as_role):
    client = as_role("data_librarian")
    figure = text_of(client.get(reverse("workbench:figure", args=["loans_by_college"])))
    behind = reverse("workbench:rows-behind", args=["loans_by_college"])
    assert behind in figure

    rows = text_of(client.get(behind))
    links = re.findall(r"/workbench/lineage/loads/[\w-]+/\d+/", rows)
    assert len(links) == 25
    assert "三体" in rows
    assert not any(reader in rows for reader in READERS)
    assert "r_" not in re.sub(r"<[^>]+>", " ", rows)

    row = text_of(client.get(links[0]))
    load = links[0].split("/")[4]
    assert reverse("workbench:load", args=[load]) in row
    assert "mart.loan_fact" in row
    assert "node=figure%3Aloans_by_college" in row

    receipt = text_of(client.get(reverse("workbench:load", args=[load])))
    assert "node=names:loans" in receipt
    forward = text_of(client.get(reverse("workbench:lineage"), {"node": "names:loans"}))
    assert "node=figure%3Aloans_by_college" in forward
    assert reverse("workbench:load", args=[load]) in forward


@pytest.mark.django_db
def test_who_may_not_look_at_rows_gets_no_row(library, as_role):
    client = as_role("director")
    behind = reverse("workbench:rows-behind", args=["loans_by_college"])
    assert client.get(behind).status_code == 403
    figure = text_of(client.get(reverse("workbench:figure", args=["loans_by_college"])))
    assert behind not in figure
    assert reverse("workbench:lineage") in figure
