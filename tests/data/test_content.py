"""Documents become pages, lines with their places and passages; what cannot be read waits."""

import hashlib
import socket

import pytest
from PIL import Image

from shuren.data import actions, queries
from shuren.data.errors import AlreadyLoaded
from shuren.data.internals.content import images, media, ocr, source
from shuren.data.internals.content.segments import joined, passages
from shuren.data.internals.content.shapes import Damaged, Line
from shuren.data.source import FileProblem
from tests.data import documents
from tests.data.documents import LINES, PAPERS
from tests.data.loading import OPERATOR, accepted, refusals

pytestmark = pytest.mark.django_db


def load(site, content: bytes, name: str, **more):
    path = site.root.parent / name
    path.write_bytes(content)
    return actions.load_file(site, "content_units", path, actor=OPERATOR, **more)


def texts(rows, kind: str = "line") -> list[str]:
    return [row["content_text"] for row in rows if row["unit_kind"] == kind]


def close(lines) -> list[str]:
    """Text recognition may lose a space; letters it may not."""
    return [line.replace(" ", "") for line in lines]


def box(row) -> tuple[float, ...]:
    return tuple(row[name] for name in ("x_left", "y_top", "x_right", "y_bottom"))


def test_a_text_layer_gives_lines_where_they_stand(site):
    rows = accepted(site, load(site, documents.pdf(), "hours.pdf"))
    assert texts(rows) == list(LINES)
    lines = [row for row in rows if row["unit_kind"] == "line"]
    for n, row in enumerate(lines):
        left, top, right, bottom = box(row)
        assert left == pytest.approx(72 / 595, abs=0.005)
        assert top < (72 + 30 * n) / 842 <= bottom + 0.001  # the base line lies inside
        assert left < right < 0.6
        assert (row["text_from"], row["engine"], row["confidence"]) == ("layer", "pdfium", 1.0)
    assert texts(rows, "segment") == [" ".join(LINES)]


def test_a_picture_is_read_and_its_lines_stand_where_they_were_drawn(site):
    rows = accepted(site, load(site, documents.as_bytes(documents.drawn()), "hours.png"))
    assert texts(rows) == list(LINES)
    for n, row in enumerate(r for r in rows if r["unit_kind"] == "line"):
        left, top, _right, bottom = box(row)
        assert left == pytest.approx(60 / 900, abs=0.015)
        assert (top + bottom) / 2 == pytest.approx((50 + 80 * n + 20) / 500, abs=0.03)
        assert row["text_from"] == "ocr"
        assert 0.8 < row["confidence"] <= 1


def test_chinese_and_english_of_a_scan_come_back_as_they_were_drawn():
    truth = (PAPERS / "annual-report-1936.txt").read_text("utf-8").split("\n")[:-1]
    (page,) = images.pages_of(PAPERS / "annual-report-1936.png")
    assert [line.text.replace(" ", "") for line in page.lines] == [
        line.replace(" ", "") for line in truth
    ]


def test_a_scan_inside_a_pdf_is_read_and_a_layer_is_preferred(site):
    lone = accepted(site, load(site, documents.scanned_pdf(documents.drawn()), "scan.pdf"))
    assert close(texts(lone)) == close(LINES)
    assert {row["text_from"] for row in lone} == {"ocr"}
    layered = accepted(site, load(site, documents.pdf(), "layer.pdf"))
    assert {row["text_from"] for row in layered} == {"layer"}


def test_reading_a_page_asks_no_other_machine(monkeypatch):
    def refuse(*_args):
        raise AssertionError("a connection was asked for")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    ocr._engine.cache_clear()
    assert [line.text for line in ocr.read(documents.drawn()).lines] == list(LINES)


def test_a_broken_page_waits_and_the_rest_goes_on(site):
    pages = documents.archive(
        {
            "a.pdf": documents.pdf(),
            "broken.pdf": documents.pdf()[:300],
            "locked.pdf": documents.pdf(password="secret"),
            "empty.png": b"",
            "cut.png": documents.as_bytes(documents.drawn())[:2000],
            "z.png": documents.as_bytes(documents.drawn(LINES[:1])),
        }
    )
    receipt = load(site, pages, "documents.zip")
    assert refusals(site, receipt) == [
        (2, "S17", ""), (3, "S18", ""), (4, "S17", ""), (5, "S17", ""),
    ]  # fmt: skip
    assert close(texts(accepted(site, receipt))) == close([*LINES, LINES[0]])
    raws = queries.refused_rows(site, receipt.id, actor=OPERATOR, with_raw=True)
    assert raws[0].raw == documents.pdf()[:300]
    assert "broken.pdf" in raws[0].reason["zh"]
    assert receipt.accepted + receipt.refused == receipt.records


