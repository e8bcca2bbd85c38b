"""MARC records in: what is read, what is refused and why, on records made by hand."""

import pytest

from shuren.data import actions, queries
from tests.data.loading import OPERATOR, accepted, mapping, refusals
from tests.data.marc_records import cnmarc, iso, marc21, sub

pytestmark = pytest.mark.django_db


def load(site, data: bytes, contract="bib_records", name="books.mrc", **more):
    path = site.root.parent / name
    path.write_bytes(data)
    return actions.load_file(site, contract, path, actor=OPERATOR, **more)


def rows(site, data: bytes, **more):
    return accepted(site, load(site, data, **more))


def test_a_marc21_record_in_columns(site):
    record = marc21(
        "ocm1",
        "Walden",
        ("008", "800108s1899    ilu           000 0 eng  "),
        ("020", sub("  ", "a0-7645-4783-6 (pbk.)", "c$5")),
        ("100", sub("1 ", "aThoreau, Henry David,", "d1817-1862.")),
        ("260", sub("  ", "aBoston :", "bTicknor and Fields,", "c1854.")),
        ("650", sub(" 0", "aSolitude", "zConcord")),
        ("650", sub(" 0", "aPonds.")),
    )
    (row,) = rows(site, iso(record))
    assert (row["record_id"], row["source_system"]) == ("ocm1", "TEST")
    assert (row["title"], row["format"], row["record_type"]) == ("Walden", "marc21", "am")
    assert (row["isbn"], row["isbn_given"]) == ("9780764547836", "0-7645-4783-6 (pbk.)")
    assert row["authors"] == "Thoreau, Henry David"
    assert (row["place"], row["publisher"]) == ("Boston", "Ticknor and Fields")
    assert (row["published"], row["published_year"]) == ("1854.", 1899)
    assert (row["language"], row["country"]) == ("eng", "ilu")
    assert row["subjects"] == "Solitude--Concord ‖ Ponds."


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_cnmarc_record_is_told_by_its_fields_and_its_encoding_by_its_bytes(site, encoding):
    record = cnmarc(
        "012000001",
        "中国发展报告",
        ("010", sub("  ", "a7-5037-1744-0", "dCNY６８.00")),
        ("210", sub("  ", "a北京", "c中国统计出版社", "d1994")),
        ("690", sub("  ", "aF124", "v4")),
        ("701", sub(" 0", "a叶震")),
        ("701", sub(" 0", "a李强")),
        ("801", sub(" 0", "aCN", "bBNU")),
    )
    receipt = load(site, iso(record, record, encoding=encoding))
    (row,) = accepted(site, receipt)
    assert (receipt.mapping, receipt.encoding) == ("cnmarc", encoding)
    assert refusals(site, receipt) == [(2, "R06", "")]
    assert (row["title"], row["title_pinyin"]) == ("中国发展报告", "hong lou meng")
    assert (row["authors"], row["price"]) == ("叶震 ‖ 李强", "CNY68.00")
    assert (row["isbn"], row["published_year"], row["class_number"]) == (
        "9787503717444",
        2019,
        "F124",
    )


def test_files_that_mix_encodings_are_read_record_by_record(site):
    # MARC-8: the accent (0xE2, acute) stands before its letter.
    old = iso(marc21("2", "Caf~~")).replace(b"Caf~~", b"Caf\xe2e").replace(b"nam a22", b"nam  22")
    new = iso(marc21("1", "Café"))
    receipt = load(site, new + old)
    assert [row["title"] for row in accepted(site, receipt)] == ["Café", "Café"]
    assert any("MARC-8: 1" in note for note in receipt.notes)


def test_marc8_escape_sequences_are_read(site):
    # EACC 21 3B 65 is 山, by the Library of Congress tables.
    text = b"\x1b$1\x21\x3b\x65\x1b(B"
    data = iso(marc21("1", "~" * len(text))).replace(b"~" * len(text), text)
    (row,) = rows(site, data.replace(b"nam a22", b"nam  22"))
    assert row["title"] == "山"


