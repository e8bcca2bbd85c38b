"""`shuren index`: bring the search index to what was built."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from shuren.cli.context import CliContext
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor, Progress, no_progress
from shuren.kernel.site import Site

if TYPE_CHECKING:
    from shuren.discovery.search_shapes import Indexed


@click.command("index")
@click.option("--all", "everything", is_flag=True, help="Make it anew beside the live one.")
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
@click.pass_obj
def index(context: CliContext, everything: bool, as_json: bool) -> None:
    """Bring the search index to the tables that were built.

    `shuren build` does this by itself. Only records that are new or changed are written; searches
    go on meanwhile. An index of an older form is made anew.
    """
    with context.progress(_("Indexing")) as progress:
        made = renew(context.site, context.actor, progress, everything)
    if as_json:
        context.emit_json(asdict(made))
        return
    show(context, made)


def renew(
    site: Site, actor: Actor, progress: Progress = no_progress, everything: bool = False
) -> "Indexed":
    """What every command does that has built tables."""
    from shuren.discovery.actions import index as index_records

    return index_records(site, actor=actor, progress=progress, everything=everything)


def renew_if_built(site: Site, actor: Actor) -> None:
    """After a snapshot came from elsewhere or lost rows; nothing where none was ever built."""
    from shuren.data.queries import current_snapshot

    if current_snapshot(site) is not None:
        renew(site, actor)


def show(context: CliContext, made: "Indexed") -> None:
    context.console.print(
        _(
            "%(records)s records in the search index: %(written)s written, %(removed)s removed, in "
            "%(seconds)s s.",
            records=f"{made.records:,}",
            written=f"{made.written:,}",
            removed=f"{made.removed:,}",
            seconds=f"{made.seconds:.1f}",
        )
    )
