"""`shuren work`: what has to happen by itself."""

import time

import click

from shuren.cli.context import CliContext
from shuren.kernel.i18n import gettext as _


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now, then stop.")
@click.option(
    "--every",
    default=10,
    show_default=True,
    type=click.IntRange(1, 1440),
    help="Minutes from one look to the next.",
)
@click.pass_obj
def work(context: CliContext, once: bool, every: int) -> None:
    """Run the clocks: terms of rows, the disk after erasures, what had to stay and is over now.

    `shuren serve` does it, too. Several at a time do no harm: one works, the others wait their
    turn. Stop it at any moment; it goes on where it was.
    """
    site, actor = context.site, context.actor
    from shuren.service.actions import work as run_clocks

    while True:
        done = run_clocks(site, actor=actor)
        if done or once:
            click.echo(
                _("Ran: %(clocks)s.", clocks=", ".join(done)) if done else _("Nothing is due.")
            )
        if once:
            return
        time.sleep(every * 60)
