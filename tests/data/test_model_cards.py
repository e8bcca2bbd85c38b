"""A card names the data its model learned from; stale or worse data keep it out of use."""

from datetime import UTC, datetime, timedelta

import pytest

from shuren.data import actions
from shuren.data.errors import NotPromoted, UnknownName
from shuren.data.internals import building
from shuren.data.internals.models import load_models
from shuren.data.internals.receipts import all_receipts
from shuren.data.internals.resolution import cards
from shuren.data.learned import against_model, model_cards
from shuren.data.resolution import CANDIDATE, PROMOTED, Card
from shuren.kernel.shapes import no_progress
from tests.data.loading import OPERATOR, READER, load

GOALS = {"precision": 0.98}


def bibs(site, first: int, count: int, untitled: int = 0):
    lines = [f"r{n},T,书名第{n}种" for n in range(first, first + count)]
    lines += [f"r{n},T," for n in range(first + count, first + count + untitled)]
    text = "record_id,source_system,title\n" + "\n".join(lines) + "\n"
    return load(site, "bib_records", text, f"bibs-{first}.csv")


def publish(site) -> str:
    """A snapshot of one model: what it holds does not matter here."""
    one = {"conformed.bib_record": load_models(site)["conformed.bib_record"]}
    one = {
        name: model for name, model in load_models(site).items() if name in MODELS or name in one
    }
    loads = all_receipts(site)[::-1]
    return building.build_snapshot(site, one, loads, no_progress).snapshot


MODELS = ("conformed.item", "conformed.title")


def learn(site, precision: float = 1.0) -> Card:
    return cards.write(
        site, "works", {"weights": [1]}, ("bib_records",), records=10, training={"seed": 1},
        threshold=0.95, evaluation={"precision": precision}, goals=GOALS,
    )  # fmt: skip


@pytest.fixture
def published(site):
    first = bibs(site, 0, 50)
    actions.measure_quality(site, actor=OPERATOR)
    return site, first, publish(site)


@pytest.mark.django_db
def test_a_card_names_snapshot_loads_and_quality_and_a_fresh_one_is_promoted(published):
    site, first, snapshot = published
    card = learn(site)
    assert (card.snapshot, card.loads) == (snapshot, {"bib_records": (first.id,)})
    assert card.quality == {"bib_records": 100.0}
    assert (card.state, against_model(site, card)) == (CANDIDATE, [])
    assert actions.promote_model(site, "works", actor=OPERATOR).state == PROMOTED
    assert [(c.version, c.state) for c in model_cards(site)] == [(card.version, PROMOTED)]
    assert cards.weights(site, card) == {"weights": [1]}


@pytest.mark.django_db
def test_three_later_loads_pass_a_fourth_blocks_promotion(published):
    site, _first, _snapshot = published
    card = learn(site)
    for n in range(3):
        bibs(site, 100 * (n + 1), 5)
    publish(site)
    assert against_model(site, card) == []
    bibs(site, 900, 5)
    publish(site)
    with pytest.raises(NotPromoted, match="4 loads of what it learned from have come since"):
        actions.promote_model(site, "works", actor=OPERATOR)
    assert cards.in_use(site, "works") is None
    anew = learn(site)
    assert actions.promote_model(site, "works", actor=OPERATOR).version == anew.version


@pytest.mark.django_db
def test_a_snapshot_a_month_older_than_the_live_one_blocks_promotion(published, monkeypatch):
    site, _first, _snapshot = published
    card = learn(site)
    later = datetime.now(UTC) + timedelta(days=31)
    monkeypatch.setattr(building, "now", lambda: later)
    bibs(site, 100, 5)
    publish(site)
    (why,) = against_model(site, card)
    assert "31 days older" in why


@pytest.mark.django_db
def test_fallen_quality_of_a_source_blocks_promotion(published):
    site, _first, _snapshot = published
    learn(site)
    bibs(site, 100, 40, untitled=10)
    with pytest.raises(NotPromoted, match=r"quality of bib_records fell from 100.0 to 9\d\.\d"):
        actions.promote_model(site, "works", actor=OPERATOR)


@pytest.mark.django_db
def test_missed_goals_block_promotion(published):
    site, _first, _snapshot = published
    learn(site, precision=0.9)
    with pytest.raises(NotPromoted, match=r"precision is 0.900; the goal is 0.98"):
        actions.promote_model(site, "works", actor=OPERATOR)


@pytest.mark.django_db
def test_unknown_models_and_strangers_are_turned_away(published):
    from shuren.trust.errors import NotAllowed

    site, _first, _snapshot = published
    with pytest.raises(UnknownName):
        actions.promote_model(site, "forecast", actor=OPERATOR)
    with pytest.raises(NotAllowed):
        actions.promote_model(site, "works", actor=READER)
