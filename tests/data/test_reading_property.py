"""For any table, dialect and damage: every record is accounted for, good ones come back."""

import csv
import io
import re
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shuren.data.internals.reading import text
from shuren.data.internals.reading.dialect import Dialect
from shuren.data.internals.reading.opening import open_table
from shuren.data.internals.reading.problems import FileProblem
from shuren.data.internals.reading.scan import scan
from shuren.data.shapes import Mapping

CELL = st.text(st.sampled_from("ab 0,;\t|\"'\\红楼梦ñ€𠮷\ufeff.-"), max_size=8)
# Ends in a letter no delimiter and no quote: a row that is certainly not blank and whose
# single line is certainly a record.
CELLS = st.lists(CELL, min_size=3, max_size=3)
DAMAGE = ["none", "cut", "extra", "nul", "byte", "open quote", "broken quote", "blank"]


def written(cells: list[str], delimiter: str, quoting: int) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator="").writerow(cells)
    return out.getvalue()


def damaged(cells: list[str], kind: str, delimiter: str, quoting: int, codec: str) -> bytes:
    good = written(cells, delimiter, quoting).encode(codec)
    sep = delimiter.encode(codec)
    return {
        "none": good,
        "cut": b"only one",
        "extra": good + sep + b"more",
        "nul": good + b"\x00",
        "byte": b"\xff" + good,
        "open quote": b"x" + sep + b"y" + sep + b'"never closed',
        "broken quote": b"x" + sep + b'"closed" too early' + sep + b"y",
        "blank": b"  ",
    }[kind]


EXPECTED = {"cut": "S03", "extra": "S03", "nul": "S04", "byte": "S01", "broken quote": "S02"}
names = count()


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    rows=st.lists(st.tuples(CELLS, st.sampled_from(DAMAGE)), min_size=1, max_size=25),
    delimiter=st.sampled_from(",;\t|^\x1f"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    codec=st.sampled_from(["utf-8", "gb18030"]),
    end=st.sampled_from([b"\n", b"\r\n"]),
    last=st.booleans(),
    size=st.sampled_from([16, 100, 1 << 20]),
)
def test_every_record_is_accounted_for_and_good_ones_come_back(
    tmp_path_factory, rows, delimiter, quoting, codec, end, last, size
):
    records = [damaged(cells, kind, delimiter, quoting, codec) for cells, kind in rows]
    header = delimiter.join(["one", "two", "three"]).encode()
    content = end.join([header, *records]) + (end if last else b"")
    path = Path(tmp_path_factory.getbasetemp()) / f"t{next(names)}.csv"
    path.write_bytes(content)
    mapping = Mapping("m", "loans", delimiter=delimiter, encoding=codec)
    good = {}
    refused = {}
    blank = 0
    if all(kind == "blank" for _cells, kind in rows):
        return
    for block in open_table(path, mapping).blocks(size):
        raws = block.raw(range(len(block.lines)))
        for line, raw, row in zip(
            block.lines.tolist(),
            raws,
            zip(*block.table.to_pydict().values(), strict=True),
            strict=True,
        ):
            good[line] = (list(row), raw)
        refused |= {item.line: item for item in block.refused}
        blank += block.blank
    assert blank == sum(kind == "blank" for _cells, kind in rows)
    assert len(good) + len(refused) + blank == len(rows)
    for line, ((cells, kind), raw) in enumerate(zip(rows, records, strict=True), 2):
        if kind == "none":
            assert good[line] == (cells, raw)
        elif kind in EXPECTED:
            assert (refused[line].rule, refused[line].raw) == (EXPECTED[kind], raw)
        elif kind == "open quote":
            assert (refused[line].rule, refused[line].raw) == ("S02", raw)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    lines=st.lists(st.text(st.sampled_from('ab,"\r\x00 \t红\ufeff'), max_size=12), max_size=20),
    fill=st.booleans(),
    quote=st.sampled_from(['"', ""]),
    width=st.sampled_from([1, 2, 3]),
    size=st.sampled_from([8, 1 << 20]),
)
def test_the_quick_way_and_the_careful_way_agree(tmp_path_factory, lines, fill, quote, width, size):
    path = Path(tmp_path_factory.getbasetemp()) / f"d{next(names)}.csv"
    path.write_bytes("\n".join(["a,b", *lines, "a" + ",b" * (width - 1), ""]).encode())
    mapping = Mapping(
        "m", "loans", header=False, delimiter=",", quote=quote,
        skip_lines=1, short_rows="fill" if fill else "refuse",
    )  # fmt: skip
    quick = outcome(path, mapping, width, size)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text, "table_of_csv", lambda *_args: None)
        careful = outcome(path, mapping, width, size)
    assert quick == careful
    rows, refused, blank = quick
    assert len(rows) + len(refused) + blank + sum(joined_lines(rows)) == len(lines) + 1


