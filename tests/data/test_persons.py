"""One person's cards in two systems come together; namesakes, twins and mistyped numbers do not."""

import random
import sqlite3
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from shuren.campus.people import make_readers
from shuren.campus.university import colleges
from shuren.data import actions, queries
from shuren.data.internals.resolution import (
    person_matching,
    person_planting,
    person_running,
    persons,
)
from shuren.data.internals.resolution.cards_of_readers import ReaderCard
from shuren.data.internals.resolution.works import Decided
from shuren.data.learned import model_cards
from shuren.kernel.shapes import Actor
from shuren.trust.errors import NotAllowed
from shuren.trust.internals.veiling import Veil
from shuren.trust.linking import veiled_identities
from shuren.trust.models import UseRecord
from tests.data.loading import OPERATOR, load, mapping

LIBRARIAN = Actor("data", "data_librarian", doing="readers.link")
ILS, GATE = "ils", "gates"


def card(ref: str, system: str = ILS, **said: str) -> ReaderCard:
    return ReaderCard(ref, system, **said)


def persons_of(*cards: ReaderCard, decided: Decided | None = None) -> tuple[list[list[str]], list]:
    found = persons.group(cards, None, Path("/nowhere"), decided=decided or Decided())
    members = found.groups.members(one.ref for one in cards).values()
    return sorted(sorted(refs) for refs in members), [(p.one, p.other) for p in found.left()]


@pytest.mark.parametrize(
    "name, joined, asked",
    [("李雷", True, False), ("", True, False), ("韩梅梅", False, True)],
    ids=["the same name", "no name", "another name: a number mistyped"],
)
def test_a_card_that_names_anothers_number_is_that_persons(name, joined, asked):
    one, other = card("a", name="李雷"), card("b", GATE, other="a", name=name)
    groups, pairs = persons_of(one, other)
    assert groups == ([["a", "b"]] if joined else [["a"], ["b"]])
    assert bool(pairs) == asked


def test_cards_that_name_one_old_number_are_one_persons():
    groups, _pairs = persons_of(card("a", other="old", name="李雷"), card("b", other="old"))
    assert groups == [["a", "b"]]


@pytest.mark.parametrize(
    "said, other, joined, asked",
    [
        ({"phone": "p"}, {"name": "张子涵"}, True, False),
        ({"phone": "p"}, {"name": "张子轩"}, False, True),  # twins, or a slip of the pen
        ({"phone": "p"}, {"name": "王芳"}, False, False),  # a family
        ({"email": "e"}, {"name": "张子轩"}, True, False),
        ({"number": "n"}, {"name": "张子涵"}, True, False),
        ({"number": "n"}, {"name": "王芳"}, False, False),
        ({"number": "n"}, {"name": ""}, False, True),
    ],
)
def test_what_two_cards_share_joins_them_if_the_names_agree(said, other, joined, asked):
    groups, pairs = persons_of(card("a", name="张子涵", **said), card("b", GATE, **said, **other))
    assert groups == ([["a", "b"]] if joined else [["a"], ["b"]])
    assert bool(pairs) == asked


def test_what_was_said_not_to_be_the_same_stays_apart_whatever_agrees():
    cards = [card("a", name="李雷", phone="p"), card("b", GATE, name="李雷", phone="p", other="a")]
    assert persons_of(*cards) == ([["a", "b"]], [])
    said = Decided(apart=frozenset({("a", "b")}))
    assert persons_of(*cards, decided=said) == ([["a"], ["b"]], [])


def test_a_person_is_known_by_one_of_their_own_cards_and_keeps_that_name():
    first = person_running.person_ids({"a": ["a", "b", "c"]}, {})
    assert set(first.values()) == {"a"}
    grown = person_running.person_ids({"b": ["b", "A0", "a"]}, first)
    assert set(grown.values()) == {"a"}
    left = person_running.person_ids({"b": ["b", "c"]}, first)  # a left and took its name along
    assert set(left.values()) == {"b"}


def test_a_veil_keeps_what_is_the_same_and_nothing_that_can_be_read():
    veil = Veil()
    assert veil.name("李 雷") == veil.name("李雷") != veil.name("李磊")
    assert veil.name("李雷")[0] == veil.name("李磊")[0]
    assert veil.name("Wang, Lei") == veil.name("lei WANG")
    assert veil.number("00123456") == veil.number("123456") != veil.number("1234567")
    assert veil.phone("+86 138-0000-1111") == veil.phone("13800001111")
    assert veil.phone("00000000") == veil.phone("") == veil.number("12") == ""
    assert not set(veil.name("李雷Wang")) & set("李雷Wangw")
    assert Veil().name("李雷") != veil.name("李雷")


@pytest.mark.django_db
@pytest.mark.parametrize("purpose", ["data_quality", "library_statistics", "service_operation"])
def test_the_vault_is_compared_for_one_purpose_only_and_the_ledger_knows(site, purpose):
    with pytest.raises(NotAllowed):
        veiled_identities(
            site, actor=Actor("w", "front_desk", doing="desk.serve"), purpose="reader_linking"
        )
    if purpose == "library_statistics":
        with pytest.raises(NotAllowed):
            veiled_identities(site, actor=LIBRARIAN, purpose=purpose)
    veiled_identities(site, actor=LIBRARIAN, purpose="reader_linking")
    line = UseRecord.objects.get()
    assert (line.purpose, line.table, line.actor) == ("reader_linking", "trust.identity", "data")


