"""Figures and indicators in the lineage graph."""

import pytest

from shuren.insight import queries
from shuren.kernel.shapes import Actor
from shuren.trust.errors import NotAllowed

LIBRARIAN = Actor("wen", "data_librarian")


def test_a_figure_is_made_from_what_it_counts_groups_by_and_is_narrowed_by(site):
    graph = queries.lineage(site, actor=LIBRARIAN)
    assert graph.gaps == ()
    by = graph.upstream("figure:loans_by_college.by.college")
    assert by["contract:readers.college"][1] == "value"
    readers = graph.upstream("figure:loans_by_college.readers")
    assert readers["contract:loans.reader_id"][1] == "value"
    counted = graph.upstream("figure:loans_by_college.loans")
    assert counted["raw.loans"][1] == "value"
    assert counted["mart.loan_fact.campus"][1] == "rows"


def test_every_figure_and_indicator_is_in_the_graph(site):
    graph = queries.lineage(site, actor=LIBRARIAN)
    for figure in queries.figures(site):
        assert f"figure:{figure.id}" in graph.nodes
        assert figure.table in graph.upstream(f"figure:{figure.id}")


def test_the_graph_is_made_once_for_the_same_definitions(site):
    first = queries.lineage(site, actor=LIBRARIAN)
    assert queries.lineage(site, actor=LIBRARIAN) is first


def test_lineage_is_for_who_may_read_the_contracts(site):
    with pytest.raises(NotAllowed):
        queries.lineage(site, actor=Actor("zhao", "student"))
