"""A request that one source cannot fill goes to the next by itself, by the rules of each."""

from datetime import date

import pytest

from shuren.kernel.errors import DefinitionError
from shuren.kernel.shapes import Actor
from shuren.service import suppliers
from shuren.service.cases import act, case, open_case
from shuren.service.definitions import suppliers as declared
from shuren.service.internals import clocks
from shuren.service.internals.case_rows import Case
from shuren.service.internals.supply_rows import Supply
from tests.data.loading import OPERATOR
from tests.service import delivery_month
from tests.service.desk_of_cases import LIBRARIAN, reader

pytestmark = pytest.mark.django_db(transaction=True)
MORNING = "2026-03-02T01:00"  # Monday, nine o'clock


@pytest.fixture
def here(site, settings, monkeypatch):
    settings.SITE = site
    monkeypatch.setenv("SHUREN_NOW", MORNING)
    return site


def asked_for(site, kind="article", **fields):
    """A delivery that the desk has accepted."""
    opened = open_case(
        site, "document_delivery", actor=reader(site),
        subject={"kind": kind, "id": "10.1/x", "title": "论文"},
        fields={"personal_study": True} | fields,
    )  # fmt: skip
    act(site, opened.id, "accept", actor=LIBRARIAN)
    return opened.id


def tried(site, id):
    return [(one.supplier, one.outcome) for one in suppliers.tries(site, id, actor=LIBRARIAN)]


def test_what_is_accepted_is_asked_of_our_own_branches_first(here):
    assert tried(here, asked_for(here)) == [("own_branches", "asked")]


def test_who_does_not_have_it_hands_on_to_the_next_in_order(here):
    id = asked_for(here, language="en")
    for _number in range(3):
        assert suppliers.not_here(here, id, actor=LIBRARIAN)
    assert [one for one, _outcome in tried(here, id)] == ["own_branches", "calis", "cashl", "nstl"]
    assert [outcome for _one, outcome in tried(here, id)] == ["failed"] * 3 + ["asked"]


def test_rules_leave_out_who_supplies_no_such_thing(here):
    """A Chinese chapter of a book: CASHL has foreign works, NSTL articles only."""
    id = asked_for(here, kind="title", language="zh")
    while suppliers.not_here(here, id, actor=LIBRARIAN):
        pass
    assert [one for one, _o in tried(here, id)] == ["own_branches", "calis", "partner_libraries"]
    assert case(here, id, LIBRARIAN).state == "unfilled"


def test_who_does_not_answer_in_time_is_waited_for_no_longer(here, monkeypatch):
    id = asked_for(here)
    monkeypatch.setenv("SHUREN_NOW", "2026-03-02T02:59")
    assert not suppliers.waits()
    monkeypatch.setenv("SHUREN_NOW", "2026-03-02T03:00")  # two working hours later
    assert "suppliers" in clocks.work(here, OPERATOR)
    assert tried(here, id) == [("own_branches", "failed"), ("calis", "asked")]
    assert suppliers.send_on(here) == 0


def test_when_nobody_is_left_the_case_ends_and_says_why(here, monkeypatch):
    id = asked_for(here, kind="title", language="zh")
    for day in range(3, 8):
        monkeypatch.setenv("SHUREN_NOW", f"2026-03-{day:02}T08:00")
        suppliers.send_on(here)
    told = case(here, id, LIBRARIAN)
    assert (told.state, told.is_success) == ("unfilled", False)
    assert told.history[-1].by == "system"
    assert told.history[-1].note


def test_only_what_was_supplied_costs(here):
    first, second = asked_for(here), asked_for(here, language="zh")
    suppliers.not_here(here, first, actor=LIBRARIAN)
    act(here, first, "supply", actor=LIBRARIAN)
    act(here, second, "supply", actor=LIBRARIAN)
    by = {one.supplier: one for one in suppliers.month(here, date(2026, 3, 1), actor=LIBRARIAN)}
    assert (by["own_branches"].asked, by["own_branches"].supplied) == (2, 1)
    assert (by["calis"].supplied, by["calis"].cost) == (1, 3.0)
    assert by["own_branches"].cost == by["nstl"].cost == 0


def test_a_supplier_whose_month_is_full_is_passed_over(here):
    folder = here.definitions / "suppliers"
    folder.mkdir(parents=True)
    full = (
        "id: calis\ntitle: {zh: CALIS, en: CALIS}\ndescription: {zh: 一, en: one}\n"
        "services: [document_delivery]\nabout: [article]\norder: 20\nhours: 4\nprice: 3\n"
        "monthly_cap: 1\n"
    )
    (folder / "calis.yaml").write_text(full, "utf-8")
    declared.cache_clear()
    first, second = asked_for(here), asked_for(here)
    for id in (first, second):
        suppliers.not_here(here, id, actor=LIBRARIAN)
    assert tried(here, first)[-1][0] == "calis"
    assert tried(here, second)[-1][0] == "cashl"


@pytest.mark.parametrize(
    "line, said",
    [
        ("services: [nothing]", "services"),
        ("about: [film]", "about"),
        ("price: -1", "price"),
    ],
)
def test_a_supplier_that_is_declared_wrongly_is_refused_by_file_and_key(here, line, said):
    folder = here.definitions / "suppliers"
    folder.mkdir(parents=True)
    good = {
        "id": "id: one", "title": "title: {zh: 一, en: one}",
        "description": "description: {zh: 一, en: one}",
        "services": "services: [document_delivery]",
        "about": "about: [article]", "order": "order: 1", "hours": "hours: 1", "price": "price: 1",
    }  # fmt: skip
    text = "\n".join((good | {said: line}).values())
    (folder / "one.yaml").write_text(text, "utf-8")
    declared.cache_clear()
    with pytest.raises(DefinitionError, match=said):
        declared(here)


def test_a_case_that_went_with_its_reader_is_not_asked_for_again(here, monkeypatch):
    id = asked_for(here)
    Case.objects.filter(pk=id).delete()
    monkeypatch.setenv("SHUREN_NOW", "2026-03-03T08:00")
    assert suppliers.send_on(here) == 0
    assert not Supply.objects.filter(outcome="asked").exists()


def test_a_reader_does_not_see_whom_the_library_asks(here):
    from shuren.trust.errors import NotAllowed

    id = asked_for(here)
    with pytest.raises(NotAllowed):
        suppliers.tries(here, id, actor=Actor("x", "student", "r_x"))


def test_a_month_runs_through_with_every_deadline_held_and_no_case_stuck(here):
    """A hundredth of the month that benchmarks/delivery runs: the programme dies some thirty times
    on the way, and its worker rests over the weekends; what came of the requests is the same."""
    plain = delivery_month.run(here, 40)
    for table in (Case, Supply):
        table.objects.all().delete()
    killed = delivery_month.run(here, 40, kill_every=29)
    for month in (plain, killed):
        assert month.stuck == month.twice == month.unknown == 0
        assert month.filled + month.unfilled == 40
        assert month.in_time == month.answered_in_time == month.kept == 40
        assert month.filled > month.unfilled
        assert month.timed > 0
    assert plain.killed == 0
    assert killed.killed > 10
    assert (killed.filled, killed.by_supplier) == (plain.filled, plain.by_supplier)
