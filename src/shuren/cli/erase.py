"""`shuren erase`: for a reader who asked at the desk and cannot sign in."""

from pathlib import Path

import click

from shuren.cli.context import CliContext
from shuren.kernel.i18n import gettext as _


@click.command()
@click.option(
    "--reason",
    default="",
    metavar="TEXT",
    help="Ask a second person for it, saying how the reader asked; no name belongs here.",
)
@click.option(
    "--code", default="", metavar="CODE", help="Erase, by the code of the person who allowed it."
)
@click.option(
    "--certificate", default="", metavar="ID", help="Write the certificate of an erasure again."
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write the certificate; printed otherwise.",
)
@click.pass_obj
def erase(context: CliContext, reason: str, code: str, certificate: str, out: Path | None) -> None:
    """Erase everything about a reader who asked at the desk; two persons, and a certificate.

    The number on the card is asked for, never given as an argument, and kept nowhere. First
    --reason asks; somebody else allows it on the workbench under Trust, Exports, and passes on a
    code; then --code erases. The certificate is handed to the reader, who can verify it offline.
    """
    if sum(map(bool, (reason, code, certificate))) != 1:
        raise click.UsageError(_("Give one of --reason, --code and --certificate."))
    site, actor = context.site, context.actor
    from shuren.service import desk_erasure

    if certificate:
        found = desk_erasure.certificate(site, certificate, actor=actor)
        _hand_over(context, desk_erasure.as_file(found, actor=actor), out)
        return
    card: str = click.prompt(_("Number on the card"), hide_input=True, err=True)
    if reason:
        id = desk_erasure.ask(site, card, reason, actor=actor)
        said = _(
            "Request %(id)s is made; nothing was erased yet. Somebody else allows it on the"
            " workbench under Trust, Exports, and passes on a code; then run `shuren erase --code"
            " CODE`.",
            id=id,
        )
        click.echo(said)
        return
    done = desk_erasure.erase(site, card, code, actor=actor)
    said = _(
        "Erasure %(id)s: nobody sees anything of the reader any more; the disk is clean by"
        " %(day)s.",
        id=done.id,
        day=done.content["statement"]["disk_due"],
    )
    click.echo(said, err=True)
    _hand_over(context, desk_erasure.as_file(done, actor=actor), out)


def _hand_over(context: CliContext, content: bytes, out: Path | None) -> None:
    if out is None:
        click.echo(content.decode(), nl=False)
        return
    out.write_bytes(content)
    click.echo(_("Written: %(path)s", path=out), err=True)