def test_without_text_recognition_pictures_wait_and_a_replay_reads_them(site, monkeypatch):
    scan = documents.scanned_pdf(*[documents.drawn()] * 2)
    both = documents.archive({"a.pdf": documents.pdf(), "scan.pdf": scan})
    with monkeypatch.context() as without:
        without.setattr(ocr, "installed", lambda: False)
        receipt = load(site, both, "both.zip")
    assert refusals(site, receipt) == [(2, "S19", ""), (3, "S19", "")]
    again = actions.replay(site, receipt.id, actor=OPERATOR)
    rows = accepted(site, again)
    assert (again.refused, close(texts(rows))) == (0, close([*LINES, *LINES]))
    assert {row["document_id"] for row in rows} == {hashlib.sha256(scan).hexdigest()}
    assert {row["page_no"] for row in rows} == {1, 2}


def test_a_huge_picture_is_refused_unread_and_an_empty_page_is_a_page(site, monkeypatch):
    monkeypatch.setattr(images, "MOST_PIXELS", 100_000)
    huge = load(site, documents.as_bytes(documents.drawn()), "huge.png")
    assert refusals(site, huge) == [(1, "S20", "")]
    monkeypatch.undo()
    white = load(site, documents.as_bytes(Image.new("RGB", (600, 800), "white")), "white.png")
    assert [(r["unit_kind"], r["text_from"]) for r in accepted(site, white)] == [("page", "none")]


def test_a_picture_that_unpacks_to_gigabytes_is_refused_by_its_header(tmp_path):
    path = tmp_path / "bomb.png"
    Image.new("1", (20_000, 20_000)).save(path)
    assert path.stat().st_size < 1_000_000
    with pytest.raises(Damaged) as refused:
        list(images.pages_of(path))
    assert refused.value.rule == "S20"


def test_frames_of_a_tiff_are_pages(site):
    first, second = documents.drawn(LINES[:1]), documents.drawn(LINES[1:2])
    frames = documents.as_bytes(first, "TIFF", save_all=True, append_images=[second])
    rows = accepted(site, load(site, frames, "frames.tif"))
    assert [r["page_no"] for r in rows if r["unit_kind"] == "line"] == [1, 2]
    assert close(texts(rows)) == close(LINES[:2])


def test_a_list_in_the_archive_says_title_rights_and_record(site):
    said = "file,title,rights,record_id\na.pdf,开放时间,open,b17\n".encode()
    rows = accepted(
        site,
        load(site, documents.archive({"a.pdf": documents.pdf(), "documents.csv": said}), "a.zip"),
    )
    assert {(r["document_title"], r["rights"], r["record_id"]) for r in rows} == {
        ("开放时间", "open", "b17")
    }


def test_originals_are_kept_before_the_receipt_and_not_by_a_dry_run(site):
    content = documents.pdf()
    path = site.root.parent / "hours.pdf"
    path.write_bytes(content)
    id = hashlib.sha256(content).hexdigest()
    tried = actions.dry_run(site, "content_units", path, actor=OPERATOR)
    assert (tried.accepted, media.place_of(site, id).exists()) == (5, False)
    load(site, content, "hours.pdf")
    assert media.place_of(site, id).read_bytes() == content
    assert media.picture(site, id, 1, 400).size == (283, 400)
    assert media.picture(site, id, 2, 400) is None
    with pytest.raises(AlreadyLoaded):
        load(site, content, "again.pdf")


def test_plain_text_has_pages_and_no_places(site):
    content = ("第一页。\f" + "一句话说完。" * 60).encode()
    rows = accepted(site, load(site, content, "notes.txt", mapping_id="plain-text"))
    assert {r["page_no"] for r in rows} == {1, 2}
    assert all(len(text) <= 200 for text in texts(rows))
    assert {r["x_left"] for r in rows} == {None}
    assert "".join(texts(rows)) == "第一页。" + "一句话说完。" * 60


def test_what_is_no_document_is_said_in_a_sentence(site):
    with pytest.raises(FileProblem, match="no document"):
        source.ContentSource().open(
            site, _written(site, b"a,b\n1,2\n"), None, None, lambda *_: None
        )


def _written(site, content: bytes):
    path = site.root.parent / "table.csv"
    path.write_bytes(content)
    return path


def test_passages_hold_every_line_once_and_join_scripts_as_they_are_written():
    lines = [Line("汉" * n, (0.1, n / 100, 0.9, n / 100 + 0.01), 0.5) for n in range(10, 60)]
    found = list(passages(lines))
    held = [place for one in found for place in range(one.first, one.last + 1)]
    assert held == list(range(1, 51))
    assert all(300 <= len(one.text) < 360 for one in found[:-1])
    assert len(found[-1].text) >= 80
    assert joined(["书山", "有路", "the way", "is long"]) == "书山有路the way is long"
