"""Monthly reports as pages and files, in front of the tiny library of tests/web/library.py:
March 2026 has 17 loans of 12 readers, April 8 loans, two of them by 哲学系's only two readers."""

import base64
import io
import re
import zlib

import openpyxl
import pytest
from django.urls import reverse

from shuren.web.reports.drawing import draw, shortened, steps
from shuren.web.reports.files import in_language, render
from shuren.web.reports.paper import Cell, Grid, Paper, Part, Picture
from tests.web.library import COLLEGES

pytestmark = pytest.mark.django_db

INDEX = "/workbench/reports/"
MARCH, APRIL = INDEX + "2026-03/", INDEX + "2026-04/"
HIDDEN = ("存在与时间", "哲学系")


def words_of(pdf):
    """The text of a PDF of ours: Latin as it stands, Chinese as two bytes a sign."""
    chinese = set(re.findall(rb"/STSong-Light /DescendantFonts.*?/Name /(F\d+)", pdf, re.S))
    found = []
    for filters, stream in re.findall(
        rb"/Filter \[([^\]]*)\].*?stream\r?\n(.*?)endstream", pdf, re.S
    ):
        if b"ASCII85" not in filters:
            continue
        page = zlib.decompress(base64.a85decode(stream.strip().removesuffix(b"~>")))
        face = b""
        shown = rb"/(F\d+) [\d.]+ Tf|\(((?:[^\\)]|\\.)*)\) Tj"
        for name, text in re.findall(shown, page, re.S):
            face = name or face
            if text:
                coding = "utf-16-be" if face in chinese else "cp1252"
                found.append(octets(text).decode(coding, "replace"))
    return "".join(found)


def octets(text):
    """A PDF string as its bytes: \\351 is one, \\( another."""
    named = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}

    def one(found):
        digits = found[1]
        return bytes([int(digits, 8)]) if digits.isdigit() else named.get(digits, digits)

    return re.sub(rb"\\([0-7]{1,3}|.)", one, text, flags=re.S)


def fetch(client, month, language, format):
    answer = client.get(reverse("workbench:report-file", args=[month, language, format]))
    assert answer.status_code == 200
    assert f'filename="monthly-{month}-{language}.{format}"' in answer["Content-Disposition"]
    return answer.content


def cells(content):
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]


def test_the_list_has_every_month_and_leads_to_its_files(library, as_role):
    page = as_role("director").get(INDEX).content.decode()
    assert page.index("April 2026") < page.index("March 2026")
    assert page.count("not complete") == 1
    for language in ("zh", "en"):
        for format in ("html", "pdf", "xlsx"):
            assert f'href="{MARCH}{language}.{format}"' in page


def test_a_month_is_a_page_within_the_frame_and_within_the_policy(library, as_role):
    page = as_role("director").get(MARCH).content.decode()
    assert "Monthly report, March 2026" in page
    assert re.search(r"Loans of the month.*?>17<", page, re.S)
    assert "style=" not in page
    assert "<style" not in page
    assert page.count('data-chart="') >= 3


def test_no_format_and_no_page_shows_a_group_of_two(library, as_role):
    client = as_role("director")
    shown = [client.get(APRIL).content.decode()]
    for language in ("zh", "en"):
        shown.append(fetch(client, "2026-04", language, "html").decode())
        shown.append(" ".join(str(c.value) for c in cells(fetch(client, "2026-04", language,
                                                                "xlsx"))))  # fmt: skip
        shown.append(words_of(fetch(client, "2026-04", language, "pdf")))
    for text in shown:
        assert "2026" in text
        assert not [name for name in HIDDEN if name in text]
    assert set(HIDDEN) & set(COLLEGES)


def test_the_html_stands_alone(library, as_role):
    page = fetch(as_role("director"), "2026-03", "zh", "html").decode()
    assert '<html lang="zh-Hans">' in page
    assert "<script" not in page
    assert not re.search(r'(src|href)="(?!#)', page)
    assert not re.search(r"url\(|@import", page)
    assert re.search(r"当月借阅</th><td class=\"n\">17</td>", page)
    assert "<svg" in page
    assert "三体" in page


def test_the_spreadsheet_has_numbers_as_numbers(library, as_role):
    content = fetch(as_role("director"), "2026-03", "en", "xlsx")
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames[:2] == ["In short", "Circulation"]
    first = {row[0]: row for row in book["In short"].iter_rows(values_only=True)}
    assert first["Loans of the month"][1:3] == (17, "loans")
    assert first["Borrowers of the month"][1] == 12
    rows = list(book["Circulation"].iter_rows(values_only=True))
    assert ("三体", 12, 12) in [row[:3] for row in rows]
    assert any("Borrowers (readers)" in row for row in rows)
    assert book["In short"].freeze_panes
    assert all(cell.data_type != "f" for cell in cells(content))


