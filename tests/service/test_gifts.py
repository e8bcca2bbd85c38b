"""Gifts: a list of 5,125 volumes against the catalogue, decided in bulk, thanked for by consent."""

from pathlib import Path

import pytest

from shuren.data.actions import build
from shuren.data.source import FileProblem
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import actions, documents, gifts
from shuren.service.cases import act, open_case
from shuren.service.errors import NoSuchCase, NotNow, WrongField
from shuren.service.gift_shapes import ACCEPTED, BY_ISBN, BY_TITLE, DECLINED, OPEN
from shuren.service.internals.gift_rows import GiftItem, GiftThanks
from shuren.service.internals.gifts.matching import isbn13
from tests.data.loading import load
from tests.service.desk_of_cases import LIBRARIAN, reader
from tests.service.library import fill

pytestmark = pytest.mark.django_db(transaction=True)
VOLUMES = 5_125
ITEMS = (
    "item_id,title_id,title,author,isbn,call_number,campus\n"
    "B1,T1,三体,刘慈欣著,978-7-5366-9293-0,I247.55/7,江湾校区\n"
    "B2,T2,活着,余华著,,I247.57/9,江湾校区\n"
)


@pytest.fixture(autouse=True)
def served(site: Site, settings) -> None:
    settings.SITE = site


def given(site: Site, donor: Actor) -> str:
    made = open_case(
        site, "book_donation", actor=donor, fields={"volumes": VOLUMES, "what": "文学与史学"}
    )
    act(site, made.id, "screen_ok", actor=LIBRARIAN)
    return made.id


def listed(tmp_path: Path, text: str, name: str = "list.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return path


def test_an_isbn_is_thirteen_digits_or_nothing() -> None:
    assert isbn13("7-5366-9293-5") == isbn13("9787536692930") == "9787536692930"
    assert isbn13("9787536692931") == isbn13("无") == isbn13("") == ""


def test_five_thousand_volumes_are_matched_decided_and_certified(site: Site, tmp_path) -> None:
    import pypdfium2

    load(site, "items", ITEMS, "items.csv")
    build(site, actor=Actor("cli:test", "administrator"))
    donor = reader(site, role="alumni")
    case = given(site, donor)
    lines = ["题名,著者,出版社,年份,ISBN,册数",
             "三体,刘慈欣,重庆出版社,2008,7-5366-9293-5,1",
             "活着,余华,作家出版社,2012,,1",
             "活着,别的作者,某社,2012,,1"]  # fmt: skip
    lines += [f"赠书第{at}种,某人,某社,2001,,1" for at in range(4, VOLUMES + 1)]
    found = gifts.load_list(site, case, listed(tmp_path, "\n".join(lines) + "\n"), actor=LIBRARIAN)
    assert (found.titles, found.volumes, found.duplicates) == (VOLUMES, VOLUMES, 2)
    known, count = gifts.lines(case, view="known", actor=LIBRARIAN)
    assert count == 2
    assert [(one.title, one.by) for one in known] == [("三体", BY_ISBN), ("活着", BY_TITLE)]
    assert all(one.known for one in known)
    act(site, case, "receive", actor=LIBRARIAN)
    with pytest.raises(NotNow, match="5,125 lines of the list are not decided yet"):
        act(site, case, "select_and_process", actor=LIBRARIAN)
    assert gifts.decide(case, DECLINED, view="known", reason="已有", actor=LIBRARIAN) == 2
    assert gifts.decide(case, ACCEPTED, view="open", actor=LIBRARIAN) == VOLUMES - 2
    assert gifts.decide(case, DECLINED, numbers=[3], reason="品相", actor=LIBRARIAN) == 1
    after = gifts.gift(case, actor=LIBRARIAN)
    assert (after.decided[ACCEPTED], after.decided[DECLINED], after.decided[OPEN]) == (
        (VOLUMES - 3, VOLUMES - 3), (3, 3), (0, 0),
    )  # fmt: skip
    act(site, case, "select_and_process", actor=LIBRARIAN)
    gifts.be_named(case, "1999级校友韩伟", actor=donor)
    act(site, case, "certify", actor=LIBRARIAN)
    [line] = documents.own_documents(donor)
    pdf = pypdfium2.PdfDocument(documents.file_of(site, line.code, "zh", donor)[1])
    first, last = (pdf[at].get_textpage().get_text_bounded() for at in (0, len(pdf) - 1))
    assert "1999级校友韩伟" in first
    assert "5,122" in first
    assert f"赠书第{VOLUMES}种" in last
    text = "".join(page.get_textpage().get_text_bounded() for page in pdf)
    assert "三体" not in text  # the certificate lists what was accepted
    assert [one[:3] for one in gifts.thanks()] == [("1999级校友韩伟", VOLUMES - 3, VOLUMES - 3)]
    gifts.be_named(case, "", actor=donor)
    assert gifts.thanks()[0][0] == ""


def test_the_donor_alone_says_what_they_are_called(site: Site, tmp_path) -> None:
    donor = reader(site, role="alumni")
    case = given(site, donor)
    for other in (reader(site, "2020002", "alumni"), LIBRARIAN):
        with pytest.raises(NoSuchCase):
            gifts.be_named(case, "某某", actor=other)
    with pytest.raises(NoSuchCase):
        gifts.gift(case, actor=donor)
    assert gifts.thanks() == []


def test_a_file_without_titles_or_no_table_changes_nothing(site: Site, tmp_path) -> None:
    case = given(site, reader(site, role="alumni"))
    good = "title,isbn\nA,\n"
    gifts.load_list(site, case, listed(tmp_path, good), actor=LIBRARIAN)
    for text, error in (("a,b\n1,2\n", WrongField), ("title,isbn\n,\n", WrongField),
                        ("%PDF-1.4 no table", FileProblem)):  # fmt: skip
        with pytest.raises(error):
            gifts.load_list(site, case, listed(tmp_path, text), actor=LIBRARIAN)
    assert [one.title for one in GiftItem.objects.all()] == ["A"]
    with pytest.raises(WrongField):
        gifts.decide(case, "burn", actor=LIBRARIAN)


def test_an_erasure_leaves_the_volumes_and_no_name(site: Site, tmp_path) -> None:
    ann = fill(site)
    case = open_case(site, "book_donation", actor=Actor("ann", "faculty", ann.reader_key),
                     fields={"volumes": 1, "what": "书"}).id  # fmt: skip
    act(site, case, "screen_ok", actor=LIBRARIAN)
    gifts.load_list(site, case, listed(tmp_path, "title\nA\n"), actor=LIBRARIAN)
    gifts.be_named(case, "欧阳", actor=ann)
    assert actions.erase(site, ann).content["statement"]["erased"]["gifts"] == 1
    row = GiftThanks.objects.get()
    assert (row.pseudonym, row.named, row.volumes) == ("", "", 1)


@pytest.mark.shared
def test_a_list_may_come_as_marc_records(site: Site, shared_data) -> None:
    case = given(site, reader(site, role="alumni"))
    path = shared_data("unimarc-real/short.bnr.1993.mrc")
    found = gifts.load_list(site, case, path, actor=LIBRARIAN)
    first = gifts.lines(case, actor=LIBRARIAN)[0][0]
    assert found.titles > 0
    assert first.title.startswith("3 numarali")
    assert (first.isbn, first.year) == ("9789751907875", "1993")
