"""What the data room does: load files, take up refused rows, build tables and publish them."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from shuren.data import watching
from shuren.data.definitions import connector, models
from shuren.data.errors import UnknownName
from shuren.data.governance import Version
from shuren.data.internals import (
    answers,
    building,
    collecting,
    compacting,
    exporting,
    forgetting,
    governance,
    measuring,
    openlineage,
    releasing,
    replaying,
    retention,
    saving,
    snapshot_store,
    taking_in,
    tasks,
    trying,
)
from shuren.data.internals import backup as backups
from shuren.data.internals.marc import editing as record_editing
from shuren.data.internals.marc import exporting as marc_files
from shuren.data.internals.receipts import all_receipts
from shuren.data.internals.resolution import cards as model_cards
from shuren.data.internals.resolution import deciding
from shuren.data.internals.resolution import running as resolving
from shuren.data.quality import TaskLine
from shuren.data.resolution import Card, Resolved
from shuren.data.shapes import BuildReport, Collected, Expired, Receipt
from shuren.data.shapes import Mapping as DataMapping
from shuren.data.trial import DryRun
from shuren.kernel.clock import now
from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor, Progress, no_progress
from shuren.kernel.site import Site
from shuren.trust import queries as trust

# A dry run reads this much unless told otherwise.
TRIED_ROWS = 20_000

push_snapshot, pull_snapshot = snapshot_store.push, snapshot_store.pull
export_quarantine = exporting.export
export_release = releasing.export


def load_file(
    site: Site,
    contract_id: str,
    path: Path,
    *,
    actor: Actor,
    mapping_id: str = "",
    progress: Progress = no_progress,
) -> Receipt:
    """Check a file by a contract; good rows go to the lake, the others to quarantine.

    mapping_id  else the mapping whose `files` fit the name, else the contract's column names
    progress    bytes of the file, or rows of a sheet or Parquet file
    raises      AlreadyLoaded (its `receipt` is the earlier one) for bytes that are here already;
                FileProblem, WrongColumns, NothingLoaded, StorageFull: nothing was loaded;
                DefinitionError, UnknownName; trust's NotAllowed

    The receipt is there even when every row was refused: its rows can then be replayed.
    """
    actor = trust.require(actor, "loads.run")
    try:
        receipt = taking_in.take_in(site, contract_id, path, actor, mapping_id, progress)
    except ShurenError as error:
        openlineage.note_failed_load(site, contract_id, path, error)
        raise
    openlineage.note_loads(site)
    return receipt


def dry_run(
    site: Site,
    contract_id: str,
    path: Path,
    mapping: DataMapping | None = None,
    *,
    actor: Actor,
    mapping_id: str = "",
    rows: int | None = TRIED_ROWS,
    progress: Progress = no_progress,
) -> DryRun:
    """Say what a load would take in and refuse, and keep nothing: no row, no person, no receipt.

    mapping  else the one of this id, else the one a load would choose
    rows     of the beginning; None for the whole file
    raises   trust's NotAllowed; FileProblem, WrongColumns, DefinitionError, UnknownName
    """
    trust.require(actor, "loads.run")
    return trying.dry_run(site, contract_id, path, mapping or mapping_id, rows, progress)


def save_mapping(site: Site, id: str, mapping: DataMapping, *, actor: Actor) -> Path:
    """Write a mapping to the site's definitions under a new id; returns the file.

    raises  trust's NotAllowed; BadId, AlreadyThere; DefinitionError if it cannot be read back
    """
    trust.require(actor, "loads.run")
    return saving.save_mapping(site, id, mapping)


def save_connector(site: Site, id: str, content: Mapping[str, object], *, actor: Actor) -> Path:
    """Write a connector to the site's definitions under a new id; returns the file.

    content  as the file says it (definitions/sources); passwords as {secret: NAME}
    raises   as `save_mapping`; PasswordInside
    """
    trust.require(actor, "loads.run")
    return saving.save_connector(site, id, dict(content))


def collect(
    site: Site, connector_id: str, *, actor: Actor, progress: Progress = no_progress
) -> Collected:
    """Bring in what is new from one system (definitions/sources/<id>.yaml).

    Goes on where the last time stopped, however it ended. Files that are here already add
    nothing. One collection of a connector at a time; another waits.
    raises  trust's NotAllowed, UnknownName, DefinitionError; ShurenError when the system cannot be
            reached or what it brings cannot be read: what came before that is loaded
    """
    actor = trust.require(actor, "loads.run")
    try:
        return collecting.collect(site, connector(site, connector_id), actor, progress)
    finally:
        openlineage.note_loads(site)
        compacting.compact(site)


def compact(site: Site, contract: str | None = None, *, actor: Actor) -> list[Receipt]:
    """Put the small loads of connectors together, day by day; `collect` and `build` do it too.

    Only loads of days that are over and that the published snapshot holds. Their rows, refused
    rows and receipts stay as they are, in fewer files; no table is made anew for it.
    contract  only of this one
    returns   the receipt of each load that others were put into
    raises    trust's NotAllowed; QuarantineBroken if the refused rows of one cannot be opened
    """
    trust.require(actor, "loads.run")
    openlineage.note_loads(site)
    return compacting.compact(site, contract)


def record_event(site: Site, contract_id: str, values: Mapping[str, object]) -> None:
    """Keep one event of our own (a search, a click, a rating); `shuren collect` takes it in.

    values  by the contract's columns; `event_id` may be left out. A reader stands there by
            pseudonym, and the event is not kept unless that reader consents to a purpose of the
            contract at this moment. A search's `words` are normalised, and one that looks like
            somebody's number, phone or address is not kept at all.
    """
    from shuren.data.internals.feeds import own_events

    own_events.keep(site, contract_id, dict(values))


def listener(
    site: Site,
    connector_id: str,
    *,
    actor: Actor,
    say: Callable[[str], None],
    stop: threading.Event,
) -> Callable[[], None]:
    """What takes in a broker's events until `stop` is set; to be called in a thread of its own.

    raises  trust's NotAllowed, UnknownName, DefinitionError; UsageError for wrong settings
    """
    from shuren.data.internals.feeds import listening

    actor = trust.require(actor, "loads.run")
    return listening.listener(site, connector(site, connector_id), actor, say, stop)


def replay(
    site: Site,
    load_id: str,
    *,
    actor: Actor,
    rows: Sequence[int] | None = None,
    corrections: Mapping[int, str] | None = None,
    progress: Progress = no_progress,
) -> Receipt:
    """Take refused rows up again and check them by the contract as it is now.

    rows         numbers in the load's quarantine; None: the corrected ones, or all open ones
    corrections  {row: new text}; a masked piece (●●●●) in it stands for what it hides
    returns      the receipt of a new load: what is accepted now is in the lake, what is still
                 refused is in the new load's quarantine, with its line in the original file
    raises       NothingToReplay; otherwise as load_file
    """
    actor = trust.require(actor, "quarantine.mend")
    receipt = replaying.replay(site, load_id, actor, rows, dict(corrections or {}), progress)
    openlineage.note_loads(site)
    return receipt


def build(
    site: Site,
    *,
    actor: Actor,
    progress: Progress = no_progress,
    everything: bool = False,
    engine: str = "duckdb",
) -> BuildReport:
    """Bring every table up to what is loaded now and publish all of them as one snapshot.

    Rows past their term and forgotten ones go first. Only models whose inputs changed run, the
    other tables are taken over. Readers of the snapshot before go on undisturbed.
    progress    tables done, tables in all
    everything  run every model; engine: what runs them
    raises      trust's NotAllowed; ModelError and BuildFailed, with the live snapshot as it was
    """
    actor = trust.require(actor, "loads.run")
    tasks.open_tasks(site, measuring.measure_new(site))
    known = models(site)
    expired = retention.apply(site)
    retention.note(site, actor)
    forgetting.compact(site)
    openlineage.note_loads(site)
    compacting.compact(site)
    with openlineage.building(site) as noted:
        report = noted.report = building.build_snapshot(
            site, known, all_receipts(site)[::-1], progress, everything=everything, engine=engine
        )
    watching.note(site, actor=actor)
    return replace(report, expired=tuple(expired))


def keep_answers_warm(site: Site) -> None:
    """Let this process ask a new snapshot what its readers asked lately, as soon as there is one,
    so that the first of them does not wait. Returns at once; for processes that serve."""
    answers.follow(site)


def retain(
    site: Site, *, actor: Actor, dry_run: bool = False, progress: Progress = no_progress
) -> tuple[list[Expired], BuildReport | None]:
    """Take away the rows that are past their contract's term: from raw files and quarantine at
    once, from the tables with a build if any were in them, from old snapshots.

    dry_run  say what would go, and change nothing
    returns  what went, load by load, and the build's report if there was one; raises as `build`
    """
    actor = trust.require(actor, "loads.run")
    if dry_run:
        return retention.apply(site, dry_run=True), None
    tasks.open_tasks(site, measuring.measure_new(site))
    known = models(site)
    expired = retention.apply(site)
    retention.note(site, actor)
    if not building.holds_expired(site):
        return expired, None
    report = building.build_snapshot(site, known, all_receipts(site)[::-1], progress)
    watching.note(site, actor=actor)
    return expired, replace(report, expired=tuple(expired))


def resolve(site: Site, what: str, *, actor: Actor, train: bool = False) -> Resolved:
    """Find out which records are one thing, and load the result for the next build.

    what    works: editions and copies of one work; authorities: names that are an authority
            record's; classes: a class for records without one; readers: cards of one person
    train   learn anew although the promoted model is fresh
    raises  UnknownName, NoSnapshot; trust's NotAllowed

    Nothing is loaded where nothing differs from the run before. A model that does not pass the
    gate (`promote_model`) is not used: rules alone speak, and `notes` says why.
    """
    actor = trust.require(actor, "loads.run")
    if what not in resolving.WHATS:
        raise UnknownName(_("kind of resolution"), what, list(resolving.WHATS))
    begun = now()
    found = resolving.run(site, what, actor, train)
    openlineage.note_loads(site)
    openlineage.note_resolved(site, what, begun, found.load)
    return found


def decide_suggestions(
    site: Site, kind: str, ids: Sequence[str], *, accept: bool, actor: Actor
) -> int:
    """Accept or refuse suggestions of one kind (see data.review); returns how many.

    The next run keeps to it and does not ask again, the next build says it. Those that do not wait
    any more are passed over. Of cards of readers a line goes to the ledger.
    raises  NothingToDecide if none of them waits; trust's NotAllowed
    """
    found = deciding.decide(site, kind, ids, accept, actor)
    openlineage.note_loads(site)
    return found


def undo_decisions(site: Site, kind: str, ids: Sequence[str], *, actor: Actor) -> int:
    """Take decisions back, so that their suggestions wait again; returns how many.

    raises  NothingToDecide if none stands, or if a later one rests on it; trust's NotAllowed
    """
    found = deciding.undo(site, kind, ids, actor)
    openlineage.note_loads(site)
    return found


def promote_model(site: Site, name: str, *, actor: Actor, version: str = "") -> Card:
    """Put a learned model to use; the newest of that name without a version.

    raises  NotPromoted with every reason: stale data, fallen quality of a source, goals missed;
            UnknownName, NoSnapshot; trust's NotAllowed
    """
    trust.require(actor, "loads.run")
    measuring.measure_new(site)
    return model_cards.promote(site, model_cards.card(site, name, version))


def measure_quality(site: Site, *, actor: Actor) -> list[TaskLine]:
    """Measure every load that was not measured yet; returns the tasks that a fall opened or met.

    Run by `shuren quality` and before each build. raises trust's NotAllowed
    """
    trust.require(actor, "loads.run")
    return tasks.open_tasks(site, measuring.measure_new(site))


def take_task(id: int, *, actor: Actor) -> TaskLine:
    """The actor works on a task from now on; raises TaskProblem, trust's NotAllowed."""
    return tasks.take(id, actor=actor)