def test_the_pdf_says_the_same_and_names_its_language_title_and_chapters(library, as_role):
    client = as_role("director")
    for language, title in (("en", "Monthly report, March 2026"), ("zh", "2026")):
        content = fetch(client, "2026-03", language, "pdf")
        assert content.startswith(b"%PDF-1.")
        assert rb"/Lang (zh-CN)" in content if language == "zh" else rb"/Lang (en)" in content
        assert b"/Outlines" in content
        shown = words_of(content)
        assert title in shown
        assert "17" in shown
        assert "三体" in shown
        pages = max(map(int, re.findall(rb"/Count (\d+) /Kids", content)))
        assert (f"of {pages}" if language == "en" else f"{pages}") in shown


@pytest.mark.parametrize("address", [INDEX + "2026-05/", INDEX + "march/", MARCH + "zh.docx",
                                     MARCH + "fr.pdf", INDEX + "2026-05/zh.pdf"])  # fmt: skip
def test_what_is_not_there_is_not_found(library, as_role, address):
    assert as_role("director").get(address).status_code == 404


@pytest.mark.parametrize("address", [INDEX, MARCH, MARCH + "zh.pdf"])
def test_who_may_not_read_dashboards_gets_nothing(library, as_role, address):
    assert as_role("front_desk").get(address).status_code == 403


def test_an_empty_site_teaches(settings, site, as_role):
    settings.SITE = site
    assert "shuren load loans FILE" in as_role("director").get(INDEX).content.decode()


def evil(text):
    part = Part(
        "p", text, (text,), Grid(((text, False), ("n", True)), ((Cell(text), Cell("1", 1)),))
    )
    facts = (("a", "b"), ("c", "d"), ("e", "2026-03-31"))
    return Paper(
        "en", text, text, "2026-03", facts, (part, part), "Contents", "%(number)s/%(count)s"
    )


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "\t=1"])
def test_what_begins_like_a_formula_stays_a_word(text):
    found = cells(render(evil(text), "xlsx"))
    assert [c.value for c in found].count(text) >= 4
    assert {c.data_type for c in found} <= {"s", "n", "d"}


@pytest.mark.parametrize("text", ["<script>x</script>", 'a"b', "a\x00b\x0b", "😀𠮷", "x" * 400,
                                  "[a]:*?/\\'", ""])  # fmt: skip
def test_hostile_words_break_no_format(text):
    for format in ("html", "pdf", "xlsx"):
        assert render(evil(text), format)
    assert b"<script" not in render(evil(text), "html")


def test_the_language_is_given_back_even_after_a_failure():
    from shuren.kernel.i18n import current_language

    before = current_language()
    with in_language("zh"):
        assert current_language() == "zh-hans"
    assert current_language() == before
    with pytest.raises(ZeroDivisionError), in_language("zh"):
        raise ZeroDivisionError
    assert current_language() == before


@pytest.mark.parametrize(
    "most, wanted",
    [(2236, [0, 1000, 2000, 3000]), (4, [0, 1, 2, 3, 4]), (0.4, [0, 0.1, 0.2, 0.3, 0.4]),
     (0, [0, 1]), (100, [0, 25, 50, 75, 100])],
)  # fmt: skip
def test_an_axis_has_round_steps_and_reaches_the_greatest(most, wanted):
    assert steps(most) == wanted


def plain(text, size):
    return len(text) * size


def test_bars_are_as_long_as_their_numbers():
    picture = Picture("bar", ("a", "b", "c"), (200, 100, None), "loans", "")
    boxes = [s for s in draw(picture, 600, 10, plain).shapes if s.kind == "box"]
    lengths = [box.points[1][0] - box.points[0][0] for box in boxes]
    assert len(lengths) == 2
    assert lengths[0] == pytest.approx(2 * lengths[1])
    assert [box.tone for box in boxes] == ["mark", "rest"]


def test_a_gap_in_a_line_stays_a_gap_and_a_growing_month_is_dashed():
    picture = Picture("line", tuple("abcde"), (1, 2, None, 4, 3), "n", "", growing=True)
    lines = [
        s for s in draw(picture, 600, 10, plain).shapes if s.kind == "line" and s.tone == "rest"
    ]
    assert [(len(line.points), line.dashes) for line in lines] == [(2, ""), (2, "dashed")]


def test_everything_stands_within_the_picture():
    labels = tuple(f"2026-10-{day:02}" for day in range(1, 32))
    values = tuple(float(day * 97 % 31) for day in range(31))
    line = Picture(
        "line", labels, values, "n", "", before=values[::-1], marks=(("x", 0, 6),),
        legend=("now", "then"),
    )  # fmt: skip
    for picture in (line, Picture("bar", labels, values, "n", "")):
        chart = draw(picture, 500, 8, plain)
        for shape in chart.shapes:
            for x, y in shape.points:
                assert -1 <= x <= chart.width + 1, shape
                assert -1 <= y <= chart.height + 1, shape


def test_a_long_label_is_shortened_to_its_room():
    assert shortened("abcdef", 60, 10, plain) == "abcdef"
    assert shortened("abcdefg", 60, 10, plain) == "abcde…"
