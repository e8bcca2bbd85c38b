"""Items as papers and other programmes want them."""

import csv
import io
import json
from dataclasses import replace

import pytest

from shuren.discovery import queries
from shuren.discovery.errors import UnknownFormat
from shuren.discovery.internals import documents
from shuren.discovery.search_shapes import Item, Online
from tests.discovery.catalogue import book

LINK = "https://lib.example.edu/find/"


def item(**more: object) -> Item:
    import orjson

    made = documents.item(
        orjson.dumps(documents.shown(book("x1", "三国演义", "罗贯中", "I242.4/2")))
    )
    return replace(made, place="北京", publisher="人民文学出版社", year=1973, **more)  # type: ignore[arg-type]


# The forms of GB/T 7714-2015, 8 and appendix A.
CASES = {
    "a book": ({}, "罗贯中. 三国演义[M]. 北京: 人民文学出版社, 1973."),
    "four authors": ({"authors": ("甲", "乙", "丙", "丁")},
                     "甲, 乙, 丙, 等. 三国演义[M]. 北京: 人民文学出版社, 1973."),
    "no place, no house": ({"place": "", "publisher": ""},
                           "罗贯中. 三国演义[M]. [出版地不详]: [出版者不详], 1973."),
    "western names": (
        {"title": "Deep Learning", "language": "eng", "place": "Cambridge",
         "publisher": "MIT Press", "year": 2016,
         "authors": ("Ian Goodfellow", "Bengio, Yoshua, 1964-", "Aaron C. Courville", "X Y")},
        "GOODFELLOW I, BENGIO Y, COURVILLE A C, et al. Deep Learning[M]. "
        "Cambridge: MIT Press, 2016."),
    "online only": (
        {"kind": "journal", "title_ids": (), "online": (Online("三国演义", "a", "b", "", True),)},
        f"罗贯中. 三国演义[J/OL]. 北京: 人民文学出版社, 1973. {LINK}x1/."),
}  # fmt: skip


@pytest.mark.parametrize("more, cited", CASES.values(), ids=CASES)
def test_a_citation_follows_the_standard(more: dict[str, object], cited: str) -> None:
    assert queries.cite(replace(item(), **more), LINK) == cited


def test_ris_has_a_line_for_each_value_and_ends() -> None:
    lines = queries.export([item(isbns=("9787020008728",))], "ris", LINK).split("\r\n")
    assert lines[0] == "TY  - BOOK"
    assert "AU  - 罗贯中" in lines
    assert "SN  - 9787020008728" in lines
    assert lines[-2:] == ["ER  - ", ""]


def test_bibtex_keeps_its_own_signs_out_of_the_text() -> None:
    text = queries.export([item(title="100% {R&D} \\input{x}")], "bibtex", LINK)
    assert r"title = {100\% \{R\&D\} \textbackslash{}input\{x\}}" in text
    assert text.count("{") == text.count("}")


def test_csl_json_has_names_in_parts_and_years_as_numbers() -> None:
    """The keys and types of CSL 1.0.2, csl-data.json."""
    names = ("Bengio, Yoshua, 1964-", "Aaron C. Courville", "罗贯中", "Plato")
    [made] = json.loads(
        queries.export([item(authors=names, issns=("20493630",), subjects=("小说",))], "csl", LINK)
    )
    assert made["author"] == [
        {"family": "Bengio", "given": "Yoshua"}, {"family": "Courville", "given": "Aaron C."},
        {"literal": "罗贯中"}, {"literal": "Plato"},
    ]  # fmt: skip
    assert (made["type"], made["language"], made["ISSN"]) == ("book", "zh-CN", "2049-3630")
    assert made["issued"] == {"date-parts": [[1973]]}
    assert (made["publisher-place"], made["URL"]) == ("北京", f"{LINK}x1/")
    [bare] = json.loads(queries.export([item(kind="other", dois=())], "csl", ""))
    assert bare["type"] == "document"
    assert not {"DOI", "ISBN", "URL", "abstract"} & set(bare)


def test_a_line_break_in_a_title_makes_no_new_field() -> None:
    assert "\r\nAU  - fake" not in queries.export([item(title="a\r\nAU  - fake")], "ris", LINK)


def test_csv_opens_in_a_spreadsheet_and_runs_nothing() -> None:
    text = queries.export([item(title='=HYPERLINK("x")')], "csv", LINK)
    assert text.startswith("\ufeff")
    [row] = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    assert row["title"] == '\'=HYPERLINK("x")'
    assert row["link"] == f"{LINK}x1/"


def test_an_unknown_form_is_named_with_the_nearest() -> None:
    with pytest.raises(UnknownFormat, match="bibtex"):
        queries.export([item()], "bibtx", LINK)
