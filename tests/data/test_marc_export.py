"""MARC in, MARC out, MARC in: no mapped field is lost."""

from pathlib import Path

import pytest

from shuren.data import actions
from shuren.data.definitions import contract, mappings
from shuren.data.internals.marc.iso2709 import serialise
from shuren.data.internals.marc.marc_source import MarcSource
from shuren.data.internals.marc.record import Wrong
from shuren.data.internals.marc.writing import RecordMaker, xml_document
from shuren.data.queries import read
from shuren.data.shapes import Mapping
from shuren.kernel.shapes import no_progress
from tests.data.loading import OPERATOR
from tests.data.marc_records import cnmarc, iso, marc21, sub

# Every real file: where a field is lost, its name is in the message.
FILES = {
    "marc21-real": ["*/*.mrc", "*/*.marc", "*/*.xml", "qa-catalogue/*.txt", "*/*.json"],
    "cnmarc-samples": ["derived-iso2709/*", "dp2-sru/*marcxml.xml"],
    "unimarc-real": ["*.mrc", "*.marc", "*.dat"],
}


def rows_of(path: Path, named: str = "") -> tuple[str, list[dict[str, str]]]:
    bib, known = contract(None, "bib_records"), mappings(None)
    given = known[named] if named else Mapping(id="", contract="bib_records")
    table, mapping = MarcSource().open(None, path, bib, given, no_progress)
    places = {name: table.header.index(str(source.names[0]))
              for name, source in mapping.columns.items()}  # fmt: skip
    rows = []
    for block in table.blocks():
        columns = [column.to_pylist() for column in block.table.columns]
        for values in zip(*columns, strict=True):
            # A load trims cells and takes a record without a title for no row.
            row = {name: (values[place] or "").strip() for name, place in places.items()}
            if row["title"]:
                rows.append(row)
    return mapping.id, rows


@pytest.mark.parametrize("folder", FILES)
def test_no_mapped_field_of_any_real_file_is_lost(shared_data, tmp_path, folder):
    root = shared_data(folder)
    files = sorted(path for pattern in FILES[folder] for path in root.glob(pattern))
    checked = 0
    for path in files:
        format, before = rows_of(path)
        maker = RecordMaker(mappings(None)[format])
        records = [maker.record(row) for row in before]
        out = tmp_path / "out.xml"
        out.write_text("".join(xml_document(iter(records))), "utf-8")
        after = rows_of(out, format)[1] if records else []
        same(path, before, after)
        fitting, data = [], b""
        for row, record in zip(before, records, strict=True):
            try:
                data += serialise(record)
                fitting.append(row)
            except Wrong:  # longer than ISO 2709 can say
                continue
        out = tmp_path / "out.mrc"
        out.write_bytes(data)
        same(path, fitting, rows_of(out, format)[1] if data else [])
        checked += len(before)
    assert checked >= {"marc21-real": 7_400, "cnmarc-samples": 50, "unimarc-real": 30}[folder]


def same(path: Path, before: list[dict[str, str]], after: list[dict[str, str]]) -> None:
    assert len(before) == len(after), path
    for one, other in zip(before, after, strict=True):
        lost = {
            name: (one[name], other[name]) for name in one
            if one[name] != other[name] and name != "isbn"
        }  # fmt: skip
        assert not lost, (path.name, one["record_id"], lost)
        assert set(one["isbn"].split(" ‖ ")) == set(other["isbn"].split(" ‖ "))


@pytest.mark.django_db
def test_records_of_both_formats_go_out_in_either(site):
    english = marc21("1", "Walden", ("100", sub("1 ", "aThoreau")), ("700", sub("1 ", "aEmerson")),
                     ("020", sub("  ", "a9780764547836")))  # fmt: skip
    chinese = cnmarc(
        "2", "红楼梦", ("701", sub(" 0", "a曹雪芹")), ("801", sub(" 0", "aCN", "bNLC"))
    )
    for name, record in (("a.mrc", english), ("b.iso", chinese)):
        path = site.root.parent / name
        path.write_bytes(iso(record))
        actions.load_file(site, "bib_records", path, actor=OPERATOR)
    actions.build(site, actor=OPERATOR)
    table = read(site, "conformed.bib_record", purpose="public_information", actor=OPERATOR,
                 columns=["title", "authors", "format"], order_by=["title"])  # fmt: skip
    assert table.rows == [("Walden", "Thoreau ‖ Emerson", "marc21"), ("红楼梦", "曹雪芹", "cnmarc")]
    for format, encoding in (("marc21", "utf-8"), ("cnmarc", "gb18030"), ("marcxml", "utf-8")):
        out = site.root.parent / f"out-{format}"
        counts = actions.export_marc(site, out, actor=OPERATOR, format=format, encoding=encoding)
        assert counts == {"written": 2, "left_out": 0}
        _format, rows = rows_of(out, "" if format == "marcxml" else format)
        if format != "marcxml":
            found = {row["title"]: (row["authors"], row["source_system"]) for row in rows}
            assert found == {"Walden": ("Thoreau ‖ Emerson", "TEST"), "红楼梦": ("曹雪芹", "NLC")}
