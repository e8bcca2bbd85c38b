"""`shuren messages`: the outbox, from the terminal."""

import click

from shuren.cli.context import CliContext
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick


@click.group()
def messages() -> None:
    """Send what waits in the outbox, see what came to nothing, try the mail server.

    `shuren work` and `shuren serve` send by themselves; see docs/how-to/messages.md.
    """


@messages.command("send")
@click.pass_obj
def send(context: CliContext) -> None:
    """Send everything that is due now: mails and webhooks."""
    site, actor = context.site, context.actor
    from shuren.service import outbox

    done = outbox.send(site, actor=actor)
    click.echo(
        _("Sent %(sent)s; put off %(waiting)s; came to nothing %(dead)s.",
          sent=f"{done.sent:,}", waiting=f"{done.waiting:,}", dead=f"{done.dead:,}")
    )  # fmt: skip
    if done.is_away:
        click.echo(_("A server was not there; what waits for it is tried again."))


@messages.command("list")
@click.option("--state", default="", help="Only those: waiting, sent, dead, late or stopped.")
@click.pass_obj
def list_(context: CliContext, state: str) -> None:
    """List the outbox, the newest first, and what to do about what came to nothing."""
    site, actor = context.site, context.actor
    from shuren.service import outbox
    from shuren.service.message_shapes import WHY

    found = outbox.outbox(site, actor=actor, state=state)
    if not found.is_set:
        click.echo(_("No mail server is set: mails stay in the outbox."))
    for line in found.lines:
        why, fix = WHY.get(line.why, ({}, {}))
        told = f"  {pick(why)} {line.code or ''} → {pick(fix)}" if why else ""
        where = line.hook or line.channel
        click.echo(f"{line.id}  {line.told_at:%Y-%m-%d %H:%M}  {line.state}  {where}{told}")
    counts = ", ".join(f"{name} {count:,}" for name, count in found.counts.items())
    click.echo(counts)


@messages.command("again")
@click.argument("ids", nargs=-1, required=True, type=int)
@click.pass_obj
def again(context: CliContext, ids: tuple[int, ...]) -> None:
    """Put what came to nothing, by its number, back among what is to be sent."""
    actor = (context.site, context.actor)[1]
    from shuren.service import outbox

    done = outbox.send_again(list(ids), actor=actor)
    click.echo(_("%(count)s are to be sent again.", count=f"{done:,}"))


@messages.command("try")
@click.pass_obj
def try_(context: CliContext) -> None:
    """Open a connection to the mail server and close it again; nothing is sent."""
    site, actor = context.site, context.actor
    from shuren.service import outbox
    from shuren.service.message_shapes import WHY

    said = outbox.try_server(site, actor=actor)
    if said.state == "done":
        click.echo(_("The mail server is there and lets us in."))
        return
    why, fix = WHY[said.why]
    click.echo(f"{pick(why)} {said.code or ''}\n{pick(fix)}")
    raise SystemExit(1)
