"""Alumni read the packages whose licence covers them, and are told why not of the others."""

import pytest

from shuren.kernel.shapes import Actor
from shuren.service import licensed, members
from shuren.service.licence_terms import licence_terms
from shuren.service.offer_shapes import PlaceOnline, Wanted
from shuren.service.offers import offers
from shuren.trust.actions import pseudonymise
from tests.service.circulating import circulation_built as circulation_built
from tests.service.circulating import library as library
from tests.service.desk_of_cases import LIBRARIAN

pytestmark = pytest.mark.django_db
TERMS = {
    "journals": "packages: [Journals]\nreaders: [student, faculty, alumni]\ncopies: forbidden",
    "sent": "packages: [Sent]\nreaders: [student, faculty]\ncopies: allowed",
    "books": "packages: [Books]\nreaders: [student, faculty]\ncopies: forbidden\nwalk_in: true",
    "rest": "readers: [student, faculty]\ncopies: unstated",
}
COVERED, SENT, BOOKS, REST = (("V", one) for one in ("Journals", "Sent", "Books", "Other"))
OUTSIDE = "The licence of V · %s does not cover readers like you"


@pytest.fixture(autouse=True)
def in_english(monkeypatch):
    monkeypatch.setenv("SHUREN_LANG", "en")


@pytest.fixture
def here(library, tmp_path):
    folder = library.definitions / "licence_terms"
    folder.mkdir(parents=True, exist_ok=True)
    for id, said in TERMS.items():
        text = f"id: {id}\ntitle: {{zh: 测试, en: Test {id}}}\nprovider: V\n{said}\n"
        (folder / f"{id}.yaml").write_text(text, "utf-8")
    licence_terms.cache_clear()
    roster = tmp_path / "alumni.csv"
    roster.write_text("学号,姓名,入学年份\n9910203,韩伟,1999\n", "utf-8")
    members.load_roster(library, roster, actor=LIBRARIAN)
    yield library
    licence_terms.cache_clear()


@pytest.fixture
def han(here) -> Actor:
    """On the roster, and no member yet."""
    return Actor("han", "alumni", pseudonymise(here, ["A001"])[0])


def join(site, actor):
    said = {"cohort": 1999, "consent": True}
    made = members.apply(site, number="9910203", name="韩伟", fields=said, actor=actor)
    assert made.state == "active"


def full_text(site, package, actor):
    """The button of a hit that stands in that package alone."""
    place = PlaceOnline(*package, f"https://v.example/{package[1]}", False)
    article = {"kind": "article", "id": "10.1/x", "title": "A paper"}
    found = offers(site, Wanted("doi=10.1/x", article, "article", (), (place,)), actor=actor)
    return {one.kind: one for one in found}


def test_a_licensed_package_opens_for_a_member(here, han):
    join(here, han)
    assert licensed.access(here, [COVERED], actor=han)[COVERED] == licensed.Access(True)
    offer = full_text(here, COVERED, han)["full_text"]
    assert (offer.is_offered, offer.url) == (True, "https://v.example/Journals")


@pytest.mark.parametrize(
    "package, way_on",
    [(SENT, "it allows delivery"), (BOOKS, "read it at one of its computers"),
     (REST, "ask the e-resources librarian")],
)  # fmt: skip
def test_an_unlicensed_package_is_denied_with_the_reason_and_a_way_on(here, han, package, way_on):
    join(here, han)
    found = licensed.access(here, [package], actor=han)[package]
    assert not found.is_open
    assert found.why.startswith(OUTSIDE % package[1])
    assert way_on in found.why
    offered = full_text(here, package, han)
    assert not offered["full_text"].is_offered
    assert offered["full_text"].url == ""
    assert offered["full_text"].text == found.why
    assert offered["delivery"].is_offered == (package == SENT)


def test_a_student_opens_what_an_alumnus_may_not_and_a_visitor_is_left_to_the_platform(here):
    student = Actor("s", "student", pseudonymise(here, ["S001"])[0])
    for actor in (student, Actor("", "anonymous")):
        found = licensed.access(here, [BOOKS, REST, COVERED], actor=actor)
        assert all(one.is_open for one in found.values())


def test_who_has_no_membership_or_one_that_ended_is_sent_to_it(here, han, monkeypatch):
    before = licensed.access(here, [COVERED], actor=han)[COVERED]
    assert (before.is_open, before.membership) == (False, True)
    assert before.why.startswith("V · Journals is open to alumni with a membership")
    join(here, han)
    ends = members.mine(here, han).ends
    monkeypatch.setenv("SHUREN_NOW", f"{ends.isoformat()}T12:00")
    assert licensed.access(here, [COVERED], actor=han)[COVERED].is_open, "its last day"
    monkeypatch.setenv("SHUREN_NOW", f"{ends.year + 1}-01-31T12:00")
    after = licensed.access(here, [COVERED, BOOKS], actor=han)
    assert after[COVERED].why.startswith("Your membership has ended; renew it")
    assert after[COVERED].membership
    assert not after[BOOKS].membership, "renewing would not open it"
    offer = full_text(here, COVERED, han)
    assert (offer["full_text"].is_offered, offer["full_text"].membership) == (False, True)
    assert "renew" in offer["delivery"].text, "not: you can read it online"


def test_the_list_tells_what_is_open_to_alumni_and_the_ways_to_the_rest(here):
    covered, others = licensed.for_alumni(here)
    assert [one.name for one in covered] == ["V · Journals"]
    ways = {one.title: (one.walk_in, one.delivery) for one in others}
    assert ways == {"Test sent": (False, True), "Test books": (True, False),
                    "Test rest": (False, False)}  # fmt: skip


@pytest.mark.parametrize(
    "moment, is_open",
    [("2026-03-31T15:59", True), ("2026-03-31T16:01", False)],
    ids=["the last minute of the last day", "the day after"],
)
def test_a_package_whose_licence_is_over_is_read_no_more(here, monkeypatch, moment, is_open):
    """Without a build or a start anew: the last day is that of the library's clock, in UTC+8."""
    path = here.definitions / "licence_terms" / "journals.yaml"
    path.write_text(path.read_text("utf-8") + "until: 2026-03-31\n", "utf-8")
    licence_terms.cache_clear()
    monkeypatch.setenv("SHUREN_NOW", moment)
    student = Actor("s", "student", pseudonymise(here, ["S001"])[0])
    for actor in (student, Actor("", "anonymous")):
        offer = full_text(here, COVERED, actor)["full_text"]
        gate = licensed.access(here, [COVERED], actor=actor)[COVERED]
        assert offer.is_offered == gate.is_open == is_open
        if not is_open:
            assert offer.url == ""
            assert offer.text == gate.why == "The library does not subscribe to it online."
    shown = [line.name for line in licensed.for_alumni(here)[0]]
    assert ("V · Journals" in shown) is is_open
