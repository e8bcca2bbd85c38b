"""A damaged site: doctor finds it, commands say it in a sentence, a build never hides it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from shuren.data import actions, queries
from shuren.data.errors import BuildFailed, QuarantineBroken, ReceiptBroken
from shuren.kernel.site import Site
from tests.data.loading import LOANS, OPERATOR, load

pytestmark = pytest.mark.django_db
GOOD = "1,s1,b1,红楼梦,2025-03-01,,,0,A\n"
BAD = "2,s2,b2,西游记,2025-13-01,,,0,A\n"


def only(folder: Path, pattern: str) -> Path:
    (path,) = folder.glob(pattern)
    return path


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-30])


def problems(site: Site) -> list[str]:
    return [problem.message for problem in queries.check_loads(site)]


@pytest.fixture
def library(site: Site) -> Site:
    """One load of a good and a refused row, published."""
    load(site, "loans", LOANS + GOOD + BAD)
    actions.build(site, actor=OPERATOR)
    assert problems(site) == []
    return site


@pytest.mark.parametrize("damage", [Path.unlink, truncate, lambda path: path.write_bytes(b"")])
@pytest.mark.parametrize("place", ["lake/raw/*/*.parquet", "quarantine/*/*.sealed"])
def test_rows_that_are_gone_are_found(library: Site, place: str, damage: Callable[[Path], None]):
    path = only(library.data, place)
    damage(path)
    (problem,) = problems(library)
    assert str(path) in problem


@pytest.mark.parametrize("damage", [Path.unlink, truncate])
def test_a_build_without_a_load_s_rows_publishes_nothing(
    library: Site, damage: Callable[[Path], None]
):
    before = queries.current_snapshot(library)
    damage(only(library.raw, "*/*.parquet"))
    with pytest.raises(BuildFailed, match="missing or damaged"):
        actions.build(library, actor=OPERATOR)
    assert queries.current_snapshot(library) == before


@pytest.mark.parametrize("content", [b"", b"x" * 9, b"x" * 99])
def test_a_damaged_quarantine_is_a_sentence(library: Site, content: bytes):
    (receipt,) = queries.receipts(library)
    only(library.quarantine, "*/*.sealed").write_bytes(content)
    with pytest.raises(QuarantineBroken):
        queries.refused_rows(library, receipt.id, actor=OPERATOR)


@pytest.mark.parametrize("content", ["", "[]", '{"id":', "{}", json.dumps({"started_at": "x"})])
def test_a_damaged_receipt_is_named_and_never_passed_over(library: Site, content: str):
    path = only(library.receipts, "*.json")
    path.write_text(content)
    assert [str(path) in problem for problem in problems(library)] == [True]
    with pytest.raises(ReceiptBroken, match="damaged"):
        actions.build(library, actor=OPERATOR)


def test_a_damaged_snapshot_is_found_and_the_next_build_heals_it(library: Site):
    table = only(library.snapshots, "*/mart/loan_fact.parquet")
    table.unlink()
    assert [str(table) in problem for problem in problems(library)] == [True]
    actions.build(library, actor=OPERATOR)
    assert problems(library) == []


@pytest.mark.parametrize("content", ["", "{", "[]"])
def test_a_damaged_manifest_counts_as_nothing_built(library: Site, content: str):
    only(library.snapshots, "*/manifest.json").write_text(content)
    from shuren.data.internals.snapshots import read_manifest

    read_manifest.cache_clear()
    assert queries.current_snapshot(library) is None
    assert len(problems(library)) == 1
    actions.build(library, actor=OPERATOR)
    assert problems(library) == []
