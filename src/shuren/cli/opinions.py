"""`shuren opinions`: look into the mailboxes now, load what was kept before, write the report."""

from pathlib import Path

import click

from shuren.cli.context import CliContext
from shuren.kernel.errors import UsageError
from shuren.kernel.files import write_atomically
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import listed
from shuren.kernel.shapes import Actor


@click.group()
def opinions() -> None:
    """Opinions of readers: the mailboxes they come by, those kept before, the report of three
    years."""


@opinions.command("collect")
@click.pass_obj
def collect(context: CliContext) -> None:
    """Take in what is new in the president's and the curator's mailbox, each letter once."""
    site = context.site
    from shuren.management import mailboxes

    names = mailboxes.configured(site)
    if not names:
        click.echo(_("No mailbox is set up; see docs/how-to/voice.md."))
    for name in names:
        found = mailboxes.look(site, name)
        click.echo(
            _("%(mailbox)s: %(taken)s taken, %(known)s known, %(automatic)s automatic, %(failed)s failed.",  # noqa: E501
              mailbox=name, taken=found.taken, known=found.known, automatic=found.automatic,
              failed=found.failed)
        )  # fmt: skip


@opinions.command("load")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "account", required=True, metavar="ACCOUNT", help="The account that loads.")
@click.pass_obj
def load(context: CliContext, path: Path, account: str) -> None:
    """Load closed opinions that were kept elsewhere, from a CSV file at PATH."""
    site = context.site
    from shuren.management.history import load as load_history

    count = load_history(site, path, actor=_actor(account))
    click.echo(_("%(count)s opinions were loaded.", count=f"{count:,}"))


@opinions.command("report")
@click.option("--as", "account", required=True, metavar="ACCOUNT", help="The account that asks.")
@click.option("--until", default="", metavar="YYYY-MM", help="Last month (else the last full one).")
@click.option(
    "--lang",
    "language",
    type=click.Choice(["zh", "en", "both"]),
    default="both",
    show_default=True,
    help="Language of the report.",
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
    context: CliContext, account: str, until: str, language: str, out: Path, force: bool
) -> None:
    """Write three years of opinions as HTML and PDF: themes, trends, time to answer, fixes."""
    site = context.site
    from shuren.web.reports.opinions import FORMATS, files

    languages = ("zh", "en") if language == "both" else (language,)
    made = list(files(site, until, languages, FORMATS, actor=_actor(account)))
    there = [one.name for one in made if (out / one.name).exists()]
    if there and not force:
        raise UsageError(
            _("Already there: %(files)s. Nothing was written.", files=listed(there)),
            fix=_("Choose another folder with --out, or write over them with --force."),
        )
    for one in made:
        write_atomically(out / one.name, one.content)
    click.echo(
        _("The report is in %(folder)s: %(files)s.",
          folder=out.resolve(), files=listed([one.name for one in made]))
    )  # fmt: skip


def _actor(account: str) -> Actor:
    from shuren.cli.cases import _actor as of_account

    return of_account(account)
