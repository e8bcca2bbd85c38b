"""From a hit to a case, over real copies, loans, holds and cases."""

import pytest

from shuren.data import queries as data
from shuren.kernel.shapes import Actor
from shuren.service import cases, ils
from shuren.service.errors import NotOffered
from shuren.service.ils_errors import CannotCirculate
from shuren.service.internals.case_rows import Case
from shuren.service.internals.circulation.rows import CopyHold
from shuren.service.offer_shapes import PlaceOnline, Wanted
from shuren.service.offer_tables import KINDS
from shuren.service.offers import ask, offers, see
from tests.service.circulating import ANN, ANYBODY, BEN, CAI, EAST, LI, RULES, WEST, reader_of
from tests.service.circulating import circulation_built as circulation_built
from tests.service.circulating import library as library

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english(monkeypatch):
    monkeypatch.setenv("SHUREN_LANG", "en")


def hit(site, title, **more) -> Wanted:
    rows = data.read(
        site, "mart.title_availability", columns=["title_id"], where=[("title", "=", title)],
        purpose="public_information", actor=ANYBODY,
    ).rows  # fmt: skip
    [id] = {row[0] for row in rows}
    said = {"form": "book", "title_ids": (id,), "known": {"title": title}} | more
    return Wanted(id, {"kind": "title", "id": id, "title": title}, **said)


def lacking(title="别处的书", **more) -> Wanted:
    said = {"form": "book", "known": {"title": title}} | more
    return Wanted("e1", {"kind": "title", "id": "e1", "title": title}, **said)


def buttons(site, wanted, actor) -> set[str]:
    found = offers(site, wanted, actor=actor)
    assert {one.kind for one in found} == set(KINDS)
    assert all(one.text and one.label for one in found)
    return {one.kind for one in found if one.is_offered}


def why(site, wanted, kind, actor) -> str:
    return next(one.text for one in offers(site, wanted, actor=actor) if one.kind == kind)


def test_what_is_in_is_fetched_and_what_is_out_is_waited_for(library):
    ben = reader_of(library, BEN)
    assert buttons(library, hit(library, "三体"), ben) == {"borrow", "inter_campus"}
    assert buttons(library, hit(library, "活着"), ben) == {"hold", "delivery"}
    assert buttons(library, hit(library, "辞海"), ben) == {"borrow"}
    assert why(library, hit(library, "活着"), "hold", ben) == (
        "First due: 2026-03-20; holds before yours: 0."
    )
    assert EAST in why(library, hit(library, "三体"), "borrow", ben)


def test_whose_card_is_suspended_may_only_look(library):
    cai = reader_of(library, CAI)
    assert buttons(library, hit(library, "三体"), cai) == {"borrow"}
    assert buttons(library, hit(library, "活着"), cai) == set()
    assert "cannot borrow at present" in why(library, hit(library, "活着"), "hold", cai)


def test_who_has_it_is_told_so(library):
    ann = reader_of(library, ANN)
    assert buttons(library, hit(library, "活着"), ann) == {"delivery"}
    assert why(library, hit(library, "活着"), "hold", ann).startswith("You have it on loan")


@pytest.mark.parametrize("actor", [ANYBODY, LI], ids=["a visitor", "the desk"])
def test_who_is_no_reader_sees_where_it_stands_and_is_told_how_to_ask(library, actor):
    assert buttons(library, hit(library, "三体"), actor) == {"borrow"}
    found = {one.kind: one for one in offers(library, hit(library, "活着"), actor=actor)}
    assert not found["hold"].is_offered
    assert found["hold"].sign_in is (actor is ANYBODY)


def test_asking_opens_one_case_with_its_hold_and_asking_again_leads_to_it(library):
    ben, wanted = reader_of(library, BEN), hit(library, "活着")
    opened = ask(library, wanted, "hold", actor=ben, fields={"pickup": WEST}, pickup=WEST)
    assert (opened.service, opened.state, opened.branch) == ("book_hold", "queued", WEST)
    [line] = ils.holds(library, actor=ben)
    assert (line.case, line.title_id, line.pickup) == (opened.id, wanted.id, WEST)
    again = ask(library, wanted, "hold", actor=ben, fields={"pickup": WEST}, pickup=WEST)
    assert again.id == opened.id
    assert Case.objects.count() == 1
    shown = next(one for one in offers(library, wanted, actor=ben) if one.kind == "hold")
    assert (shown.is_offered, shown.case, shown.label) == (True, opened.id, "See your request")


