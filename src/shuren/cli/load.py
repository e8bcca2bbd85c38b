"""`shuren load`: exports of other systems into the lake, each with a receipt."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from shuren.cli.context import CliContext
from shuren.cli.main import FAILED, NOTHING_LOADED, OK
from shuren.cli.main import report as report_error
from shuren.cli.trouble import sentence
from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _

if TYPE_CHECKING:
    from shuren.data.shapes import Receipt


@click.command()
@click.argument("contract")
@click.argument("files", nargs=-1, required=True, type=click.Path(readable=False, path_type=Path))
@click.option("--mapping", "mapping_id", default="", help="Mapping to read the columns by.")
@click.option("--dry-run", is_flag=True, help="Say what would be refused; load nothing.")
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
@click.pass_obj
def load(
    context: CliContext,
    contract: str,
    files: tuple[Path, ...],
    mapping_id: str,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Load FILES by a data CONTRACT (loans, readers, items, seat_zones …).

    Reads CSV, TSV and TXT in UTF-8, GB18030 or UTF-16, plain or compressed, Excel and
    Parquet. Good rows go to the lake, the others to quarantine with the reason. Loading a
    file twice adds nothing. Exit code 3 when a file gave not one row.
    """
    site = context.site
    if dry_run:
        from shuren.cli.trying import try_files

        return try_files(context, contract, files, mapping_id, as_json)
    from shuren.data.actions import load_file
    from shuren.data.errors import AlreadyLoaded

    results: list[dict[str, object]] = []
    code = OK
    for path in files:
        try:
            with context.progress(path.name) as progress:
                receipt = load_file(
                    site,
                    contract,
                    path.absolute(),
                    actor=context.actor,
                    mapping_id=mapping_id,
                    progress=progress,
                )
        except AlreadyLoaded as known:
            results.append({"file": str(path), "already": True, **receipt_values(known.receipt)})
            if not as_json:
                click.echo(str(known))
            continue
        except (ShurenError, OSError) as error:
            if len(files) == 1:
                raise
            message, fix = sentence(error)
            code = error.exit_code if isinstance(error, ShurenError) else FAILED
            results.append({"file": str(path), "error": f"{message} {fix}".strip()})
            report_error(message, fix)
            continue
        results.append({"file": str(path), "already": False, **receipt_values(receipt)})
        code = NOTHING_LOADED if not receipt.accepted else code
        if not as_json:
            print_receipt(context, receipt)
    if as_json:
        context.emit_json(results)
    return code


def receipt_values(receipt: "Receipt") -> dict[str, object]:
    """A receipt for --json."""
    import dataclasses

    return {**dataclasses.asdict(receipt), "merges": list(receipt.merges)}


def print_receipt(context: CliContext, receipt: "Receipt") -> None:
    """What became of a load, and what to do about the rows that were refused."""
    from rich.table import Table

    from shuren.data.rules import RULES
    from shuren.kernel.i18n import pick

    table = Table(title=f"{receipt.source_name} → {receipt.contract}", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_row(_("Rows in the file"), f"{receipt.records:,}")
    table.add_row(_("Accepted"), f"[green]{receipt.accepted:,}[/]")
    style = "yellow" if receipt.refused else "green"
    table.add_row(_("Refused, in quarantine"), f"[{style}]{receipt.refused:,}[/]")
    for rule, rows in receipt.rules.items():
        table.add_row(f"  {rule} {pick(RULES[rule].title)}", f"{rows:,}")
    context.console.print(table)
    for note in receipt.notes:
        context.messages.print(note, markup=False)
    context.console.print(_("Receipt: %(id)s", id=receipt.id))
    if receipt.refused:
        context.console.print(
            _("See why: shuren quarantine show %(id)s", id=receipt.id), markup=False
        )
