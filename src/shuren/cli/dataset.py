"""`shuren dataset`: open datasets, their versions, and exports for reuse or training."""

from pathlib import Path

import click

from shuren.cli.context import CliContext
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick


@click.group()
def dataset() -> None:
    """List, publish, withdraw and export open datasets."""


@dataset.command("list")
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
@click.pass_obj
def list_(context: CliContext, as_json: bool) -> None:
    """List the datasets that are declared, with their newest version."""
    site = context.site
    from rich.table import Table

    from shuren.repository.queries import shelves

    found = shelves(site)
    if as_json:
        context.emit_json([_line(one) for one in found])
        return
    table = Table(box=None, pad_edge=False)
    for head in (_("Dataset"), _("Newest version"), _("Licence"), _("Access"), _("Training")):
        table.add_column(head)
    for one in found:
        line = _line(one)
        training = _("allowed") if line["training"] else _("not allowed")
        table.add_row(
            f"{one.dataset.id}  {pick(one.dataset.title)}", str(line["identifier"] or "–"),
            str(line["licence"]), str(line["access"]), training,
        )  # fmt: skip
    context.console.print(table)


@dataset.command("publish")
@click.argument("ids", nargs=-1, required=True)
@click.pass_obj
def publish(context: CliContext, ids: tuple[str, ...]) -> None:
    """Freeze datasets as the live data give them, each as its next version."""
    site, actor = context.site, context.actor
    from shuren.repository import actions

    for id in ids:
        made = actions.publish(site, id, actor=actor)
        rows = sum(part.rows for part in made.parts)
        hidden = sum(part.hidden for part in made.parts)
        kept = sum(part.kept for part in made.parts)
        context.console.print(
            _(
                "%(identifier)s is published: %(rows)s rows, %(hidden)s hidden, %(kept)s kept as "
                "an earlier version says.",
                identifier=made.identifier,
                rows=f"{rows:,}",
                hidden=f"{hidden:,}",
                kept=f"{kept:,}",
            )
        )


@dataset.command("withdraw")
@click.argument("id")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why; the page of the version will say it.")
@click.pass_obj
def withdraw(context: CliContext, id: str, number: int, reason: str) -> None:
    """Take the files of version NUMBER of dataset ID away; a tombstone stays."""
    site, actor = context.site, context.actor
    from shuren.repository import actions

    gone = actions.withdraw(site, id, number, reason=reason, actor=actor)
    context.console.print(
        _("%(identifier)s is withdrawn; its page says why.", identifier=gone.identifier)
    )


@dataset.command("export")
@click.argument("target", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--for",
    "purpose",
    type=click.Choice(["reuse", "training"]),
    default="reuse",
    show_default=True,
    help="training: only datasets flagged for the training of models.",
)
@click.pass_obj
def export(context: CliContext, target: Path, purpose: str) -> None:
    """Copy the newest version of each dataset into the new folder TARGET, with a manifest."""
    site, actor = context.site, context.actor
    from shuren.repository import actions

    handed = actions.export(site, target, actor=actor, purpose=purpose)
    context.console.print(
        _("%(count)s datasets, %(files)s files are in %(folder)s.", count=len(handed.included),
          files=handed.files, folder=target)
    )  # fmt: skip
    for id, why in handed.left_out:
        context.console.print(_("Left out: %(id)s. %(why)s", id=id, why=pick(why)), markup=False)


def _line(one: object) -> dict[str, object]:
    from shuren.repository.shapes import Shelf

    assert isinstance(one, Shelf)
    current = one.current
    return {
        "id": one.dataset.id,
        "title": one.dataset.title,
        "identifier": current.identifier if current else None,
        "versions": len(one.versions),
        "licence": one.dataset.licence,
        "access": one.dataset.access,
        "training": one.dataset.training,
        "accepted": one.accepted,
    }
