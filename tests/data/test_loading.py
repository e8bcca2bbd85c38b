"""A load happens wholly or not at all, once, and tells nobody's name."""

import errno

import pytest

from shuren.data import actions, queries
from shuren.data.errors import AlreadyLoaded, StorageFull, WrongColumns
from shuren.data.internals import loading as load_internals
from shuren.data.internals import raw_store
from shuren.data.internals.receipts import sweep_loads
from shuren.data.internals.working import working_folder
from shuren.data.source import FileProblem
from shuren.kernel.shapes import Actor
from shuren.trust.errors import NotAllowed
from shuren.trust.queries import identity
from tests.data.loading import LOANS, READER, accepted, load, mapping, write

pytestmark = pytest.mark.django_db

ROW = "1,s1,b1,红楼梦,2025-03-01,,,0,A\n"


def files(site):
    """Everything in the site but keys, the database, locks and the record of what was tried."""
    return sorted(
        str(path.relative_to(site.root))
        for path in site.data.rglob("*")
        if path.is_file() and path.name != ".lock" and not {"secrets", "lineage"} & {*path.parts}
    )


def test_the_receipt_says_what_became_of_every_record(site):
    receipt = load(site, "loans", LOANS + ROW + "\n2,s2,b2,西游记,2025-99-01,,,0,A\n")
    assert (receipt.records, receipt.accepted, receipt.refused, receipt.blank_lines) == (2, 1, 1, 1)
    assert receipt.rules == {"R02": 1}
    assert receipt.source_name == "export.csv"
    assert receipt.encoding == "utf-8"
    assert queries.receipts(site) == [receipt]
    assert queries.receipt(site, receipt.id) == receipt


def test_the_same_bytes_are_loaded_once(site):
    first = load(site, "loans", LOANS + ROW)
    before = files(site)
    with pytest.raises(AlreadyLoaded, match="adds nothing") as raised:
        load(site, "loans", LOANS + ROW, name="copy.csv")
    assert raised.value.receipt == first
    assert raised.value.exit_code == 0
    assert files(site) == before


def test_a_file_without_one_good_row_still_has_a_receipt_to_replay(site):
    receipt = load(site, "loans", LOANS + ROW.replace("2025-03-01", "soon"))
    assert (receipt.accepted, receipt.refused) == (0, 1)
    assert queries.quarantine_counts(site)[0].rules == {"R02": 1}


def test_columns_are_found_by_the_names_other_systems_use(site):
    receipt = load(site, "loans", "证件号,题 名,借出时间,Foo\ns1,红楼梦,2025-03-01,x\n")
    (row,) = accepted(site, receipt)
    assert row["title"] == "红楼梦"
    assert "Foo" not in row
    assert receipt.notes == ("Columns not taken in: Foo.",)


def test_a_missing_required_column_loads_nothing_and_names_the_nearest(site):
    with pytest.raises(WrongColumns, match="Is it '借阅日起'") as raised:
        load(site, "loans", "读者证号,题名,借阅日起\ns1,红楼梦,2025-03-01\n")
    assert raised.value.exit_code == 3
    assert "读者证号, 题名, 借阅日起" in str(raised.value)
    assert files(site) == []


def test_a_file_without_names_of_columns_is_told_so_without_showing_its_first_row(site):
    with pytest.raises(WrongColumns, match="looks like a row") as raised:
        load(site, "loans", "s20259999,红楼梦,2025-03-01\n" * 3)
    assert "s20259999" not in str(raised.value)


def test_json_that_is_no_report_is_named_as_what_it_is(site):
    with pytest.raises(FileProblem, match="of the kind JSON"):
        load(site, "loans", '{\n "loans": [1, 2]\n}\n', "loans.json")


def test_pseudonyms_are_the_same_in_every_load_and_names_are_sealed(site):
    loans = load(site, "loans", LOANS + ROW)
    readers = load(site, "readers", "学号,姓名,手机,学院\n s1 ,张三丰,13800001111,历史\n", "r.csv")
    (loan,), (reader,) = accepted(site, loans), accepted(site, readers)
    assert loan["reader_id"] == reader["reader_id"] != "s1"
    assert not {"name", "phone", "email"} & set(reader)
    desk = Actor(id="desk", role="front_desk", doing="desk.serve")
    assert identity(site, reader["reader_id"], actor=desk, purpose="service_operation") == {
        "reader_id": "s1",
        "name": "张三丰",
        "phone": "13800001111",
    }


