"""The decision log: what a decision rests on stays as it was, and its outcome is said once."""

from datetime import date, timedelta

import pytest

from shuren.data.internals import building
from shuren.data.internals.models import load_models, needed_for
from shuren.data.internals.receipts import all_receipts
from shuren.insight.errors import NoSuchIndicator
from shuren.kernel.clock import now
from shuren.kernel.shapes import Actor, no_progress
from shuren.management.actions import record_decision, record_outcome
from shuren.management.errors import BadDecision, NoSuchDecision
from shuren.management.queries import decision, decisions
from shuren.trust.errors import NotAllowed
from tests.data.raw_helper import put_raw

pytestmark = pytest.mark.django_db

DIRECTOR = Actor("d", "director")
DAY = date(2026, 3, 2)
ASKED = {
    "title": "增开周末排架班",
    "question": "排架正确率是否够高？",
    "expected": "一年内到 99%",
    "indicators": ["shelving_accuracy"],
    "decided_on": DAY,
}


def checked(site, good, place):
    """A check of 100 copies on the shelves of 2025, built."""
    row = {"survey_id": "S", "year": 2025, "measure": "shelving", "asked": 100, "good": good}
    put_raw(site, "survey_results", [row], place=place)
    known = load_models(site)
    few = {name: known[name] for name in needed_for(known, "conformed.survey_result")}
    return building.build_snapshot(site, few, all_receipts(site)[::-1], no_progress).snapshot


@pytest.fixture
def shelves(site):
    checked(site, 96, 1)
    return site


def test_a_decision_keeps_the_numbers_as_they_were(shelves):
    number = record_decision(shelves, actor=DIRECTOR, **ASKED)
    before = decision(number, actor=DIRECTOR)
    later = checked(shelves, 99, 2)
    after = decision(number, actor=DIRECTOR)
    assert after == before
    (used,) = after.figures
    assert (used.id, used.year, used.value) == ("shelving_accuracy", 2025, 96.0)
    assert used.snapshot
    assert used.snapshot != later
    assert "sum(good)" in used.sql
    assert "measure = 'shelving'" in used.sql
    assert (after.decided_by, after.recorded_by) == ("director", "d")


def test_the_outcome_is_said_once(shelves):
    number = record_decision(shelves, actor=DIRECTOR, **ASKED)
    assert decision(number, actor=DIRECTOR).outcome == ""
    on = DAY + timedelta(days=200)
    record_outcome(number, actor=DIRECTOR, outcome="到了 99%。", on=on)
    found = decision(number, actor=DIRECTOR)
    assert (found.outcome, found.outcome_on, found.outcome_by) == ("到了 99%。", on, "d")
    with pytest.raises(BadDecision, match="already"):
        record_outcome(number, actor=DIRECTOR, outcome="不，98%。", on=on)
    assert decision(number, actor=DIRECTOR).outcome == "到了 99%。"


@pytest.mark.parametrize(
    "wrong, sentence",
    [
        ({"title": "  "}, "has a title"),
        ({"expected": ""}, "has a title"),
        ({"indicators": []}, "at least one figure"),
        ({"decided_on": now().date() + timedelta(days=2)}, "in the future"),
        ({"review_on": DAY - timedelta(days=1)}, "review is before"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_recorded(shelves, wrong, sentence):
    with pytest.raises(BadDecision, match=sentence):
        record_decision(shelves, actor=DIRECTOR, **ASKED | wrong)
    assert decisions(actor=DIRECTOR) == []


def test_an_outcome_has_words_and_comes_after_the_decision(shelves):
    number = record_decision(shelves, actor=DIRECTOR, **ASKED)
    with pytest.raises(BadDecision, match="before the decision"):
        record_outcome(number, actor=DIRECTOR, outcome="好", on=DAY - timedelta(days=1))
    with pytest.raises(BadDecision, match="came of"):
        record_outcome(number, actor=DIRECTOR, outcome=" ", on=DAY)
    with pytest.raises(NoSuchDecision):
        record_outcome(number + 1, actor=DIRECTOR, outcome="好", on=DAY)


def test_an_unknown_figure_is_named(shelves):
    with pytest.raises(NoSuchIndicator):
        record_decision(shelves, actor=DIRECTOR, **ASKED | {"indicators": ["nothing"]})


@pytest.mark.parametrize("role", ["student", "front_desk", "anonymous"])
def test_only_who_may_reads_or_writes_decisions(shelves, role):
    actor = Actor("x", role)
    with pytest.raises(NotAllowed):
        record_decision(shelves, actor=actor, **ASKED)
    with pytest.raises(NotAllowed):
        decisions(actor=actor)