def test_a_limit_of_the_circulation_system_counts_for_the_button(library):
    """The rules of the tests allow a student one hold."""
    ben = reader_of(library, BEN)
    ask(library, hit(library, "活着"), "hold", actor=ben, pickup=EAST)
    for item in ("B1", "B2"):
        ils.check_out(library, item, card=ANN if item == "B1" else BEN, actor=LI)
    ann = reader_of(library, ANN)
    assert "inter_campus" not in buttons(library, hit(library, "三体"), ben)
    assert why(library, hit(library, "佛教史"), "inter_campus", ben).startswith("1 books are")
    assert buttons(library, hit(library, "三体"), ann) == {"borrow"}, "Ann has two loans, her limit"


def test_a_hold_the_circulation_system_refuses_leaves_no_case(library):
    """Ben waits already, by a hold of the desk that no case knows of."""
    path = library.definitions / "circulation" / "lending.yaml"
    path.write_text(RULES.replace("holds: 1", "holds: 3"), "utf-8")
    ben, wanted = reader_of(library, BEN), hit(library, "活着")
    ils.place_hold(library, wanted.id, actor=ben, pickup=EAST)
    with pytest.raises(CannotCirculate, match="already"):
        ask(library, wanted, "hold", actor=ben, pickup=EAST)
    assert Case.objects.count() == 0
    assert CopyHold.objects.count() == 1


def test_what_is_not_offered_is_refused_with_its_reason(library):
    ben = reader_of(library, BEN)
    with pytest.raises(NotOffered, match="A copy is in"):
        ask(library, hit(library, "三体"), "hold", actor=ben, pickup=EAST)
    with pytest.raises(NotOffered, match="sign in"):
        ask(library, hit(library, "活着"), "hold", actor=ANYBODY, pickup=EAST)


def test_a_handover_is_asked_of_the_reader_who_has_it_and_neither_learns_who_the_other_is(library):
    """Of our own circulation's loans only: B4 comes back and goes to Ben."""
    ils.check_in(library, "B4", actor=LI)
    ils.check_out(library, "B4", card=BEN, actor=LI)
    ann, ben, wanted = reader_of(library, ANN), reader_of(library, BEN), hit(library, "活着")
    assert "transfer" in buttons(library, wanted, ann)
    opened = ask(library, wanted, "transfer", actor=ann)
    assert (opened.state, opened.party, opened.reader) == ("offered", "", "")
    asked = cases.case(library, opened.id, ben)
    assert (asked.party, asked.reader) == ("", "")
    assert {one.event for one in asked.moves} == {"accept", "decline"}
    assert cases.act(library, opened.id, "accept", actor=ben).state == "accepted"
    assert cases.act(library, opened.id, "scan_both", actor=ann).state == "done"
    assert "transfer" not in buttons(library, wanted, ann)
    assert why(library, wanted, "hold", ann).startswith("You have it on loan")
    assert ils.reader_standing(library, actor=ben).loans_out == 0


def test_a_handover_that_can_be_no_more_moves_nothing_and_says_why(library):
    """The book came back to the desk between the yes and the scan."""
    ils.check_in(library, "B4", actor=LI)
    ils.check_out(library, "B4", card=BEN, actor=LI)
    ann, ben, wanted = reader_of(library, ANN), reader_of(library, BEN), hit(library, "活着")
    opened = ask(library, wanted, "transfer", actor=ann)
    cases.act(library, opened.id, "accept", actor=ben)
    ils.check_in(library, "B4", actor=LI)
    with pytest.raises(CannotCirculate, match="any more"):
        cases.act(library, opened.id, "scan_both", actor=ann)
    assert cases.case(library, opened.id, ann).state == "accepted"
    assert ils.reader_standing(library, actor=ann).loans_out == 0


