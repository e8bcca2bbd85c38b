"""Accepted gifts in the catalogue: whole, once, not beside what is there or what comes back."""

import io
from pathlib import Path

import pymarc
import pytest

from shuren.data import queries as data
from shuren.data.actions import build, load_file
from shuren.data.erasing import nobody_commits
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import gift_copies, gifts
from shuren.service.cases import act, open_case
from shuren.service.errors import NotNow, WrongField
from shuren.service.gift_shapes import ACCEPTED, READY
from shuren.service.internals import rising
from shuren.service.internals.gift_rows import GiftCopy, GiftItem, GiftThanks
from shuren.service.internals.gifts import stocking
from shuren.trust.errors import NotAllowed
from tests.data.loading import OPERATOR, load, refusals
from tests.service.desk_of_cases import LIBRARIAN, reader

pytestmark = pytest.mark.django_db(transaction=True)
CATALOGUER = Actor("bian", "data_librarian")
ITEMS = (
    "item_id,title,author,publisher,isbn,call_number,campus\n"
    "B1,三体,刘慈欣著,重庆出版社,978-7-5366-9293-0,I247.55/7,江湾校区\n"
    "B2,活着,余华著,作家出版社,,I247.57/9,江湾校区\n"
)
HEADS = "题名,著者,出版社,年份,ISBN,册数\n"
# Two the catalogue has, one new with an ISBN in two copies, one new without.
LIST = (
    "三体,刘慈欣,别的写法,2008,7-5366-9293-5,1\n活着,余华,某社,2012,,1\n"
    "编译原理,某人,某社,2001,978-7-111-22633-8,2\n无号之书,乙 著,某社,1998,,1\n"
)


@pytest.fixture(autouse=True)
def served(site: Site, settings) -> None:
    settings.SITE = site


def acknowledged(site: Site, tmp_path: Path, lines: str, *, donor: Actor | None = None) -> str:
    """A gift of these lines, all accepted and thanked for."""
    donor = donor or reader(site, role="alumni")
    case = open_case(
        site, "book_donation", actor=donor, fields={"volumes": 5, "what": "文学"}
    ).id  # fmt: skip
    act(site, case, "screen_ok", actor=LIBRARIAN)
    path = tmp_path / "list.csv"
    path.write_text(HEADS + lines, "utf-8")
    gifts.load_list(site, case, path, actor=LIBRARIAN)
    act(site, case, "receive", actor=LIBRARIAN)
    gifts.decide(case, ACCEPTED, view="open", actor=LIBRARIAN)
    act(site, case, "select_and_process", actor=LIBRARIAN)
    act(site, case, "certify", actor=LIBRARIAN)
    return case


def renewed(site: Site) -> None:
    rising.take_in(site, OPERATOR)
    build(site, actor=OPERATOR)


def copies(site: Site) -> dict[str, tuple[str, str, str]]:
    """{copy: (title, status, call number)} of the catalogue."""
    ask = {"purpose": "public_information", "actor": CATALOGUER}
    titles = dict(data.read(site, "conformed.title", columns=["title_id", "title"], **ask).rows)
    rows = data.read(
        site, "mart.copy_state", columns=["item_id", "title_id", "status", "call_number"], **ask
    ).rows
    return {item: (titles[title], status, call) for item, title, status, call in rows}


def titles(site: Site) -> list[str]:
    ask = {"purpose": "public_information", "actor": CATALOGUER}
    return sorted(
        row[0] for row in data.read(site, "conformed.title", columns=["title"], **ask).rows
    )


def of(title: str) -> list[str]:
    line = GiftItem.objects.get(title=title)
    found = GiftCopy.objects.filter(case_id=line.case_id, number=line.number)
    return list(found.order_by("copy_id").values_list("copy_id", flat=True))


def test_what_is_known_becomes_a_copy_and_what_is_new_a_title(site: Site, tmp_path) -> None:
    load(site, "items", ITEMS, "items.csv")
    build(site, actor=OPERATOR)
    acknowledged(site, tmp_path, LIST)
    assert titles(site) == ["三体", "活着"], "not before the next build"
    renewed(site)
    assert titles(site) == sorted(["三体", "活着", "编译原理", "无号之书"])
    found = copies(site)
    assert len(found) == 2 + 5
    for title in ("三体", "活着", "编译原理", "无号之书"):
        for copy in of(title):
            assert found[copy] == (title, "in_process", "")
    ask = {"purpose": "public_information", "actor": CATALOGUER}
    said = data.read(
        site, "conformed.title", columns=["title", "author", "publisher", "call_number"],
        where=[("title", "=", "三体")], **ask,
    ).rows  # fmt: skip
    assert said == [("三体", "刘慈欣著", "重庆出版社", "I247.55/7")], "as the library's files say"


