"""Collects from one connector: what its source fetches is taken in, file by file."""

import shutil
from pathlib import Path

from shuren.data.errors import AlreadyLoaded, StorageFull
from shuren.data.internals.connector_state import (
    ConnectorState,
    resumed,
    state_file,
    write_state,
)
from shuren.data.internals.registry import source_named
from shuren.data.internals.taking_in import Brought, take_in
from shuren.data.internals.working import exclusively, sweep_folders, working_folder
from shuren.data.shapes import Collected
from shuren.data.source import Connector, Fetched, Source
from shuren.kernel.clock import now
from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.ids import new_id
from shuren.kernel.shapes import Actor, Progress
from shuren.kernel.site import Site

WORKING = "collect-"
NOTHING_LOADED = 3


def collect(site: Site, connector: Connector, actor: Actor, progress: Progress) -> Collected:
    """Everything new; what was loaded before a failure stays, and the next time goes on there.

    raises  ShurenError when it cannot go on; the sentence is kept for the coverage map
    """
    source = source_named(connector.source)
    with exclusively(state_file(site, connector.id).with_suffix(".lock")):
        sweep_folders(site, WORKING)
        run = _Run(site, connector, source, actor, progress)
        try:
            with working_folder(site, f"{WORKING}{new_id('C')}") as folder:
                run.all(folder)
        except ShurenError as error:
            run.failed(error)
            raise
        run.succeeded()
    return run.outcome


class _Run:
    """One attempt. The state is written after every file, so that a kill loses nothing."""

    def __init__(
        self, site: Site, connector: Connector, source: Source, actor: Actor, progress: Progress
    ) -> None:
        self.site, self.connector, self.source = site, connector, source
        self.actor, self.progress = actor, progress
        self.state: ConnectorState = resumed(site, connector.id)
        self.state.attempted_at = now().isoformat()
        self.outcome = Collected(connector.id)
        # Files of a folder have nothing to do with each other: one that fails holds up none.
        self.alone: bool = getattr(source, "files_stand_alone", False)

    def all(self, folder: Path) -> None:
        cursor, fetching = self.state.cursor, self.progress
        for fetched in self.source.fetch(self.site, self.connector, cursor, folder, fetching):
            try:
                self._take(fetched)
            except StorageFull:
                raise
            except ShurenError as error:
                if not self.alone or error.exit_code != NOTHING_LOADED:
                    raise
                said = _("%(file)s: %(why)s", file=fetched.path.name, why=error)
                self.outcome.problems.append(said)
                continue
            if folder in fetched.path.parents:
                fetched.path.unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)

    def _take(self, fetched: Fetched) -> None:
        contract = fetched.contract or self.connector.contract
        mapping = fetched.mapping or self.connector.mapping
        stamp = fetched.path.stat()
        brought = Brought(self.connector.id, fetched.cursor, fetched.notes)
        try:
            receipt = take_in(
                self.site, contract, fetched.path, self.actor, mapping, self.progress, brought
            )
        except AlreadyLoaded:
            self.outcome.already += 1
        else:
            self.state.receipt = receipt.id
            self.outcome.add(receipt)
        self.state.cursor = fetched.cursor
        if fetched.stays:
            self.state.files[fetched.path.name] = [stamp.st_size, stamp.st_mtime_ns]
        self.state.heard_at = now().isoformat()
        write_state(self.site, self.connector.id, self.state)

    def failed(self, error: ShurenError) -> None:
        self.state.problem = str(error)
        write_state(self.site, self.connector.id, self.state)

    def succeeded(self) -> None:
        self.state.problem = " ".join(self.outcome.problems)
        self.state.heard_at = now().isoformat()
        write_state(self.site, self.connector.id, self.state)
