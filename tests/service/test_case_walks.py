"""Walks by chance through every flow never leave a case that could not be; and what an erasure
does with cases."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shuren.data.errors import MustStay
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import actions
from shuren.service.case_shapes import BY_ITSELF
from shuren.service.cases import act, add_note, case, fire_timers, my_cases, open_case, take
from shuren.service.errors import CaseChanged, NoSuchCase, NotNow, WrongField
from shuren.service.ils_errors import CannotCirculate
from shuren.service.internals import erasing
from shuren.service.internals.case_rows import Case, CaseStep, CaseTimer
from shuren.service.queries import held as what_is_held
from shuren.trust.models import Account
from tests.service.desk_of_cases import LIBRARIAN, MANAGER, held, reader
from tests.service.library import fill
from tests.service.test_flow_files import FLOWS, VALUES, probe

pytestmark = pytest.mark.django_db
BEGIN = datetime(2026, 3, 2, 1, tzinfo=UTC)


@pytest.fixture
def probes(site: Site) -> dict[str, str]:
    """{flow: a service that runs by it}, all written before any is read."""
    return {id: probe(site, id) for id in FLOWS}


_STEPS = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 12), st.booleans()), min_size=4, max_size=20
)
TIME = 5  # in place of an actor: it passes, and what is due happens by itself


@pytest.mark.parametrize("id", sorted(FLOWS))
@settings(
    max_examples=6, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(walk=_STEPS)
def test_a_walk_by_chance_never_corrupts_a_case(id, walk, site, probes, db, monkeypatch) -> None:
    flow, wanted, moment = FLOWS[id], probes[id], BEGIN
    own, other = reader(site), reader(site, "2020002")
    actors = (own, other, LIBRARIAN, MANAGER, BY_ITSELF)
    monkeypatch.setenv("SHUREN_NOW", moment.isoformat())
    made = open_case(site, wanted, actor=own, party=other.reader_key).id
    for who, what, is_stale in walk:
        if who == TIME:
            moment += timedelta(hours=7 * 2 ** (what % 8))
            monkeypatch.setenv("SHUREN_NOW", moment.isoformat())
            fire_timers(site)
            assert fire_timers(site) == 0
            check(made, flow)
            continue
        row = Case.objects.get(pk=made)
        # Every other try is one that the state has: else most are refused at its door.
        events = [way.event for way in flow.leaving(row.state)] if what % 2 else list(flow.events)
        event = (events or list(flow.events))[what % len(events or flow.events)]
        way = flow.find(row.state, event)
        fields = {one.name: VALUES[one.type] for one in way.asks} if way else {}
        with suppress(NotNow, CaseChanged, WrongField, NoSuchCase, CannotCirculate):
            act(site, made, event, actor=actors[who], note="x", fields=fields,
                expected_version=row.version - is_stale)  # fmt: skip
        if who == 2 and is_stale:
            take(site, made, actor=LIBRARIAN)
        check(made, flow)
    Case.objects.filter(pk=made).delete()


def check(made: str, flow) -> None:
    """The row says what its trace says, and has the timers of its state and no others."""
    row = Case.objects.get(pk=made)
    steps = list(CaseStep.objects.filter(case=made).order_by("number"))
    assert [step.number for step in steps] == list(range(1, row.version + 1))
    assert steps[-1].to_state == row.state
    for before, step in pairwise(steps):
        assert step.from_state == before.to_state
        if step.from_state != step.to_state or step.event in flow.events:
            way = flow.find(step.from_state, step.event)
            assert way is not None
            assert (way.target, step.by in way.actors) == (step.to_state, True)
    state = flow.states[row.state]
    assert row.is_open == (not state.end)
    assert row.is_success == (state.end == "success")
    assert (row.closed_at is not None) >= (not row.is_open)
    if row.is_success:  # all four stages, in the order of the loop
        stamps = [row.needed_at, row.matched_at, row.delivered_at, row.feedback_at]
        assert None not in stamps
        assert stamps == sorted(stamps)
    timed = {way.event for way in flow.leaving(row.state) if way.after}
    assert set(CaseTimer.objects.filter(case=made).values_list("event", flat=True)) <= timed


@pytest.fixture
def ann(site: Site, settings) -> Actor:
    settings.SITE = site
    return fill(site)


@pytest.mark.django_db(transaction=True)
def test_an_erasure_takes_what_is_over_and_keeps_what_is_open_until_it_is(site, ann) -> None:
    over, opened = held(site, ann), held(site, ann)
    add_note(site, over.id, "请放在一楼", actor=LIBRARIAN)
    act(site, over.id, "cancel", actor=ann)
    [told] = [one for one in what_is_held(site, ann) if one.id == "cases"]
    assert told.count == 2
    certificate = actions.erase(site, ann)
    statement = certificate.content["statement"]
    assert statement["erased"]["cases"] == 1
    [kept] = [one for one in statement["kept"] if one["store"] == "cases"]
    assert (kept["facts"], kept["because"]["en"]) == (1, "The case is not over yet.")
    again = Account.objects.get(username="ann")
    new = Actor("ann", "student", again.reader_key)
    assert new.reader_key != ann.reader_key
    assert [one.id for one in my_cases(site, new)] == [opened.id]
    assert not CaseStep.objects.filter(case=over.id).exists()
    assert not Case.objects.filter(pseudonym=ann.reader_key).exists()
    act(site, opened.id, "cancel", actor=new)
    erasing.close_open(site)
    assert my_cases(site, new) == []
    assert not CaseStep.objects.exists()


def test_a_reader_deletes_a_case_that_is_over_and_no_open_one(site, ann) -> None:
    opened = held(site, ann)
    with pytest.raises(MustStay, match="not over yet"):
        actions.forget_fact(site, ann, "cases", opened.id)
    act(site, opened.id, "cancel", actor=ann)
    assert actions.forget_fact(site, ann, "cases", opened.id) == 1
    with pytest.raises(NoSuchCase):
        case(site, opened.id, LIBRARIAN)
