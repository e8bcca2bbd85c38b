"""A consistent copy of a site in one file, taken while the site runs; and the way back.

The lake only ever gains files and replaces pointers, so the order of copying makes the copy
consistent: first the list of receipts (what has happened by now), then the files those
receipts speak of, the live snapshot, and the database read in one transaction.
"""

import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from django.core.management import call_command
from django.db import connection

from shuren.data.errors import BackupBroken, BackupTarget
from shuren.kernel.clock import now
from shuren.kernel.files import sync_folder
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Progress, no_progress
from shuren.kernel.site import SETTINGS_FILE, Site

FORMAT = 1
MANIFEST, DATABASE = "manifest.json", "database.jsonl"
# Sessions end with a restore on purpose; the rest Django makes anew in every database.
NOT_COPIED = ["contenttypes", "auth.permission", "sessions"]


def write_backup(site: Site, target: Path, progress: Progress = no_progress) -> dict[str, int]:
    """Write the site to `target` (.tar.gz, mode 0600: it holds the keys).

    returns  {"files": …, "bytes": …} of what was copied
    raises   BackupTarget if the file exists or its folder does not
    """
    if target.exists():
        raise BackupTarget(
            _("%(file)s exists already.", file=target), fix=_("Choose another name.")
        )
    if not target.parent.is_dir():
        raise BackupTarget(_("There is no folder %(folder)s.", folder=target.parent))
    site.temporary.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    os.close(handle)
    unfinished = Path(name)
    try:
        sums = _write_tar(site, unfinished, progress)
        os.replace(unfinished, target)
        sync_folder(target.parent)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    return {"files": len(sums), "bytes": target.stat().st_size}


def _write_tar(site: Site, target: Path, progress: Progress) -> dict[str, str]:
    sums: dict[str, str] = {}
    paths = list(_files(site))
    with tarfile.open(target, "w:gz", compresslevel=3) as tar:
        for done, path in enumerate(paths):
            progress(done, len(paths) + 1)
            _add(tar, path.relative_to(site.root).as_posix(), path.read_bytes(), sums)
        _add(tar, DATABASE, _dump_database(site), sums)
        manifest = {
            "format": FORMAT,
            "shuren": version("shuren"),
            "made_at": now().isoformat(),
            "sha256": sums,
        }
        _add(tar, MANIFEST, json.dumps(manifest, indent=1).encode(), {})
    progress(len(paths) + 1, len(paths) + 1)
    return sums


def _files(site: Site) -> Iterator[Path]:
    """What belongs in the copy; receipts first, see the module's note on order."""
    receipts = sorted(site.receipts.glob("*.json"))
    yield from receipts
    for path in receipts:
        yield from sorted(site.raw.glob(f"*/{path.stem}.*"))
        yield from sorted(site.quarantine.glob(f"*/{path.stem}.*"))
    if site.current_pointer.is_file():
        live = site.current_pointer.read_text("utf-8").strip()
        yield site.current_pointer
        yield from _below(site.snapshots / live)
    yield site.settings_file
    yield from _below(site.definitions)
    yield from _below(site.secrets)
    yield from sorted(path for path in site.data.glob("*.json"))


def _below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _dump_database(site: Site) -> bytes:
    """Every table as JSON lines, read in one transaction so that they agree with each other."""
    handle, name = tempfile.mkstemp(suffix=".jsonl", dir=site.temporary)
    os.close(handle)
    # Plain BEGIN, not atomic(): on SQLite that would be IMMEDIATE and keep writers waiting.
    level = (
        " ISOLATION LEVEL REPEATABLE READ READ ONLY" if connection.vendor == "postgresql" else ""
    )
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"BEGIN{level}")
            try:
                call_command(
                    "dumpdata", exclude=NOT_COPIED, format="jsonl", output=name, verbosity=0
                )
            finally:
                cursor.execute("ROLLBACK")
        return Path(name).read_bytes()
    finally:
        Path(name).unlink(missing_ok=True)


def _add(tar: tarfile.TarFile, name: str, content: bytes, sums: dict[str, str]) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    tar.addfile(entry, io.BytesIO(content))
    sums[name] = hashlib.sha256(content).hexdigest()


def unpack_backup(source: Path, folder: Path, progress: Progress = no_progress) -> Path:
    """Unpack a backup into a folder that is empty or does not exist, every byte verified.

    returns  the path of the database dump inside it, for `load_database`
    raises   BackupTarget if the folder holds something, BackupBroken if the file is not a
             whole backup; then nothing is left behind
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BackupTarget(
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
    return folder / DATABASE


def _extract(source: Path, folder: Path, progress: Progress) -> None:
    total = source.stat().st_size
    try:
        with open(source, "rb") as file, tarfile.open(fileobj=file, mode="r:gz") as tar:
            for entry in tar:
                tar.extract(entry, folder, filter="data")
                progress(file.tell(), total)
    except (tarfile.TarError, EOFError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise BackupBroken(
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
        raise BackupBroken(
            _("%(file)s cannot be restored: %(problem)s.", file=source, problem=problem),
            fix=_("Use another copy; nothing was restored."),
        )
    os.chmod(folder / "data", 0o700)
    secrets = folder / "data" / "secrets"
    if secrets.is_dir():
        os.chmod(secrets, 0o700)


def load_database(dump: Path) -> None:
    """Fill the (migrated, empty) database of the restored site, then remove the dump."""
    call_command("loaddata", str(dump), verbosity=0)
    dump.unlink()