def test_a_second_run_and_a_second_thank_you_add_nothing(site: Site, tmp_path) -> None:
    case = acknowledged(site, tmp_path, LIST)
    renewed(site)
    before = copies(site)
    assert rising.take_in(site, OPERATOR) == 0
    lines = list(GiftItem.objects.filter(case_id=case, decision=ACCEPTED))
    assert stocking.take_in(site, case, lines, LIBRARIAN) == 0
    GiftCopy.objects.update(risen=0)  # killed between handing in and striking the debt
    renewed(site)
    assert copies(site) == before


def test_a_gift_is_handed_in_whole_or_not_at_all(site: Site, tmp_path, monkeypatch) -> None:
    acknowledged(site, tmp_path, LIST)
    strike = stocking._strike
    monkeypatch.setattr(stocking, "_strike", lambda copies: 1 / 0)
    with pytest.raises(ZeroDivisionError), nobody_commits(site):
        stocking.tell(site)
    [handed] = (site.data / "events" / "gift_copies").glob("*.jsonl")
    assert len(handed.read_text("utf-8").splitlines()) == 5, "the lake has it whole"
    monkeypatch.setattr(stocking, "_strike", strike)
    renewed(site)
    assert len(copies(site)) == 5


def test_a_dirty_line_waits_in_quarantine_and_comes_with_its_correction(site, tmp_path) -> None:
    acknowledged(site, tmp_path, LIST + "脏行,某人,某社,年代不详,,1\n")
    renewed(site)
    assert "脏行" not in titles(site)
    assert len(copies(site)) == 5, "the others are there"
    assert gift_copies.refused(site) == 1
    [receipt] = data.receipts(site, "gift_copies")
    assert [(rule, field) for _line, rule, field in refusals(site, receipt)] == [
        ("R02", "published_year")
    ]
    [copy] = of("脏行")
    done = gift_copies.catalogue(site, [{"copy": copy, "year": "1987"}], actor=CATALOGUER)
    assert (done.changed, done.problems) == (1, ())
    renewed(site)
    assert copies(site)[copy] == ("脏行", "in_process", "")


def test_with_call_number_branch_and_barcode_it_can_be_had(site: Site, tmp_path) -> None:
    case = acknowledged(site, tmp_path, LIST)
    renewed(site)
    one, two = of("编译原理")
    sent = tmp_path / "sheet.csv"
    rows = gift_copies.sheet(case, actor=CATALOGUER)
    assert len(rows) == 1 + 5
    text = [",".join(rows[0])]
    text += [f"{one},,,,,,TP314/42,江湾校区,科技书库,G0001", f"{two},,,,,,TP314/42,江湾校区,,"]
    sent.write_text("\ufeff" + "\n".join(text) + "\n", "utf-8")
    done = gift_copies.take_sheet(site, sent, actor=CATALOGUER)
    assert (done.changed, done.problems) == (2, ())
    assert gift_copies.take_sheet(site, sent, actor=CATALOGUER).changed == 0, "the same again"
    assert gift_copies.counts(case, actor=CATALOGUER) == {"todo": 4, "ready": 1}
    renewed(site)
    found = copies(site)
    assert found["G0001"] == ("编译原理", "available", "TP314/42")
    assert one not in found
    assert found[two] == ("编译原理", "in_process", "TP314/42")
    [line] = gift_copies.lines(case, view=READY, actor=CATALOGUER)[0]
    assert (line.barcode, line.location) == ("G0001", "科技书库")


@pytest.mark.parametrize(
    "said, wrong",
    [({"barcode": "B1"}, "is a copy of"), ({"barcode": "2.01E+11"}, "no barcode"),
     ({"barcode": "a b"}, "no barcode"), ({"call_number": "W12/3"}, "no call number"),
     ({"call_number": "TP312"}, "no call number"), ({"year": "不详"}, "no year"),
     ({"isbn": "9787111226339"}, "check digit"), ({"copy": "GIFT-0"}, "no accepted copy"),
     ({"title": "长" * 501}, "at most 500 signs")],
    ids=["another's barcode", "rounded by a spreadsheet", "blank in it", "no such class",
         "no book number", "no year", "wrong check digit", "no such copy", "too long"],
)  # fmt: skip
def test_what_cannot_be_is_told_and_the_other_lines_are_taken(
    site: Site, tmp_path, monkeypatch, said, wrong
) -> None:
    monkeypatch.setenv("SHUREN_LANG", "en")
    load(site, "items", ITEMS, "items.csv")
    build(site, actor=OPERATOR)
    acknowledged(site, tmp_path, LIST)
    one, two = of("编译原理")
    entries = [{"copy": one} | said, {"copy": two, "barcode": "G2"}]
    done = gift_copies.catalogue(site, entries, actor=CATALOGUER)
    assert done.changed == 1
    [(_place, text)] = done.problems
    assert wrong in text
    assert GiftCopy.objects.get(pk=two).barcode == "G2"
    assert GiftCopy.objects.get(pk=one).version == 1


