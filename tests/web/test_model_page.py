"""The card of a learned model, with its drift, on its page and in the catalogue."""

import json

import pytest
from django.urls import reverse

from shuren.data import actions
from shuren.data.internals.resolution import cards, person_planting, planting
from shuren.web.workbench.model_words import kinds, measures
from tests.data.loading import OPERATOR
from tests.data.test_drift import bibs
from tests.data.test_model_cards import learn, publish

pytestmark = pytest.mark.django_db


def text_of(answer) -> str:
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


@pytest.fixture
def learned_site(site, settings):
    settings.SITE = site
    bibs(site, 0, [f"书名第{n}种" for n in range(60)])
    publish(site)
    learn(site)
    return site


def test_a_model_without_a_card_says_so_and_an_unknown_one_is_not_found(library, as_role):
    client = as_role("data_librarian")
    page = text_of(client.get(reverse("workbench:model", args=["works"])))
    assert "It has not learned anything yet" in page
    assert client.get(reverse("workbench:model", args=["nothing"])).status_code == 404


def test_the_card_shows_each_column_then_and_now_and_what_stands_against_it(learned_site, as_role):
    client = as_role("data_librarian")
    address = reverse("workbench:model", args=["works"])
    page = text_of(client.get(address))
    assert "Nothing stands against using it" in page
    bibs(learned_site, 100, [f"A very long title in another language {n}" for n in range(60)])
    publish(learned_site)
    page = text_of(client.get(address))
    assert "conformed.bib_record.title is spread otherwise than at training" in page
    assert "conformed.bib_record.title</code>" in page
    catalogue = text_of(client.get(reverse("workbench:catalogue")))
    assert address in catalogue
    assert "is spread otherwise than at training" in catalogue


def test_from_a_model_in_the_lineage_to_its_card_and_back(learned_site, as_role):
    client = as_role("data_librarian")
    node = reverse("workbench:lineage") + "?node=learned_model%3Aworks"
    card = reverse("workbench:model", args=["works"])
    assert f'href="{card}"' in text_of(client.get(node))
    assert f'href="{node}"' in text_of(client.get(card))


def test_every_value_of_a_card_from_before_drift_was_kept_can_be_shown(learned_site, as_role):
    (path,) = [p for p in (learned_site.data / "models").glob("*.json") if "weights" not in p.stem]
    card = json.loads(path.read_text("utf-8"))
    for new in ("inputs", "outputs", "distributions", "title"):
        del card[new]
    path.write_text(json.dumps(card), "utf-8")
    page = text_of(as_role("data_librarian").get(reverse("workbench:model", args=["works"])))
    assert "This card kept no distribution" in page
    assert cards.card(learned_site, "works").inputs == ()
    actions.promote_model(learned_site, "works", actor=OPERATOR)


def test_each_kind_of_planted_case_and_each_measure_is_said_in_words():
    same = {*planting.SAME, *person_planting.SAME}
    other = {*planting.OTHER, *person_planting.OTHER}
    card = {"precision": 1.0, "recall_whole": 0.4, "noisy_found": 0.9}
    card |= {f"recall_{kind}": 0.5 for kind in same} | {f"asked_{kind}": 0.25 for kind in same}
    card |= {f"apart_{kind}": 1.0 for kind in other}
    shown = kinds(card)
    assert len(shown) == len(same | other)
    assert {(kind.found, kind.asked) for kind in shown if kind.same} == {(0.5, 0.25)}
    assert {(kind.found, kind.asked) for kind in shown if not kind.same} == {(1.0, None)}
    assert [value for _title, value in measures(card)] == [1.0, 0.4, 0.9]
    words = [kind.title for kind in shown] + [title for title, _value in measures(card)]
    # A name without words of its own would stand there in small letters.
    assert [word for word in words if word[0].islower()] == []


def test_the_kinds_are_a_table_of_the_page(learned_site, as_role):
    (path,) = [p for p in (learned_site.data / "models").glob("*.json") if "weights" not in p.stem]
    card = json.loads(path.read_text("utf-8"))
    card["evaluation"] |= {"recall_slip": 0.875, "apart_volume": 1.0}
    path.write_text(json.dumps(card), "utf-8")
    page = text_of(as_role("data_librarian").get(reverse("workbench:model", args=["works"])))
    assert "Slip in the title" in page
    assert "87.5%" in page
    assert "recall_slip" not in page
