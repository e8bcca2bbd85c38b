"""Refused records are judged again by the rules of the file they came from."""

import pytest

from shuren.data.internals.reading.opening import replay_table
from shuren.data.shapes import Mapping
from tests.data.reading import collect, read_bytes

MAPPING = Mapping("m", "loans")


def test_what_was_refused_is_refused_again_and_for_the_same_reason(tmp_path):
    content = b'a;b\n1;2\n1;"open\n1\n1;2;3\n1;\x002\n1;\xff\n1;"x"y\n'
    reading = read_bytes(tmp_path, content)
    assert len(reading.refused) == 6
    records = [(item.line, item.raw) for item in reading.refused]
    again = collect(replay_table(records, reading.file.dialect, MAPPING))
    assert again.refused == reading.refused
    assert again.file.header == ["a", "b"]


@pytest.mark.parametrize("codec", ["utf-8", "gb18030", "utf-16-le"])
def test_a_corrected_record_may_be_in_utf8_whatever_the_file_is_in(codec):
    like = {"encoding": codec, "delimiter": "|", "quote": '"', "header": ["a", "b"], "width": 2}
    mended = '红楼梦|"A|B\n区"'.encode()
    same = "平凡|世界".encode(codec)
    reading = collect(replay_table([(7, mended, "utf-8"), (9, same)], like, MAPPING))
    assert reading.rows == [["红楼梦", "A|B\n区"], ["平凡", "世界"]]
    assert (reading.lines, reading.raws) == ([7, 9], [mended, same])


def test_rows_of_a_sheet_are_taken_up_as_csv():
    like = {"kind": "sheet", "header": ["a", "b"], "width": 2, "sheet": "s"}
    reading = collect(replay_table([(2, b'"1","2, ""x"""'), (3, b"1,,")], like, MAPPING))
    assert reading.rows == [["1", '2, "x"']]
    assert reading.faults == [(3, "S03")]


def test_a_correction_may_not_hold_two_records():
    reading = collect(replay_table([(2, b"1,2\n3")], {"width": 2}, MAPPING))
    assert reading.faults == [(2, "S02")]


def test_short_records_are_filled_as_in_the_file():
    mapping = Mapping("m", "loans", short_rows="fill", minimum_columns=2)
    reading = collect(replay_table([(1, b"1,2"), (2, b"1")], {"width": 3}, mapping))
    assert reading.rows == [["1", "2", None]]
    assert reading.faults == [(2, "S03")]
