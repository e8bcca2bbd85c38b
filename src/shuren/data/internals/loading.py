"""One load from opening the file to the receipt. Either all of it happens or nothing."""

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from django.db import OperationalError

from shuren.data.errors import NothingLoaded, Overtaken, StorageFull
from shuren.data.internals.block import TableFile, keep_originals
from shuren.data.internals.checking import Checker
from shuren.data.internals.columns import Source, match_columns, unused_columns
from shuren.data.internals.in_lake import InLake
from shuren.data.internals.own_rows import list_pseudonyms_once
from shuren.data.internals.quarantine import QuarantineWriter
from shuren.data.internals.raw_store import RawWriter
from shuren.data.internals.receipts import WORKING, commit
from shuren.data.internals.rows import RowSorter, Sorted
from shuren.data.internals.working import working_folder
from shuren.data.shapes import KEEP, PSEUDONYM, Contract, Mapping, Receipt
from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import listed, pick
from shuren.kernel.ids import new_id
from shuren.kernel.site import Site
from shuren.trust.actions import keep_identities
from shuren.trust.erasing import erasures_so_far, overtaken

_MEMORY = "1GB"
_FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass
class Job:
    """What is loaded, and by which rules. `make_receipt` takes what became of it.

    finish  changes the refused rows of a block before they are kept
    check   raises, while no other process can commit, if this load must not exist
    tries_only  nobody who is met for the first time is remembered
    """

    site: Site
    contract: Contract
    mapping: Mapping
    table: TableFile
    make_receipt: Callable[["Outcome"], Receipt]
    check: Callable[[], None]
    in_lake: InLake | None = None
    finish: Callable[[Sorted], Sorted] = lambda found: found
    tries_only: bool = False
    header: list[str] = field(default_factory=list)


@dataclass
class Outcome:
    load: str
    started_at: datetime
    sources: tuple[Source, ...]
    records: int = 0
    accepted: int = 0
    refused: int = 0
    blank: int = 0
    withheld: int = 0
    people: Callable[[], set[str]] = set
    rules: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def dialect(self, table: TableFile) -> dict[str, Any]:
        """The reader's dialect, and which columns hold people: masking needs it for ever."""
        people = [s.position for s in self.sources if s.position and s.field.storage != KEEP]
        sealed = any(
            s.position and s.field.storage not in (KEEP, "pseudonym") for s in self.sources
        )
        persons = any(s.field.storage != KEEP for s in self.sources)
        return {
            **table.dialect,
            "identity_columns": people,
            "sealed_columns": sealed,
            "persons": persons,
        }


def run(job: Job) -> Receipt:
    """Load; raises StorageFull when the disk has no room, and then leaves nothing behind."""
    load, started = new_id("L"), now()
    sources = match_columns(job.contract, job.mapping, job.table.header, job.table.width)
    outcome = Outcome(load, started, sources)
    name = f"{WORKING}{load}"
    with one_sentence_when_full(job.site), working_folder(job.site, name) as folder:
        return _run(job, outcome, folder)


def _run(job: Job, outcome: Outcome, folder: Path) -> Receipt:
    identities: dict[str, dict[str, str]] = {}
    erased = _before_people(job)
    quarantine = QuarantineWriter(job.site, folder / "refused.sealed", outcome.load)
    try:
        with engine_in(folder) as engine, RawWriter(folder / "rows.parquet") as lake:
            for found in sorted_blocks(job, outcome, engine):
                lake.add(found.accepted)
                quarantine.add(found.refused)
                identities.update(found.identities)
                outcome.accepted += found.accepted.num_rows
                outcome.refused += len(found.refused)
            lake.close()
        quarantine.close()
    finally:
        quarantine.abandon()
    outcome.rules = dict(sorted(quarantine.rules.items()))
    _must_balance(outcome, pick(job.contract.title))
    unused = unused_columns(outcome.sources, job.table.header)
    if unused:
        outcome.notes.append(_("Columns not taken in: %(names)s.", names=listed(unused)))
    if outcome.withheld:
        outcome.notes.append(
            _(
                "%(rows)s rows of before a reader's erasure were left out.",
                rows=f"{outcome.withheld:,}",
            )
        )
    receipt = job.make_receipt(outcome)
    keep_originals(job.site, job.table)
    keep_identities(job.site, identities.items())

    def check() -> None:
        job.check()
        _must_not_be_overtaken(outcome, erased)

    commit(job.site, receipt, folder, check)
    return receipt


def _before_people(job: Job) -> int | None:
    """Erasures so far, where the contract is about people."""
    if not any(f.storage == PSEUDONYM for f in job.contract.fields):
        return None
    list_pseudonyms_once(job.site)
    return erasures_so_far()


def _must_not_be_overtaken(outcome: Outcome, erased: int | None) -> None:
    """Raise if a reader among these rows had the past erased while they were read: they would come
    back under a pseudonym that nobody has any more."""
    if erased is not None and erasures_so_far() != erased and overtaken(outcome.people()):
        raise Overtaken(
            _("A reader's history was erased while this file was loaded; nothing was loaded."),
            fix=_("Load it again."),
        )


def sorted_blocks(
    job: Job, outcome: Outcome, engine: duckdb.DuckDBPyConnection
) -> Iterator[Sorted]:
    """The rows of the file block by block, judged; counts records and blank lines."""
    nulls, width = job.mapping.null_values, job.table.width
    checker = Checker(engine, job.contract, outcome.sources, nulls, width)
    keep_repeats = job.mapping.duplicates == "keep"
    sorter = RowSorter(
        job.site,
        engine,
        job.contract,
        checker,
        outcome.load,
        keep_repeats,
        job.in_lake,
        keep_people=not job.tries_only,
    )
    outcome.people = lambda: sorter.people
    for block in job.table.blocks():
        outcome.records += block.table.num_rows + len(block.refused)
        outcome.blank += block.blank
        found = sorter.sort(block)
        outcome.withheld += found.withheld
        outcome.records -= found.withheld
        yield job.finish(found)


def _must_balance(outcome: Outcome, contract: str) -> None:
    if not outcome.records and not outcome.withheld:
        raise NothingLoaded(
            _(
                "The file has nothing for the contract “%(title)s”: no row was loaded.",
                title=contract,
            )
        )
    if outcome.accepted + outcome.refused != outcome.records:
        raise AssertionError(
            f"{outcome.accepted} accepted and {outcome.refused} refused of {outcome.records}"
        )


@contextmanager
def engine_in(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The lake engine with its temporary files in a folder."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "temp_directory": str(folder),
        "memory_limit": _MEMORY,
        "threads": min(2, os.cpu_count() or 1),
    }
    with duckdb.connect(config=settings) as connection:
        yield connection


@contextmanager
def one_sentence_when_full(site: Site) -> Iterator[None]:
    try:
        yield
    except (OSError, duckdb.Error, pa.ArrowException, OperationalError, sqlite3.Error) as error:
        if not is_full(error):
            raise
        raise StorageFull(site.data) from error


def is_full(error: BaseException) -> bool:
    """Whether the disk, or the user's share of it, is full, in the words of any layer."""
    if isinstance(error, OSError) and error.errno in _FULL:
        return True
    text = str(error).lower()
    return any(words in text for words in ("no space left", "disk is full", "disk quota"))
