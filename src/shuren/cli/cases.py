"""`shuren cases`: the desk's list, one case, and what can be done with it."""

from typing import TYPE_CHECKING

import click

from shuren.cli.context import CliContext
from shuren.kernel.errors import UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import listed, pick
from shuren.kernel.shapes import Actor

if TYPE_CHECKING:
    from shuren.service.case_shapes import CaseLine, CaseView


@click.group()
def cases() -> None:
    """Cases of services: list them, show one with its trace, move it on. Under the account of
    somebody at the desk, whose role decides and whose name stands in the trace."""


@cases.command("list")
@click.option("--as", "account", required=True, metavar="ACCOUNT", help="The account that asks.")
@click.option("--service", default="", help="Only of this service.")
@click.option("--state", default="", help="Only in this state.")
@click.option("--branch", default="", help="Only for this branch.")
@click.option("--overdue", is_flag=True, help="Only past their promise.")
@click.option("--page", default=1, show_default=True, help="Which page of fifty.")
@click.pass_obj
def list_(
    context: CliContext,
    account: str,
    service: str,
    state: str,
    branch: str,
    overdue: bool,
    page: int,
) -> None:
    """List open cases, the soonest due first."""
    site = context.site
    from shuren.service.cases import queue

    found = queue(
        site, _actor(account), service=service, state=state, branch=branch, overdue=overdue,
        page=page,
    )  # fmt: skip
    for line in found.lines:
        click.echo(_line(line))
    click.echo(
        _("%(count)s cases, page %(page)s of %(pages)s.",
          count=f"{found.total:,}", page=found.page, pages=found.pages)
    )  # fmt: skip


@cases.command("show")
@click.argument("case_id", metavar="CASE")
@click.option("--as", "account", required=True, metavar="ACCOUNT", help="The account that asks.")
@click.pass_obj
def show(context: CliContext, case_id: str, account: str) -> None:
    """Show one CASE with its trace and what can be done now."""
    site = context.site
    from shuren.service.cases import case

    _print(case(site, case_id, _actor(account)))


@cases.command("act")
@click.argument("case_id", metavar="CASE")
@click.argument("event")
@click.option("--as", "account", required=True, metavar="ACCOUNT", help="The account that acts.")
@click.option("--note", default="", help="Why, or a remark; the reader sees it.")
@click.option("--field", "fields", multiple=True, metavar="NAME=VALUE", help="What EVENT asks for.")
@click.pass_obj
def act(
    context: CliContext, case_id: str, event: str, account: str, note: str, fields: tuple[str, ...]
) -> None:
    """Make EVENT happen to CASE."""
    site = context.site
    from shuren.service.cases import act as move

    values = dict(one.partition("=")[::2] for one in fields)
    _print(move(site, case_id, event, actor=_actor(account), note=note, fields=values))


def _actor(account: str) -> Actor:
    from shuren.trust.queries import accounts

    for one in accounts():
        if one.username == account and not one.is_reader:
            return Actor(one.username, one.role)
    raise UsageError(
        _("There is no account of staff called '%(name)s'.", name=account),
        fix=_("See `shuren account list`."),
    )


def _line(case: "CaseLine") -> str:
    from shuren.service.case_shapes import subject_title

    due = f"{case.due_at:%Y-%m-%d %H:%M}" if case.due_at else "-"
    about = subject_title(case.subject) or "-"
    words = (case.id, pick(case.service_title), pick(case.state_title), due, case.branch or "-")
    return "  ".join((*words, about))


def _print(case: "CaseView") -> None:
    click.echo(_line(case))
    for step in case.history:
        who = step.account or step.role or step.by
        note = f"  {step.note}" if step.note else ""
        click.echo(f"  {step.at:%Y-%m-%d %H:%M} UTC  {who}  {pick(step.title)}{note}")
    ways = [f"{one.event} ({pick(one.title)})" for one in case.moves]
    click.echo(_("Possible now: %(ways)s.", ways=listed(ways)) if ways else _("Nothing to do."))
