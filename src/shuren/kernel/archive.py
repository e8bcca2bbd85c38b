"""One file that holds many, every byte with its checksum; written and unpacked all or nothing."""

import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Iterable
from datetime import UTC
from importlib.metadata import version
from pathlib import Path

from shuren.kernel.clock import now
from shuren.kernel.errors import ShurenError, UsageError
from shuren.kernel.files import sync_folder
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Progress, no_progress
from shuren.kernel.site import SETTINGS_FILE

FORMAT = 1
MANIFEST = "manifest.json"


class ArchiveTarget(UsageError):
    """The backup or the restored site cannot be put there."""


class ArchiveBroken(ShurenError):
    """The file is not a whole, unchanged backup."""


def write_archive(target: Path, entries: Iterable[tuple[str, bytes]]) -> int:
    """Write named contents to a new .tar.gz (mode 0600), with a manifest of SHA-256 sums.

    returns  how many were written
    raises   ArchiveTarget if the file exists or its folder does not; nothing is left then
    """
    if target.exists():
        raise ArchiveTarget(
            _("%(file)s exists already.", file=target), fix=_("Choose another name.")
        )
    if not target.parent.is_dir():
        raise ArchiveTarget(_("There is no folder %(folder)s.", folder=target.parent))
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    unfinished = Path(name)
    sums: dict[str, str] = {}
    try:
        with os.fdopen(handle, "wb") as file:
            with tarfile.open(fileobj=file, mode="w:gz", compresslevel=3) as tar:
                for entry, content in entries:
                    _add(tar, entry, content)
                    sums[entry] = hashlib.sha256(content).hexdigest()
                _add(tar, MANIFEST, _manifest(sums))
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, target)
        sync_folder(target.parent)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    return len(sums)


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    tar.addfile(entry, io.BytesIO(content))


def _manifest(sums: dict[str, str]) -> bytes:
    made = now().astimezone(UTC).isoformat()
    content = {"format": FORMAT, "shuren": version("shuren"), "made_at": made, "sha256": sums}
    return json.dumps(content, indent=1).encode()


def unpack_archive(source: Path, folder: Path, progress: Progress = no_progress) -> None:
    """Unpack a backup into a folder that is empty or does not exist, every byte verified.

    raises   ArchiveTarget if the folder holds something, ArchiveBroken if the file is not a
             whole backup; then nothing is left behind
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ArchiveTarget(
            _("%(folder)s is not empty.", folder=folder),
            fix=_(
                "Restore into a new folder, look at it, then put it in the place of the old one."
            ),
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        _extract(source, unfinished, progress)
        _verify(source, unfinished)
        if folder.exists():
            folder.rmdir()
        os.replace(unfinished, folder)
        sync_folder(folder.parent)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise


def _extract(source: Path, folder: Path, progress: Progress) -> None:
    total = source.stat().st_size
    try:
        with open(source, "rb") as file, tarfile.open(fileobj=file, mode="r:gz") as tar:
            for entry in tar:
                tar.extract(entry, folder, filter="data")
                progress(file.tell(), total)
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise ArchiveBroken(
            _("%(file)s is damaged or is not a backup.", file=source),
            fix=_("Use another copy; nothing was restored."),
        ) from None


def _verify(source: Path, folder: Path) -> None:
    """Every file the manifest names is there with its checksum, and the format is ours."""
    problem = ""
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        if manifest["format"] != FORMAT:
            problem = _("it has format %(format)s, this version reads 1", format=manifest["format"])
        for name, checksum in manifest["sha256"].items():
            if hashlib.sha256((folder / name).read_bytes()).hexdigest() != checksum:
                problem = _("%(name)s was changed", name=name)
    except (OSError, ValueError, KeyError):
        problem = _("a part is missing")
    if problem or not (folder / SETTINGS_FILE).is_file():
        raise ArchiveBroken(
            _("%(file)s cannot be restored: %(problem)s.", file=source, problem=problem),
            fix=_("Use another copy; nothing was restored."),
        )
    (folder / "data").mkdir(exist_ok=True)
    os.chmod(folder / "data", 0o700)
    secrets = folder / "data" / "secrets"
    if secrets.is_dir():
        os.chmod(secrets, 0o700)
