"""`shuren impact`: what breaks or changes, before a contract or a source changes."""

from pathlib import Path

import click

from shuren.cli.context import CliContext
from shuren.kernel.errors import UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick


@click.command()
@click.argument("owner")
@click.option("--drop", "dropped", multiple=True, metavar="FIELD", help="A field that goes.")
@click.option("--rename", "renamed", multiple=True, metavar="FIELD", help="A field renamed.")
@click.option("--retype", "retyped", multiple=True, metavar="FIELD", help="A field retyped.")
@click.option(
    "--file",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The contract as it shall be: lists what that changes.",
)
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
@click.pass_obj
def impact(
    context: CliContext,
    owner: str,
    dropped: tuple[str, ...],
    renamed: tuple[str, ...],
    retyped: tuple[str, ...],
    path: Path | None,
    as_json: bool,
) -> int:
    """List what a change of OWNER reaches: a contract's id, or a source such as source:demo-loans.

    Exits 1 when something would break.
    """
    site, actor = context.site, context.actor
    from shuren.data import queries
    from shuren.web.lineage import lineage as whole

    graph = whole(site, actor=actor)
    changes = queries.contract_changes(site, owner, path) if path else []
    for action, names in (("drop", dropped), ("rename", renamed), ("retype", retyped)):
        if names:
            changes += queries.field_changes(graph, owner, names, action)
    if not changes and not path:
        raise UsageError(
            _("It must be said what changes."),
            fix=_("Name a field with --drop, --rename or --retype, or a new contract with --file."),
        )
    effects = queries.impact(graph, changes)
    broken = sum(effect.breaks for effect in effects)
    if as_json:
        context.emit_json([_plain(effect) for effect in effects])
        return int(broken > 0)
    for change in changes:
        context.console.print(
            f"{change.node}: {change.action} {change.before} → {change.after or '∅'}", markup=False
        )
    for effect in effects:
        mark = "✗" if effect.breaks else "~"
        how = "" if effect.via == "value" else f" ({_('decides rows')})"
        context.console.print(
            f"{mark} {effect.table.id}  {pick(effect.table.title)}{how}", markup=False
        )
        context.console.print(f"    {' → '.join(effect.path)}", markup=False)
    if not effects:
        context.console.print(_("Nothing else would change."))
        return 0
    context.console.print(
        _(
            "%(count)s things are reached, %(broken)s of them break.",
            count=len(effects),
            broken=broken,
        )
    )
    return int(broken > 0)


def _plain(effect: object) -> dict[str, object]:
    from shuren.data.lineage import Effect

    assert isinstance(effect, Effect)
    return {
        "node": effect.change.node,
        "action": effect.change.action,
        "reaches": effect.table.id,
        "kind": effect.table.kind,
        "columns": {node.name: via for node, via in effect.columns},
        "via": effect.via,
        "breaks": effect.breaks,
        "path": list(effect.path),
    }
