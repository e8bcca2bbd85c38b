"""`shuren restore`: a site out of a backup file."""

from dataclasses import asdict
from pathlib import Path

import click

from shuren.cli.build import show_expired
from shuren.cli.context import CliContext
from shuren.cli.index import renew_if_built
from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import Site


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
@click.pass_obj
def restore(context: CliContext, file: Path, folder: Path, as_json: bool) -> None:
    """Bring a site back from a backup FILE into FOLDER, which must be empty or new.

    Every byte is verified first, and rows past their term are taken away last. A site that
    used PostgreSQL wants an empty database named in its settings (or DATABASE_URL) before this.
    """
    from shuren.kernel.archive import unpack_archive

    with context.progress(_("Restoring")) as progress:
        unpack_archive(file, folder.absolute(), progress)
    site = Site(folder.resolve())
    context.use(site)
    from shuren.data.actions import load_database, retain

    load_database(site)
    # What reached its term while it lay in the copy goes before anybody can read it.
    with context.progress(_("Taking away what is past its term")) as progress:
        expired, _report = retain(site, actor=context.actor, progress=progress)
    renew_if_built(site, context.actor)
    if as_json:
        context.emit_json({"site": str(site.root), "expired": [asdict(line) for line in expired]})
        return
    show_expired(context, expired)
    click.echo(
        _("Restored to %(folder)s. Check it: shuren --site %(folder)s doctor", folder=folder)
    )
