"""A dry run says what a load would say, and leaves nothing behind."""

import zipfile

import pytest

from shuren.data import queries
from shuren.data.actions import dry_run, load_file
from shuren.data.errors import WrongColumns
from shuren.data.internals.masking import MASK
from shuren.data.internals.reading.problems import FileProblem
from shuren.data.shapes import ColumnSource, Mapping
from shuren.trust.errors import NotAllowed
from shuren.trust.models import Identity, UseRecord
from tests.data.loading import LOANS, OPERATOR, READER, write

ROWS = (
    LOANS
    + "1,20230001,b1,红楼梦,2025-03-01,2025-04-01,,0,本部\n"
    + "2,,b2,三国演义,2025-03-01,2025-04-01,,0,本部\n"
    + "3,20230003,b3,水浒传,2025-02-30,2025-04-01,,0,本部\n"
    + "4,20230004,b4,西游记,2025-03-01\n"
    + "5,20230005,b5,呐喊,2025-03-02,2025-04-02,,0,本部\n"
)
READERS = "reader_id,name,phone\n20230001,王小明,13800000001\n20230002,李华,13800000002\n"


def tree(site):
    """All files of the site that could hold rows, with their bytes."""
    folders = (site.raw, site.receipts, site.quarantine, site.temporary, site.snapshots)
    return {p: p.read_bytes() for f in folders if f.exists() for p in f.rglob("*") if p.is_file()}


@pytest.mark.django_db
def test_it_counts_and_explains_as_the_load_after_it_does(site):
    path = write(site, ROWS)
    tried = dry_run(site, "loans", path, actor=OPERATOR)
    assert (tried.records, tried.accepted, tried.refused) == (5, 2, 3)
    assert tried.rules == {"R01": 1, "R02": 1, "S03": 1}
    assert [row.line for row in tried.rows] == [3, 4, 5]
    loaded = load_file(site, "loans", path, actor=OPERATOR)
    assert (loaded.records, loaded.accepted, loaded.rules) == (5, 2, tried.rules)
    kept = queries.refused_rows(site, loaded.id, actor=OPERATOR)
    assert [(r.line, r.rule, r.reason, r.shown) for r in kept] == [
        (r.line, r.rule, r.reason, r.shown) for r in tried.rows
    ]


@pytest.mark.django_db
def test_it_leaves_no_file_no_person_and_no_receipt(site):
    path = write(site, READERS)
    before = tree(site)
    tried = dry_run(site, "readers", path, actor=OPERATOR)
    assert tried.accepted == 2
    assert tree(site) == before
    assert not list(site.temporary.glob("*"))
    assert not queries.receipts(site)
    assert Identity.objects.count() == 0
    assert UseRecord.objects.count() == 0


@pytest.mark.django_db
def test_persons_are_masked_in_what_it_shows(site):
    bad = "reader_id,name,phone,grade\n20230001,王小明,13800000001,二零二三\n"
    tried = dry_run(site, "readers", write(site, bad), actor=OPERATOR)
    assert tried.rows[0].shown == f"{MASK},{MASK},{MASK},二零二三"


@pytest.mark.django_db
def test_it_stops_after_the_rows_asked_for(site):
    body = "".join(f"{n},r{n},b{n},t,2025-03-01,,,0,x\n" for n in range(1_000))
    path = write(site, LOANS + body)
    part = dry_run(site, "loans", path, actor=OPERATOR, rows=10)
    assert (part.records, part.accepted, part.whole) == (10, 10, False)
    whole = dry_run(site, "loans", path, actor=OPERATOR, rows=None)
    assert (whole.records, whole.whole) == (1_000, True)


@pytest.mark.django_db
def test_a_mapping_that_is_not_saved_yet_is_tried(site):
    path = write(site, "甲,乙,丙,丁\n20230001,2025.03.01,红楼梦,x\n")
    with pytest.raises(WrongColumns):
        dry_run(site, "loans", path, actor=OPERATOR)
    mapping = Mapping(
        id="new",
        contract="loans",
        columns={
            "reader_id": ColumnSource(names=("甲",)),
            "loaned_at": ColumnSource(names=("乙",), formats=("%Y.%m.%d",)),
            "title": ColumnSource(names=("丙",)),
        },
    )
    tried = dry_run(site, "loans", path, mapping, actor=OPERATOR)
    assert (tried.accepted, tried.refused, tried.unused) == (1, 0, ("丁",))


@pytest.mark.django_db
def test_what_is_no_table_is_a_sentence(site):
    for name, content in {
        "page.csv": b"<html><body>sorry</body></html>",
        "empty.csv": b"",
        "bomb.zip": bomb(),
        "line.csv": b"a" * 3_000_000,
    }.items():
        path = site.root.parent / name
        path.write_bytes(content)
        with pytest.raises((FileProblem, WrongColumns)):
            dry_run(site, "loans", path, actor=OPERATOR)
    with pytest.raises(FileProblem):
        dry_run(site, "loans", site.root / "nowhere.csv", actor=OPERATOR)
    assert not list(site.temporary.glob("try-*"))


@pytest.mark.django_db
def test_only_who_may_load_may_try(site):
    with pytest.raises(NotAllowed):
        dry_run(site, "loans", write(site, ROWS), actor=READER)


def bomb() -> bytes:
    """A small archive of 200 MB of one letter."""
    import io

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"x" * 200_000_000)
    return buffer.getvalue()
