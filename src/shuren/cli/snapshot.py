"""`shuren snapshot`: published tables travel by an object store."""

from typing import TYPE_CHECKING

import click

from shuren.cli.approval import asked, two_persons
from shuren.cli.context import CliContext
from shuren.cli.index import renew_if_built
from shuren.kernel.errors import UsageError
from shuren.kernel.i18n import gettext as _

if TYPE_CHECKING:
    from shuren.data.shapes import Moved


@click.group()
def snapshot() -> None:
    """Push the live snapshot to a store, or pull it from one."""


@snapshot.command("push")
@click.option("--store", default="", help="Address of the store; else `snapshot_store`.")
@two_persons
@click.pass_obj
def push(context: CliContext, store: str, reason: str, code: str) -> None:
    """Copy the live snapshot to the store, where other machines pull it.

    What has gone from this machine, by age or by retention, goes from the store too. A store that
    is not the site's own (`snapshot_store`) gets no sensitive column, and one about people only
    when two persons want it.
    """
    site, address = context.site, _address(store)
    from shuren.data.actions import push_snapshot
    from shuren.data.queries import push_name

    if asked(context, "snapshot.push", push_name(site, address), reason, code):
        return
    with context.progress(_("Copying")) as progress:
        moved = push_snapshot(site, address, progress, actor=context.actor, code=code)
    _say(moved)


@snapshot.command("pull")
@click.option("--store", default="", help="Address of the store; else `snapshot_store`.")
@click.pass_obj
def pull(context: CliContext, store: str) -> None:
    """Take over the snapshot that was pushed last, into a site that loads nothing itself.

    Whole or not at all: pages go on with the one before until every file is here and compared.
    """
    site, address = context.site, _address(store)
    from shuren.data.actions import pull_snapshot

    with context.progress(_("Copying")) as progress:
        moved = pull_snapshot(site, address, progress)
    renew_if_built(site, context.actor)
    _say(moved)


def _address(store: str) -> str:
    from django.conf import settings

    address = store or settings.SITE_SETTINGS.snapshot_store
    if not address:
        raise UsageError(
            _("No store is named."),
            fix=_('In shuren.toml: snapshot_store = "s3://bucket/path?region=…"'),
        )
    return str(address)


def _say(moved: "Moved") -> None:
    if not moved.files:
        click.echo(_("%(snapshot)s was there already.", snapshot=moved.snapshot))
        return
    click.echo(
        _("%(snapshot)s: %(files)s files, %(size)s MB", snapshot=moved.snapshot,
          files=f"{moved.files:,}", size=f"{moved.bytes / 1e6:,.1f}")
    )  # fmt: skip
