"""Erases and cleans up in processes of its own, each killed at the moment it is told; see
test_erase_kill.

python -m tests.service.erasing_process DATABASE
Reads lines of JSON {what, reader, stop_at}, answers each with {"killed": bool, "steps": int}.

A moment is a step that leaves something behind: a file of the site that is opened for writing,
renamed or removed, a statement that writes to the database, or a commit, before and after. Before
the step of the number `stop_at` the process sends itself SIGKILL.
"""

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django
from django.conf import settings

_CHANGES = ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.truncate", "os.link")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Steps:
    """How many there were, and at which one this process ends."""

    def __init__(self) -> None:
        self.done, self.stop_at = 0, -1
        self.root = ""

    def begin(self, stop_at: int, root: str) -> None:
        self.done, self.stop_at, self.root = 0, stop_at, root

    def step(self) -> None:
        self.done += 1
        if self.done == self.stop_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def hear(self, event: str, args: tuple[Any, ...]) -> None:
        """An audit hook."""
        if not self.root:
            return
        writes = event in _CHANGES or (event == "open" and int(args[2] or 0) & _WRITING)
        if writes and str(args[0]).startswith(self.root):
            self.step()


STEPS = Steps()


def watch_database() -> None:
    from django.db import connection

    def heard(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if not sql.lstrip().upper().startswith("SELECT"):
            STEPS.step()
        return execute(sql, *rest)

    commit = connection._commit  # type: ignore[attr-defined]

    def committed() -> None:
        STEPS.step()
        commit()
        STEPS.step()

    connection.execute_wrappers.append(heard)
    connection._commit = committed  # type: ignore[attr-defined]


def run(what: str, reader: str) -> None:
    from shuren.data.internals import building
    from shuren.kernel.shapes import Actor
    from shuren.service import actions
    from shuren.service.internals import clocks
    from shuren.trust.models import Account
    from shuren.trust.queries import actor_of

    operator = Actor("cli:test", "administrator")
    building.MINIMUM_AGE = timedelta(0)  # a snapshot is otherwise kept for ten minutes
    if what == "erase":
        actions.erase(settings.SITE, actor_of(Account.objects.get(username=reader)))
    elif what == "sweep":
        actions.sweep(settings.SITE, actor=operator)
    else:
        clocks.DAY = timedelta(0)  # the disk is due, as if a day had gone by
        (settings.SITE.data / "work.json").unlink(missing_ok=True)
        actions.work(settings.SITE, actor=operator)


def child(asked: dict[str, Any], answer: int) -> None:
    watch_database()
    STEPS.begin(asked["stop_at"], str(settings.SITE.root))
    run(asked["what"], asked["reader"])
    steps, STEPS.root, STEPS.stop_at = STEPS.done, "", -1
    os.write(answer, str(steps).encode())


def main(database: str) -> None:
    settings.DATABASES["default"]["NAME"] = database
    django.setup()
    # What a process imports on its way is imported once, here; nothing is opened yet.
    import shuren.service.actions
    import shuren.trust.queries  # noqa: F401

    sys.addaudithook(STEPS.hear)
    for line in sys.stdin:
        reads, writes = os.pipe()
        process = os.fork()
        if process == 0:
            code = 1
            try:
                child(json.loads(line), writes)
                code = 0
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(code)
        os.close(writes)
        with os.fdopen(reads) as answer:
            steps = answer.read()
        _pid, status = os.waitpid(process, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        said = {
            "killed": killed,
            "steps": int(steps or 0),
            "code": os.waitstatus_to_exitcode(status),
        }
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
