"""A file that cannot be read says so in a sentence, and nothing comes from it."""

import gzip
import io
import lzma
import os
import random
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shuren.data.internals.marc.marc_source import MarcSource
from shuren.data.internals.reading.problems import FileProblem
from tests.data.reading import read, read_bytes

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
NOISE = random.Random(1).randbytes(400_000)


def parquet(rows: int) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"a": pa.array(range(rows), pa.int64())}), out)
    return out.getvalue()


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "a,b\n1,2\n")
    return out.getvalue()


def locked(content: bytes) -> bytes:
    """The flag that says a member is encrypted, in both of its headers."""
    changed = bytearray(content)
    changed[6] |= 1
    changed[changed.index(b"PK\x01\x02") + 8] |= 1
    return bytes(changed)


@pytest.mark.parametrize(
    "content, sentence",
    [
        (b"", "is empty"),
        (b"\n \n\n", "no row"),
        (b"a,b\n", "a header but no row"),
        (b"a,b\n\n  \n", "a header but no row"),
        (b"%PDF-1.7\n", "of the kind PDF"),
        (b"\xef\xbb\xbf<!DOCTYPE html><table>", "of the kind HTML"),
        (b"BZh91AY", "of the kind bzip2"),
        (b"a,\x00b\n1,2\n", "NUL bytes"),
        ("a,b\n1,2\n".encode("utf-16-le"), "NUL bytes"),
        ("a,b\n1,2\n".encode("utf-16")[:-1], "cut off"),
        (b"x" * (2 << 20), "does not end within"),
        (gzip.compress(NOISE)[:-9], "broken or cut-off .gz"),
        (gzip.compress(b"a,b\n" + NOISE)[:200_000], "broken or cut-off .gz"),
        (lzma.compress(b"a,b\n" + NOISE)[:-60], "broken or cut-off .xz"),
        (lzma.compress(b"a,b\n1,2\n")[:20], "broken or cut-off .xz"),
        (gzip.compress(b""), "no row"),
        (gzip.compress(gzip.compress(b"a\n1\n")), "inside another"),
        (zipped("a.csv")[:-30], "broken or cut-off .zip"),
        (zipped("a.csv", "b.csv"), "several files: a.csv, b.csv"),
        (zipped(), "empty .zip"),
        (zipped("[Content_Types].xml", "word/document.xml"), "of the kind Word"),
        (locked(zipped("a.csv")), "protected by a password"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        (OLE + "WordDocument".encode("utf-16-le"), "of the kind Word"),
        (OLE + NOISE, "no complete workbook"),
        (zipped("xl/workbook.xml"), "no complete workbook"),
        (parquet(100)[:-8], "no complete Parquet file"),
        (b"PAR1" + NOISE, "no complete Parquet file"),
        (parquet(0), "a header but no row"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_without_a_table_is_named(tmp_path, content, sentence):
    with pytest.raises(FileProblem, match=sentence) as caught:
        read_bytes(tmp_path, content)
    assert caught.value.exit_code == 3


def test_a_cut_off_archive_says_how_far_it_was_good(tmp_path):
    content = b"a,b\n" + b"1,2\n" * 2_000_000
    cut = gzip.compress(content, 1)[:-5_000]
    with pytest.raises(FileProblem, match=r"up to byte \d[\d,]+ of its contents"):
        read_bytes(tmp_path, cut)


def test_one_file_of_a_zip_can_be_named(tmp_path):
    assert read_bytes(tmp_path, zipped("a.csv", "b.csv"), sheet="b.csv").rows == [["1", "2"]]


def test_a_line_without_an_end_stops_the_reading(tmp_path):
    with pytest.raises(FileProblem, match="line longer than 64 MB"):
        read_bytes(tmp_path, b"a,b\n1,2\n" + b"x" * (73 << 20))


def test_paths_that_are_no_files(tmp_path):
    with pytest.raises(FileProblem, match="is a folder"):
        read(tmp_path)
    with pytest.raises(FileProblem, match="There is no file"):
        read(tmp_path / "nothing.csv")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileProblem, match="not an ordinary file"):
        read(tmp_path / "pipe")


def test_a_file_one_may_not_read(tmp_path):
    path = tmp_path / "closed.csv"
    path.write_bytes(b"a\n1\n")
    path.chmod(0)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)  # root may read anything; nobody may not
    try:
        with pytest.raises(FileProblem, match="no permission"):
            read(path)
    finally:
        if root:
            os.seteuid(0)


@pytest.mark.parametrize("start", [OLE, b"PK\x03\x04", b"PAR1"], ids=["xls", "xlsx", "parquet"])
def test_a_workbook_is_no_marc_whatever_its_bytes_look_like(start):
    assert not MarcSource().recognises(Path("a"), start + b"\x00\x1d\x1e\x1f00123nam")
