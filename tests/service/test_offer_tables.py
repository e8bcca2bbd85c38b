"""The nine decision tables against what a librarian would say by hand, over every state."""

from math import prod

import pytest

from shuren.kernel.definitions import DefinitionFile
from shuren.kernel.errors import DefinitionError
from shuren.service.definitions import services
from shuren.service.internals import limits
from shuren.service.offer_tables import FACTS, KINDS, OfferTable, offer_tables, read_table, states

TABLES = {table.id: table for table in offer_tables(None)}
AT_HOME = ("student", "faculty")
# Of services that are for postgraduates: who is known to be an undergraduate is not offered them.
UNDERGRADUATE = ("undergraduate",)


def borrow(s):
    """Whoever comes may look at what stands on a shelf."""
    return s["copies"] in ("in", "reference")


def hold(s):
    """Lent out or still to come, for students, staff and alumni who may borrow; who has a full card
    may wait."""
    to_come = s["copies"] == "none" and s["order"] == "listed" and s["form"] != "article"
    return (
        (s["copies"] == "out" or to_come)
        and s["reader"] in (*AT_HOME, "alumni")
        and s["standing"] in ("good", "full")
        and s["mine"] == "no"
        and s["asked"] == "below"
    )


def inter_campus(s):
    """In, not here and not in one's hands, for students and staff who may borrow one more."""
    return (
        s["copies"] == "in"
        and s["mine"] == "no"
        and s["place"] != "here"
        and s["reader"] in AT_HOME
        and s["standing"] == "good"
        and s["asked"] == "below"
    )


def transfer(s):
    """Lent out and nobody waits, between students and staff who may borrow one more."""
    return (
        s["copies"] == "out"
        and s["queue"] == "empty"
        and s["lender"] == "known"
        and s["mine"] == "no"
        and s["reader"] in AT_HOME
        and s["standing"] == "good"
        and s["asked"] == "below"
    )


def readable(s):
    return s["full_text"] in ("yes", "part") and s["licence"] == "covers"


def full_text(s):
    """An alumnus reads what the licence covers while the membership is valid."""
    return readable(s) and (s["reader"] != "alumni" or s["member"] in ("good", "spent"))


def open_copy(s):
    return s["open_copy"] == "yes"


def delivery(s):
    """What cannot be read at once nor fetched from a shelf; a licence that has it must allow it."""
    if s["reader"] not in (*AT_HOME, "alumni") or s["standing"] == "blocked":
        return False
    if s["asked"] == "limit" or s["open_copy"] == "yes" or readable(s):
        return False
    if s["reader"] == "alumni" and s["member"] != "good":
        return False
    if s["full_text"] in ("yes", "part"):
        return s["supply"] == "allowed"
    if s["reader"] == "alumni":
        return True
    if s["copies"] == "in":
        return False  # take it from the shelf, or have it brought
    return not (s["copies"] == "reference" and s["place"] != "elsewhere")


def article_purchase(s):
    """An article that delivery could not bring, for students and staff but no undergraduates."""
    if s["reader"] == "student" and s["study"] in UNDERGRADUATE:
        return False
    return (
        s["form"] == "article"
        and s["open_copy"] == "no"
        and not readable(s)
        and s["reader"] in AT_HOME
        and s["standing"] != "blocked"
        and s["delivery"] == "failed"
        and s["asked"] == "below"
    )


def purchase(s):
    """A book that is not held and not suggested, or whose copies are out with readers waiting."""
    lacking = s["copies"] in ("none", "unknown") and s["full_text"] not in ("yes", "part")
    too_few = s["copies"] == "out" and s["queue"] == "waiting"
    return (
        s["form"] == "book"
        and (lacking or too_few)
        and s["order"] == "none"
        and s["suggested"] == "no"
        and s["reader"] in AT_HOME
        and s["asked"] == "below"
    )