def test_nobody_without_the_permission_loads(site):
    with pytest.raises(NotAllowed):
        actions.load_file(site, "loans", write(site, LOANS + ROW), actor=READER)


def test_a_row_without_loan_number_is_known_by_its_other_columns(site):
    text = "reader_id,title,loaned_at,returned_at\ns1,红楼梦,2025-03-01,{}\n"
    first = load(site, "loans", text.format(""))
    later = load(site, "loans", text.format("2025-03-09"), "later.csv")
    assert accepted(site, first)[0]["_key"] == accepted(site, later)[0]["_key"]


def test_two_volumes_of_one_work_are_two_loans(site):
    mapping(
        site,
        "m",
        "contract: loans\nfiles: ['export.csv']\ncolumns:\n"
        "  title: {from: title, extract: '^(\\S+)'}\n",
    )
    text = "reader_id,title,loaned_at\ns1,红楼梦 1,2025-03-01\ns1,红楼梦 2,2025-03-01\n"
    receipt = load(site, "loans", text)
    assert receipt.mapping == "m"
    assert [row["title"] for row in accepted(site, receipt)] == ["红楼梦", "红楼梦"]


@pytest.mark.parametrize("place", ["rows", "quarantine", "receipt"])
def test_a_full_disk_is_one_sentence_and_leaves_nothing(site, monkeypatch, place):
    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    target = {
        "rows": (raw_store.RawWriter, "close"),
        "quarantine": (load_internals.QuarantineWriter, "close"),
        "receipt": (load_internals, "commit"),
    }[place]
    monkeypatch.setattr(*target, full)
    with pytest.raises(StorageFull, match="is full; nothing was loaded") as raised:
        load(site, "loans", LOANS + ROW + ROW)
    assert raised.value.exit_code == 3
    assert files(site) == []
    assert queries.receipts(site) == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_a_stopped_load_leaves_nothing(site, monkeypatch, error):
    def stop(*args, **kwargs):
        raise error

    monkeypatch.setattr("shuren.data.internals.receipts.write_atomically", stop)
    with pytest.raises(error):
        load(site, "loans", LOANS + ROW + ROW)
    assert files(site) == []


def test_the_sweep_takes_orphans_and_leaves_what_is_being_written(site):
    kept = load(site, "loans", LOANS + ROW + "2,,b,x,2025-01-01,,,0,A\n")
    for folder, suffix in ((site.raw, "parquet"), (site.quarantine, "sealed")):
        (folder / "loans" / f"Lorphan.{suffix}").write_bytes(b"half")
        (folder / "loans" / f"Lliving.{suffix}").write_bytes(b"nearly whole")
    (site.temporary / "load-Ldead").mkdir(parents=True)
    (site.temporary / "load-Ldead.lock").write_bytes(b"")
    with working_folder(site, "load-Lliving"):
        gone = sweep_loads(site)
    assert sorted(gone) == ["Lorphan.parquet", "Lorphan.sealed", "load-Ldead"]
    assert len(accepted(site, kept)) == 1
    assert (site.raw / "loans" / "Lliving.parquet").exists()
    sweep_loads(site)
    assert not (site.raw / "loans" / "Lliving.parquet").exists()


def test_a_second_process_that_was_faster_wins(site, monkeypatch):
    """Both have read the file; the receipt that is written first is the load."""
    text, done = LOANS + ROW, []
    commit = load_internals.commit

    def overtaken(*args):
        if not done:
            done.append(load)
            monkeypatch.setattr(load_internals, "commit", commit)
            load(site, "loans", text)
        commit(*args)

    monkeypatch.setattr(load_internals, "commit", overtaken)
    with pytest.raises(AlreadyLoaded):
        load(site, "loans", text)
    assert len(queries.receipts(site)) == 1
    assert len(list(site.raw.rglob("*.parquet"))) == 1
