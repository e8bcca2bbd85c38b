"""`shuren backup`: a consistent copy while the site runs."""

from pathlib import Path

import click

from shuren.cli.context import CliContext
from shuren.kernel.i18n import gettext as _


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
@click.pass_obj
def backup(context: CliContext, file: Path, as_json: bool) -> None:
    """Write a consistent copy of the site to FILE (.tar.gz) while it runs.

    The file holds the readers' data and the keys to it: keep it as you keep the site.
    """
    site = context.site
    from shuren.data.actions import write_backup
    from shuren.data.queries import keep_backup_until

    with context.progress(_("Copying")) as progress:
        copied = write_backup(site, file.absolute(), progress)
    until = keep_backup_until(site)
    if as_json:
        day = until.isoformat() if until else None
        context.emit_json({"file": str(file), **copied, "keep_until": day})
        return
    click.echo(
        _(
            "Wrote %(file)s: %(files)s files, %(size)s MB. It holds keys: keep it safe.",
            file=file,
            files=copied["files"],
            size=f"{copied['bytes'] / 1e6:.1f}",
        )
    )
    if until is not None:
        click.echo(
            _(
                "Delete it by %(day)s: then everything in it of the shortest term is past it.",
                day=until.isoformat(),
            )
        )