def test_one_barcode_is_one_copy(site: Site, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("SHUREN_LANG", "en")
    acknowledged(site, tmp_path, LIST)
    one, two = of("编译原理")
    entries = [{"copy": one, "barcode": "G1"}, {"copy": two, "barcode": "G1"},
               {"copy": one, "barcode": "G3"}]  # fmt: skip
    done = gift_copies.catalogue(site, entries, actor=CATALOGUER)
    assert (done.changed, len(done.problems)) == (1, 2)
    assert "another gift's" in done.problems[0][1]
    assert "twice" in done.problems[1][1]


def test_a_sheet_without_gift_numbers_and_a_role_without_the_right_change_nothing(
    site: Site, tmp_path
) -> None:
    acknowledged(site, tmp_path, LIST)
    sent = tmp_path / "x.csv"
    sent.write_text("题名,条码\n三体,G1\n", "utf-8")
    with pytest.raises(WrongField):
        gift_copies.take_sheet(site, sent, actor=CATALOGUER)
    for verb in (gift_copies.sheet, gift_copies.counts):
        with pytest.raises(NotAllowed):
            verb(actor=LIBRARIAN)
    with pytest.raises(NotAllowed):
        gift_copies.cnmarc(site, actor=LIBRARIAN)


def test_a_formula_of_a_donor_stays_text_on_its_way_down_and_up(site: Site, tmp_path) -> None:
    acknowledged(site, tmp_path, '"=HYPERLINK(""x"")",某人,某社,2001,,1\n')
    _heads, row = gift_copies.sheet(actor=CATALOGUER)
    assert row[1] == '\'=HYPERLINK("x")'
    sent = tmp_path / "sheet.csv"
    sent.write_text(f'赠书登录号,题名,条码\n{row[0]},"{row[1].replace(chr(34), chr(34) * 2)}",G1\n')
    assert gift_copies.take_sheet(site, sent, actor=CATALOGUER).problems == ()
    assert GiftItem.objects.get().title == '=HYPERLINK("x")'


@pytest.mark.parametrize("encoding", gift_copies.ENCODINGS)
def test_accepted_titles_are_read_back_from_cnmarc(site: Site, tmp_path, encoding) -> None:
    case = acknowledged(site, tmp_path, LIST)
    one, _two = of("编译原理")
    entry = {"copy": one, "barcode": "G1", "call_number": "TP314/42", "campus": "江湾校区"}
    gift_copies.catalogue(site, [entry], actor=CATALOGUER)
    content, left = gift_copies.cnmarc(site, case, encoding=encoding, actor=CATALOGUER)
    assert left == 0
    reading = pymarc.MARCReader(
        io.BytesIO(content), to_unicode=True, force_utf8=encoding == "utf-8",
        file_encoding=encoding,
    )  # fmt: skip
    found = {record["200"]["a"]: record for record in reading}
    assert set(found) == {"三体", "活着", "编译原理", "无号之书"}
    made = found["编译原理"]
    assert (made["010"]["a"], made["210"]["c"], made["690"]["a"]) == (
        "9787111226338", "某社", "TP314",
    )  # fmt: skip
    assert made["100"]["a"][9:13] == "2001"
    [copy] = made.get_fields("905")
    assert (copy["b"], copy["f"], copy["a"]) == ("G1", "TP314/42", "江湾校区")
    assert (found["无号之书"]["200"]["f"], found["无号之书"]["701"]["a"]) == ("乙 著", "乙")


def test_what_comes_back_from_the_librarys_system_takes_its_place(site: Site, tmp_path) -> None:
    """One copy comes back under its barcode, the other, that had none, under one of the system's;
    the title without ISBN comes back by title and author. Nothing is there twice."""
    acknowledged(site, tmp_path, LIST)
    renewed(site)
    one, two = of("编译原理")
    [three] = of("无号之书")
    entry = {"copy": one, "barcode": "G1", "call_number": "TP314/42", "campus": "江湾校区"}
    gift_copies.catalogue(site, [entry], actor=CATALOGUER)
    content, _left = gift_copies.cnmarc(site, actor=CATALOGUER)
    path = tmp_path / "back.mrc"
    path.write_bytes(content)
    back = load_file(site, "items", path, mapping_id="cnmarc-holdings", actor=OPERATOR)
    assert back.accepted == 1
    renewed(site)
    assert copies(site)["G1"] == ("编译原理", "available", "TP314/42")
    assert two not in copies(site), "the system has taken the title up"
    assert titles(site).count("编译原理") == 1
    load(site, "items", "item_id,title,author,isbn,call_number\nE2,编译原理（第2版）,某人著,"
         "7-111-22633-3,TP314/42\nE3,无号之书,乙著,,A1/1\n", "later.csv")  # fmt: skip
    renewed(site)
    found = copies(site)
    assert "E2" in found
    assert "E3" in found
    assert three not in found
    assert len(titles(site)) == 4


def test_another_edition_is_a_title_of_its_own(site: Site, tmp_path) -> None:
    load(site, "items", ITEMS, "items.csv")
    build(site, actor=OPERATOR)
    acknowledged(site, tmp_path, "三体,刘慈欣,某社,2020,978-7-111-22633-8,1\n")
    renewed(site)
    assert titles(site).count("三体") == 2


def test_a_further_copy_without_a_barcode_stays_when_its_title_is_loaded_again(site, tmp_path):
    load(site, "items", ITEMS, "items.csv")
    build(site, actor=OPERATOR)
    acknowledged(site, tmp_path, LIST)
    load(site, "items", ITEMS.replace("I247.55/7", "I247.55/8"), "items2.csv")
    renewed(site)
    [copy] = of("三体")
    assert copies(site)[copy][:2] == ("三体", "in_process")


def test_a_loan_of_a_gift_makes_no_second_copy_of_it(site: Site, tmp_path) -> None:
    acknowledged(site, tmp_path, LIST)
    one, _two = of("编译原理")
    entry = {"copy": one, "barcode": "G1", "call_number": "TP314/42", "campus": "江湾校区"}
    gift_copies.catalogue(site, [entry], actor=CATALOGUER)
    load(site, "loans", "loan_id,reader_id,item_id,title,loaned_at,due_at,returned_at\n"
         "L1,2020009,G1,编译原理,2026-03-01 09:00:00,2026-05-01 09:00:00,\n",
         "loans.csv")  # fmt: skip
    renewed(site)
    assert copies(site)["G1"] == ("编译原理", "on_loan", "TP314/42")
    assert len(copies(site)) == 5


def test_the_donor_is_named_on_the_copy_while_they_agree_and_nowhere_in_the_lake(site, tmp_path):
    donor = reader(site, role="alumni")
    case = acknowledged(site, tmp_path, LIST, donor=donor)
    copy = of("三体")[0]
    assert gift_copies.notes([copy]) == {}
    gifts.be_named(case, "1999级校友某", actor=donor)
    assert gift_copies.notes([copy, "B1", ""]) == {copy: "1999级校友某"}
    gift_copies.catalogue(site, [{"copy": copy, "barcode": "G9"}], actor=CATALOGUER)
    assert gift_copies.notes(["G9"]) == {"G9": "1999级校友某"}
    rising.tell(site)
    [handed] = (site.data / "events" / "gift_copies").glob("*.jsonl")
    text = handed.read_text("utf-8")
    for secret in (case, donor.reader_key, "校友某"):
        assert secret not in text
    assert "校友某" not in gift_copies.cnmarc(site, actor=CATALOGUER)[0].decode()
    GiftThanks.objects.update(named="")  # taken back, or erased
    assert gift_copies.notes(["G9"]) == {}


def test_too_many_volumes_of_one_gift_are_refused_before_it_is_processed(
    site: Site, tmp_path, monkeypatch
) -> None:
    monkeypatch.setenv("SHUREN_LANG", "en")
    monkeypatch.setattr(stocking, "MOST", 4)
    with pytest.raises(NotNow, match="5 volumes are accepted; one gift brings at most 4"):
        acknowledged(site, tmp_path, LIST)


def test_a_gift_of_thousands_goes_through_whole(site, tmp_path):
    case = acknowledged(
        site, tmp_path, "".join(f"赠书第{at}种,某人,某社,2001,,1\n" for at in range(1, 2_126))
    )
    renewed(site)
    assert len(copies(site)) == 2_125
    assert len(titles(site)) == 2_125
    rows = gift_copies.sheet(case, actor=CATALOGUER)
    filled = tmp_path / "filled.csv"
    filled.write_text(
        "赠书登录号,索书号,分馆,条码\n"
        + "".join(f"{row[0]},I267/{at},江湾校区,G{at:06}\n" for at, row in enumerate(rows[1:])),
        "utf-8",
    )
    done = gift_copies.take_sheet(site, filled, actor=CATALOGUER)
    assert (done.changed, done.problems) == (2_125, ())
    renewed(site)
    assert {status for _title, status, _call in copies(site).values()} == {"available"}
    assert len(copies(site)) == 2_125
