"""Reads of the data room. What models made is read through here and no other way."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from shuren.data.asset import Asset
from shuren.data.definitions import connectors, contract, contracts, models
from shuren.data.governance import Document
from shuren.data.internals import (
    asking,
    building,
    calculating,
    checkup,
    governance_files,
    handing_out,
    measuring,
    refused,
    retention,
    sampling,
    snapshot_store,
    snapshots,
    vocabularies,
)
from shuren.data.internals import governance as governance_rules
from shuren.data.internals import receipts as receipt_files
from shuren.data.internals import register as asset_register
from shuren.data.internals import tasks as task_list
from shuren.data.internals.door import Condition, open_table
from shuren.data.internals.feeds import coverage as coverage_map
from shuren.data.internals.feeds.coverage import System
from shuren.data.internals.lineage import graph as lineage_graph
from shuren.data.internals.lineage import impact as lineage_impact
from shuren.data.internals.lineage import rows as lineage_rows
from shuren.data.internals.marc import editing as record_editing
from shuren.data.internals.stepping import run_steps
from shuren.data.internals.suggesting import previewing, proposing
from shuren.data.lineage import Change, Effect, Graph, MadeRows, Node, RawRows, RowsBehind
from shuren.data.quality import ContractQuality, Flag, Skill, TaskLine
from shuren.data.shapes import Mapping as FileMapping
from shuren.data.shapes import (
    Planned,
    Problem,
    QuarantineCount,
    Receipt,
    RefusedRow,
    RetentionState,
    SnapshotInfo,
    Step,
    Table,
)
from shuren.data.trial import Preview, Suggestion
from shuren.kernel.clock import now
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.trust import queries as trust


def current_snapshot(site: Site) -> SnapshotInfo | None:
    """The live snapshot; None when nothing has been built."""
    return snapshots.current(site)


def same_snapshot(site: Site) -> AbstractContextManager[SnapshotInfo | None]:
    """Everything read inside `with same_snapshot(site):` comes from one snapshot, whatever is
    published meanwhile."""
    return snapshots.pinned(site)


def at_snapshot(site: Site, id: str) -> AbstractContextManager[SnapshotInfo]:
    """Everything read inside the block comes from the snapshot of that id, live or not.

    raises  SnapshotGone when it has been taken away
    """
    return snapshots.pinned_to(site, id)


def row_order(site: Site, table: str) -> tuple[str, ...]:
    """Columns that put the rows of a published table into one order and tell any two apart.

    raises  NoSnapshot, NoSuchTable
    """
    return asking.row_order(site, table)


def read(
    site: Site,
    table: str,
    *,
    purpose: str,
    actor: Actor,
    columns: Sequence[str] | None = None,
    where: Sequence[Condition] = (),
    order_by: Sequence[str] = (),
    limit: int | None = None,
    offset: int = 0,
    after: Sequence[Any] | None = None,
) -> Table:
    """Rows of a table (`mart.title_availability`) that a purpose opens to an actor.

    columns   those the purpose opens, when None
    where     (column, operator, value), all of them true; operators =, in, >=, <, contains
              (letter case counts); dates as date or ISO text
    order_by  columns, '-column' for greatest first
    after     only rows behind the one with these values of `order_by` (then all ascending)
    raises    trust's NotAllowed, NotOpen, NoSnapshot, NoSuchTable

    For an own-rows purpose the door itself adds that the rows are the actor's. Every call
    that gets this far is a line in the ledger.
    """
    opening = open_table(site, table, purpose, actor)
    return asking.rows(opening, columns, where, order_by, limit, offset, after)


def summarise(
    site: Site,
    table: str,
    *,
    by: Sequence[str] = (),
    measures: Mapping[str, str],
    purpose: str,
    actor: Actor,
    where: Sequence[Condition] = (),
    order_by: Sequence[str] = (),
    limit: int | None = None,
    always: Sequence[str] = (),
    name_hidden: bool = False,
) -> Table:
    """Counts over groups of rows.

    measures  {name: "count", "persons" (who stand behind a group), "distinct:<column>",
              "sum:…", "mean:…", "max:…", "ratio:<column>/<column>" of sums, "share:…" in per cent}
    order_by  names among `by` and `measures`
    always    columns of `where` that nobody can ask these counts without
    name_hidden  hidden groups come too, all their values None
    raises    as `read`

    In a table about people a group behind which fewer than 5 persons stand is hidden, and
    where it could be worked out from the others and a total, or from the same counts under
    a neighbouring filter, the next smallest too.
    """
    opening = open_table(site, table, purpose, actor)
    about = (tuple(always), name_hidden)
    return asking.counts(opening, by, measures, where, order_by, limit, *about)


as_csv, as_parquet, classes = (
    handing_out.csv_bytes,
    handing_out.parquet_bytes,
    handing_out.classes,
)


def calculate(
    site: Site,
    table: str,
    *,
    values: Mapping[str, str],
    by: Sequence[str] = (),
    where: Sequence[Condition] = (),
    order_by: Sequence[str] = (),
    purpose: str,
    actor: Actor,
    always: Sequence[str] = (),
) -> Table:
    """SQL expressions of aggregates over groups of rows, as DOUBLE: `sum(loans) / sum(persons)`.

    values   {name: expression} over columns of this table; sum, avg, count, min, max, median,
             arithmetic, CASE, nullif, coalesce, round, abs, greatest, least
    raises   BadExpression for anything else in it; otherwise as `read`

    Small cells as in `summarise`; a condition inside an aggregate hides what it would hide as a
    filter. Where a table is about people, or counts them in its rows, an expression may not ask
    for a least, greatest or median value.
    """
    opening = open_table(site, table, purpose, actor)
    return calculating.calculate(opening, by, values, where, order_by, always)


def headings(site: Site | None, vocabulary: str) -> dict[str, dict[str, str]]:
    """What to show for each code of a vocabulary (`clc`, `reader_kind`), in both languages."""
    return vocabularies.headings(site, vocabulary)


def model_steps(site: Site, table: str, *, actor: Actor, rows: int = 5) -> list[Step]:
    """Each named step of a model run on what is loaded now, with its first rows, pseudonyms masked.

    raises  trust's NotAllowed, NoSuchTable, ModelError, BuildFailed
    """
    return run_steps(site, table, trust.require(actor, "contracts.read"), rows)


def receipts(site: Site, contract: str | None = None) -> list[Receipt]:
    """Every load's, newest first."""
    return receipt_files.all_receipts(site, contract)


