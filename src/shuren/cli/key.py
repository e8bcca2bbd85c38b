"""`shuren key`: the keys of the open API, and the key of the vault."""

from datetime import timedelta
from typing import TYPE_CHECKING

import click

from shuren.cli.context import CliContext
from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _

if TYPE_CHECKING:
    from shuren.trust.queries import KeyLine


@click.group()
def key() -> None:
    """Make, list, rotate and revoke keys of the open API."""


@key.command("create")
@click.argument("name")
@click.option("--owner", required=True, help="Who answers for the program that uses it.")
@click.option("--contact", default="", help="Where the owner is reached.")
@click.option("--scope", "scopes", multiple=True, required=True, help="What it opens; repeatable.")
@click.option("--purpose", "purposes", multiple=True, help="What tables are read for; repeatable.")
@click.option("--per-minute", default=60, show_default=True, help="Requests a minute.")
@click.option("--per-day", default=10_000, show_default=True, help="Requests a day.")
@click.option("--days", type=click.IntRange(1, 3650), help="Days until it expires; else never.")
@click.pass_obj
def create(
    context: CliContext,
    name: str,
    owner: str,
    contact: str,
    scopes: tuple[str, ...],
    purposes: tuple[str, ...],
    per_minute: int,
    per_day: int,
    days: int | None,
) -> None:
    """Make a key called NAME and print it, this once."""
    _site = context.site
    from shuren.trust.actions import create_api_key

    _id, text = create_api_key(
        name,
        owner=owner,
        contact=contact,
        scopes=scopes,
        purposes=purposes,
        per_minute=per_minute,
        per_day=per_day,
        expires_at=now() + timedelta(days=days) if days else None,
        created_by=context.actor,
    )
    _hand_over(text)


@key.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_keys(context: CliContext, as_json: bool) -> None:
    """List all keys with their scopes, quotas and last use."""
    _site = context.site
    from dataclasses import asdict

    from shuren.trust.queries import api_keys_known

    found = api_keys_known(actor=context.actor)
    if as_json:
        context.emit_json([asdict(line) for line in found])
        return
    if not found:
        click.echo(_("There is no key yet. Make one with `shuren key create`."))
        return
    from rich.table import Table

    heads = [_("Id"), _("Name"), _("Owner"), _("State"), _("Scopes"), _("Today"), _("Last use")]
    table = Table(*heads, box=None, header_style="bold")
    for line in found:
        table.add_row(*_row(line))
    context.console.print(table)


@key.command("rotate")
@click.argument("id")
@click.option("--days", default=7, show_default=True, help="Days the old secret goes on working.")
@click.pass_obj
def rotate(context: CliContext, id: str, days: int) -> None:
    """Give the key ID a new secret and print it, this once."""
    _site = context.site
    from shuren.trust.actions import rotate_api_key

    _hand_over(rotate_api_key(id, grace=timedelta(days=max(0, days)), actor=context.actor))


@key.command("revoke")
@click.argument("id")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def revoke(context: CliContext, id: str, yes: bool) -> None:
    """End the key ID at once. What the ledger says about it stays."""
    _site = context.site
    from shuren.trust.actions import revoke_api_key

    if not yes:
        click.confirm(_("Revoke %(id)s?", id=id), abort=True)
    revoke_api_key(id, actor=context.actor)
    click.echo(_("Revoked %(id)s.", id=id))


@key.command("rotate-vault")
@click.pass_obj
def rotate_vault(context: CliContext) -> None:
    """Give the identity vault a new key and seal everything anew; goes on where it was stopped.

    Write a backup after it: an older one needs the key it was written with, which it holds.
    """
    site = context.site
    from shuren.service.actions import rotate_vault as seal_anew

    rows, files, ended = seal_anew(site, actor=context.actor)
    click.echo(_("Sealed anew: %(rows)s rows, %(files)s files.", rows=rows, files=files))
    if ended:
        click.echo(_("The old key is gone."))
    else:
        click.echo(_("The old key stays: run it again when no load is under way."))


@key.command("rotate-links")
@click.pass_obj
def rotate_links(context: CliContext) -> None:
    """Sign links to delivered files with a new key; links end or go on as their service says."""
    site = context.site
    from shuren.service.file_links import change_keys

    ended, kept = change_keys(site, actor=context.actor)
    click.echo(
        _("A new key signs links to files: %(ended)s ended, %(kept)s go on.",
          ended=ended, kept=kept)
    )  # fmt: skip


def _hand_over(text: str) -> None:
    """The key alone on standard output, so that a script can take it; the advice beside it."""
    click.echo(text)
    click.echo(_("This key is shown this once. Keep it where passwords are kept."), err=True)


def _row(line: "KeyLine") -> list[str]:
    words = {"live": _("in use"), "expired": _("expired"), "revoked": _("revoked")}
    return [
        line.id,
        line.name,
        line.owner,
        words[line.state],
        " ".join(line.scopes),
        f"{line.used_today}/{line.per_day}",
        f"{line.last_used_at:%Y-%m-%d %H:%M}" if line.last_used_at else "–",
    ]
