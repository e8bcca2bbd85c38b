"""`shuren export`: what the library holds, as files other systems read."""

from pathlib import Path

import click

from shuren.cli.approval import asked, two_persons
from shuren.cli.context import CliContext
from shuren.cli.main import translated
from shuren.kernel.i18n import gettext as _


class _Translated(click.Group):
    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        command = super().get_command(ctx, name)
        return translated(command) if command else None


@click.group(cls=_Translated)
def export() -> None:
    """Write what the library holds to files that other systems read."""


@export.command("marc")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "format_",
    type=click.Choice(["marc21", "cnmarc", "marcxml"]),
    default="marc21",
    show_default=True,
    help="ISO 2709 as MARC 21 or CNMARC, or MARCXML with each record in its own format.",
)
@click.option(
    "--encoding",
    type=click.Choice(["utf-8", "gb18030"]),
    default="utf-8",
    show_default=True,
    help="Encoding of ISO 2709.",
)
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
@click.pass_obj
def marc(context: CliContext, file: Path, format_: str, encoding: str, as_json: bool) -> None:
    """Write all bibliographic records to a new FILE."""
    site, actor = context.site, context.actor
    from shuren.data.actions import export_marc

    with context.progress(file.name) as progress:
        counts = export_marc(
            site, file, actor=actor, format=format_, encoding=encoding, progress=progress
        )
    if as_json:
        context.emit_json(counts)
        return
    context.console.print(
        _("%(count)s records written to %(file)s.", count=f"{counts['written']:,}", file=file)
    )
    if counts["left_out"]:
        context.messages.print(
            _(
                "%(count)s records do not fit this format or encoding and were left out; "
                "--format marcxml has no limit.",
                count=f"{counts['left_out']:,}",
            )
        )


@export.command("release")
@click.argument("id")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@two_persons
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
@click.pass_obj
def release(
    context: CliContext, id: str, file: Path, reason: str, code: str, as_json: bool
) -> None:
    """Write the release ID for researchers to a new FILE (.csv or .parquet).

    What is in it stands in definitions/releases. Persons have pseudonyms of this release alone,
    and nobody stands out; what was lost for that is in FILE.report.json. Two persons must want it:
    ask with --reason, export with --code.
    """
    site = context.site
    from shuren.data.actions import export_release
    from shuren.data.definitions import release as find

    if asked(context, "research", find(site, id).what, reason, code):
        return
    made = export_release(site, id, file.absolute(), actor=context.actor, code=code)
    if as_json:
        context.emit_json(made.report)
        return
    context.console.print(
        _("%(rows)s rows of %(persons)s persons are in %(file)s, what was lost in "
          "%(file)s.report.json.", rows=f"{made.rows:,}", persons=f"{made.persons:,}",
          file=file),
        markup=False,
    )  # fmt: skip


@export.command("end")
@click.argument("id")
@click.pass_obj
def end(context: CliContext, id: str) -> None:
    """Destroy the key of the release ID: nobody can tell any more whose row is whose."""
    _site, actor = context.site, context.actor
    from shuren.trust import queries, releases

    actor = queries.require(actor, "releases.export")
    releases.end(id, actor=actor)
    context.console.print(_("The release %(name)s has ended.", name=id), markup=False)
