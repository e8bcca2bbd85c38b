"""Building: run the models, then publish what they made as one snapshot.

A build works in a folder of its own below data/tmp. Renaming that folder into place makes
the snapshot exist, replacing the pointer makes it live. A build killed at any moment before
leaves the live snapshot as it was; its folder is swept by the next build.
"""

import errno
import fcntl
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import duckdb

from shuren.data.errors import BuildFailed
from shuren.data.internals import declared, snapshots, sources
from shuren.data.internals.models import LAYERS
from shuren.data.shapes import (
    BuildReport,
    BuiltTable,
    Model,
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
    site: Site, models: dict[str, Model], loads: Sequence[Receipt], progress: Progress
) -> BuildReport:
    """Make every table and publish them together; waits for a build that is under way.

    models    in building order
    loads     oldest first
    progress  is called with tables done and tables in all
    raises    BuildFailed with the live snapshot untouched
    """
    begun = time.monotonic()
    with _one_at_a_time(site):
        sweep(site)
        id = new_id("S")
        folder = site.temporary / f"build-{id}"
        try:
            run = _Run(site, folder, models, loads, progress)
            tables, data_date = run.make_tables()
            info = SnapshotInfo(
                id=id,
                built_at=now(),
                data_date=data_date,
                tables={t.name: _published(models[t.name], t.rows) for t in tables},
                loads=tuple(load.id for load in loads),
            )
            snapshots.write_manifest(folder, info, {n: m.hash for n, m in models.items()})
            _publish(site, folder, id)
        except duckdb.InterruptException:
            raise KeyboardInterrupt from None
        except (OSError, duckdb.Error) as error:
            raise _explained(site, error) from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        prune(site)
    return BuildReport(id, tuple(tables), data_date, info.loads, time.monotonic() - begun)


@dataclass
class _Run:
    """One build at work."""

    site: Site
    folder: Path
    models: dict[str, Model]
    loads: Sequence[Receipt]
    progress: Progress

    def make_tables(self) -> tuple[list[BuiltTable], str]:
        """What was built, in order, and the data date."""
        for layer in LAYERS:
            (self.folder / layer).mkdir(parents=True)
        with open_workshop(self.site, self.folder) as connection:
            reads = {table for model in self.models.values() for table in model.reads}
            sources.attach(connection, self.site, reads, self.loads)
            made, data_date = [], ""
            for done, model in enumerate(self.models.values()):
                self.progress(done, len(self.models))
                made.append(self._make(connection, model))
                data_date = max(data_date, _speaks_until(connection, model))
            self.progress(len(self.models), len(self.models))
        shutil.rmtree(self.folder / "spill", ignore_errors=True)
        return made, data_date

    def _make(self, connection: duckdb.DuckDBPyConnection, model: Model) -> BuiltTable:
        begun = time.monotonic()
        declared.check_columns(connection, model)
        path = self.folder / snapshots.table_file(model.name)
        quoted = str(path).replace("'", "''")
        casts = ", ".join(f'CAST("{c.name}" AS {c.type}) AS "{c.name}"' for c in model.columns)
        # The same rows always give the same file; by day first, so that a period skips the rest.
        order = ", ".join(f'"{name}"' for name in (model.speaks_until, *model.key) if name)
        try:
            connection.execute(
                f"COPY (SELECT {casts} FROM ({model.sql}\n) AS made ORDER BY {order})"
                f" TO '{quoted}' (FORMAT parquet, COMPRESSION zstd)"
            )
        except duckdb.ConversionException as error:
            raise declared.cast_failed(connection, model, error) from error
        connection.execute(f"CREATE VIEW {model.name} AS SELECT * FROM read_parquet('{quoted}')")
        declared.check_key(connection, model)
        rows = declared.number(connection, f"SELECT count(*) FROM {model.name}")
        return BuiltTable(model.name, rows, time.monotonic() - begun)


@contextmanager
def open_workshop(site: Site, folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """An engine in memory that spills into `folder`; with the schemas models write to."""
    settings = snapshots.engine_settings(folder / "spill", memory="")
    with duckdb.connect(config=settings) as connection:
        for layer in LAYERS:
            connection.execute(f"CREATE SCHEMA {layer}")
        yield connection


def sweep(site: Site) -> None:
    """Take away what killed builds left. Only for who holds the lock."""
    for folder in site.temporary.glob("build-*"):
        shutil.rmtree(folder, ignore_errors=True)


def prune(site: Site) -> None:
    """Remove old snapshots: beyond the newest three, and not one replaced minutes ago."""
    found = []
    for folder in site.snapshots.iterdir():
        if not (folder / snapshots.MANIFEST).is_file():  # a prune that was killed began with it
            shutil.rmtree(folder, ignore_errors=True)
            continue
        try:
            found.append((snapshots.read_manifest(folder).built_at, folder))
        except FileNotFoundError:
            continue  # of another version of ours: not for us to remove
    found.sort(reverse=True)
    live = snapshots.current(site)
    for place, (_built_at, folder) in enumerate(found):
        replaced_at = found[place - 1][0] if place else now()
        old = place >= KEPT and now() - replaced_at > MINIMUM_AGE
        if old and (live is None or folder.name != live.id):
            (folder / snapshots.MANIFEST).unlink()
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _one_at_a_time(site: Site) -> Iterator[None]:
    """Held by the kernel, so a killed build lets go of it."""
    site.lake.mkdir(parents=True, exist_ok=True)
    site.snapshots.mkdir(exist_ok=True)
    site.temporary.mkdir(parents=True, exist_ok=True)
    with open(site.lake / ".build.lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _publish(site: Site, folder: Path, id: str) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            sync_folder(path)
        else:
            with open(path, "rb") as file:
                os.fsync(file.fileno())
    sync_folder(folder)
    os.rename(folder, site.snapshots / id)
    sync_folder(site.snapshots)
    write_atomically(site.current_pointer, id.encode())


def _published(model: Model, rows: int) -> SnapshotTable:
    return SnapshotTable(
        model.name, rows, model.columns, model.title, person=model.person, public=model.public
    )


def _speaks_until(connection: duckdb.DuckDBPyConnection, model: Model) -> str:
    if not model.speaks_until:
        return ""
    sql = f'SELECT CAST(max(CAST("{model.speaks_until}" AS DATE)) AS VARCHAR) FROM {model.name}'
    return connection.execute(sql).fetchall()[0][0] or ""


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
