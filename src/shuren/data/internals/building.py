"""Building: run the models that changed, then publish all tables as one snapshot.

A table for which nothing changed is taken from the live snapshot by a second link to its
file, so every snapshot is whole by itself. A build works in a folder of its own below
data/tmp. Renaming that folder into place makes the snapshot exist, replacing the pointer
makes it live. A build killed at any moment before leaves the live snapshot as it was; its
folder is swept by the next build.
"""

import errno
import fcntl
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from shuren.data.errors import BuildFailed
from shuren.data.internals import (
    declared,
    engines,
    fingerprints,
    live,
    retention_log,
    snapshots,
    sources,
)
from shuren.data.internals.fingerprints import Inputs, Made, content_hash
from shuren.data.internals.models import LAYERS
from shuren.data.internals.sources import quoted, table_file
from shuren.data.shapes import (
    BuildReport,
    BuiltTable,
    Model,
    Planned,
    Receipt,
    SnapshotInfo,
    SnapshotTable,
)
from shuren.kernel.clock import now
from shuren.kernel.files import sync_folder, write_atomically
from shuren.kernel.i18n import gettext as _
from shuren.kernel.ids import new_id
from shuren.kernel.shapes import Progress
from shuren.kernel.site import Site

KEPT = 3  # snapshots, the live one among them
MINIMUM_AGE = timedelta(minutes=10)  # since another took its place: nobody reads so long


def build_snapshot(
    site: Site,
    models: dict[str, Model],
    loads: Sequence[Receipt],
    progress: Progress,
    *,
    everything: bool = False,
    engine: str = "duckdb",
) -> BuildReport:
    """Make the tables that changed, publish them with those that did not; waits for a build
    that is under way.

    models      in building order
    loads       oldest first
    progress    is called with tables done and tables in all
    everything  run every model
    engine      a name among `engines.ENGINES`
    raises      BuildFailed with the live snapshot untouched
    """
    begun = time.monotonic()
    opener = engines.opener(engine)
    with one_at_a_time(site):
        sweep(site)
        id = new_id("S")
        folder = site.temporary / f"build-{id}"
        try:
            run = _Run(site, folder, models, loads, progress, opener, everything)
            tables = run.make_tables()
            moment, since = now(), snapshots.unchanged_since(site, run.made)
            info = SnapshotInfo(
                id=id,
                built_at=moment,
                data_date=max((made.until for made in run.made.values()), default=""),
                tables={
                    t.name: _published(
                        models[t.name], t.rows, since.get(t.name) or moment.isoformat()
                    )
                    for t in tables
                },
                loads=tuple(load.id for load in loads),
            )
            hashes = {name: model.hash for name, model in models.items()}
            snapshots.write_manifest(folder, info, hashes, run.made)
            put_in_place(site, folder, id)
            write_atomically(site.current_pointer, id.encode())
        except duckdb.InterruptException:
            raise KeyboardInterrupt from None
        except (OSError, duckdb.Error) as error:
            raise _explained(site, error) from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        prune(site)
    seconds = time.monotonic() - begun
    return BuildReport(id, tuple(tables), info.data_date, info.loads, seconds)


