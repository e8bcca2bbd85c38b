"""How services run in fact: steps, time in approval, ways, versions, tries in vain; worked by
hand."""

from datetime import UTC, datetime, timedelta

import pytest
import yaml

from shuren.kernel.site import Site
from shuren.service import flow_figures, handing
from shuren.service.case_shapes import BY_ITSELF
from shuren.service.cases import act, add_note, open_case, take
from shuren.service.definitions import declared, flows, services
from shuren.service.errors import CaseChanged, NotNow
from shuren.service.internals import histories, refusals
from shuren.service.internals.flow_steps import Steps, fewest, gates
from shuren.service.internals.histories import Walk
from shuren.service.internals.refusal_rows import RefusedTry
from tests.service.desk_of_cases import LIBRARIAN, SECOND, held, reader
from tests.service.test_flow_files import HOLD, probe, write

BEGIN = datetime(2026, 3, 2, 1, tzinfo=UTC)


@pytest.fixture
def here(site: Site, settings):
    settings.SITE = site
    for known in (flows, services, declared):
        known.cache_clear()
    yield site
    for known in (flows, services, declared):
        known.cache_clear()


@pytest.fixture
def at(monkeypatch):
    """Sets the clock so many hours after `BEGIN`."""

    def set_to(hours: float) -> None:
        moment = BEGIN + timedelta(hours=hours)
        monkeypatch.setenv("SHUREN_NOW", f"{moment:%Y-%m-%dT%H:%M}")

    return set_to


@pytest.mark.parametrize(
    "flow, steps",
    [
        ("request", Steps(reader=1, staff=2, itself=1)),  # asked; accept, supply; route
        ("hold", Steps(reader=1, staff=1, itself=2)),  # asked; arrive; enqueue, copy_free
        ("application", Steps(reader=2, staff=1)),  # asked, use; approve
        ("membership", Steps(reader=1, staff=1, itself=1)),  # a librarian checks, since it must
        ("booking", Steps(reader=2)),  # asked, check_in
        ("feed", Steps(reader=2, itself=1)),  # asked, opt_in; generate
    ],
)
def test_a_flow_asks_for_so_many_steps_at_the_least(flow, steps):
    assert fewest(flows(None)[flow]) == steps


def test_a_flow_waits_for_an_approval_where_staff_could_say_no():
    assert gates(flows(None)["application"]) == {"applied"}
    assert gates(flows(None)["commission"]) == {"submitted", "reviewing"}
    assert gates(flows(None)["hold"]) == frozenset()


@pytest.mark.django_db
def test_time_in_approval_is_a_median_and_a_share_of_all_time(here, at):
    """Approved after 1, 2, 3, 4 and 10 hours, used an hour later, finished an hour after that; a
    sixth is refused after 5. The median of 1 2 3 4 5 10 is 3.5; 25 of 6×2 − 2 + 25 hours."""
    service, ann = probe(here, "application"), reader(here)
    for hours in (1, 2, 3, 4, 10):
        at(0)
        case = open_case(here, service, actor=ann).id
        at(hours / 2)
        take(here, case, actor=LIBRARIAN)  # no step of the flow
        add_note(here, case, "看过了", actor=LIBRARIAN)
        handing.hand_over(here, case, "reference", actor=LIBRARIAN, note="请看")
        at(hours)
        act(here, case, "approve", actor=LIBRARIAN)
        at(hours + 1)
        act(here, case, "use", actor=ann)
        at(hours + 2)
        act(here, case, "finish", actor=ann)
    at(0)
    refused = open_case(here, service, actor=ann).id
    at(5)
    act(here, refused, "refuse", actor=LIBRARIAN, note="不符合条件")
    still = open_case(here, service, actor=ann).id  # open: its time is not over
    assert still
    at(20)
    told = flow_figures.of_service(here, service).told
    assert (told.cases, told.approved, told.approval_hours) == (6, 6, 3.5)
    assert told.approval_share == pytest.approx(100 * 25 / 35)
    assert told.steps == Steps(reader=2, staff=1, itself=0)
    assert (told.more, told.variants, told.known) == (0, 2, 6)
    assert told.usual == pytest.approx(100 * 5 / 6)
    of_flow = flow_figures.figures(here).flows["application"]
    assert of_flow.told == told
    assert service in of_flow.services
    at(24 * (flow_figures.DAYS + 1))
    assert flow_figures.of_service(here, service).told.cases == 0


@pytest.mark.django_db
def test_figures_of_fewer_than_five_cases_are_not_told(here, at):
    service, ann = probe(here, "application"), reader(here)
    for _each in range(4):
        at(0)
        case = open_case(here, service, actor=ann).id
        at(1)
        act(here, case, "refuse", actor=LIBRARIAN, note="不符合条件")
    told = flow_figures.of_service(here, service).told
    assert (told.cases, told.approved, told.known) == (4, 4, 4)
    assert (told.steps, told.more, told.approval_hours) == (None, None, None)
    assert (told.approval_share, told.usual) == (None, None)


def lines(*said: tuple[str, str, str, str]) -> list[histories.Line]:
    """A step an hour: (by, event, from, to)."""
    return [(BEGIN + timedelta(hours=n), *one) for n, one in enumerate(said)]


