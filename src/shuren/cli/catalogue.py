"""`shuren catalogue`: the tables of the hub, and whether any of them is an orphan."""

from dataclasses import asdict

import click

from shuren.cli.context import CliContext
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick


@click.command()
@click.argument("words", nargs=-1)
@click.option("--check", is_flag=True, help="List orphans only; exit 1 when there are any.")
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
@click.pass_obj
def catalogue(context: CliContext, words: tuple[str, ...], check: bool, as_json: bool) -> int:
    """List tables whose names, titles or columns say WORDS, in Chinese or English; else all."""
    site, actor = context.site, context.actor
    from shuren.data.queries import assets
    from shuren.web.lineage import lineage

    found = [one for one in assets(site, lineage(site, actor=actor)) if one.says(" ".join(words))]
    orphans = [one for one in found if one.orphan]
    shown = orphans if check else found
    if as_json:
        context.emit_json([asdict(one) for one in shown])
        return int(check and bool(orphans))
    if not shown and not check:
        click.echo(_("No table says “%(words)s”.", words=" ".join(words)))
    for one in shown:
        rows = "–" if one.rows is None else f"{one.rows:,}"
        context.console.print(
            f"{one.id}  {one.name}  · {one.owner} · {rows}", markup=False, highlight=False
        )
        if one.orphan:
            context.console.print(f"    ! {pick(one.orphan)}", markup=False)
    if check and not orphans:
        context.console.print(_("Every table has an owner and a use."))
    return int(check and bool(orphans))
