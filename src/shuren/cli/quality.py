"""`shuren quality`: measure what was loaded, and say which contracts are well and which are not."""

from dataclasses import asdict

import click

from shuren.cli.context import CliContext
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
@click.pass_obj
def quality(context: CliContext, as_json: bool) -> None:
    """Measure what was loaded; list contracts by their score.

    Five dimensions, each the share of rows without such a fault: complete, valid, unique,
    consistent, timely. A fall opens a task for who answers for the data.
    """
    site, actor = context.site, context.actor
    from shuren.data import queries
    from shuren.data.actions import measure_quality
    from shuren.data.definitions import contracts
    from shuren.data.quality import DIMENSIONS, TITLES

    opened = measure_quality(site, actor=actor)
    found = queries.quality(site)
    if as_json:
        context.emit_json([asdict(one) | {"score": round(one.newest.score, 2)} for one in found])
        return
    if not found:
        context.console.print(_("Nothing has been loaded yet."))
        return
    from rich.table import Table

    titles = contracts(site)
    lines = Table(box=None)
    lines.add_column(_("Contract"))
    lines.add_column(_("Score"), justify="right")
    for dimension in DIMENSIONS:
        lines.add_column(pick(TITLES[dimension]), justify="right")
    lines.add_column(_("Loads"), justify="right")
    for one in found:
        shares = [one.newest.share(dimension) for dimension in DIMENSIONS]
        cells = ["–" if share is None else f"{100 * share:.1f}" for share in shares]
        lines.add_row(
            pick(titles[one.contract].title), f"{one.newest.score:.1f}", *cells,
            f"{len(one.history):,}",
        )  # fmt: skip
    context.console.print(lines)
    for task in opened:
        context.console.print(
            _(
                "Task %(id)s: %(contract)s, '%(dimension)s' fell: %(faults)s of %(records)s rows.",
                id=task.id,
                contract=pick(titles[task.contract].title),
                dimension=pick(TITLES[task.dimension]),
                faults=f"{task.faults:,}",
                records=f"{task.records:,}",
            )
        )