ON_ITS_WAY = (
    ("reader", "opened", "", "submitted"),
    ("librarian", "accept", "submitted", "accepted"),
    ("system", "route", "accepted", "sourcing"),
    ("librarian", "next_supplier", "sourcing", "sourcing"),
    ("system", "next_supplier", "sourcing", "sourcing"),
    ("partner", "supply", "sourcing", "delivered"),
    ("reader", "rate", "delivered", "closed"),
)


def walked(*said) -> Walk:
    return histories._Flow(flows(None)["request"]).walked(lines(*said))


def test_the_steps_of_a_case_are_counted_until_it_is_delivered():
    walk = walked(*ON_ITS_WAY)
    assert walk.steps == Steps(reader=1, staff=3, itself=2)
    assert walk.fewest.hands == 3 < walk.steps.hands == 4
    assert (walk.approval, walk.whole) == (3600, 6 * 3600)
    assert walk.is_known
    plain = walked(*(one for one in ON_ITS_WAY if one[1] != "next_supplier"))
    told = histories.told([walk, walk, plain, plain, plain])
    assert (told.more, told.usual, told.variants) == (40, 60, 2)
    assert told.steps == Steps(reader=1, staff=2, itself=1)


@pytest.mark.parametrize(
    "change",
    [
        lambda way: way[:2] + way[3:],
        lambda way: (*way[:5], ("reader", "supply", "sourcing", "delivered"), *way[6:]),
        lambda way: (*way[:5], ("librarian", "supply", "sourcing", "closed")),
        lambda way: (*way[:5], ("librarian", "lose", "sourcing", "unfilled")),
        lambda way: (("reader", "opened", "", "accepted"), *way[2:]),
        lambda way: way[1:],
    ],
    ids=["a step is missing", "not theirs", "elsewhere", "unknown", "begins late", "no beginning"],
)
def test_a_trace_that_its_flow_does_not_have_does_not_conform(change):
    assert not walked(*change(ON_ITS_WAY)).is_known


@pytest.mark.django_db
def test_open_cases_are_counted_by_the_version_they_run_by(here):
    service, ann = probe(here, "hold"), reader(here)
    before = flow_figures.figures(here)
    assert before.as_declared == len(services(here))
    assert before.flows["hold"].stands == flow_figures.AS_SHIPPED
    for _each in range(2):
        open_case(here, service, actor=ann)
    changed = yaml.safe_load(yaml.safe_dump(HOLD))
    changed["states"]["ready"]["zh"] = "已上预约架"
    write(here, "flows", changed)
    for known in (flows, services, declared):
        known.cache_clear()
    open_case(here, service, actor=ann)
    found = flow_figures.figures(here)
    hold = found.flows["hold"]
    assert hold.stands == flow_figures.CHANGED
    assert [(one.cases, one.is_current) for one in hold.versions] == [(1, True), (2, False)]
    assert all(one.first_used_at for one in hold.versions)
    assert found.as_declared == len(services(here)) - len(hold.services)
    one = found.services[service]
    assert (one.open, one.earlier) == (3, 2)


@pytest.mark.django_db
def test_what_is_tried_in_vain_is_counted_and_says_nothing_of_who(here):
    ann = reader(here)
    case = held(here, ann)
    tries = [("arrive", LIBRARIAN), ("arrive", SECOND), ("copy_free", ann), ("magic", ann),
             ("expire", BY_ITSELF)]  # fmt: skip
    for event, actor in tries:
        with pytest.raises(NotNow):
            act(here, case.id, event, actor=actor)
    act(here, case.id, "copy_free", actor=LIBRARIAN, expected_version=case.version)
    with pytest.raises(CaseChanged):  # somebody was quicker: nobody's mistake
        act(here, case.id, "cancel", actor=ann, expected_version=case.version)
    rows = RefusedTry.objects.values_list("state", "event", "by", "why", "count")
    assert set(rows) == {
        ("queued", "arrive", "staff", "state", 2),
        ("queued", "copy_free", "reader", "person", 1),
        ("queued", "", "reader", "state", 1),
    }
    found = flow_figures.figures(here)
    assert found.flows["hold"].refused == found.services["book_hold"].refused == 4
    assert found.refused[0] == ("book_hold", "queued", "arrive", "state", 2)
    assert refusals.forget_before(datetime(2000, 1, 1).date()) == 0
    assert refusals.forget_before(RefusedTry.objects.first().day + timedelta(days=1)) == 3


@pytest.mark.django_db
def test_a_try_that_a_condition_refuses_is_counted_as_such(here):
    ann, service = reader(here), probe(here, "supervision")
    for way in flows(None)["supervision"].transitions:
        if any(guard.name == "second_person" for guard in way.guards):
            break
    from shuren.service.internals.case_rows import Case, CaseStep

    case = open_case(here, service, actor=ann).id
    Case.objects.filter(pk=case).update(state=way.source)
    of = next(guard.said["of"] for guard in way.guards if guard.name == "second_person")
    who = LIBRARIAN if "librarian" in way.actors else ann
    CaseStep.objects.filter(case=case).update(event=of, account=who.id)
    with pytest.raises(NotNow, match="A second person"):
        act(here, case, way.event, actor=who, note="因为")
    assert RefusedTry.objects.get().why == "guard"
