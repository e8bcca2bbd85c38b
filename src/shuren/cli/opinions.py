"""`shuren opinions`: look into the mailboxes now."""

import click

from shuren.cli.context import CliContext
from shuren.kernel.i18n import gettext as _


@click.group()
def opinions() -> None:
    """Opinions of readers: look into the mailboxes they come by."""


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
