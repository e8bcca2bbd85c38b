"""A search is tied to its reader under that reader's consent only, and is gone from the next on."""

import json

import pytest

from shuren.data import actions, queries
from shuren.data.internals.feeds import own_events
from shuren.kernel.shapes import Actor
from shuren.trust import consent
from shuren.trust.errors import ConsentMissing
from tests.data.loading import OPERATOR
from tests.data.raw_helper import reader

pytestmark = pytest.mark.django_db

ANN, BEN = Actor("ann", "student", reader(1)), Actor("ben", "student", reader(2))


def search(site, actor, words):
    values = {"words": words, "hits": 3, "place": "portal", "reader_id": actor.reader_key}
    actions.record_event(site, "reader_searches", values)


def spooled(site):
    return [
        json.loads(line)
        for path in sorted((site.data / "events").rglob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]


def taken_in(site, monkeypatch):
    """Everything in the spool is collected, and the tables are made."""
    monkeypatch.setattr(own_events, "GRACE", -own_events.SPAN * 2)
    outcome = actions.collect(site, "own-events", actor=OPERATOR)
    assert not outcome.problems
    actions.build(site, actor=OPERATOR)


def own_searches(site, actor):
    table = queries.read(
        site, "conformed.reader_search", columns=["words"], order_by=["-searched_at", "words"],
        purpose="behaviour_tracking", actor=actor,
    )  # fmt: skip
    return [row["words"] for row in table.dicts()]


def test_without_consent_nothing_about_the_reader_is_kept(site):
    search(site, ANN, "红楼梦")
    assert spooled(site) == []


def test_consent_for_another_purpose_is_not_consent_for_this(site):
    consent.give("reading_history", actor=ANN, version=1)
    search(site, ANN, "红楼梦")
    assert spooled(site) == []


def test_what_is_remembered_comes_back_to_its_reader_alone(site, monkeypatch):
    for actor in (ANN, BEN):
        consent.give("behaviour_tracking", actor=actor, version=1)
    search(site, ANN, "红楼梦")
    search(site, BEN, "三体")
    taken_in(site, monkeypatch)
    assert own_searches(site, ANN) == ["红楼梦"]
    assert own_searches(site, BEN) == ["三体"]


def test_after_taking_it_back_the_next_search_is_not_kept_and_the_old_are_closed(site, monkeypatch):
    consent.give("behaviour_tracking", actor=ANN, version=1)
    search(site, ANN, "红楼梦")
    taken_in(site, monkeypatch)
    consent.withdraw("behaviour_tracking", actor=ANN)
    search(site, ANN, "三体")
    assert spooled(site) == []
    with pytest.raises(ConsentMissing):
        own_searches(site, ANN)


def test_an_event_without_a_reader_needs_nobodys_consent(site):
    actions.record_event(site, "search_events", {"words": "敦煌", "hits": 2, "place": "portal"})
    [kept] = spooled(site)
    assert kept["words"] == "敦煌"
    assert "reader_id" not in kept


def test_an_event_that_names_a_reader_where_no_purpose_asks_is_never_kept(site):
    values = {"event_id": "g", "gate_id": "a", "direction": "in", "reader_id": ANN.reader_key}
    actions.record_event(site, "gate_events", values)
    assert spooled(site) == []
