"""`shuren report`: a month of the library as files people read, print and count on."""

from pathlib import Path

import click

from shuren.cli.context import CliContext
from shuren.kernel.errors import UsageError
from shuren.kernel.files import write_atomically
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import listed

FORMATS = ("html", "pdf", "xlsx")


def formats_of(_ctx: click.Context, _param: click.Parameter, value: str) -> tuple[str, ...]:
    wanted = tuple(dict.fromkeys(part.strip() for part in value.split(",") if part.strip()))
    strange = [part for part in wanted if part not in FORMATS]
    if strange or not wanted:
        raise click.BadParameter(
            _("'%(value)s' is no format; there are html, pdf and xlsx.",
              value=strange[0] if strange else value)
        )  # fmt: skip
    return wanted


@click.command()
@click.option("--month", default="", metavar="YYYY-MM", help="The month (else the last full one).")
@click.option(
    "--lang",
    "language",
    type=click.Choice(["zh", "en", "both"]),
    default="both",
    show_default=True,
    help="Language of the report.",
)
@click.option(
    "--format",
    "formats",
    default=",".join(FORMATS),
    show_default=True,
    callback=formats_of,
    help="Formats, with commas between: html, pdf, xlsx.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="The folder to write to (else this one).",
)
@click.option("--force", is_flag=True, help="Write over files of the same names.")
@click.pass_obj
def report(
    context: CliContext,
    month: str,
    language: str,
    formats: tuple[str, ...],
    out: Path,
    force: bool,
) -> None:
    """Write a month of the library as HTML, PDF and spreadsheet.

    Every dashboard, the indicators of the year, data quality and calendar, from one snapshot;
    small groups are hidden as on the pages.
    """
    site, actor = context.site, context.actor
    from shuren.data.queries import same_snapshot
    from shuren.insight.queries import chosen_month
    from shuren.web.reports.files import file_name, files

    languages = ("zh", "en") if language == "both" else (language,)
    with same_snapshot(site):
        chosen = chosen_month(site, month, actor=actor)
        names = [file_name(chosen, one, kind) for one in languages for kind in formats]
        there = [name for name in names if (out / name).exists()]
        if there and not force:
            raise UsageError(
                _("Already there: %(files)s. Nothing was written.", files=listed(there)),
                fix=_("Choose another folder with --out, or write over them with --force."),
            )
        with context.progress(_("Report")) as progress:
            for done, file in enumerate(files(site, chosen, languages, formats, actor=actor), 1):
                write_atomically(out / file.name, file.content)
                progress(done, len(names))
    context.console.print(
        _("The report of %(month)s is in %(folder)s: %(files)s.",
          month=chosen, folder=out.resolve(), files=listed(names)),
        markup=False,
    )  # fmt: skip