@dataclass
class _Run:
    """One build at work; `made` grows with the tables."""

    site: Site
    folder: Path
    models: dict[str, Model]
    loads: Sequence[Receipt]
    progress: Progress
    opener: engines.Opener
    everything: bool
    made: dict[str, Made] = field(default_factory=dict)
    _given: set[str] = field(default_factory=set)

    def make_tables(self) -> list[BuiltTable]:
        """What was built, in order."""
        for layer in LAYERS:
            (self.folder / layer).mkdir(parents=True)
        reads = {table for model in self.models.values() for table in model.reads}
        sources.check_files(self.site, reads, self.loads)
        before = before_this(self.site)
        inputs = Inputs(self.site, self.loads)
        built = []
        with ExitStack() as stack:
            engine: engines.Engine | None = None
            for done, model in enumerate(self.models.values()):
                self.progress(done, len(self.models))
                parts = inputs.of(model)
                if not model.materialised:
                    built.append(self._look(model, parts, before))
                    inputs.content[model.name] = self.made[model.name].content
                    continue
                why = before.why_not(model, parts)
                if self.everything and not why:
                    why = _("All were to run.")
                if why and engine is None:
                    engine = stack.enter_context(
                        self.opener(self.site, self.folder / "work", self.loads)
                    )
                if why and engine is not None:
                    built.append(self._make(engine, model, parts, why))
                else:
                    built.append(self._keep(model, before))
                inputs.content[model.name] = self.made[model.name].content
            self.progress(len(self.models), len(self.models))
        shutil.rmtree(self.folder / "work", ignore_errors=True)
        return built

    def _make(
        self, engine: engines.Engine, model: Model, parts: dict[str, str], why: str
    ) -> BuiltTable:
        begun = time.monotonic()
        for table in model.reads:
            if table in self._given:
                continue
            self._given.add(table)
            if table in self.models:
                engine.table(table, self.folder / table_file(table))
            else:
                engine.source(table)
        path = self.folder / table_file(model.name)
        rows = engine.make(model, path)
        self.made[model.name] = Made(
            parts, content_hash(path), path.stat().st_size, _speaks_until(model, path)
        )
        return BuiltTable(model.name, rows, time.monotonic() - begun, True, why)

    def _look(self, model: Model, parts: dict[str, str], before: "Before") -> BuiltTable:
        """A live view is only tried: it must be readable from the moment it is published."""
        begun = time.monotonic()
        parts = {part: value for part, value in parts.items() if not part.endswith(" loads")}
        self.made[model.name] = Made(parts, fingerprints.hash_of(parts), 0)
        if before.made.get(model.name) == self.made[model.name]:
            return BuiltTable(model.name, 0, time.monotonic() - begun, False, _live())
        views = {name: m.sql for name, m in self.models.items() if not m.materialised}
        with duckdb.connect() as connection:
            try:
                sql = live.select(self.site, self.folder, model.name, views, model.columns, {})
                declared.check_key(connection, model, f"({sql})")
            except duckdb.Error as error:
                why = declared.first_line(error)
                raise BuildFailed(
                    _("%(model)s cannot run: %(why)s.", model=model.name, why=why)
                ) from error
        return BuiltTable(model.name, 0, time.monotonic() - begun, False, _live())

    def _keep(self, model: Model, before: "Before") -> BuiltTable:
        begun = time.monotonic()
        _link(before.folder / table_file(model.name), self.folder / table_file(model.name))
        self.made[model.name] = before.made[model.name]
        rows = before.rows[model.name]
        return BuiltTable(model.name, rows, time.monotonic() - begun, False, fingerprints.kept())


@dataclass(frozen=True)
class Before:
    """The live snapshot a build begins with, or nothing."""

    folder: Path
    made: dict[str, Made]
    rows: dict[str, int]

    def why_not(self, model: Model, parts: dict[str, str]) -> str:
        """Why a model cannot be kept; "" if it can."""
        if not self.rows:
            return _("There is no snapshot yet.")
        if model.name in self.rows and model.name not in self.made:
            return _("The snapshot before does not say what it was made from.")
        return fingerprints.why_not(self.folder, model.name, self.made.get(model.name), parts)


def before_this(site: Site) -> Before:
    current = snapshots.current(site)
    if current is None:
        return Before(site.snapshots, {}, {})
    folder = site.snapshots / current.id
    rows = {name: table.rows for name, table in current.tables.items()}
    return Before(folder, snapshots.read_made(folder), rows)


def explain(
    site: Site, models: dict[str, Model], loads: Sequence[Receipt], everything: bool = False
) -> list[Planned]:
    """Whether each model would run now, and why; nothing is run."""
    before = before_this(site)
    known = {name: made.content for name, made in before.made.items()}
    inputs, running, planned = Inputs(site, loads, known), set[str](), []
    for model in models.values():
        if not model.materialised:
            planned.append(Planned(model.name, False, _live()))
            continue
        why = before.why_not(model, inputs.of(model))
        above = next((table for table in model.reads if table in running), "")
        if why or everything:
            why = why or _("All were to run.")
        elif above:
            why = _(
                "It reads %(table)s, which runs; if that comes out as before, it is kept.",
                table=above,
            )
        if why:
            running.add(model.name)
        planned.append(Planned(model.name, bool(why), why or fingerprints.kept()))
    return planned


