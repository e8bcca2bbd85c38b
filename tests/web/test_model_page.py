"""The card of a learned model, with its drift, on its page and in the catalogue."""

import pytest
from django.urls import reverse

from shuren.data import actions
from shuren.data.internals.resolution import cards
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
    import json

    card = json.loads(path.read_text("utf-8"))
    for new in ("inputs", "outputs", "distributions", "title"):
        del card[new]
    path.write_text(json.dumps(card), "utf-8")
    page = text_of(as_role("data_librarian").get(reverse("workbench:model", args=["works"])))
    assert "This card kept no distribution" in page
    assert cards.card(learned_site, "works").inputs == ()
    actions.promote_model(learned_site, "works", actor=OPERATOR)
