"""`shuren retain`: take away what is past its term."""

from dataclasses import asdict

import click

from shuren.cli.build import show_expired, show_report
from shuren.cli.context import CliContext
from shuren.cli.index import renew_if_built
from shuren.kernel.i18n import gettext as _


@click.command()
@click.option("--dry-run", is_flag=True, help="Say what would go; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
@click.pass_obj
def retain(context: CliContext, dry_run: bool, as_json: bool) -> None:
    """Take away rows that are past the term their contract states.

    From raw files, quarantine, tables and old snapshots. Every build does the same first. Ended
    sign-ins go too, and what was kept of readers under 14 who are 14 by now.
    """
    site, actor = context.site, context.actor
    from shuren.data.actions import retain as take_away
    from shuren.trust import sign_on, young

    if not dry_run:
        sign_on.sweep()
        young.all_come_of_age()
    with context.progress(_("Taking away what is past its term")) as progress:
        expired, report = take_away(site, actor=actor, dry_run=dry_run, progress=progress)
    if report is not None:
        renew_if_built(site, actor)
    if as_json:
        context.emit_json(
            {
                "dry_run": dry_run,
                "expired": [asdict(line) for line in expired],
                "snapshot": report.snapshot if report else None,
            }
        )
        return
    show_expired(context, expired)
    if dry_run:
        click.echo(_("Nothing was changed: this was a dry run."))
    elif not expired:
        click.echo(_("Nothing is past its term."))
    if report is not None:
        show_report(context, report)