def joined_lines(rows: list) -> list[int]:
    return [raw.count(b"\n") for _line, _cells, raw in rows]


def outcome(path: Path, mapping: Mapping, width: int, size: int):
    rows, refused, blank = [], [], 0
    for block in open_table(path, mapping, width=width).blocks(size):
        cells = zip(*block.table.to_pydict().values(), strict=True)
        raws = block.raw(range(len(block.lines)))
        rows += zip(block.lines.tolist(), map(list, cells), raws, strict=True)
        refused += [(r.line, r.rule, r.raw, r.detail) for r in block.refused]
        blank += block.blank
    return rows, refused, blank


CELL_FORM = r'(?:"(?:[^"]|"")*"|[^",]*)'


@settings(max_examples=300, deadline=None)
@given(
    lines=st.lists(st.text(st.sampled_from('a,"\r\x00 红'), max_size=14), min_size=1, max_size=12),
    crlf=st.booleans(),
    width=st.sampled_from([1, 2, 3]),
    minimum=st.sampled_from([1, 2, 3]),
)
def test_a_clean_line_is_exactly_a_strictly_well_formed_record(lines, crlf, width, minimum):
    minimum = min(width, minimum)
    end = "\r\n" if crlf else "\n"
    data = "".join(line + end for line in lines).encode()
    found = scan(data, Dialect(",", '"', width, minimum), [])
    form = re.compile(f"{CELL_FORM}(?:,{CELL_FORM}){{{minimum - 1},{width - 1}}}")

    def strict(line: str) -> bool:
        line = line if crlf else line.removesuffix("\r")
        odd = "\x00" in line or "\r" in line or (minimum == 1 and line[:1].isspace())
        return bool(line) and not odd and bool(form.fullmatch(line))

    assert found.clean.tolist() == [strict(line) for line in lines]


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    rows=st.lists(
        st.lists(st.text(st.sampled_from('ab红"\n '), max_size=9), min_size=2, max_size=2),
        min_size=1,
        max_size=15,
    ),
    end=st.sampled_from(["\n", "\r\n"]),
    codec=st.sampled_from(["utf-8", "gb18030", "utf-16"]),
    size=st.sampled_from([16, 1 << 20]),
)
def test_values_over_several_lines_come_back_whole(tmp_path_factory, rows, end, codec, size):
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator=end).writerows([["p", "q"], *rows])
    path = Path(tmp_path_factory.getbasetemp()) / f"m{next(names)}.csv"
    path.write_bytes(out.getvalue().encode(codec))
    mapping = Mapping("m", "loans", encoding="auto" if codec == "utf-16" else codec)
    found = outcome(path, mapping, None, size)[0]
    assert [cells for _line, cells, _raw in found] == rows


STARTS = [b"", b"a,b\n", b"\x1f\x8b", b"\xfd7zXZ\x00", b"PK\x03\x04", b"PAR1", b"\xff\xfe",
          b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xef\xbb\xbf", b"\xfe\xff"]  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    start=st.sampled_from(STARTS),
    rest=st.binary(max_size=60) | st.text(st.sampled_from('a,"\r\n\x00;|\t红'), max_size=60),
    header=st.booleans(),
    size=st.sampled_from([4, 1 << 20]),
)
def test_no_bytes_whatever_crash_the_reader(tmp_path_factory, start, rest, header, size):
    path = Path(tmp_path_factory.getbasetemp()) / f"f{next(names)}.csv"
    path.write_bytes(start + (rest.encode() if isinstance(rest, str) else rest))
    with suppress(FileProblem):
        outcome(path, Mapping("m", "loans", header=header), None, size)
