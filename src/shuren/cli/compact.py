"""`shuren compact`: many small loads become one."""

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
    """
    site, actor = context.site, context.actor
    from shuren.data import actions, definitions

    if contract is not None:
        definitions.contract(site, contract)
    done = actions.compact(site, contract, actor=actor)
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