def close_task(id: int, *, fix: str, actor: Actor) -> TaskLine:
    """Close a task, saying what was done; raises TaskProblem, trust's NotAllowed."""
    return tasks.close(id, fix, actor=actor)


def export_marc(
    site: Site,
    target: Path,
    *,
    actor: Actor,
    format: str = "marc21",
    encoding: str = "utf-8",
    progress: Progress = no_progress,
) -> dict[str, int]:
    """Write all bibliographic records of the live snapshot to a new file.

    format    marc21 or cnmarc (ISO 2709), whatever format they came in; marcxml, each in its own
    encoding  utf-8 or gb18030; marcxml is always UTF-8
    returns   {"written": how many, "left_out": too long for ISO 2709}
    raises    trust's NotAllowed, NoSnapshot, NoSuchTable; ExportTarget if the file exists or its
              folder does not
    """
    return marc_files.export(site, target, format, encoding, actor, progress)


edit_record = record_editing.save


def write_backup(site: Site, target: Path, progress: Progress = no_progress) -> dict[str, int]:
    """Write a consistent copy of a running site to a new file (.tar.gz, mode 0600).

    returns  {"files": how many, "bytes": size of the copy}
    raises   ArchiveTarget if the file exists or its folder does not
    """
    return backups.write_backup(site, target, progress)


def load_database(site: Site) -> None:
    """Fill the empty database of a site just unpacked from a backup, from the dump in it."""
    backups.load_database(site)


def publish_governance(site: Site, *, actor: Actor) -> Version:
    """Put the rules as they are in force as the next version; a line in the ledger.

    raises  trust's NotAllowed without governance.publish; NothingToPublish
    """
    actor = trust.require(actor, "governance.publish")
    return governance.publish(site, actor)
