"""Real MARC files, whole: counts agree with pymarc, nothing vanishes, nothing is a traceback."""

from collections import Counter
from contextlib import suppress
from pathlib import Path

import pymarc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shuren.data.definitions import contract, mappings
from shuren.data.internals.marc import iso2709
from shuren.data.internals.marc.marc_source import MarcSource
from shuren.data.internals.marc.reading import MarcFile, parse_any
from shuren.data.internals.marc.record import Wrong, is_control, subfields
from shuren.data.internals.marc.showing import readable
from shuren.data.rules import RULES, reason
from shuren.data.shapes import Mapping
from shuren.data.source import FileProblem
from shuren.kernel.shapes import no_progress
from tests.data.marc_records import cnmarc, iso, marc21

NO_MAPPING = Mapping(id="", contract="bib_records")


def read(path: Path, mapping: Mapping = NO_MAPPING) -> tuple[int, list, MarcFile]:
    """Rows, refused records and the file; every refused one can be shown and says why."""
    bib = contract(None, "bib_records")
    table, _mapping = MarcSource().open(None, path, bib, mapping, no_progress)
    rows, refused, numbers = 0, [], []
    for block in table.blocks():
        rows += block.table.num_rows
        refused += block.refused
        numbers += [*block.lines.tolist(), *(r.line for r in block.refused)]
        for one in block.refused:
            texts = reason(bib, one.rule, "", one.detail)
            assert one.rule in RULES
            assert texts["zh"]
            assert "?" not in texts["en"].replace("says ?", "")
            assert one.raw
            assert readable(one.raw).strip()
    assert sorted(numbers) == list(range(1, rows + len(refused) + 1))
    return rows, refused, table


# Files in which pymarc stops or reads less, by its own reading of the leader's length.
ISO_FILES = {
    "uva/uva_001_2000.mrc": (2000, 0),
    "dnb/marc-00000000-00001999.mrc": (2000, 0),
    "dnb/Btest.utf8.mrc": (499, 0),
    "evergreen/jazz_1k.mrc": (1000, 0),
    "evergreen/auth-1066.mrc": (1066, 0),
    "evergreen/lul_fre_500.mrc": (500, 0),
    "evergreen/nepali.marc": (96, 0),
    "evergreen/FSL.marc": (52, 0),
    "evergreen/oss.marc": (42, 0),
    "evergreen/hebrew.marc": (20, 0),
    "evergreen/map_data.mrc": (3, 0),
    "loc/loc.mrc": (50, 0),
    "qa-catalogue/BooksAll.2014.part01-0001.mrc": (100, 0),
    "stanford-jhu/test_data.utf8.mrc": (30, 0),
    "stanford-jhu/hebrew880s.marc": (1, 0),
    # Lengths counted before something was added to the records: pymarc reads 2 and stops; the
    # directory and the terminators still say where 92 records' fields are.
    "boston-univ/bu_bibs.mrc": (92, 8),
    # A line end stands between records: pymarc reads 1 and stops.
    "qa-catalogue/000-line-seperated.mrc": (20, 0),
}
OTHER_FILES = {
    "marcxml/specTestRecs.xml": (76, 0),
    "marcxml/marc.xml": (100, 0),
    "marcxml/gbv_tutorial_marc.xml": (138, 0),
    "qa-catalogue/alephseq-example1.txt": (9, 0),
    "qa-catalogue/alephseq-example2.txt": (100, 0),
    "qa-catalogue/alephseq-example5-long-leader.txt": (0, 1),
    "qa-catalogue/marc.json": (674, 0),
}


@pytest.mark.parametrize("name", [*ISO_FILES, *OTHER_FILES])
def test_every_record_of_a_real_file_is_counted(shared_data, name):
    path = shared_data("marc21-real") / name
    rows, refused, _table = read(path)
    assert (rows, len(refused)) == {**ISO_FILES, **OTHER_FILES}[name]


def pymarc_records(path: Path) -> list:
    with path.open("rb") as file:
        return list(pymarc.MARCReader(file, permissive=True, utf8_handling="replace"))


def test_pymarc_reads_7461_of_the_records_and_none_that_we_do_not(shared_data):
    theirs = Counter(
        {name: sum(r is not None for r in pymarc_records(shared_data("marc21-real") / name))
         for name in ISO_FILES}
    )  # fmt: skip
    assert theirs.total() == 7461
    ours = Counter({name: rows for name, (rows, _refused) in ISO_FILES.items()})
    assert {name: ours[name] - count for name, count in theirs.items() if ours[name] != count} == {
        "boston-univ/bu_bibs.mrc": 90,
        "qa-catalogue/000-line-seperated.mrc": 19,
        "evergreen/oss.marc": 1,  # a field with three indicators: pymarc drops its record
    }


