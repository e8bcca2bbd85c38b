"""`shuren build`: make the tables from what was loaded and publish them."""

from dataclasses import asdict

import click

from shuren.cli.context import CliContext
from shuren.kernel.i18n import gettext as _


@click.command()
@click.option(
    "--steps", "table", metavar="TABLE", help="Show each step of one model; publish nothing."
)
@click.option("--rows", default=5, show_default=True, help="First rows of each step to show.")
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
@click.pass_obj
def build(context: CliContext, table: str | None, rows: int, as_json: bool) -> None:
    """Build tables from what was loaded and publish them."""
    if table:
        show_steps(context, table, rows, as_json)
        return
    site, actor = context.site, context.actor
    from shuren.data.actions import build as build_tables

    with context.progress(_("Building tables")) as progress:
        report = build_tables(site, actor=actor, progress=progress)
    if as_json:
        context.emit_json(asdict(report))
        return
    from rich.table import Table

    lines = Table(box=None)
    lines.add_column(_("Table"))
    lines.add_column(_("Rows"), justify="right")
    lines.add_column(_("Seconds"), justify="right")
    for made in report.tables:
        lines.add_row(made.name, f"{made.rows:,}", f"{made.seconds:.2f}")
    context.console.print(lines)
    context.console.print(
        _(
            "Published %(snapshot)s from %(loads)s loads in %(seconds)s s.",
            snapshot=report.snapshot,
            loads=len(report.loads),
            seconds=f"{report.seconds:.1f}",
        )
    )
    if report.data_date:
        context.console.print(_("The data speak until %(day)s.", day=report.data_date))
    else:
        context.console.print(_("There are no loans in it yet: `shuren load loans FILE`."))


def show_steps(context: CliContext, table: str, rows: int, as_json: bool) -> None:
    """Each step's name, row count, SQL and first rows."""
    site, actor = context.site, context.actor
    from shuren.data.queries import model_steps

    steps = model_steps(site, table, actor=actor, rows=rows)
    if as_json:
        context.emit_json([asdict(step) for step in steps])
        return
    from rich.syntax import Syntax
    from rich.table import Table

    for step in steps:
        context.console.rule(f"{step.name} · {_('%(count)s rows', count=f'{step.count:,}')}")
        context.console.print(Syntax(step.sql, "sql", background_color="default"))
        lines = Table(*step.columns, box=None)
        for row in step.rows:
            lines.add_row(*("" if value is None else str(value) for value in row))
        context.console.print(lines)