@pytest.mark.parametrize(
    "spoil, rule",
    [
        (lambda d: b"garbage" + b"\x1d", "S06"),
        (lambda d: d.replace(b"245", b"\xff\xff\xff", 1), "S07"),
        (lambda d: d[:24] + b"9" + d[24:], "S14"),
        (lambda d: d[:60], "S15"),
        (lambda d: d.replace(b"Walden", b"Wal\xffen"), "S10"),
        (lambda d: d.replace(b"Walden /", b"        "), "R01"),
    ],
    ids=["garbage", "bad tag", "leader too long", "cut off", "not UTF-8", "no title"],
)
def test_one_bad_record_spoils_itself_alone(site, spoil, rule):
    good, bad = iso(marc21("1")), spoil(iso(marc21("2")))
    tail = b"" if rule == "S15" else iso(marc21("3"))
    receipt = load(site, good + bad + tail)
    assert [(line, found) for line, found, _field in refusals(site, receipt)] == [(2, rule)]
    assert receipt.accepted == (1 if rule == "S15" else 2)
    assert receipt.accepted + receipt.refused == receipt.records
    (row,) = queries.refused_rows(site, receipt.id, actor=OPERATOR, limit=5)
    assert row.shown
    assert row.reason["zh"]
    assert "?" not in row.reason["en"]


@pytest.mark.parametrize(
    "repair",
    [
        lambda d: b"99999" + d[5:],
        lambda d: d[:-1],
        lambda d: (
            d.replace(b"0000100000", b"0000900000", 1) if b"0000100000" in d else b"00001" + d[5:]
        ),
        lambda d: b"\r\n" + d + b"\r\n",
    ],
    ids=["wrong length", "no terminator at the end of the file", "wrong field length", "line ends"],
)
def test_what_is_safely_recovered_is_read(site, repair):
    (row,) = rows(site, repair(iso(marc21("1", "Walden"))))
    assert row["title"] == "Walden"


def test_an_unordered_directory_is_followed(site):
    data = iso(marc21("1", "Walden", ("250", sub("  ", "aSecond"))))
    directory = [data[24 + 12 * n : 36 + 12 * n] for n in range(4)]
    shuffled = data[:24] + b"".join(reversed(directory)) + data[72:]
    (row,) = rows(site, shuffled)
    assert (row["title"], row["edition"], row["record_id"]) == ("Walden", "Second", "1")


LINES = """=LDR  00000nam a2200000   4500
=001  7
=003  X
=245  10$aWalden :$blife$cThoreau costs {dollar}5
"""
PLAIN = """LDR 00000nam a2200000   4500
001 7
003 X
245 10 $a Walden : $b life $c Thoreau costs $5
"""
ALEPH = """000000007 LDR   L 00000nam^a2200000^^^4500
000000007 001   L 7
000000007 003   L X
000000007 24510 L $$aWalden :$$blife$$cThoreau costs $5
"""
XML = """<?xml version="1.0"?><m:collection xmlns:m="http://www.loc.gov/MARC21/slim"><m:record>
<m:leader>00000nam a2200000   4500</m:leader><m:controlfield tag="001">7</m:controlfield>
<m:controlfield tag="003">X</m:controlfield><m:datafield tag="245" ind1="1" ind2="0">
<m:subfield code="a">Walden :</m:subfield><m:subfield code="b">life</m:subfield>
<m:subfield code="c">Thoreau costs $5</m:subfield></m:datafield></m:record></m:collection>"""
JSON = """{"leader": "00000nam a2200000   4500", "fields": [{"001": "7"}, {"003": "X"},
{"245": {"ind1": "1", "ind2": "0", "subfields": [{"a": "Walden :"}, {"b": "life"},
{"c": "Thoreau costs $5"}]}}]}"""


@pytest.mark.parametrize("text", [LINES, ALEPH, XML, JSON], ids=["edit", "aleph", "xml", "json"])
def test_every_way_to_write_a_record_gives_the_same_row(site, text):
    (row,) = rows(site, text.encode(), name="books.txt")
    assert (row["record_id"], row["title"], row["title_rest"]) == ("7", "Walden", "life")
    assert row["responsibility"] == "Thoreau costs $5"


def test_plain_lines_are_read_with_blanks_around_their_signs(site):
    (row,) = rows(site, PLAIN.replace("costs $5", "wrote").encode(), name="books.txt")
    assert (row["title"], row["title_rest"], row["responsibility"]) == (
        "Walden",
        "life",
        "Thoreau wrote",
    )


