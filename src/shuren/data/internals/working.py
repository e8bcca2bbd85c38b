"""Work in progress: a folder under data/tmp that belongs to one living process.

Ownership is a lock the kernel gives up when the process ends, however it ends, so what a
killed process left behind can be told from what another is writing now.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shuren.kernel.site import Site

_LOCK = ".lock"


@contextmanager
def working_folder(site: Site, name: str) -> Iterator[Path]:
    """A folder of our own, removed at the end, error or not."""
    site.temporary.mkdir(parents=True, exist_ok=True)
    folder, lock = site.temporary / name, site.temporary / f"{name}{_LOCK}"
    handle = _own(lock)
    try:
        folder.mkdir()
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        lock.unlink(missing_ok=True)
        os.close(handle)


@contextmanager
def exclusively(lock: Path) -> Iterator[None]:
    """One process at a time, for the moment in which a receipt is written. Waits its turn."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(lock, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def is_owned(site: Site, name: str) -> bool:
    """Whether a living process works under this name."""
    try:
        handle = os.open(site.temporary / f"{name}{_LOCK}", os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def sweep_folders(site: Site, prefix: str) -> list[str]:
    """Remove working folders whose process is gone; returns their names."""
    gone = []
    for folder in sorted(site.temporary.glob(f"{prefix}*")):
        if folder.suffix == _LOCK:
            if not folder.with_suffix("").exists() and not is_owned(site, folder.stem):
                folder.unlink(missing_ok=True)
        elif folder.is_dir() and not is_owned(site, folder.name):
            shutil.rmtree(folder, ignore_errors=True)
            (site.temporary / f"{folder.name}{_LOCK}").unlink(missing_ok=True)
            gone.append(folder.name)
    return gone


def _own(lock: Path) -> int:
    """Open and lock; again if a sweeper took the file away between the two."""
    while True:
        handle = os.open(lock, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            if os.stat(lock).st_ino == os.fstat(handle).st_ino:
                return handle
        except FileNotFoundError:
            pass
        os.close(handle)
