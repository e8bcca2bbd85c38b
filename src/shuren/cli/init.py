"""`shuren init`: makes a site."""

import os
from pathlib import Path

import click

from shuren.cli.context import CliContext
from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import SETTINGS_FILE, Site

SETTINGS = """\
# Settings of this site. Every line is optional; docs/reference/settings.md lists them all.
name_zh = "{name_zh}"
name_en = "{name_en}"
# language = "zh-hans"
# time_zone = "Asia/Shanghai"
# calendar = "china-university"
"""

GIT_IGNORE = (
    "# Holds readers' data and keys: back it up with `shuren backup`, never publish it.\ndata/\n"
)


def make_site(folder: Path, *, name_zh: str, name_en: str, extra: str = "") -> Site:
    """Make a site folder; an empty or missing folder only.

    raises  ShurenError if the folder is a site already or holds other things
    """
    if (folder / SETTINGS_FILE).exists():
        raise ShurenError(
            _("%(folder)s is a site already.", folder=folder),
            fix=_("Use it with --site %(folder)s.", folder=folder),
        )
    if folder.is_dir() and any(folder.iterdir()):
        raise ShurenError(
            _("%(folder)s is not empty.", folder=folder),
            fix=_("Choose a folder that is empty or does not exist yet."),
        )
    folder.mkdir(parents=True, exist_ok=True)
    for kind in ("contracts", "mappings", "models", "figures", "indicators", "roles", "calendars"):
        (folder / "definitions" / kind).mkdir(parents=True)
    (folder / "data").mkdir(mode=0o700)
    (folder / ".gitignore").write_text(GIT_IGNORE, "utf-8")
    # The settings file makes it a site, so it comes last.
    text = SETTINGS.format(name_zh=name_zh, name_en=name_en) + extra
    (folder / SETTINGS_FILE).write_text(text, "utf-8")
    return Site(folder.resolve())


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--name-zh", default="本馆", show_default=True, help="Name of the library, Chinese.")
@click.option("--name-en", default="Our Library", show_default=True, help="Name, English.")
@click.pass_obj
def init(context: CliContext, folder: Path, name_zh: str, name_en: str) -> None:
    """Make a site in FOLDER: settings, your own definitions, and the data they govern."""
    site = make_site(folder, name_zh=name_zh, name_en=name_en)
    context.use(site)
    shown = os.path.relpath(site.root)
    click.echo(_("Made a site in %(folder)s. What next:", folder=shown))
    click.echo(f"  shuren --site {shown} load loans FILE…")
    click.echo(f"  shuren --site {shown} build")
    click.echo(f"  shuren --site {shown} serve")