def test_broken_xml_spoils_one_record_and_entities_stay_shut(site, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("SECRET")
    head = f'<!DOCTYPE r [<!ENTITY x SYSTEM "file://{secret}">]>'
    body = XML[XML.index("<m:collection") :]
    one = body[body.index("<m:record>") : body.index("</m:collection>")]
    text = head + body.replace(one, one + one.replace("Walden :", "&x;")
                               + one.replace("</m:leader>", "")
                               + one.replace(">7<", ">8<"))  # fmt: skip
    receipt = load(site, text.encode(), name="x.xml")
    assert [rule for _line, rule, _field in refusals(site, receipt)] == ["S12", "S12"]
    assert [row["record_id"] for row in accepted(site, receipt)] == ["7", "8"]
    assert "SECRET" not in str(accepted(site, receipt))


def test_a_refused_record_corrected_as_line_marc_is_taken_in(site):
    bad = iso(marc21("2", "Walden")).replace(b"245", b"\xff45", 1)
    receipt = load(site, iso(marc21("1")) + bad)
    (row,) = queries.refused_rows(site, receipt.id, actor=OPERATOR, limit=5)
    assert "=001  2" in row.shown
    assert "$aWalden /" in row.shown
    wrong_line = next(line for line in row.shown.splitlines() if "Walden" in line)
    mended = row.shown.replace(wrong_line, "=245  00$aWalden, or life /")
    again = actions.replay(site, receipt.id, actor=OPERATOR, corrections={1: mended})
    assert (again.accepted, again.refused) == (1, 0)
    (taken,) = accepted(site, again)
    assert (taken["title"], taken["record_id"], taken["_line"]) == ("Walden, or life", "2", 2)


def test_replay_with_a_declared_encoding_reads_what_could_not_be_told(site):
    bad = iso(cnmarc("1", "Книга", ("801", sub(" 0", "bX"))), encoding="cp866")
    receipt = load(site, bad)
    assert [rule for _l, rule, _f in refusals(site, receipt)] == ["S10"]
    text = "contract: bib_records\nsource: marc\nencoding: cp866\nfiles: [books.mrc]\n" + COLUMNS
    mapping(site, "cnmarc", text)
    again = actions.replay(site, receipt.id, actor=OPERATOR)
    assert refusals(site, again) == []
    assert [row["title"] for row in accepted(site, again)] == ["Книга"]


COLUMNS = """options: {format: cnmarc}
columns: {record_id: '001', title: '200$a', source_system: '801$b'}
"""


def test_copies_become_one_row_each(site):
    record = cnmarc(
        "1",
        "红楼梦",
        ("905", sub("  ", "aSC", "bC001", "bC002", "dI242.4", "e12")),
        ("905", sub("  ", "aJW", "bC003", "dI242.4", "e12:2")),
    )
    receipt = load(site, iso(record, cnmarc("2", "活着")), contract="items")
    found = [
        (r["item_id"], r["campus"], r["call_number"], r["_line"]) for r in accepted(site, receipt)
    ]
    assert found == [
        ("C001", "SC", "I242.4/12", 1),
        ("C002", "SC", "I242.4/12", 1),
        ("C003", "JW", "I242.4/12:2", 1),
    ]
    assert any(note.startswith("1 ") for note in receipt.notes)


def test_marc21_copies_come_from_876_or_852(site):
    first = marc21("1", "A", ("852", sub("  ", "bMAIN", "cSTACK", "hQA1", "i.B2")),
                   ("876", sub("  ", "pB1")), ("876", sub("  ", "pB2")))  # fmt: skip
    second = marc21("2", "B", ("852", sub("  ", "bEAST", "hZ1", "pB3")))
    receipt = load(site, iso(first, second), contract="items")
    found = [
        (r["item_id"], r["title"], r["campus"], r["call_number"]) for r in accepted(site, receipt)
    ]
    assert found == [
        ("B1", "A", "MAIN", "QA1 .B2"),
        ("B2", "A", "MAIN", "QA1 .B2"),
        ("B3", "B", "EAST", "Z1"),
    ]


def test_one_refused_copy_is_taken_up_alone(site):
    record = cnmarc("1", "红楼梦", ("905", sub("  ", "bC001", "bC 2", "aSC")))
    receipt = load(site, iso(record), contract="items")
    assert refusals(site, receipt) == [(1, "R03", "item_id")]
    (row,) = queries.refused_rows(site, receipt.id, actor=OPERATOR, limit=5)
    assert "C001" not in row.shown
    assert "C 2" in row.shown
    again = actions.replay(
        site, receipt.id, actor=OPERATOR, corrections={1: row.shown.replace("C 2", "C002")}
    )
    assert [r["item_id"] for r in accepted(site, again)] == ["C002"]


def test_records_without_a_standard_number_are_counted_in_the_receipt(site):
    receipt = load(site, iso(marc21("1"), marc21("2", "B", ("020", sub("  ", "a7506300002")))))
    assert any(note.startswith(("Warning: 2 ", "警告：2 ", "提醒：2 ")) for note in receipt.notes)
