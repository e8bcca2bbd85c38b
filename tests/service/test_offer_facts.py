"""From copies, places online, licences and a reader to the facts that the tables ask for."""

from datetime import UTC, datetime

import pytest

from shuren.kernel.errors import DefinitionError
from shuren.service.ils_shapes import Block, LiveCopy, ReaderStanding
from shuren.service.internals import offer_facts
from shuren.service.internals.offer_facts import ReaderFacts, reader_kind
from shuren.service.licence_terms import Terms, licence_terms, terms_of
from shuren.service.offer_shapes import EMBARGO, OUTSIDE, PART, YES, PlaceOnline, Wanted
from shuren.service.offer_tables import FACTS

BOOK = {"kind": "title", "id": "t1", "title": "三体"}
UNKNOWN = terms_of(None, "nobody", "knows it")
STUDENT = ReaderFacts("student", "good", "江湾校区")


def copy(status, campus="江湾校区", **more):
    return LiveCopy("SC1", "t1", "SC1", "I247.55/7", campus, "", status, **more)


def facts(copies=(), places=(), reader=STUDENT, terms=UNKNOWN, **more):
    wanted = Wanted("t1", BOOK, "book", ("t1",), tuple(places))
    known = dict.fromkeys(places, terms) if isinstance(terms, Terms) else terms
    return offer_facts.find(wanted, copies, reader, known, **more)


@pytest.mark.parametrize(
    "copies, state, place",
    [
        ([], "none", "unknown"),
        ([copy("missing")], "none", "unknown"),
        ([copy("unknown")], "unknown", "here"),
        ([copy("available")], "in", "here"),
        ([copy("available", "云溪校区")], "in", "elsewhere"),
        ([copy("on_loan"), copy("available", "云溪校区")], "in", "elsewhere"),
        ([copy("available"), copy("available", "云溪校区")], "in", "here"),
        ([copy("available", "")], "in", "unknown"),
        ([copy("on_loan"), copy("reference_only")], "out", "here"),
        ([copy("on_hold_shelf")], "out", "here"),
        ([copy("in_transit")], "out", "here"),
        ([copy("reference_only"), copy("missing")], "reference", "here"),
    ],
)
def test_the_best_copy_says_how_a_title_stands(copies, state, place):
    found = facts(copies).facts
    assert (found["copies"], found["place"]) == (state, place)


def test_every_fact_has_one_of_its_values_and_only_what_is_the_buttons_own_is_left_open():
    found = facts([copy("on_loan", queue=2)], [place(EMBARGO)], is_mine=True, is_suggested=True)
    # Limits and memberships are the button's own, known where it is decided.
    assert set(found.facts) == set(FACTS) - {"asked", "member"}
    assert all(value in FACTS[fact] for fact, value in found.facts.items())


def test_sentences_name_the_first_due_day_the_longest_queue_and_the_campuses():
    early, late = (datetime(2026, 12, day, tzinfo=UTC) for day in (3, 9))
    said = facts(
        [copy("on_loan", due_at=late, queue=1), copy("on_loan", "云溪校区", due_at=early, queue=3)]
    ).said
    assert (said.due, said.waiting, said.campuses) == (early, 3, ("江湾校区", "云溪校区"))


def place(holds=YES, package="A", free=False):
    return PlaceOnline("CNKI", package, f"https://v.example/{package}", free, holds)


FOR_ALUMNI = Terms("x", "CNKI", ("B",), frozenset(("student", "alumni")), "allowed")
ALUMNUS = ReaderFacts("alumni")


@pytest.mark.parametrize(
    "places, expected",
    [
        ([], ("none", "covers", "unstated")),
        ([place(PART), place(YES, "B")], ("yes", "covers", "unstated")),
        ([place(OUTSIDE), place(EMBARGO, "B")], ("embargo", "covers", "unstated")),
        ([place(YES, free=True)], ("none", "covers", "unstated")),
    ],
)
def test_the_place_that_holds_it_most_surely_speaks(places, expected):
    found = facts(places=places).facts
    assert (found["full_text"], found["licence"], found["supply"]) == expected


def test_a_licence_that_covers_the_reader_comes_before_one_that_holds_more():
    places = [place(YES, "A"), place(PART, "B")]
    known = {places[0]: UNKNOWN, places[1]: FOR_ALUMNI}
    found = facts(places=places, reader=ALUMNUS, terms=known)
    assert (found.facts["full_text"], found.facts["licence"]) == ("part", "covers")
    assert found.said.packages == ("CNKI · B",)
    only = facts(places=places[:1], reader=ALUMNUS, terms=known).facts
    assert (only["licence"], only["supply"]) == ("excludes", "unstated")


@pytest.mark.parametrize("reader", ["visitor", "staff"])
def test_who_is_not_known_as_a_reader_is_left_to_the_platform(reader):
    found = facts(places=[place()], reader=ReaderFacts(reader)).facts
    assert found["licence"] == "covers"


def test_a_free_place_counts_only_where_it_holds_it():
    assert facts(places=[place(YES, free=True)]).facts["open_copy"] == "yes"
    assert facts(places=[place(EMBARGO, free=True)]).facts["open_copy"] == "no"


@pytest.mark.parametrize(
    "role, role_kind, card, kind",
    [
        ("anonymous", "visitor", False, "visitor"),
        ("student", "reader", True, "student"),
        ("department", "reader", True, "department"),
        ("public_reader", "reader", True, "public"),
        ("school_pupil", "reader", False, "pupil"),
        ("student", "reader", False, "staff"),
        ("front_desk", "staff", False, "staff"),
        ("administrator", "staff", True, "staff"),
    ],
)
def test_what_kind_of_reader_somebody_is(role, role_kind, card, kind):
    assert reader_kind(role, role_kind, card) == kind


@pytest.mark.parametrize(
    "limit, codes, state",
    [
        (20, (), "good"),
        (20, ("loan_limit",), "full"),
        (20, ("overdue",), "blocked"),
        (20, ("loan_limit", "card_ended"), "blocked"),
        (None, ("ils",), "blocked"),
        (0, ("loan_limit",), "reading_only"),
    ],
)
def test_how_a_reader_stands(limit, codes, state):
    blocks = tuple(Block(code, "") for code in codes)
    assert offer_facts.standing(ReaderStanding("student", 1, limit, blocks=blocks)) == state


TERMS = """\
id: {id}
title: {{zh: 测试, en: Test}}
provider: CNKI
{more}
readers: [student]
copies: {copies}
"""


def written(site, id, more="", copies="forbidden"):
    folder = site.definitions / "licence_terms"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{id}.yaml").write_text(TERMS.format(id=id, more=more, copies=copies), "utf-8")
    licence_terms.cache_clear()


def test_terms_of_a_package_come_before_those_of_its_provider(site):
    written(site, "cnki")
    written(site, "cnki-b", "packages: [B]", "allowed")
    assert terms_of(site, "CNKI", "B").copies == "allowed"
    assert terms_of(site, "CNKI", "A").copies == "forbidden"
    assert terms_of(site, "Wanfang Data", "A") == UNKNOWN


def test_two_licences_of_one_package_and_unknown_words_are_refused(site):
    written(site, "one", "packages: [B]")
    written(site, "two", "packages: [B]")
    with pytest.raises(DefinitionError, match="'one' and 'two'"):
        licence_terms(site)
    written(site, "two", copies="maybe")
    with pytest.raises(DefinitionError, match=r"two\.yaml: 'copies'"):
        licence_terms(site)