def test_a_suggestion_is_checked_against_holdings_and_open_suggestions(library):
    ann, ben = reader_of(library, ANN), reader_of(library, BEN)
    assert why(library, hit(library, "三体"), "purchase", ben).startswith(
        "Duplicate check: the lib"
    )
    assert "purchase" in buttons(library, lacking(), ben)
    ask(library, lacking(), "purchase", actor=ben, fields={"book_title": "别处的书"})
    assert why(library, lacking(), "purchase", ann) == (
        "Duplicate check: it has been suggested and is being dealt with."
    )
    mine = next(one for one in offers(library, lacking(), actor=ben) if one.kind == "purchase")
    assert mine.case


SUGGESTED = {"book_title": "別處的書", "author": "王小明", "isbn": "0-306-40615-2"}


@pytest.mark.parametrize(
    "known, is_known",
    [
        ({"title": "甲", "isbn": "9780306406157"}, True),
        ({"title": "别处的书", "author": "王小明著"}, True),
        ({"title": "别处的书", "author": "李大山"}, False),
        ({"title": "别处的书", "isbn": "9787302330646"}, False),
    ],
    ids=["the ISBN in its other length", "title and author", "another author", "another ISBN"],
)
def test_the_same_book_is_suggested_once_from_wherever_it_is_named(library, known, is_known):
    """On the bare form it is about no record: it is known by what is filled in."""
    ann, ben = reader_of(library, ANN), reader_of(library, BEN)
    first = cases.open_case(library, "purchase_suggestion", actor=ben, fields=SUGGESTED)
    assert first.state == "suggested"
    wanted = lacking(known=known, title=known["title"])
    assert ("purchase" in buttons(library, wanted, ann)) is not is_known
    fields = {("book_title" if name == "title" else name): said for name, said in known.items()}
    again = cases.open_case(library, "purchase_suggestion", actor=ann, fields=fields)
    assert again.state == ("rejected" if is_known else "suggested")


ARTICLE = {"kind": "article", "id": "10.1234/x", "title": "A paper"}
FREE = PlaceOnline("DOAJ", "", "https://o.example/x", True)
PAID = PlaceOnline("V", "P", "https://v.example/x", False)


def test_an_article_is_delivered_first_and_bought_where_that_fails(library):
    ben = reader_of(library, BEN)
    wanted = Wanted("doi=10.1234/x", ARTICLE, "article")
    assert buttons(library, wanted, ben) == {"delivery"}
    opened = ask(library, wanted, "delivery", actor=ben, fields={"personal_study": "true"})
    assert why(library, wanted, "article_purchase", ben).startswith("It is being delivered")
    cases.act(library, opened.id, "reject", actor=LI, note="nobody has it")
    assert buttons(library, wanted, ben) == {"delivery", "article_purchase"}


@pytest.mark.parametrize(
    "place, kind, url", [(FREE, "open_copy", FREE.url), (PAID, "full_text", PAID.url)]
)
def test_what_can_be_read_at_once_is_all_that_is_offered(library, place, kind, url):
    wanted = Wanted("doi=10.1234/x", ARTICLE, "article", (), (place,))
    found = offers(library, wanted, actor=reader_of(library, BEN))
    assert [(one.kind, one.url) for one in found if one.is_offered] == [(kind, url)]


def test_a_loan_at_the_desk_counts_with_the_next_look(library):
    ben, wanted = reader_of(library, BEN), hit(library, "佛教史")
    [before] = see(library, [wanted], actor=ANYBODY)
    assert [one.status for one in before.copies] == ["available"]
    ils.check_out(library, "B8", card=ANN, actor=LI)
    [after] = see(library, [wanted], actor=ANYBODY)
    assert [one.status for one in after.copies] == ["on_loan"]
    assert "hold" in buttons(library, wanted, ben)


def test_a_page_of_hits_is_answered_in_their_order(library):
    wanted = [hit(library, title) for title in ("三体", "活着", "辞海")]
    found = see(library, wanted, actor=Actor("", "anonymous"))
    assert [one.wanted for one in found] == wanted
    assert [len(one.copies) for one in found] == [3, 2, 1]
