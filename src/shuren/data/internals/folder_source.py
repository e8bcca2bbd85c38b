"""The source `folder`: files that other systems or people put into a folder."""

import time
from collections.abc import Iterator
from pathlib import Path

from shuren.data.internals.connector_state import read_state
from shuren.data.internals.reading.problems import FileProblem
from shuren.data.internals.table_source import TableSource
from shuren.data.source import Connector, Fetched
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Progress
from shuren.kernel.site import Site

SETTLED = 10.0


class FolderSource(TableSource):
    """Reads tables itself; a file that another source recognises is read by that one.

    settings  path (relative to the site), pattern (`*`), settled (seconds without a change)
    """

    files_stand_alone = True

    def fetch(
        self, site: Site, connector: Connector, cursor: str, folder: Path, progress: Progress
    ) -> Iterator[Fetched]:
        settings = connector.settings
        place = site.root / Path(str(settings.get("path", ""))).expanduser()
        if not settings.get("path") or not place.is_dir():
            raise FileProblem(
                _("The folder %(path)s of '%(connector)s' is not there.", path=place,
                  connector=connector.id),
                fix=_("Make it, or correct `settings.path`."),
            )  # fmt: skip
        taken = read_state(site, connector.id).files
        settled = float(settings.get("settled", SETTLED))
        fresh = []
        for path in place.glob(str(settings.get("pattern", "*"))):
            status = path.stat()
            known = taken.get(path.name) == [status.st_size, status.st_mtime_ns]
            resting = time.time() - status.st_mtime >= settled
            if path.is_file() and not path.name.startswith(".") and not known and resting:
                fresh.append((status.st_mtime_ns, path.name, path))
        for done, (_when, _name, path) in enumerate(sorted(fresh)):
            progress(done, len(fresh))
            yield Fetched(path, stays=True)
