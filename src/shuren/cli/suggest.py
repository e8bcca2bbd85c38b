"""`shuren suggest`: which contract a file fits, and which column is which field."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shuren.cli.context import CliContext
from shuren.cli.main import NOTHING_LOADED, OK
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import listed

if TYPE_CHECKING:
    from shuren.data.trial import Suggestion


@click.command()
@click.argument("file", type=click.Path(readable=False, path_type=Path))
@click.option("--contract", "contract_id", default="", help="Only this contract.")
@click.option("--write", "write_id", default="", metavar="ID", help="Save the mapping as ID.")
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
@click.pass_obj
def suggest(context: CliContext, file: Path, contract_id: str, write_id: str, as_json: bool) -> int:
    """Say which contract FILE fits and which column is which field, with the reasons.

    Looks at names and at values. Nothing is loaded. With --write the mapping is saved in the
    site's definitions/mappings; a file of that name is never overwritten. Exit code 3 when no
    contract fits.
    """
    site = context.site
    from shuren.data.actions import save_mapping
    from shuren.data.queries import suggest_mapping

    found = suggest_mapping(site, file.absolute(), contract_id)
    saved = save_mapping(site, write_id, found[0].mapping, actor=context.actor) if (
        write_id and found
    ) else None  # fmt: skip
    if as_json:
        context.emit_json([dataclasses.asdict(one) for one in found])
    elif found:
        _show(context, found)
    if saved and not as_json:
        click.echo(_("Written: %(path)s", path=saved))
    if not found and not as_json:
        click.echo(_("This file fits no contract; name one with --contract."))
    return OK if found else NOTHING_LOADED


def _show(context: CliContext, found: "list[Suggestion]") -> None:
    """The best one in full, the others by name, then the mapping as YAML."""
    from rich.table import Table

    from shuren.data.definitions import mapping_yaml
    from shuren.kernel.i18n import pick

    best = found[0]
    table = Table(title=f"{best.contract} {pick(best.title)} {100 * best.score:.0f} %")
    for name in (_("Field"), _("Column"), _("Sure"), _("Why")):
        table.add_column(name)
    for guess in best.fields:
        if guess.column is not None:
            sure = f"{100 * guess.confidence:.0f} %"
            table.add_row(guess.field, str(guess.column), sure, " ".join(guess.reasons))
    context.console.print(table, markup=False)
    if best.missing:
        context.console.print(_("Required, and no column found: %(names)s",
                                names=listed(best.missing)), markup=False)  # fmt: skip
    if best.unused:
        context.console.print(_("Columns not taken in: %(names)s.",
                                names=listed(best.unused)), markup=False)  # fmt: skip
    for other in found[1:]:
        context.console.print(_("Less likely: %(contract)s (%(score)s %%)", contract=other.contract,
                                score=f"{100 * other.score:.0f}"), markup=False)  # fmt: skip
    context.console.print()
    context.console.print(mapping_yaml(best.mapping), markup=False)
