"""`shuren compact`: many small loads become one, and what was erased goes from the disk."""

import click

from shuren.cli.context import CliContext
from shuren.kernel.i18n import gettext as _


@click.command()
@click.argument("contract", required=False)
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
@click.pass_obj
def compact(context: CliContext, contract: str | None, as_json: bool) -> None:
    """Put the small loads of connectors together, day by day, of CONTRACT or of all contracts.

    Only loads of days that are over and are on the pages already. Nothing of what they say goes:
    their rows, refused rows and receipts are there as before, in fewer files. `shuren collect`
    and `shuren build` do the same.

    What readers had erased goes from the disk, and tables that hold it are built anew.
    """
    site, actor = context.site, context.actor
    from shuren.data import actions, definitions

    if contract is not None:
        definitions.contract(site, contract)
    from shuren.service.actions import sweep

    done = actions.compact(site, contract, actor=actor)
    swept = sweep(site, actor=actor)
    if swept.rewritten.files or swept.done or swept.waiting:
        said = _(
            "Erased from the disk: %(rows)s rows in %(files)s files; erasures at their end:"
            " %(done)s, still waiting: %(waiting)s.",
            rows=f"{swept.rewritten.rows + swept.rewritten.refused:,}",
            files=f"{swept.rewritten.files:,}",
            done=swept.done,
            waiting=swept.waiting,
        )
        click.echo(said, err=True)
    if as_json:
        context.emit_json(
            [
                {
                    "load": one.id,
                    "contract": one.contract,
                    "connector": one.connector,
                    "loads": len(one.merges),
                    "records": one.records,
                    "accepted": one.accepted,
                    "refused": one.refused,
                }
                for one in done
            ]
        )
        return
    if not done:
        click.echo(_("There is nothing to put together."))
    for one in done:
        click.echo(
            _(
                "%(load)s: %(loads)s loads of %(contract)s, %(records)s records",
                load=one.id,
                loads=f"{len(one.merges):,}",
                contract=one.contract,
                records=f"{one.records:,}",
            )
        )