def university(site, count: int = 700) -> dict[str, str]:
    """The card system's list and the gates': {gate card: reader's card} of those in both."""
    readers = make_readers(colleges(), 0.06, np.random.default_rng(3))
    students = [one for one in readers if one.type in ("本科生", "硕士生", "教师")][:count]
    header = "证号,姓名,手机,邮箱,读者类型,学院,专业,年级,校区\n"
    lines = [
        f"{r.card},{r.name},{r.phone},m{n}@uni.example,{r.type},{r.unit},{r.major},{r.grade},{r.campus}"
        for n, r in enumerate(students)
    ]
    load(site, "readers", header + "\n".join(lines) + "\n", "cards.csv", mapping_id="cards")
    pairs, lines = {}, []
    for n, r in enumerate(students[::2]):
        number = f"7{n:06}"
        other = r.card if n % 3 else ""
        phone = r.phone if n % 3 == 0 and n % 2 else ""
        lines.append(f"{number},{other},{r.name},{phone},{r.unit},{r.major},{r.grade}")
        pairs[number] = r.card
    header = "卡号,学工号,姓名,手机,单位,专业,年级\n"
    load(site, "readers", header + "\n".join(lines) + "\n", "gate.csv", mapping_id="gates")
    actions.build(site, actor=OPERATOR)
    return pairs


@pytest.fixture
def two_systems(site):
    mapping(
        site, "cards", "contract: readers\ntitle: {zh: 卡, en: Cards}\nfiles: [cards.csv]\n"
        "columns:\n  reader_id: 证号\n  source_system: {value: cards}\n"
        "  kind: {from: 读者类型, values: {本科生: student, 硕士生: student, 教师: faculty}}\n",
    )  # fmt: skip
    mapping(
        site, "gates", "contract: readers\ntitle: {zh: 门, en: Gates}\nfiles: [gate.csv]\n"
        "columns:\n  reader_id: 卡号\n  other_id: 学工号\n  source_system: {value: gates}\n",
    )  # fmt: skip
    return site


@pytest.mark.django_db
def test_planted_truth_is_recovered_and_nobody_can_be_read_anywhere(two_systems):
    site = two_systems
    pairs = university(site)
    found = actions.resolve(site, "readers", actor=LIBRARIAN_WHO_LOADS)
    [learned] = [one for one in model_cards(site) if one.name == "readers"]
    measured = learned.evaluation
    assert measured["precision"] >= 0.99
    assert measured["recall"] > measured["keys_recall"]
    assert all(measured[f"apart_{kind}"] == 1 for kind in person_planting.OTHER)
    actions.build(site, actor=OPERATOR)

    from shuren.trust.actions import pseudonymise

    rows = queries.read(
        site, "conformed.reader", columns=["reader_key", "person_key"],
        purpose="reader_linking", actor=OPERATOR,
    ).rows  # fmt: skip
    person = dict(rows)
    gate, own = pseudonymise(site, list(pairs)), pseudonymise(site, list(pairs.values()))
    together = [person[a] == person[b] for a, b in zip(gate, own, strict=True)]
    assert sum(together) >= 0.8 * len(pairs)
    members: dict[str, list[str]] = {}
    for key, one in person.items():
        members.setdefault(one, []).append(key)
    truth = dict(zip(gate, own, strict=True))
    several = [refs for refs in members.values() if len(refs) > 1]
    wrong = [refs for refs in several if len({truth.get(ref, ref) for ref in refs}) > 1]
    assert len(wrong) <= 0.01 * len(several)
    assert found.found["persons"] == len(members)

    again = actions.resolve(site, "readers", actor=OPERATOR)
    assert (again.changed, again.load, again.model) == (0, "", learned.version)
    scan(site, [*pairs, *pairs.values()])


LIBRARIAN_WHO_LOADS = LIBRARIAN


def scan(site, numbers: list[str]) -> None:
    """Every byte of every file, every cell of every table: no card number, and no name, e-mail or
    telephone of the generated people."""
    names = {r.name for r in make_readers(colleges(), 0.06, np.random.default_rng(3))}
    names = {name for name in names if len(name) >= 3}
    for path in site.root.rglob("*"):
        if not path.is_file():
            continue
        data = path.read_bytes()
        assert b"@uni.example" not in data, path
        texts = [data.decode("utf-8", errors="ignore")]
        if path.suffix == ".parquet":
            texts.append(str(pq.read_table(path).to_pydict()))
        if path.suffix == ".sqlite3":
            with sqlite3.connect(path) as database:
                texts.append("".join(database.iterdump()))
        for text in texts:
            assert not [name for name in names if name in text], path
            assert not [one for one in numbers if f"'{one}'" in text or f",{one}," in text], path


@pytest.mark.parametrize("has_phone", [True, False])
def test_learning_goes_on_with_what_is_left_where_one_round_has_nothing_to_teach(site, has_phone):
    """Nobody ever changed college: the chance of that falls to nothing while it is learned, and
    Splink ends the round. Or nobody has a telephone, and the round has no pairs at all."""
    chance, cards = random.Random(1), []
    for n in range(600):
        college = chance.randrange(40)
        said = {"name": f"n{chance.randrange(30)}", "grade": str(2020 + chance.randrange(4))}
        said |= {"college": f"c{college}", "major": f"m{college}{chance.randrange(3)}"}
        said |= {"kind": chance.choice(["student", "faculty"])}
        said |= {"phone": f"p{n}"} if has_phone else {}
        cards += [card(f"a{n}", **said), card(f"b{n}", GATE, **said)]
    site.temporary.mkdir(parents=True, exist_ok=True)
    learned = person_matching.train(cards, site.temporary)
    assert learned is not None
    assert learned["comparisons"]
