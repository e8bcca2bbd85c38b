"""One card for which two may be meant is joined to neither; a librarian sees the pairs."""

from pathlib import Path

import numpy as np
import pytest

from shuren.campus.people import make_readers
from shuren.campus.university import colleges
from shuren.data.internals.resolution import person_matching, persons
from shuren.data.internals.resolution.cards_of_readers import ReaderCard

OWN, GATE = "ils", "gates"
Known = tuple[list[ReaderCard], person_matching.Settings]
STUDENT = {"name": "司徒望舒", "college": "文学院", "grade": "2024", "major": "汉语言文学"}


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Known:
    """700 cards, half of whose readers have one of the gates too, and the weights learned of
    them. None has the student's name, which is a rare one among so many."""
    readers = make_readers(colleges(), 0.06, np.random.default_rng(3))
    students = [one for one in readers if one.type in ("本科生", "硕士生")][:700]
    cards = [
        ReaderCard(
            f"{system}{n}", system, name=one.name, college=one.unit, major=one.major,
            grade=str(one.grade), phone=one.phone,
        )
        for system, step in ((OWN, 1), (GATE, 2))
        for n, one in list(enumerate(students))[::step]
    ]  # fmt: skip
    settings = person_matching.train(cards, tmp_path_factory.mktemp("training"))
    assert settings is not None
    return cards, settings


def judged(
    known: Known, folder: Path, *cards: ReaderCard
) -> tuple[list[list[str]], dict[tuple[str, str], str]]:
    """The persons of these cards among all, and why each pair of them waits."""
    crowd, learned = known
    found = persons.group([*crowd, *cards], learned, folder)
    members = found.groups.members(one.ref for one in cards).values()
    refs = {one.ref for one in cards}
    waiting = [pair for pair in found.left() if refs & {pair.one, pair.other}]
    reasons = {(p.one, p.other): p.reason.split()[0].removeprefix("why=") for p in waiting}
    return sorted(sorted(refs) for refs in members), reasons


def test_the_only_candidate_is_the_same_person(known, tmp_path):
    cards = [ReaderCard("a", OWN, **STUDENT), ReaderCard("b", GATE, **STUDENT)]
    assert judged(known, tmp_path, *cards) == ([["a", "b"]], {})


def test_a_second_candidate_whose_college_is_not_known_stops_the_link(known, tmp_path):
    """In her college she is the only one of the name; but the third card may be hers as well."""
    other = ReaderCard("c", GATE, **(STUDENT | {"college": ""}))
    cards = [ReaderCard("a", OWN, **STUDENT), ReaderCard("b", GATE, **STUDENT), other]
    assert judged(known, tmp_path, *cards) == (
        [["a"], ["b"], ["c"]],
        {("a", "b"): persons.SEVERAL, ("a", "c"): persons.NAMESAKES},
    )


def test_two_namesakes_of_one_college_are_both_asked_about(known, tmp_path):
    cards = [ReaderCard("a", OWN, **STUDENT), *(ReaderCard(r, GATE, **STUDENT) for r in "bc")]
    assert judged(known, tmp_path, *cards) == (
        [["a"], ["b"], ["c"]],
        {("a", "b"): persons.NAMESAKES, ("a", "c"): persons.NAMESAKES},
    )
