"""`shuren collect`: bring in what is new from the systems that feed the library."""

import dataclasses

import click

from shuren.cli.context import CliContext
from shuren.cli.main import FAILED, OK
from shuren.cli.main import report as report_error
from shuren.cli.trouble import sentence
from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _


@click.command()
@click.argument("connectors", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
@click.pass_obj
def collect(context: CliContext, connectors: tuple[str, ...], as_json: bool) -> int:
    """Bring in what is new from CONNECTORS, else from every one that is enabled.

    A connector is a file in definitions/sources/ of the site. Each goes on where it stopped
    the last time; one that fails does not hold up the others (exit code 1).
    """
    site = context.site
    from shuren.data import actions, definitions
    from shuren.data.rising import CONNECTOR
    from shuren.service.actions import hand_in

    known = definitions.connectors(site)
    chosen = connectors or tuple(id for id, one in known.items() if one.enabled)
    for id in chosen:
        definitions.connector(site, id)  # a name that is wrong is said before anything runs
    lines: list[dict[str, object]] = []
    code = OK
    for id in chosen:
        try:
            if id == CONNECTOR:
                hand_in(site, actor=context.actor)
            with context.progress(id) as progress:
                done = actions.collect(site, id, actor=context.actor, progress=progress)
        except (ShurenError, OSError) as error:
            message, fix = sentence(error)
            report_error(f"{id}: {message}", fix)
            lines.append({"connector": id, "error": f"{message} {fix}".strip()})
            code = FAILED
            continue
        lines.append(dataclasses.asdict(done))
        for problem in done.problems:
            report_error(problem)
            code = FAILED
    if as_json:
        context.emit_json(lines)
    else:
        print_lines(context, lines)
    return code


def print_lines(context: CliContext, lines: list[dict[str, object]]) -> None:
    from rich.table import Table

    if not lines:
        context.console.print(
            _("No system is connected yet: describe one in definitions/sources/ of the site.")
        )
        return
    table = Table(box=None)
    table.add_column(_("Connector"))
    for title in (_("Loads"), _("Rows"), _("Accepted"), _("Refused"), _("Here already")):
        table.add_column(title, justify="right")
    for line in lines:
        if "error" in line:
            table.add_row(str(line["connector"]), "[red]✗[/]")
            continue
        loads = line["loads"]
        counts = [len(loads)] if isinstance(loads, list) else []
        values = (*counts, *(line[key] for key in ("records", "accepted", "refused", "already")))
        table.add_row(str(line["connector"]), *(f"{value:,}" for value in values))
    context.console.print(table)
