"""The lineage pages and the catalogue, as somebody sees them."""

import re

import pytest
from django.urls import reverse

from shuren.kernel.shapes import Actor
from shuren.web.lineage import lineage, pages

OPERATOR = Actor("cli:test", "administrator")
pytestmark = pytest.mark.django_db


def text_of(answer) -> str:
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_the_list_in_the_page_is_the_whole_graph(library, as_role):
    page = text_of(as_role("data_librarian").get(reverse("workbench:lineage")))
    graph = lineage(library, actor=OPERATOR)
    assert graph.gaps == ()
    drawn = len(re.findall(r"data-box=", page))
    assert drawn == sum(node.kind not in ("step", "api") for node in graph.tables())
    numbers = set(re.findall(r'data-node="(\d+)"', page))
    ends = set(re.findall(r'data-(?:from|to)="(\d+)"', page))
    assert ends
    assert ends <= numbers
    listed = page[page.index("lineage-layers") :]
    assert listed.count("<li>") == drawn


def test_the_columns_of_the_picture_are_every_column_and_stand_in_the_boxes_of_the_page(
    library, as_role
):
    client = as_role("data_librarian")
    page = text_of(client.get(reverse("workbench:lineage"), {"all": "1"}))
    answer = client.get(re.search(r'data-columns="([^"]*)"', page)[1].replace("&amp;", "&"))
    lines = answer.json()
    graph = lineage(library, actor=OPERATOR)
    rooms = dict(re.findall(r'data-box="(\d+)"[^>]* data-room="(\d+)"', page))
    assert rooms == {box: str(len(found)) for box, found in lines.items() if found}
    shown = [id for found in lines.values() for _number, _label, id, _before in found]
    assert sorted(shown) == sorted(
        node.id for node in graph.nodes.values() if node.table and node.kind != "step"
    )
    numbers = {number for found in lines.values() for number, *_rest in found} | set(lines)
    before = {m[1:] for found in lines.values() for one in found for m in one[3].split()}
    assert before <= numbers
    ids = {number: id for found in lines.values() for number, _label, id, _before in found}
    college = next(one for found in lines.values() for one in found
                   if one[2] == "mart.loan_fact.college")  # fmt: skip
    assert "conformed.reader.college" in {ids.get(m[1:]) for m in college[3].split()}


def test_columns_that_are_known_already_are_not_sent_again(library, as_role):
    client = as_role("data_librarian")
    address = reverse("workbench:lineage-columns")
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert as_role("student").get(address).status_code == 403


def test_every_page_of_the_graph_has_an_address(library, as_role):
    client = as_role("data_librarian")
    for id, shown in pages(library).items():
        answer = text_of(client.get(reverse("workbench:lineage"), {"node": f"page:{id}"}))
        address = reverse(shown.address, args=[shown.argument] if shown.argument else [])
        assert f'href="{address}"' in answer


def test_a_figure_shows_its_file_and_its_loads(library, as_role):
    client = as_role("data_librarian")
    page = text_of(
        client.get(reverse("workbench:lineage"), {"node": "figure:loans_by_month.loans"})
    )
    assert "loans.csv" in page
    assert re.search(r"node=names%3Aloans\b", page)


@pytest.mark.parametrize("words", ["学院", "college", "mart.loan_fact.college"])
def test_a_field_is_found_in_both_languages(library, as_role, words):
    page = text_of(as_role("data_librarian").get(reverse("workbench:lineage"), {"q": words}))
    assert "node=mart.loan_fact.college" in page


def test_an_unknown_node_is_not_found(library, as_role):
    answer = as_role("data_librarian").get(reverse("workbench:lineage"), {"node": "mart.nothing"})
    assert answer.status_code == 404


def test_the_impact_page_names_figures_with_the_way_to_them(library, as_role):
    question = {"owner": "contract:readers", "field": "college", "action": "drop"}
    page = text_of(as_role("data_librarian").get(reverse("workbench:impact"), question))
    assert "figure:loans_by_college" in page
    assert "conformed.reader.college" in page


@pytest.mark.parametrize("words, found", [("学院", True), ("college", True), ("zzzz", False)])
def test_the_catalogue_searches_columns_in_both_languages(library, as_role, words, found):
    page = text_of(as_role("data_librarian").get(reverse("workbench:catalogue"), {"q": words}))
    assert (reverse("workbench:table", args=["mart.loan_fact"]) in page) == found


def test_a_sample_shows_rows_to_who_may_see_them_and_no_pseudonym(library, as_role):
    address = reverse("workbench:table", args=["mart.loan_fact"])
    page = text_of(as_role("data_librarian").get(address))
    assert "三体" in page
    assert not re.search(r"r_[a-z2-7]{26}", page)


def test_a_sample_of_a_table_about_persons_is_shut_to_other_roles(library, as_role):
    client = as_role("director")
    page = text_of(client.get(reverse("workbench:table", args=["mart.loan_fact"])))
    assert "三体" not in page
    public = text_of(client.get(reverse("workbench:table", args=["mart.title_availability"])))
    assert "三体" in public


def test_the_rules_are_one_document_in_three_forms(library, as_role):
    client = as_role("director")
    page = text_of(client.get(reverse("workbench:governance")))
    assert "N15" in page
    assert "not published yet" in page
    assert client.get(reverse("workbench:governance-pdf")).content.startswith(b"%PDF-")
    assert "| N15 |" in text_of(client.get(reverse("workbench:governance-markdown")))
    assert client.post(reverse("workbench:governance-publish")).status_code == 302
    assert "in force" in text_of(client.get(reverse("workbench:governance")))


def test_who_may_read_the_rules_may_not_publish_them(library, as_role):
    client = as_role("data_librarian")
    assert client.post(reverse("workbench:governance-publish")).status_code == 403