def _live() -> str:
    return _("It is a live view: evaluated whenever it is read.")


def _link(source: Path, target: Path) -> None:
    """The same bytes under two names: whichever snapshot goes first, the other keeps them."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def sweep(site: Site) -> None:
    """Take away what killed builds left. Only for who holds the lock."""
    for folder in site.temporary.glob("build-*"):
        shutil.rmtree(folder, ignore_errors=True)


def holds_expired(site: Site) -> bool:
    """Whether the live snapshot was made before rows last went."""
    current, taken = snapshots.current(site), retention_log.last_taken(site)
    return current is not None and taken is not None and current.built_at < taken


def prune(site: Site, forgotten_until: datetime | None = None) -> None:
    """Remove old snapshots: beyond the newest three, with rows past their term, or built before
    somebody's rows went out of the raw files; and not one replaced minutes ago.

    forgotten_until  when the last such rows went
    """
    taken = retention_log.last_taken(site)
    found, expired = [], max((at for at in (taken, forgotten_until) if at), default=None)
    for folder in site.snapshots.iterdir():
        if not (folder / snapshots.MANIFEST).is_file():  # a prune that was killed began with it
            shutil.rmtree(folder, ignore_errors=True)
            continue
        try:
            found.append((snapshots.read_manifest(folder).built_at, folder))
        except FileNotFoundError:
            continue  # of another version of ours: not for us to remove
    found.sort(reverse=True)
    current = snapshots.current(site)
    for place, (built_at, folder) in enumerate(found):
        replaced_at = found[place - 1][0] if place else now()
        unwanted = place >= KEPT or (expired is not None and built_at < expired)
        old = unwanted and now() - replaced_at > MINIMUM_AGE
        if old and (current is None or folder.name != current.id):
            (folder / snapshots.MANIFEST).unlink()
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def one_at_a_time(site: Site) -> Iterator[None]:
    """Held by the kernel, so a killed build lets go of it."""
    site.lake.mkdir(parents=True, exist_ok=True)
    site.snapshots.mkdir(exist_ok=True)
    site.temporary.mkdir(parents=True, exist_ok=True)
    with open(site.lake / ".build.lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def put_in_place(site: Site, folder: Path, id: str) -> None:
    """A finished folder becomes a snapshot, flushed to disk; no pointer names it yet."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            sync_folder(path)
        else:
            with open(path, "rb") as file:
                os.fsync(file.fileno())
    sync_folder(folder)
    os.rename(folder, site.snapshots / id)
    sync_folder(site.snapshots)


def _published(model: Model, rows: int, changed_at: str) -> SnapshotTable:
    order = dict.fromkeys(name for name in (model.speaks_until, *model.key) if name)
    return SnapshotTable(
        model.name,
        rows,
        model.columns,
        model.title,
        person=model.person,
        person_number=model.person_number,
        public=model.public,
        counted_by=model.counted_by,
        headcount=model.headcount,
        order=tuple(order),
        changed_at=changed_at,
        live="" if model.materialised else model.sql,
        topic=model.topic,
    )


def _speaks_until(model: Model, path: Path) -> str:
    if not model.speaks_until:
        return ""
    latest = f'CAST(max(CAST("{model.speaks_until}" AS DATE)) AS VARCHAR)'
    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT {latest} FROM read_parquet({quoted(path)})").fetchall()
    return found[0][0] or ""


def _explained(site: Site, error: Exception) -> BuildFailed:
    full = isinstance(error, OSError) and error.errno == errno.ENOSPC
    if full or "No space left" in str(error):
        return BuildFailed(
            _("The disk that holds %(folder)s is full; nothing was published.", folder=site.data),
            fix=_("Free some space, then run `shuren build` again."),
        )
    if isinstance(error, duckdb.OutOfMemoryException):
        return BuildFailed(
            _("The build needs more memory and disk than there is; nothing was published."),
            fix=_("Free some of both, then run `shuren build` again."),
        )
    return BuildFailed(
        _("The build stopped, and nothing was published: %(why)s.", why=declared.first_line(error))
    )
