"""`shuren build`: make the tables from what was loaded and publish them."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from shuren.cli.context import CliContext
from shuren.kernel.i18n import gettext as _

if TYPE_CHECKING:
    from shuren.data.shapes import BuildReport, Expired


@click.command()
@click.option(
    "--steps", "table", metavar="TABLE", help="Show each step of one model; publish nothing."
)
@click.option("--rows", default=5, show_default=True, help="First rows of each step to show.")
@click.option("--explain", "only_explain", is_flag=True, help="Say which models would run and why.")
@click.option("--all", "everything", is_flag=True, help="Run every model, changed or not.")
@click.option(
    "--engine", default="", metavar="NAME", help="What runs the models: duckdb (here) or spark."
)
@click.option(
    "--master",
    default="",
    metavar="URL",
    help="With --engine spark: its master, spark://HOST:PORT.",
)
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
@click.pass_obj
def build(
    context: CliContext,
    table: str | None,
    rows: int,
    only_explain: bool,
    everything: bool,
    engine: str,
    master: str,
    as_json: bool,
) -> None:
    """Build tables from what was loaded, publish them and renew the search index.

    Only models whose inputs changed run. Rows past their contract's term go first. What happened
    here since (cases, loans, holds) is taken in before.
    """
    if table:
        show_steps(context, table, rows, as_json)
        return
    if only_explain:
        explain(context, everything, as_json)
        return
    site, actor = context.site, context.actor
    from shuren.data.actions import build as build_tables
    from shuren.service.actions import rise

    rise(site, actor=actor)
    with context.progress(_("Building tables")) as progress:
        report = build_tables(
            site,
            actor=actor,
            progress=progress,
            everything=everything,
            engine=engine_named(engine, master),
        )
    from shuren.cli.index import renew, show

    with context.progress(_("Indexing")) as progress:
        indexed = renew(site, actor, progress)
    if as_json:
        context.emit_json(asdict(report))
        return
    show_report(context, report)
    show(context, indexed)


def engine_named(engine: str, master: str) -> str:
    """A master alone means Spark."""
    if master and engine not in ("", "spark"):
        raise click.UsageError(_("--master belongs to --engine spark."))
    return f"spark@{master}" if master else engine or "duckdb"


def show_report(context: CliContext, report: "BuildReport") -> None:
    """What ran, what was taken over, and what went before."""
    from rich.table import Table

    show_expired(context, report.expired)
    lines = Table(box=None)
    lines.add_column(_("Table"))
    lines.add_column(_("Rows"), justify="right")
    lines.add_column(_("Seconds"), justify="right")
    lines.add_column(_("Why"))
    for made in report.tables:
        seconds = f"{made.seconds:.2f}" if made.ran else ""
        lines.add_row(made.name, f"{made.rows:,}", seconds, made.why)
    context.console.print(lines)
    ran = sum(made.ran for made in report.tables)
    context.console.print(
        _(
            "%(ran)s models ran, %(kept)s tables were taken over.",
            ran=ran,
            kept=len(report.tables) - ran,
        )
    )
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


def show_expired(context: CliContext, expired: "Sequence[Expired]") -> None:
    """One line for each load that retention took rows from."""
    for line in expired:
        context.console.print(
            _(
                "%(contract)s, load %(load)s: %(rows)s rows and %(refused)s refused rows of before "
                "%(cutoff)s are past their term.",
                contract=line.contract,
                load=line.load,
                rows=line.rows,
                refused=line.refused,
                cutoff=line.cutoff.isoformat(),
            )
        )


def explain(context: CliContext, everything: bool, as_json: bool) -> None:
    """Each model, whether it would run, and why."""
    site, _actor = context.site, context.actor
    from shuren.data.queries import explain_build

    planned = explain_build(site, everything=everything)
    if as_json:
        context.emit_json([asdict(line) for line in planned])
        return
    from rich.table import Table

    lines = Table(box=None)
    for title in (_("Table"), _("Runs"), _("Why")):
        lines.add_column(title)
    for line in planned:
        lines.add_row(line.name, _("yes") if line.runs else _("no"), line.why)
    context.console.print(lines)


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
