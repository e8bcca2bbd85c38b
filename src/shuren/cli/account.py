"""`shuren account`: who may sign in, and in which role."""

import sys

import click

from shuren.cli.context import CliContext
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.site import Site


@click.group()
def account() -> None:
    """Add, list and change accounts."""


def open_database(context: CliContext) -> Site:
    """The site; from here on `shuren.trust` can be imported and its tables read."""
    return context.site


def ask_password() -> str:
    """Twice at a terminal; one line from standard input in a script."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    asked: str = click.prompt(_("Password"), hide_input=True, confirmation_prompt=_("Again"))
    return asked


@account.command("add")
@click.argument("name")
@click.option("--role", required=True, help="One of `shuren account roles`.")
@click.option(
    "--card", default="", help="Card number of the reader behind it; only its pseudonym is kept."
)
@click.option("--display-name", default="", help="How the pages address this person.")
@click.option("--campus", default="", help="The campus shown first.")
@click.pass_obj
def add(
    context: CliContext, name: str, role: str, card: str, display_name: str, campus: str
) -> None:
    """Add an account called NAME; asks for its password."""
    site = open_database(context)
    from shuren.trust.actions import create_account, pseudonymise
    from shuren.trust.queries import role as find_role

    find_role(role)  # a wrong role should be heard of before a password is typed
    create_account(
        name,
        ask_password(),
        role,
        reader_key=pseudonymise(site, [card])[0],
        display_name=display_name,
        campus=campus,
        actor=context.actor,
    )
    click.echo(_("Added %(name)s.", name=name))


@account.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_accounts(context: CliContext, as_json: bool) -> None:
    """List all accounts and their roles."""
    open_database(context)
    from dataclasses import asdict

    from shuren.trust.queries import accounts, roles

    found = accounts()
    if as_json:
        context.emit_json([asdict(line) for line in found])
        return
    if not found:
        click.echo(_("There is no account yet. Add one with `shuren account add NAME`."))
        return
    titles = {id: pick(role.title) for id, role in roles().items()}
    _print_table(
        context,
        [_("Name"), _("Role"), _("Campus"), _("Last sign-in")],
        [
            [
                line.username,
                titles.get(line.role, line.role),
                line.campus,
                f"{line.last_sign_in:%Y-%m-%d %H:%M}" if line.last_sign_in else "–",
            ]
            for line in found
        ],
    )


@account.command("roles")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_roles(context: CliContext, as_json: bool) -> None:
    """List the roles and what each may do."""
    open_database(context)
    from dataclasses import asdict

    from shuren.trust.definitions import PERMISSIONS
    from shuren.trust.queries import roles

    found = list(roles().values())
    if as_json:
        context.emit_json([asdict(role) | {"permissions": role.permissions} for role in found])
        return
    _print_table(
        context,
        [_("Role"), _("Title"), _("May")],
        [
            [role.id, pick(role.title), "; ".join(pick(PERMISSIONS[p]) for p in role.permissions)]
            for role in found
        ],
    )


@account.command("password")
@click.argument("name")
@click.pass_obj
def password(context: CliContext, name: str) -> None:
    """Give NAME a new password; its open sessions end."""
    open_database(context)
    from shuren.trust.actions import change_password

    change_password(name, ask_password())
    click.echo(_("%(name)s has a new password.", name=name))


@account.command("remove")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def remove(context: CliContext, name: str, yes: bool) -> None:
    """Remove the account NAME. What the ledger says about it stays."""
    open_database(context)
    from shuren.trust.actions import remove_account

    if not yes:
        click.confirm(_("Remove %(name)s?", name=name), abort=True)
    remove_account(name, actor=context.actor)
    click.echo(_("Removed %(name)s.", name=name))


@account.command("reset-totp")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def reset_totp(context: CliContext, name: str, yes: bool) -> None:
    """Take the second step off NAME, who lost it and whom you have seen; open sessions end."""
    open_database(context)
    from shuren.trust.sign_on import reset_second_step

    if not yes:
        click.confirm(_("Have you seen %(name)s in person?", name=name), abort=True)
    reset_second_step(name, actor=context.actor)
    click.echo(
        _("%(name)s signs in with the password alone, until a new one is set up.", name=name)
    )


@account.command("add-pupil")
@click.argument("name")
@click.option("--under-14-until", "month", required=True, help="Month they become 14: 2029-05.")
@click.option("--class", "school_class", default="", help="School class, such as 初一3班.")
@click.option("--card", default="", help="Card number of the pupil; only its pseudonym is kept.")
@click.pass_obj
def add_pupil(context: CliContext, name: str, month: str, school_class: str, card: str) -> None:
    """Add an account of a reader under 14; it waits for a guardian's consent."""
    site = open_database(context)
    from shuren.trust.young import open_account

    open_account(
        site, name, ask_password(),
        under_14_until=month, school_class=school_class, card=card, actor=context.actor,
    )  # fmt: skip
    click.echo(_("Added %(name)s, who waits for a guardian's consent.", name=name))


@account.command("pupils")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_pupils(context: CliContext, as_json: bool) -> None:
    """List accounts of readers under 14; who has become 14 leaves the list."""
    open_database(context)
    from dataclasses import asdict

    from shuren.trust.young import all_come_of_age, pupils

    all_come_of_age()
    found = pupils(actor=context.actor)
    if as_json:
        context.emit_json([asdict(one) for one in found])
        return
    _print_table(
        context,
        [_("Name"), _("School class"), _("Under 14 until"), _("Guardian's consent")],
        [
            [
                one.username,
                one.school_class,
                f"{one.under_14_until:%Y-%m}",
                f"{one.version}, {one.recorded_by}, {one.recorded_at:%Y-%m-%d}"
                if one.has_consent and one.recorded_at
                else _("waits"),
            ]
            for one in found
        ],
    )


@account.command("guardian")
@click.argument("name")
@click.option(
    "--guardian", default="", help="Number of the signed form; only its pseudonym is kept."
)
@click.option("--text-version", default="", help="Version of the text that was signed.")
@click.option("--withdraw", is_flag=True, help="The guardian takes the consent back.")
@click.pass_obj
def guardian(
    context: CliContext, name: str, guardian: str, text_version: str, withdraw: bool
) -> None:
    """Record a guardian's consent for NAME, or that it was taken back."""
    site = open_database(context)
    from shuren.trust.young import record_consent, withdraw_consent

    if withdraw:
        withdraw_consent(name, actor=context.actor)
        click.echo(_("%(name)s waits for a guardian's consent again.", name=name))
        return
    record_consent(site, name, guardian=guardian, version=text_version, actor=context.actor)
    click.echo(_("A guardian's consent is recorded for %(name)s.", name=name))


def _print_table(context: CliContext, heads: list[str], rows: list[list[str]]) -> None:
    from rich.table import Table

    table = Table(*heads, box=None, header_style="bold")
    for row in rows:
        table.add_row(*row)
    context.console.print(table)