BY_HAND = {
    "borrow": borrow, "hold": hold, "inter_campus": inter_campus, "transfer": transfer,
    "delivery": delivery, "article_purchase": article_purchase, "purchase": purchase,
    "full_text": full_text, "open_copy": open_copy,
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_state_offers_exactly_its_button(kind):
    """A table asks only for its own facts, so their product is every state there is for it."""
    table, expected, seen = TABLES[kind], BY_HAND[kind], 0
    for state in states(table.facts):
        seen += 1
        row = table.decide(state)
        assert row.is_offer == expected(state), (kind, state, row.number)
        assert row.text["zh"]
        assert row.text["en"]
    assert seen == prod(len(FACTS[fact]) for fact in table.facts)


@pytest.mark.parametrize("kind", KINDS)
def test_only_a_visitor_is_sent_to_sign_in(kind):
    rows = [row for row in TABLES[kind].rows if row.sign_in]
    assert all(row.when["reader"] == {"visitor"} and not row.is_offer for row in rows)
    assert bool(rows) == bool(TABLES[kind].service)


@pytest.mark.parametrize("kind", KINDS)
def test_a_button_is_for_exactly_those_whom_its_service_serves(kind):
    """What the tables offer the engine must open, and the reverse."""
    table = TABLES[kind]
    if not table.service:
        return
    by_role = {"public_reader": "public", "school_pupil": "pupil"}
    served = {by_role.get(role, role) for role in services(None)[table.service].roles}
    offered = {state["reader"] for state in states(table.facts) if table.decide(state).is_offer}
    assert offered == served


@pytest.mark.parametrize("study", FACTS["study"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_button_is_for_exactly_those_students_whom_its_service_serves(kind, study):
    """An exchange student, or one of whom nobody knows it, may be of either audience."""
    table = TABLES[kind]
    if not table.service:
        return
    one = services(None)[table.service]
    asked = [s for s in states(table.facts) if s["reader"] == "student"]
    mine = [s for s in asked if s.get("study", study) == study]
    offered = any(table.decide(state).is_offer for state in mine)
    assert offered == limits.serves(one, "student", "" if study == "unknown" else study)


NOWHERE = {
    "reader": "student", "study": "unknown", "standing": "good", "form": "book", "copies": "none",
    "place": "unknown", "mine": "no", "queue": "empty", "lender": "known", "full_text": "none",
    "licence": "covers",
    "supply": "unstated", "walk_in": "no",
    "open_copy": "no", "asked": "below", "delivery": "untried", "suggested": "no",
    "order": "none", "member": "good",
}  # fmt: skip
IN, OUT = {"copies": "in"}, {"copies": "out"}
HERE, THERE = {"place": "here"}, {"place": "elsewhere"}
PAYWALL = {"form": "article", "full_text": "embargo"}


@pytest.mark.parametrize(
    "known, buttons",
    [
        ({}, "delivery purchase"),
        (IN | HERE, "borrow"),
        (IN | THERE, "borrow inter_campus"),
        (IN, "borrow inter_campus"),
        (IN | THERE | {"mine": "yes"}, "borrow"),
        (OUT, "hold transfer delivery"),
        (OUT | {"queue": "waiting"}, "hold delivery purchase"),
        (OUT | {"mine": "yes"}, "delivery"),
        (OUT | {"lender": "unknown"}, "hold delivery"),
        (OUT | {"standing": "full"}, "hold delivery"),
        (OUT | {"standing": "blocked"}, ""),
        ({"copies": "reference", "place": "here"}, "borrow"),
        ({"copies": "reference", "place": "elsewhere"}, "borrow delivery"),
        ({"copies": "unknown"}, "delivery purchase"),
        ({"suggested": "yes"}, "delivery"),
        ({"order": "listed"}, "hold delivery"),
        ({"order": "listed", "form": "article"}, "delivery"),
        ({"order": "listed", "reader": "visitor"}, ""),
        ({"order": "bought"}, "delivery"),
        (OUT | {"queue": "waiting", "order": "listed"}, "hold delivery"),
        ({"full_text": "yes"}, "full_text"),
        ({"open_copy": "yes"}, "open_copy purchase"),
        (PAYWALL, "delivery"),
        (PAYWALL | {"delivery": "open"}, "delivery"),
        (PAYWALL | {"delivery": "failed"}, "delivery article_purchase"),
        (PAYWALL | {"delivery": "failed", "study": "undergraduate"}, "delivery"),
        (PAYWALL | {"delivery": "failed", "study": "master"}, "delivery article_purchase"),
        (PAYWALL | {"delivery": "failed", "study": "doctoral"}, "delivery article_purchase"),
        (PAYWALL | {"delivery": "failed", "study": "exchange"}, "delivery article_purchase"),
        (PAYWALL | {"delivery": "failed", "asked": "limit"}, ""),
        (IN | THERE | {"reader": "visitor"}, "borrow"),
        (OUT | {"reader": "visitor"}, ""),
        (OUT | {"reader": "staff"}, ""),
        (IN | THERE | {"reader": "alumni"}, "borrow delivery"),
        (OUT | {"reader": "alumni"}, "hold delivery"),
        (OUT | {"reader": "alumni", "member": "lapsed"}, "hold"),
        ({"reader": "alumni", "member": "none"}, ""),
        ({"reader": "alumni", "member": "spent"}, ""),
        (PAYWALL | {"reader": "alumni"}, "delivery"),
        (
            {"reader": "alumni", "full_text": "yes", "licence": "excludes", "supply": "allowed"},
            "delivery",
        ),
        (
            {"reader": "alumni", "full_text": "yes", "licence": "excludes", "supply": "forbidden"},
            "",
        ),
        ({"reader": "alumni", "full_text": "yes"}, "full_text"),
        ({"reader": "alumni", "full_text": "yes", "member": "lapsed"}, ""),
        (OUT | {"reader": "public", "standing": "reading_only"}, ""),
        (IN | HERE | {"reader": "pupil", "standing": "reading_only"}, "borrow"),
    ],
)
def test_the_buttons_of_a_whole_hit(known, buttons):
    """All nine kinds answer; those with a button, in any order."""
    state = NOWHERE | known
    rows = {kind: table.decide(state) for kind, table in TABLES.items()}
    assert set(rows) == set(KINDS)
    assert {kind for kind, row in rows.items() if row.is_offer} == set(buttons.split())


GOOD = """\
id: open_copy
title: {zh: 开放获取, en: Open access}
label: {zh: 免费阅读, en: Read it free}
order: 2
opens: {page: open_copy}
policy: unique
rows:
- when: {open_copy: yes}
  offer: {zh: 有, en: There is one.}
- when: {open_copy: no}
  reason: {zh: 没有, en: "There is none."}
"""


def table_of(tmp_path, text) -> OfferTable:
    path = tmp_path / "open_copy.yaml"
    path.write_text(text, "utf-8")
    return read_table(DefinitionFile("open_copy", path, True))


def test_a_bare_yes_or_no_is_what_a_librarian_means(tmp_path):
    table = table_of(tmp_path, GOOD)
    assert table.decide({"open_copy": "yes"}).is_offer
    assert not table.decide({"open_copy": "no"}).is_offer


@pytest.mark.parametrize(
    "before, after, said",
    [
        ("{open_copy: no}", "{open_copy: [no, yes]}", "rows 1 and 2 both answer: open_copy: yes"),
        ("- when: {open_copy: no}\n", "- when: {open_copy: no, asked: limit}\n",
         "no row answers: open_copy: no, asked: below"),
        ("{open_copy: yes}", "{open_copi: yes}", "row 1: there is no fact called 'open_copi'"),
        ("{open_copy: no}", "{open_copy: never}", "row 2: 'open_copy' cannot be 'never'"),
        ("policy: unique", "policy: best", "'policy'"),
        ("page: open_copy", "page: nowhere", "'opens'"),
        ('reason: {zh: 没有, en: "There is none."}', "reason: {zh: 没有}", "needs both languages"),
        ("There is none.", "None until {when}.", "cannot be filled with 'when'"),
        ("There is none.", "A brace { alone.", "cannot be filled"),
        (
            '  reason: {zh: 没有, en: "There is none."}',
            "  sign_in: true",
            "row 2: a row says either",
        ),
        ("policy: unique\n", "policy: first\n", None),
        ("id: open_copy", "id: open_copies", "the id is 'open_copies'"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_answer_is_refused_by_row(tmp_path, before, after, said):
    text = GOOD.replace(before, after)
    assert text != GOOD
    if said is None:
        table_of(tmp_path, text)
        return
    with pytest.raises(DefinitionError, match=r"open_copy\.yaml") as caught:
        table_of(tmp_path, text)
    assert said in caught.value.message


def test_a_row_that_never_answers_is_refused(tmp_path):
    text = GOOD.replace("policy: unique", "policy: first").replace("{open_copy: yes}", "{}")
    with pytest.raises(DefinitionError, match="row 2: no state is left for it") as caught:
        table_of(tmp_path, text)
    assert caught.value.fix == "Remove it, or move it up."
