"""Refused rows: kept whole, sealed, shown without persons, taken up again, never lost."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shuren.data import actions, queries
from shuren.data.errors import CorrectionUnclear, NothingToReplay
from shuren.data.internals.masking import MASK, shown, unmask
from shuren.data.internals.quarantine import CHUNK_ROWS
from shuren.kernel.shapes import Actor
from shuren.trust import egress
from shuren.trust.errors import ApprovalNeeded, NotAllowed
from shuren.trust.queries import uses
from tests.data.loading import LOANS, OPERATOR, READER, accepted, balance, load, mapping, refusals

DESK = Actor(id="desk", role="front_desk", doing="desk.serve")
BOARD = Actor(id="board", role="ethics_board")
DIALECT = {"delimiter": ",", "quote": '"', "width": 3, "identity_columns": [1]}
BAD = "1,s20251234,b1,红楼梦,2025-13-01,,,0,A"


@pytest.mark.parametrize(
    "text, dialect, seen",
    [
        ("s12,红楼梦,2025-03-01", {}, "●●●●,红楼梦,2025-03-01"),
        ('"s12","红,楼",x', {}, '"●●●●","红,楼",x'),
        ("s12,红楼梦", {}, "●●●●,红楼梦"),
        ("红楼梦,S2019000123,2025-03-01,x", {}, "●●●●,●●●●,2025-03-01,x"),
        ('s12,"红楼梦,13800001111', {}, '●●●●,"红楼梦,●●●●'),
        ("s12,2025年3月1日,x,y", {}, "●●●●,2025年3月1日,x,y"),
        ("s12,张三", {"sealed_columns": True}, "●●●●,●●●●"),
        ("x,s12,张三", {"identity_columns": [2, 3]}, "x,●●●●,●●●●"),
    ],
    ids=[
        "found with certainty",
        "quoted",
        "a column short",
        "moved: numbers too",
        "open quote: numbers too",
        "dates stay",
        "names somewhere: everything",
        "several columns",
    ],
)
def test_persons_are_masked(text, dialect, seen):
    assert shown(text, {**DIALECT, **dialect}) == seen


def test_a_mask_in_a_correction_stands_for_what_it_hides():
    original = "s12,红楼梦,2025-13-01"
    assert unmask(f"{MASK},红楼梦,2025-12-01", original, DIALECT) == "s12,红楼梦,2025-12-01"
    assert unmask("s13,红楼梦,2025-12-01", original, DIALECT) == "s13,红楼梦,2025-12-01"
    with pytest.raises(CorrectionUnclear, match="2 masked pieces, the row has 1"):
        unmask(f"{MASK},{MASK},2025-12-01", original, DIALECT)


@pytest.mark.django_db
def test_original_bytes_are_kept_and_only_for_who_may_mend(site):
    receipt = load(site, "loans", LOANS + BAD + "\n")
    (row,) = queries.refused_rows(site, receipt.id, actor=OPERATOR, with_raw=True)
    assert row.raw == BAD.encode()
    (row,) = queries.refused_rows(site, receipt.id, actor=OPERATOR)
    assert row.raw is None
    assert "s20251234" not in row.shown
    (use,) = uses(actor=BOARD, limit=1)
    assert (use.table, use.columns) == ("quarantine.loans", ("raw",))
    with pytest.raises(NotAllowed):
        queries.refused_rows(site, receipt.id, actor=READER)


@pytest.mark.django_db
def test_a_row_is_mended_and_put_back(site):
    receipt = load(site, "loans", LOANS + BAD + "\n" + BAD.replace("1,", "2,", 1) + "\n")
    (first, _second) = queries.refused_rows(site, receipt.id, actor=OPERATOR)
    mended = actions.replay(
        site,
        receipt.id,
        actor=OPERATOR,
        corrections={first.row: first.shown.replace("2025-13", "2025-12")},
    )
    assert (mended.replays, mended.took, mended.accepted) == (receipt.id, (1,), 1)
    (row,) = accepted(site, mended)
    assert (row["_line"], str(row["loaned_at"])) == (2, "2025-12-01 00:00:00")
    assert balance(site) == (2, 1, 1)
    with pytest.raises(NothingToReplay):
        actions.replay(site, receipt.id, actor=OPERATOR, rows=[1])


@pytest.mark.django_db
def test_a_better_mapping_takes_back_what_a_worse_one_refused(site):
    mapping(site, "m", "contract: loans\nfiles: ['*.csv']\n")
    receipt = load(site, "loans", LOANS + BAD.replace("2025-13-01", "01.03.2025") + "\n")
    again = actions.replay(site, receipt.id, actor=OPERATOR)
    assert (again.accepted, refusals(site, again)) == (0, [(2, "R02", "loaned_at")])
    mapping(
        site,
        "m",
        "contract: loans\nfiles: ['*.csv']\ncolumns:\n"
        "  loaned_at: {from: loaned_at, formats: ['%d.%m.%Y']}\n",
    )
    third = actions.replay(site, again.id, actor=OPERATOR)
    assert str(accepted(site, third)[0]["loaned_at"]) == "2025-03-01 00:00:00"
    assert balance(site) == (1, 1, 0)


@pytest.mark.django_db
def test_a_repeat_stays_a_repeat_however_often_it_is_replayed(site):
    row = BAD.replace("2025-13", "2025-12") + "\n"
    receipt = load(site, "loans", LOANS + row + row)
    again = actions.replay(site, receipt.id, actor=OPERATOR)
    assert again.rules == {"R06": 1}
    assert balance(site) == (2, 1, 1)


@pytest.mark.django_db
def test_export_gives_the_bytes_back_with_reasons_and_is_in_the_ledger(site, tmp_path):
    receipt = load(site, "loans", LOANS + BAD + "\n")
    target = tmp_path / "bad.csv"
    with pytest.raises(ApprovalNeeded):
        actions.export_quarantine(site, receipt.id, target, actor=OPERATOR)
    assert not target.exists()
    request = egress.ask("quarantine", receipt.id, "mend it at the source", actor=OPERATOR)
    code = egress.allow(request, actor=BOARD)
    assert actions.export_quarantine(site, receipt.id, target, actor=OPERATOR, code=code) == 1
    header, line = target.read_bytes().splitlines()
    assert line == BAD.encode()
    assert b"reader_id" in header
    reasons = (tmp_path / "bad.csv.reasons.csv").read_text("utf-8-sig").splitlines()
    assert reasons[1].startswith("1,2,R02,loaned_at,")
    assert uses(actor=BOARD, limit=1)[0].rows == 1
    with pytest.raises(NotAllowed):
        actions.export_quarantine(site, receipt.id, tmp_path / "x", actor=DESK)


@pytest.mark.django_db
def test_pages_run_over_chunks_and_leave_out_what_was_taken(site):
    rows = "".join(f"{n},s{n},b,x,2025-13-01,,,0,A\n" for n in range(CHUNK_ROWS + 10))
    receipt = load(site, "loans", LOANS + rows)
    actions.replay(site, receipt.id, actor=OPERATOR, rows=[CHUNK_ROWS, CHUNK_ROWS + 1])
    page = queries.refused_rows(site, receipt.id, actor=OPERATOR, offset=CHUNK_ROWS - 2, limit=3)
    assert [row.row for row in page] == [CHUNK_ROWS - 1, CHUNK_ROWS + 2, CHUNK_ROWS + 3]
    assert [row.line for row in page] == [row.row + 1 for row in page]
    some = queries.refused_rows(
        site, receipt.id, actor=OPERATOR, rows=[CHUNK_ROWS + 5, CHUNK_ROWS, 3, CHUNK_ROWS + 999]
    )
    assert [row.row for row in some] == [3, CHUNK_ROWS + 5]


COPY = "s1,b1,红楼梦,2025-03-01"
OPEN_QUOTE = 's1,b1,"红楼梦,2025-03-01'
COPIES = f"reader_id,item_id,title,loaned_at\n{COPY}\n{COPY}\n{OPEN_QUOTE}\n{OPEN_QUOTE}\n"


@pytest.mark.django_db
def test_a_mapping_that_keeps_copies_keeps_them_in_a_replay(site):
    mapping(site, "till", "contract: loans\nduplicates: keep\n")
    load(site, "loans", COPIES, mapping_id="till")
    (waiting,) = queries.quarantine_counts(site)
    assert waiting.open_rows == 2
    for row in (1, 2):
        actions.replay(site, waiting.load_id, actor=OPERATOR, corrections={row: COPY})
    rows = [row for one in queries.receipts(site) for row in accepted(site, one)]
    assert len(rows) == len({row["_key"] for row in rows}) == 4
    assert balance(site) == (4, 4, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("duplicates, copies", [("keep", 4), ("refuse", 1)])
def test_copies_taken_up_together(site, duplicates, copies):
    mapping(site, "till", f"contract: loans\nduplicates: {duplicates}\n")
    receipt = load(site, "loans", COPIES, mapping_id="till")
    rows = [row.row for row in queries.refused_rows(site, receipt.id, actor=OPERATOR)]
    actions.replay(site, receipt.id, actor=OPERATOR, corrections=dict.fromkeys(rows, COPY))
    assert balance(site) == (4, copies, 4 - copies)


@pytest.mark.django_db
def test_a_copy_that_another_file_brought_is_refused(site):
    mapping(site, "till", "contract: loans\nduplicates: keep\n")
    text = f"reader_id,item_id,title,loaned_at\n{OPEN_QUOTE}\n"
    receipt = load(site, "loans", text, mapping_id="till")
    load(site, "loans", text.replace(OPEN_QUOTE, COPY), mapping_id="till")
    again = actions.replay(site, receipt.id, actor=OPERATOR, corrections={1: COPY})
    assert (again.accepted, again.rules) == (0, {"R06": 1})


_GOOD = st.integers(1, 4).map(lambda n: f"{n},s{n},b,x,2025-01-0{n},,,0,A")
_LINES = st.one_of(
    _GOOD,
    st.integers(1, 9).map(lambda n: f"{n},s{n},b,x,2025-13-01,,,0,A"),
    st.just('1,"s1,b,x'),
    st.just("1,2"),
    st.just(""),
)


@pytest.mark.django_db
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(lines=st.lists(_LINES, min_size=1, max_size=12), seed=st.integers(0, 99))
def test_nothing_is_ever_lost_or_doubled(tmp_path_factory, lines, seed):
    from shuren.kernel.site import open_site
    from tests.early import make_site

    site = open_site(make_site(tmp_path_factory.mktemp("site") / "site"))
    if not any(lines):
        return
    load(site, "loans", LOANS + "\n".join(lines) + "\n")
    records = sum(bool(line) for line in lines)
    chance = random.Random(seed)
    for _step in range(3):
        there, accepted_rows, still_open = balance(site)
        assert there == records == accepted_rows + still_open
        waiting = queries.quarantine_counts(site)
        if not waiting:
            return
        load_id = chance.choice(waiting).load_id
        rows = queries.refused_rows(site, load_id, actor=OPERATOR)
        some = chance.sample(rows, chance.randint(1, len(rows)))
        fresh = {row.row: f"{90 + row.row},z,b,x,2025-02-01,,,0,A" for row in some[: seed % 2]}
        actions.replay(
            site, load_id, actor=OPERATOR, rows=[row.row for row in some], corrections=fresh
        )
    there, accepted_rows, still_open = balance(site)
    assert there == records == accepted_rows + still_open
