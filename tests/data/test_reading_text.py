"""Text files: what is a record, what is refused and why, and that nothing is lost."""

import gzip
import lzma
import zipfile

import pytest

from shuren.kernel.errors import UsageError
from tests.data.reading import read, read_bytes

TABLE = "书名,馆藏地\n红楼梦,A区\n平凡的世界,B区\n"
ROWS = [["红楼梦", "A区"], ["平凡的世界", "B区"]]


@pytest.mark.parametrize(
    "codec, found",
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("gb18030", "gb18030"),
        ("gbk", "gb18030"),
        ("utf-16", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
def test_an_encoding_is_found_by_itself(tmp_path, codec, found):
    bom = b"\xfe\xff" if codec == "utf-16-be" else b""
    reading = read_bytes(tmp_path, bom + TABLE.encode(codec))
    assert (reading.file.encoding, reading.rows) == (found, ROWS)
    assert reading.file.header == ["书名", "馆藏地"]
    plain = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(codec, codec)
    assert reading.raws[0] == "红楼梦,A区".encode(plain)


@pytest.mark.parametrize(
    "declared, codec",
    [
        ("GBK", "gb18030"),
        ("utf-16", "utf-16-le"),
        ("UTF-16BE", "utf-16-be"),
        ("big5", "big5"),
    ],
)
def test_a_declared_encoding_is_taken_at_its_word(tmp_path, declared, codec):
    content = "書名,地\n中,乙\n".encode(codec)
    assert read_bytes(tmp_path, content, encoding=declared).rows == [["中", "乙"]]


def test_the_encoding_is_found_even_when_chinese_comes_late(tmp_path):
    content = b"a,b\n" + b"1,plain\n" * 300_000 + "2,红楼梦\n".encode("gb18030")
    reading = read_bytes(tmp_path, content)
    assert reading.file.encoding == "gb18030"
    assert reading.rows[-1] == ["2", "红楼梦"]


def test_lines_in_another_encoding_are_refused_one_by_one(tmp_path):
    good, other = "红楼梦,A区\n".encode(), "平凡的世界,B区".encode("gb18030")
    reading = read_bytes(tmp_path, b"a,b\n" + good * 3 + other + b"\n" + good)
    assert reading.faults == [(5, "S01")]
    assert reading.refused[0].raw == other
    # the first two bytes happen to be a UTF-8 letter
    assert reading.refused[0].detail == {"encoding": "utf-8", "byte": 2}
    assert len(reading.rows) == 4


def test_an_unknown_encoding_is_named(tmp_path):
    with pytest.raises(UsageError, match="klingon"):
        read_bytes(tmp_path, b"a\n1\n", encoding="klingon")


def test_a_broken_surrogate_is_refused_with_its_own_bytes(tmp_path):
    content = "a,b\n1,2\n".encode("utf-16") + b"3\x00,\x00\x00\xd8\n\x00"
    reading = read_bytes(tmp_path, content)
    assert reading.faults == [(3, "S01")]
    assert reading.refused[0].raw == b"3\x00,\x00\x00\xd8"
    assert reading.refused[0].detail["byte"] == 4


@pytest.mark.parametrize("delimiter", list(",\t;|^\x1f"), ids=repr)
def test_a_delimiter_is_found_by_itself(tmp_path, delimiter):
    lines = [["no", "title", "place"], ["1", "深入，理解; a|b ^", "A"], ["2", '5"', "B, C"]]
    lines = [[cell.replace(delimiter, "") for cell in line] for line in lines]
    content = "\n".join(delimiter.join(line) for line in lines).encode()
    reading = read_bytes(tmp_path, content)
    assert reading.file.dialect["delimiter"] == delimiter
    assert reading.rows == lines[1:]


def test_bytes_of_chinese_characters_are_no_delimiters(tmp_path):
    cell = "亅紎"  # the second byte of one of them in GBK is 7C
    assert b"|" in cell.encode("gbk")
    content = f"a|b\n{cell}|2\n".encode("gbk")
    assert read_bytes(tmp_path, content, encoding="gbk").rows == [[cell, "2"]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=repr)
def test_line_ends_of_all_systems(tmp_path, end):
    reading = read_bytes(tmp_path, TABLE.replace("\n", end).encode())
    assert (reading.rows, reading.lines) == (ROWS, [2, 3])
    assert reading.raws[1] == "平凡的世界,B区".encode()


def test_a_last_line_without_an_end_counts(tmp_path):
    assert read_bytes(tmp_path, b"a,b\n1,2\n3,4").rows == [["1", "2"], ["3", "4"]]


@pytest.mark.parametrize(
    "line, cells",
    [
        ('"a, b","c"', ["a, b", "c"]),
        ('"say ""hi""",x', ['say "hi"', "x"]),
        ('"",""', ["", ""]),
        (",", ["", ""]),
        ("5'10\",tall", ["5'10\"", "tall"]),
        ('a"b"c,x', ['a"b"c', "x"]),
        ("“引号”,x", ["“引号”", "x"]),
        (" a , b ", [" a ", " b "]),
        ("NULL,N/A", ["NULL", "N/A"]),
        ("007,1e5", ["007", "1e5"]),
        ("a\rb,c", ["a\rb", "c"]),
        ("\ufeffa,b", ["\ufeffa", "b"]),
        ('"a\nb",c', ["a\nb", "c"]),
        ('"a\n\n""b""\n",c', ['a\n\n"b"\n', "c"]),
        ('"a\r\nb","c\r\nd"', ["a\r\nb", "c\r\nd"]),
    ],
)
def test_a_cell_comes_as_it_stands(tmp_path, line, cells):
    reading = read_bytes(tmp_path, f"p,q\n0,0\n{line}\n9,9\n".encode())
    assert reading.rows == [["0", "0"], cells, ["9", "9"]]
    assert (reading.raws[1], reading.blank) == (line.encode(), 0)
    assert reading.lines == [2, 3, 4 + line.count("\n")]


@pytest.mark.parametrize(
    "line, rule, detail",
    [
        (b'1,"never closed', "S02", {"column": 2}),
        (b'1,"closed" early', "S02", {"column": 2}),
        (b'"a"b,"c"', "S02", {"column": 1}),
        (b"1", "S03", {"expected": 2, "found": 1}),
        (b"1,2,3", "S03", {"expected": 2, "found": 3}),
        (b"1,\x002", "S04", {"byte": 2}),
        (b"1,\xff", "S01", {"encoding": "utf-8", "byte": 2}),
        (b"1," + b"x" * (1 << 20), "S05", {"length": (1 << 20) + 2, "limit": 1 << 20}),
        (b'\x00"\xff', "S04", {"byte": 0}),
    ],
    ids=["open", "early", "after", "few", "many", "nul", "undecodable", "long", "first of three"],
)
def test_a_bad_line_is_refused_alone(tmp_path, line, rule, detail):
    reading = read_bytes(tmp_path, b"p,q\n0,0\n" + line + b"\n\n9,9\n")
    (refused,) = reading.refused
    assert (refused.line, refused.rule, refused.detail, refused.raw) == (3, rule, detail, line)
    assert reading.rows == [["0", "0"], ["9", "9"]]
    assert reading.blank == 1


def test_an_open_quote_never_swallows_a_good_row(tmp_path):
    content = b'a,b,c\n1,"open,x\n2,"good",y\n3,"open\n4,too few\n5,"z",w\n'
    reading = read_bytes(tmp_path, content)
    assert [row[0] for row in reading.rows] == ["2", "5"]
    assert reading.faults == [(2, "S02"), (4, "S02"), (5, "S03")]


def test_quoted_line_breaks_may_be_ruled_out(tmp_path):
    reading = read_bytes(tmp_path, b'a,b\n"1\n2",x\n', quoted_newlines=False)
    assert reading.faults == [(2, "S02")]
    assert reading.rows == [['2"', "x"]]


def test_a_record_goes_over_two_hundred_lines_at_most(tmp_path):
    def record(lines: int) -> bytes:
        return b'1,"' + b"more\n" * (lines - 1) + b'end"\n'

    assert len(read_bytes(tmp_path, b"a,b\n" + record(200)).rows) == 1
    too_long = read_bytes(tmp_path, b"a,b\n" + record(201) + b"1,2\n")
    assert (len(too_long.rows), len(too_long.refused)) == (1, 201)


def test_without_a_quote_every_quote_is_a_letter(tmp_path):
    reading = read_bytes(tmp_path, b'a,b\n"1,2"\n"x\ry,z\n', quote="")
    assert reading.rows == [['"1', '2"'], ['"x\ry', "z"]]


def test_another_quote_character(tmp_path):
    assert read_bytes(tmp_path, b"a,b\n'1,2',\"x\n", quote="'").rows == [["1,2", '"x']]


def test_blank_lines_are_counted_and_are_no_records(tmp_path):
    reading = read_bytes(tmp_path, b"\n \na,b\n\n1,2\n   \n\t\n,\n\r\n")
    assert (reading.rows, reading.lines) == ([["1", "2"], ["", ""]], [5, 8])
    assert (reading.blank, reading.refused) == (6, [])


def test_a_table_of_one_column(tmp_path):
    reading = read_bytes(tmp_path, b"name\nx\n \n\n y\nz\n")
    assert (reading.rows, reading.blank) == ([["x"], [" y"], ["z"]], 2)


def test_short_rows_are_filled_when_the_mapping_says_so(tmp_path):
    reading = read_bytes(
        tmp_path, b'a,b,c,d\n1,2,3,4\n1,2,"3"\n1,2\n5,6,7,8\n9,"x\ny",0\n',
        short_rows="fill", minimum_columns=3,
    )  # fmt: skip
    assert reading.rows == [
        ["1", "2", "3", "4"],
        ["1", "2", "3", None],
        ["5", "6", "7", "8"],
        ["9", "x\ny", "0", None],
    ]
    assert reading.faults == [(4, "S03")]
    assert reading.raws[1] == b'1,2,"3"'


def test_header_names_are_trimmed_and_made_unique(tmp_path):
    reading = read_bytes(tmp_path, ' no , title,title,,"多\n行"\n1,2,3,4,5\n'.encode())
    assert reading.file.header == ["no", "title", "title_2", "column_4", "多\n行"]
    assert (reading.rows, reading.lines) == ([["1", "2", "3", "4", "5"]], [3])


@pytest.mark.parametrize(
    "given, width", [({}, 3), ({"columns_expected": 2}, 2)], ids=["commonest", "stated"]
)
def test_without_a_header_the_width_is_stated_or_the_commonest(tmp_path, given, width):
    content = b"1,2,3\n1,2\n1,2,3\n"
    reading = read_bytes(tmp_path, content, header=False, **given)
    assert (reading.file.width, reading.file.header) == (width, [])
    assert len(reading.rows) + len(reading.refused) == 3


def test_lines_above_the_header_are_passed_over(tmp_path):
    content = "借阅报表,,2024\n导出人：x\n\na,b\n1,2\n".encode()
    reading = read_bytes(tmp_path, content, skip_lines=2)
    assert (reading.rows, reading.lines, reading.blank) == ([["1", "2"]], [5], 1)


def test_excels_own_separator_line_is_obeyed(tmp_path):
    assert read_bytes(tmp_path, b"sep=;\r\na;b\r\n1,0;2\r\n").rows == [["1,0", "2"]]


@pytest.mark.parametrize("kind", ["gz", "xz", "zip"])
def test_packed_files_are_known_by_their_bytes(tmp_path, kind):
    path = tmp_path / "export"
    content = TABLE.encode("gb18030")
    if kind == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("__MACOSX/x", b"")
            archive.writestr("表.csv", content)
    else:
        path.write_bytes({"gz": gzip, "xz": lzma}[kind].compress(content))
    reading = read(path)
    assert reading.rows == ROWS
    assert reading.file.dialect["compression"] == kind


def test_a_line_of_50_mb_is_refused_whole_and_the_next_is_read(tmp_path):
    long = b'"' + b"x" * (50 << 20)
    reading = read_bytes(tmp_path, b"a,b\n1,2\n" + long + b"\n3,4\n")
    assert reading.rows == [["1", "2"], ["3", "4"]]
    (refused,) = reading.refused
    assert refused.rule == "S05"
    assert refused.raw == long
    assert len(refused.text) == 65_536


def test_the_real_loans_add_up(shared_data):
    path = shared_data("loans-cn-datacastle/borrow_train.txt.xz")
    reading = read(path, header=False, short_rows="fill", minimum_columns=3)
    assert len(reading.rows) == 207_420 + 19_909
    assert sum(row[3] is None for row in reading.rows) == 19_909
    assert {rule for _line, rule in reading.faults} == {"S02"}
    assert len(reading.refused) == 12_618
    assert sorted([*reading.lines, *(line for line, _ in reading.faults)]) == list(
        range(1, 239_948)
    )
