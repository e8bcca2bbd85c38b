"""`shuren services`: the catalogue of services, listed and checked."""

import click

from shuren.cli.context import CliContext
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import listed, pick


@click.group()
def services() -> None:
    """The catalogue of services: what each file says, and what the catalogue is like as a whole."""


@services.command("list")
@click.option("--category", default="", help="Only of this kind.")
@click.pass_obj
def list_(context: CliContext, category: str) -> None:
    """List the services with their flow, owner and level."""
    from shuren.service.definitions import services as known

    for one in known(context.site).values():
        if category in ("", one.category):
            level = one.maturity.level if one.maturity else "–"
            click.echo(f"{one.id:<28} {one.flow:<12} {one.owner:<22} {level:<11} {pick(one.title)}")


@services.command("stations")
@click.pass_obj
def stations(context: CliContext) -> int:
    """Name the subject librarians of each college, and the colleges without one.

    Exits 1 when a college of the readers' data has no station, or a station nobody who answers.
    """
    site = context.site
    from shuren.service.stations import coverage

    found = coverage(site, context.actor)
    for one in found.stations:
        click.echo(f"{one.id:<24} {pick(one.title)}  {listed(one.accounts) or '–'}")
    if not found.is_known:
        click.echo(_("Which colleges there are is not known: no readers' data is built."))
    for college in found.without_station:
        click.echo(_("No station: %(college)s.", college=college))
    for title in found.without_librarian:
        click.echo(_("No subject librarian: %(college)s.", college=pick(title)))
    return int(not found.is_whole)


@services.command("check")
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
@click.pass_obj
def check(context: CliContext, as_json: bool) -> int:
    """Check owners, references, scenes, targets and approvals over all services.

    Exits 1 when a scene has no service or a flow takes more than two approvals. A facet that is
    missing, two owners or none stop it at once, naming file and fix."""
    from dataclasses import asdict

    from shuren.service.survey import survey

    found = survey(context.site)
    wrong = bool(found.uncovered or found.deep)
    if as_json:
        context.emit_json(asdict(found))
        return int(wrong)
    click.echo(
        _("%(count)s services; each has its eight facets and one owner.", count=found.services)
    )
    for scene, ids in found.matrix.items():
        click.echo(f"  {scene:<12} {len(ids)}")
    if found.uncovered:
        click.echo(_("No service advances: %(scenes)s.", scenes=listed(found.uncovered)))
    if found.idle:
        click.echo(_("Posts that answer for nothing: %(posts)s.", posts=listed(found.idle)))
    for id in found.deep:
        click.echo(
            _("The flow %(flow)s takes %(count)s approvals, more than two.",
              flow=id, count=found.approvals[id])
        )  # fmt: skip
    for said in found.conflicts:
        click.echo(said)
    return int(wrong)
