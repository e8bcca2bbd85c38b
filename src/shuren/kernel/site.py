"""A site: the folder a library owns. Nothing is ever written outside it."""

import os
from dataclasses import dataclass
from pathlib import Path

from shuren.kernel.errors import UsageError
from shuren.kernel.i18n import gettext as _

SETTINGS_FILE = "shuren.toml"


@dataclass(frozen=True)
class Site:
    """Where things are. Folders are made when first written to, never by looking.

    raw/<contract>/<load>.parquet          accepted rows, pseudonymous
    quarantine/<contract>/<load>.sealed    refused rows, encrypted
    receipts/<load>.json                   written last: a load exists when its receipt does
    snapshots/<id>/<layer>/<table>.parquet with manifest.json; CURRENT names the live one
    """

    root: Path

    @property
    def settings_file(self) -> Path:
        return self.root / SETTINGS_FILE

    @property
    def definitions(self) -> Path:
        return self.root / "definitions"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def database(self) -> Path:
        return self.data / "shuren.sqlite3"

    @property
    def lake(self) -> Path:
        return self.data / "lake"

    @property
    def raw(self) -> Path:
        return self.lake / "raw"

    @property
    def snapshots(self) -> Path:
        return self.lake / "snapshots"

    @property
    def current_pointer(self) -> Path:
        return self.lake / "CURRENT"

    @property
    def quarantine(self) -> Path:
        return self.data / "quarantine"

    @property
    def receipts(self) -> Path:
        return self.data / "receipts"

    @property
    def secrets(self) -> Path:
        return self.data / "secrets"

    @property
    def demo_note(self) -> Path:
        """Of a demo site only, written when its set-up is complete: JSON with the `password` all
        its accounts share and their `usernames`."""
        return self.data / "demo.json"

    @property
    def temporary(self) -> Path:
        """Unfinished work. Anything here may be deleted when no process owns it."""
        return self.data / "tmp"


def open_site(root: str | Path | None = None) -> Site:
    """The site at `root`, else at SHUREN_SITE, else the working folder.

    raises  UsageError if there is no shuren.toml there
    """
    folder = Path(root or os.environ.get("SHUREN_SITE") or ".").expanduser().resolve()
    site = Site(folder)
    if not site.settings_file.is_file():
        raise UsageError(
            _("%(folder)s is not a Shuren site: it has no shuren.toml.", folder=folder),
            fix=_("Make one with `shuren init DIR`, or name one with --site DIR."),
        )
    return site