def receipt(site: Site, id: str) -> Receipt:
    """One load's receipt; raises UnknownName with a suggestion."""
    return receipt_files.find_receipt(site, id)


def quarantine_counts(site: Site) -> list[QuarantineCount]:
    """(load_id, contract, file, open_rows, rules {code: open rows}) of loads whose quarantine still
    has rows that no replay has taken up, newest first."""
    return refused.counts(site)


def refused_rows(
    site: Site,
    load_id: str,
    *,
    actor: Actor,
    offset: int = 0,
    limit: int = 50,
    rule: str | None = None,
    rows: Sequence[int] | None = None,
    with_raw: bool = False,
) -> list[RefusedRow]:
    """Open refused rows of a load by number, why they were refused, and what they say.

    rows      only those of these numbers
    with_raw  the original bytes too, which name readers: needs quarantine.mend, and is a line
              in the ledger. Otherwise `raw` is None and persons in `shown` are masked.
    raises    trust's NotAllowed, UnknownName, QuarantineBroken
    """
    return refused.page(site, load_id, actor, offset, limit, rule, rows, with_raw)


def quality(site: Site) -> list[ContractQuality]:
    """The measured quality of each contract that has loads, worst first."""
    known = [(id, measuring.measures(site, id)) for id in contracts(site)]
    found = [ContractQuality(id, history[-1], tuple(history)) for id, history in known if history]
    return sorted(found, key=lambda one: (one.newest.score, one.contract))


def flagged_rows(site: Site, load_id: str, *, actor: Actor) -> list[Flag]:
    """Accepted rows of a load with a gap, late or ahead of their time; needs quarantine.read."""
    trust.require(actor, "quarantine.read")
    load = receipt(site, load_id)
    return measuring.flags(site, contract(site, load.contract), load)


def tasks(*, actor: Actor, is_open: bool | None = True, domain: str = "") -> list[TaskLine]:
    """Tasks of the data librarians, newest first; is_open None: closed ones too."""
    return task_list.lines(actor=actor, is_open=is_open, domain=domain)


def task(id: int, *, actor: Actor) -> TaskLine:
    """One task; raises TaskProblem, trust's NotAllowed."""
    return task_list.line(id, actor=actor)


def skills(*, actor: Actor) -> list[Skill]:
    """Who has mended what, most first."""
    return task_list.skills(actor=actor)


def check_loads(site: Site) -> list[Problem]:
    """Loads whose files do not hold what their receipts say; empty when all is well."""
    return list(checkup.problems(site))


def lineage(site: Site | None) -> Graph:
    """Where every column of every table comes from, by the definitions as they are now.

    Rooms above add what they make of it with `Graph.extended`.
    """
    return lineage_graph.graph(site)


