"""`shuren doctor`: checks everything, says what to do."""

import click

from shuren.cli.context import CliContext
from shuren.cli.main import style
from shuren.kernel.i18n import gettext as _

MARKS = {"ok": ("✓", "green"), "advice": ("!", "yellow"), "wrong": ("✗", "red")}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
@click.pass_obj
def doctor(context: CliContext, as_json: bool) -> int:
    """Check the whole site and say what to do. Exits 1 when something is wrong."""
    from shuren.cli.checks import run_checks

    findings = list(run_checks(context))
    wrong = sum(finding.state == "wrong" for finding in findings)
    if as_json:
        context.emit_json([vars(finding) for finding in findings])
        return int(wrong > 0)
    for finding in findings:
        mark, colour = MARKS[finding.state]
        click.echo(f"{style(mark, colour)} {finding.message}")
        if finding.fix:
            click.echo(f"    {finding.fix}")
    click.echo()
    if wrong:
        click.echo(_("%(count)s things need you.", count=wrong))
    else:
        click.echo(_("The site is well."))
    return int(wrong > 0)
