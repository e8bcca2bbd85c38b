"""`shuren quarantine`: see, export and replay the rows that were refused."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from shuren.cli.approval import asked, two_persons
from shuren.cli.context import CliContext
from shuren.cli.load import print_receipt, receipt_values
from shuren.cli.main import NOTHING_LOADED, OK
from shuren.kernel.errors import UsageError
from shuren.kernel.i18n import current_language, pick, use_language
from shuren.kernel.i18n import gettext as _

if TYPE_CHECKING:
    from shuren.data.shapes import RefusedRow

PAGE = 20


@click.group()
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of the reasons.")
def quarantine(lang: str | None) -> None:
    """See, mend and replay refused rows."""
    if lang:
        use_language(lang)


@quarantine.command("list")
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
@click.pass_obj
def list_loads(context: CliContext, as_json: bool) -> None:
    """List the loads that have open refused rows."""
    site = context.site
    from rich.table import Table

    from shuren.data.queries import quarantine_counts

    lines = quarantine_counts(site)
    if as_json:
        context.emit_json([line._asdict() for line in lines])
        return
    if not lines:
        context.console.print(_("No refused rows are open."))
        return
    table = Table()
    table.add_column(_("Load"), no_wrap=True)  # people copy it
    for title in (_("Contract"), _("File")):
        table.add_column(title, overflow="fold")
    table.add_column(_("Open rows"), justify="right")
    table.add_column(_("Rules"))
    for line in lines:
        rules = _rule_counts(line.rules)
        table.add_row(line.load_id, line.contract, line.file, f"{line.open_rows:,}", rules)
    context.console.print(table)


@quarantine.command()
@click.argument("load")
@click.option("--rule", help="Only rows refused for this rule, such as R02.")
@click.option("--page", default=1, show_default=True, type=click.IntRange(1), help="Of 20 rows.")
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
@click.pass_obj
def show(context: CliContext, load: str, rule: str | None, page: int, as_json: bool) -> None:
    """Show the open refused rows of a LOAD with their reasons; persons are masked."""
    site = context.site
    from shuren.data.queries import refused_rows

    rows = refused_rows(
        site,
        load,
        actor=context.actor,
        offset=(page - 1) * PAGE,
        limit=PAGE,
        rule=_known_rule(rule),
    )
    if as_json:
        context.emit_json([_values(row) for row in rows])
        return
    if not rows:
        context.console.print(_("No refused rows are open here."))
    for row in rows:
        head = _(
            "Row %(row)s, line %(line)s, rule %(rule)s", row=row.row, line=row.line, rule=row.rule
        )
        context.console.print(f"[bold]{head}[/]  {_escape(pick(row.reason))}")
        context.console.print(f"  {row.shown[:500]}", markup=False)
    if len(rows) == PAGE:
        following = f"shuren quarantine show {load} --page {page + 1}"
        context.messages.print(_("More: %(command)s", command=following))


@quarantine.command()
@click.argument("load")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@two_persons
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
@click.pass_obj
def export(
    context: CliContext, load: str, file: Path, reason: str, code: str, as_json: bool
) -> None:
    """Write the open refused rows of a LOAD to FILE as they came, the reasons beside it.

    The rows name readers, so two persons must want it: ask with --reason, export with --code.
    Keep the file as you keep the system it came from.
    """
    site = context.site
    from shuren.data.actions import export_quarantine
    from shuren.data.queries import receipt

    if asked(context, "quarantine", receipt(site, load).id, reason, code):
        return
    rows = export_quarantine(site, load, file.absolute(), actor=context.actor, code=code)
    if as_json:
        context.emit_json({"file": str(file), "reasons": f"{file}.reasons.csv", "rows": rows})
        return
    context.console.print(
        _(
            "Wrote %(rows)s rows to %(file)s, the reasons to %(file)s.reasons.csv.",
            rows=rows,
            file=file,
        ),
        markup=False,
    )


@quarantine.command()
@click.argument("load")
@click.option("--row", "rows", multiple=True, type=int, help="Only this row; may be repeated.")
@click.option("--set", "texts", multiple=True, metavar="ROW=TEXT", help="A row's corrected text.")
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
@click.pass_obj
def replay(
    context: CliContext, load: str, rows: tuple[int, ...], texts: tuple[str, ...], as_json: bool
) -> int:
    """Check the open refused rows of a LOAD again, by the contract and mapping as they are now.

    In a corrected text a masked piece (●●●●) stands for what it hides.
    """
    site = context.site
    from shuren.data import actions

    with context.progress(load) as progress:
        receipt = actions.replay(
            site,
            load,
            actor=context.actor,
            rows=rows or None,
            corrections=dict(_correction(text) for text in texts),
            progress=progress,
        )
    if as_json:
        context.emit_json(receipt_values(receipt))
    else:
        print_receipt(context, receipt)
    return OK if receipt.accepted else NOTHING_LOADED


def _correction(text: str) -> tuple[int, str]:
    row, sign, correction = text.partition("=")
    if not sign or not row.strip().isdigit():
        raise UsageError(
            _("'%(text)s' is not ROW=TEXT.", text=text[:60]), fix=_("For example --set 12=…")
        )
    return int(row), correction


def _known_rule(rule: str | None) -> str | None:
    from shuren.data.rules import RULES
    from shuren.kernel.suggestions import did_you_mean

    if rule is not None and rule.upper() not in RULES:
        message = _("There is no rule %(rule)s.", rule=rule)
        raise UsageError(message, fix=did_you_mean(rule.upper(), RULES))
    return rule.upper() if rule else None


def _values(row: "RefusedRow") -> dict[str, object]:
    return {
        "load": row.load,
        "row": row.row,
        "file": row.file,
        "line": row.line,
        "rule": row.rule,
        "field": row.field,
        "also": row.also,
        "reason": row.reason,
        "text": row.shown,
    }


def _rule_counts(rules: dict[str, int]) -> str:
    separator = "，" if current_language().startswith("zh") else ", "
    return separator.join(f"{rule} {rows:,}" for rule, rows in rules.items())


def _escape(text: str) -> str:
    from rich.markup import escape

    return escape(text)
