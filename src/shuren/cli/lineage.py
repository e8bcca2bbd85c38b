"""`shuren lineage`: where a column comes from and what is made of it."""

import click

from shuren.cli.context import CliContext
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick


@click.command()
@click.argument("node", required=False, default="")
@click.option("--up", "ways", flag_value="up", help="Only what it is made from.")
@click.option("--down", "ways", flag_value="down", help="Only what is made of it.")
@click.option("--rows", is_flag=True, help="Also what only decides which rows there are.")
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
@click.pass_obj
def lineage(context: CliContext, node: str, ways: str | None, rows: bool, as_json: bool) -> int:
    """Show where NODE (a table or column) comes from and where it goes; all tables without it."""
    site, actor = context.site, context.actor
    from shuren.data.lineage import VALUE
    from shuren.data.queries import lineage_node
    from shuren.web.lineage import lineage as whole

    graph = whole(site, actor=actor)
    if not node:
        for table in graph.tables():
            if table.kind != "step":
                click.echo(f"{table.id}  {pick(table.title)}")
        return 0
    found = lineage_node(graph, node)
    trails = {}
    if ways != "down":
        trails["up"] = graph.upstream(found.id)
    if ways != "up":
        trails["down"] = graph.downstream(found.id)
    kept = {
        way: {
            id: via for id, (_b, via) in trail.items() if id != found.id and (rows or via == VALUE)
        }
        for way, trail in trails.items()
    }
    if as_json:
        context.emit_json({"node": found.id, **kept})
        return 0
    titles = {"up": _("Comes from"), "down": _("Used by")}
    for way, ids in kept.items():
        context.console.rule(f"{titles[way]} · {found.id}")
        for id, via in ids.items():
            mark = "" if via == VALUE else f"  ({_('decides rows')})"
            context.console.print(f"{id}  {pick(graph.nodes[id].title)}{mark}", markup=False)
    return 0
