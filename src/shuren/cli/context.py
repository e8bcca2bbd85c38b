"""What every command gets: the site, who runs it, and a console that suits the terminal."""

import getpass
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

import click

from shuren.kernel.locks import one_at_a_time
from shuren.kernel.shapes import Actor, Progress
from shuren.kernel.site import Site, open_site

if TYPE_CHECKING:  # rich takes 0.1 s to import; --help must not wait for it
    from rich.console import Console


_PIPE = 200  # wide enough that a table in a pipe breaks no name in two
_MIGRATING = 0x73687572  # the number of our lock in PostgreSQL


@contextmanager
def _one_at_a_time_there() -> Iterator[None]:
    """In a database that several folders or machines use, the database itself holds the lock."""
    from django.db import connection

    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_MIGRATING])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_MIGRATING])


class CliContext:
    """Made once per call. Nothing is opened or imported until a command asks for it."""

    def __init__(self, site_folder: str | None) -> None:
        self.site_folder = site_folder

    @cached_property
    def site(self) -> Site:
        """The chosen site, with Django ready to use its database (tables brought up to date)."""
        site = open_site(self.site_folder)
        self.use(site)
        return site

    def use(self, site: Site) -> None:
        """Point Django at a site and bring its tables up to date."""
        os.environ["SHUREN_SITE"] = str(site.root)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shuren.settings")
        import django
        from django.core.management import call_command

        django.setup()
        # Two commands that start together on a new site would both make the same tables.
        with one_at_a_time(site.data / ".tables.lock"), _one_at_a_time_there():
            call_command("migrate", verbosity=0, interactive=False)
        self.__dict__["site"] = site

    @cached_property
    def actor(self) -> Actor:
        """The operator at this terminal. Whoever may run commands here owns the files anyway."""
        try:
            user = getpass.getuser()
        except (KeyError, OSError):
            user = str(os.getuid())
        return Actor(id=f"cli:{user}", role="administrator")

    @cached_property
    def console(self) -> "Console":
        """Standard output. Colours and width only when it is a terminal."""
        from rich.console import Console

        if sys.stdout.isatty():
            return Console(highlight=False)
        return Console(highlight=False, soft_wrap=True, width=_PIPE)

    @cached_property
    def messages(self) -> "Console":
        """Standard error: progress and remarks, so that piped output stays clean."""
        from rich.console import Console

        return Console(stderr=True, highlight=False)

    @contextmanager
    def progress(self, label: str) -> Iterator[Progress]:
        """A bar on standard error while the block runs; silent when that is no terminal."""
        from rich.progress import (
            BarColumn,
            TaskProgressColumn,
            TextColumn,
            TimeElapsedColumn,
        )
        from rich.progress import (
            Progress as Bar,
        )

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeElapsedColumn(),
        )
        with Bar(*columns, console=self.messages, disable=not self.messages.is_terminal) as bar:
            task = bar.add_task(label, total=None)

            def step(done: int, total: int) -> None:
                bar.update(task, completed=done, total=total or None)

            yield step

    def emit_json(self, value: Any) -> None:
        """One JSON document on standard output; dates in ISO 8601, Chinese unescaped."""
        click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))