def select_origins(
    site: Site | None, selects: Sequence[str]
) -> dict[str, dict[str, tuple[set[str], set[str]]]]:
    """{SELECT: {its column: (nodes its value is made from, nodes that decide its rows)}}.

    raises  ModelError if a column or table in one is not there
    """
    return lineage_graph.origins_of(site, selects)


def lineage_node(graph: Graph, name: str) -> Node:
    """A node by its id or the end of it; raises UnknownName with the closest."""
    return lineage_impact.find_node(graph, name)


def impact(graph: Graph, changes: Sequence[Change]) -> list[Effect]:
    """What changes would reach: tables, figures, pages, the API. What breaks comes first."""
    return lineage_impact.effects(graph, changes)


def contract_changes(site: Site, contract_id: str, path: Path) -> list[Change]:
    """What the contract in a file would change, were it put in place of the one in force.

    raises  UnknownName; DefinitionError if the file is no contract of this id
    """
    return lineage_impact.changes_of_file(site, contract_id, path)


def field_changes(
    graph: Graph, owner: str, fields: Sequence[str], action: str, to: str = ""
) -> list[Change]:
    """The same change to several fields of a contract, or columns of a source.

    owner   a contract's id or a node, such as `source:demo-loans`
    action  drop, rename or retype
    raises  UnknownName
    """
    return lineage_impact.changes_of_fields(graph, owner, fields, action, to)


def explain_build(site: Site, *, everything: bool = False) -> list[Planned]:
    """Whether a build would run each model now, and why; nothing is run.

    raises  ModelError
    """
    loads = receipt_files.all_receipts(site)[::-1]
    return building.explain(site, models(site), loads, everything)


def retention_states(site: Site) -> dict[str, RetentionState]:
    """{contract: its term, its clock, the last run and what went so far}."""
    return {id: retention.state(site, found) for id, found in contracts(site).items()}


def rows_behind(
    site: Site, table: str, *, actor: Actor, where: Sequence[Condition] = (), limit: int = 50
) -> RowsBehind:
    """The loaded rows under the rows of a table, with their load and line, pseudonyms masked.

    For who may look into the quality of data; each look is a line in the ledger.
    raises  trust's NotAllowed, NoSnapshot
    """
    looking = trust.require(actor, "quarantine.read")
    return lineage_rows.behind(site, table, where, looking, limit)


def made_of_row(
    site: Site, load_id: str, line: int, *, actor: Actor
) -> tuple[RawRows, list[MadeRows]]:
    """One loaded row, and the rows of tables that stand on it by its key.

    raises  trust's NotAllowed, UnknownName, NoSnapshot
    """
    return lineage_rows.made_of(site, load_id, line, trust.require(actor, "quarantine.read"))


def assets(site: Site, graph: Graph) -> list[Asset]:
    """Every table of the hub with owner, terms, value, cost, quality, age and who reads it.

    graph  the lineage with the consumers that rooms above know
    """
    return asset_register.register(site, graph)


def sample(site: Site, table: str, *, actor: Actor, limit: int = 5) -> tuple[str, Table] | None:
    """(purpose, first rows) of a table for the first purpose of the actor that opens its rows,
    pseudonyms masked; None where none does. A line in the ledger.

    raises  NoSnapshot, NoSuchTable
    """
    return sampling.sample(site, table, actor, limit)


def keep_backup_until(site: Site) -> date | None:
    """The day on which all rows of the shortest term in a copy made today are past it; None
    when no contract states a term."""
    terms = [c.retention_days for c in contracts(site).values() if c.retention_days is not None]
    return now().astimezone().date() + timedelta(days=min(terms)) if terms else None


def coverage(site: Site) -> list[System]:
    """Every system of a library in the vocabulary's order: what feeds it, when it was last heard
    of, how much it brought; `none` where nothing ever did."""
    return coverage_map.coverage(site, list(connectors(site).values()))


def governance(site: Site) -> Document:
    """《图书馆数据治理规范》 as the rules are now, with its version and what changed."""
    return governance_rules.document(site)


governance_markdown, governance_pdf = governance_files.markdown, governance_files.pdf


editable_record = record_editing.record
push_name = snapshot_store.push_name


def suggest_mapping(site: Site, path: Path, contract_id: str = "") -> list[Suggestion]:
    """Which contracts (or this one) a file fits and by which columns; FileProblem, UnknownName."""
    return proposing.suggest(site, path, contract_id)


def preview(site: Site, path: Path, mapping: FileMapping | None = None, rows: int = 8) -> Preview:
    """The first rows of a file, persons masked by the mapping or by how columns look."""
    return previewing.preview(site, path, mapping, rows)
