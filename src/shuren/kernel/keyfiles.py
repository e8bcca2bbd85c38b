"""Keys of a site: one small file each in data/secrets, readable by its owner only.

Made on first use, by whichever process comes first; never in git, always in a backup.
"""

import os
import secrets
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

from shuren.kernel.errors import ShurenError
from shuren.kernel.files import write_atomically
from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import Site

FOLDER_MODE, FILE_MODE = 0o700, 0o600


class KeyUnusable(ShurenError):
    """A key file exists but does not hold a key; guessing a new one would lose data."""


def key_text(site: Site, name: str, make: Callable[[], str] | None = None) -> str:
    """The content of data/secrets/<name>, made by `make` if there is none yet.

    The default is 32 random bytes in hexadecimal. Of several processes that start
    together one writes the file, and all read that one.
    """
    path = site.secrets / name
    if not path.exists():
        _create(path, (make or _random_hex)())
    text = path.read_text("ascii", errors="replace").strip()
    if not text:
        raise unusable(path)
    return text


def key_bytes(site: Site, name: str) -> bytes:
    """A key of 32 bytes, made on first use; raises KeyUnusable if the file holds anything else."""
    return decode_key(key_text(site, name), site.secrets / name)


def decode_key(text: str, path: Path) -> bytes:
    """32 bytes from 64 hexadecimal digits; `path` is only named in the error."""
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise unusable(path)
    return key


def unusable(path: Path) -> KeyUnusable:
    return KeyUnusable(
        _("%(path)s does not hold a key.", path=path),
        fix=_("Bring the file back from a backup; what it sealed cannot be read without it."),
    )


def replace_key_text(site: Site, name: str, text: str) -> None:
    """Put new content in place of a key file that exists; the file keeps its mode."""
    write_atomically(site.secrets / name, text.encode("ascii"))


def loose_permissions(site: Site) -> list[Path]:
    """The secrets folder and key files that others than their owner may open."""
    if not site.secrets.is_dir():
        return []
    paths = [site.secrets, *sorted(site.secrets.iterdir())]
    return [path for path in paths if stat.S_IMODE(path.stat().st_mode) & 0o077]


def _random_hex() -> str:
    return secrets.token_hex(32)


def _create(path: Path, text: str) -> None:
    """Write a complete file under its name, unless somebody else was first.

    `link` fails when the name is taken, as O_EXCL does, but the name never shows an
    empty file: a crash in between cannot leave a key that is none.
    """
    path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(name, path)
        except FileExistsError:
            return
    finally:
        Path(name).unlink(missing_ok=True)