@pytest.mark.parametrize(
    "name", ["uva/uva_001_2000.mrc", "evergreen/lul_fre_500.mrc", "evergreen/jazz_1k.mrc"]
)
def test_texts_agree_with_pymarc_to_the_character(shared_data, name):
    path = shared_data("marc21-real") / name
    raws = [raw for raw in path.read_bytes().split(b"\x1d") if raw.strip()]
    for raw, theirs in zip(raws, pymarc_records(path), strict=True):
        ours = iso2709.parse(raw + b"\x1d")
        for (tag, content), field in zip(ours.fields, theirs.fields, strict=True):
            assert tag == field.tag
            if is_control(tag):
                assert content == field.data
            else:
                assert subfields(content) == [(s.code, s.value) for s in field.subfields]


def test_the_same_ten_chinese_records_in_five_forms_give_the_same_columns(shared_data):
    folder = shared_data("cnmarc-samples")
    mapping = mappings(None)["cnmarc"]
    tables = []
    for name in (
        "derived-iso2709/bnu10_gbk.iso",
        "derived-iso2709/bnu10_utf8.iso",
        "dp2-sru/sample_cnmarcxml.xml",
        "dp2-sru/sample_unimarcxml.xml",
        "dp2-sru/sample_kormarcxml.xml",
    ):
        bib = contract(None, "bib_records")
        table, found = MarcSource().open(None, folder / name, bib, NO_MAPPING, no_progress)
        assert found.id == mapping.id
        (block,) = table.blocks()
        assert block.table.num_rows == 10
        tables.append(block.table.to_pydict())
    assert all(table == tables[0] for table in tables)


UNIMARC = {
    "serial.bnr.1993.mrc": (11, 0),
    "short.bnr.1993.mrc": (10, 0),
    "short.firenze.1977.mrc": (10, 0),
    "testunimarc.dat": (1, 0),
    "cp866_unimarc.marc": (0, 1),
    "not_unimarc_errors_3.mrc": (0, 3),
}


@pytest.mark.parametrize("name", UNIMARC)
def test_unimarc_files_are_counted(shared_data, name):
    rows, refused, _table = read(shared_data("unimarc-real") / name)
    assert (rows, len(refused)) == UNIMARC[name]


def test_no_broken_file_is_a_traceback_and_each_refused_record_says_why(shared_data):
    files = sorted(path for path in shared_data("marc-broken").glob("*/*") if path.is_file())
    assert len(files) >= 230
    rules: Counter[str] = Counter()
    rows, problems = 0, []
    named = mappings(None)["marc21"]
    for path in files:
        try:
            read_rows, refused, _table = read(path, named)
        except FileProblem:
            problems.append(path.name)
        else:
            rows += read_rows
            rules.update(one.rule for one in refused)
    assert problems == ["test_marc8.txt", "test_utf8.txt"]  # lists of words, no records
    assert rows > 1_000
    assert set(rules) == {"S06", "S07", "S10", "S12", "S13", "S14"}


GOOD = iso(marc21("1"), cnmarc("2"), marc21("3", "Café"))


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_mutated_records_are_rows_or_refused_and_nothing_else(tmp_path, data):
    broken = bytearray(GOOD)
    for _n in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(broken) - 1))
        what = data.draw(st.sampled_from(["byte", "cut", "insert", "end"]))
        piece = data.draw(st.binary(min_size=1, max_size=3))
        if what == "byte":
            broken[at] = piece[0]
        elif what == "cut":
            del broken[at : at + len(piece)]
        elif what == "insert":
            broken[at:at] = piece
        else:
            broken[at] = data.draw(st.sampled_from([0x1B, 0x1D, 0x1E, 0x1F]))
        if not broken:
            return
    path = tmp_path / "x.mrc"
    path.write_bytes(bytes(broken))
    named = Mapping(**{**vars(mappings(None)["marc21"]), "id": "marc21"})
    with suppress(FileProblem):
        read(path, named)


@settings(max_examples=300, deadline=None)
@given(raw=st.binary(max_size=200))
def test_random_bytes_are_a_record_or_wrong(raw):
    try:
        parse_any(raw)
    except Wrong as wrong:
        known = wrong.rule in RULES
    else:
        known = True
    assert known
    assert isinstance(readable(raw), str)
