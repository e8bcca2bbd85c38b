"""`shuren demo`: a whole demo library, made through the same doors as anybody's."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from shuren.cli.context import CliContext
from shuren.cli.init import make_site
from shuren.kernel.clock import now
from shuren.kernel.files import write_atomically
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor, Progress
from shuren.kernel.site import SETTINGS_FILE, Site

SEED = 2029
CHECKOUT = Path(__file__).parents[3]
EXTRA_SETTINGS = 'demo = true\ncalendar = "demo-university"\n'


def default_folder() -> Path:
    """`demo-site` in the checkout this code runs from; else `shuren-demo` where you stand."""
    if (CHECKOUT / "pyproject.toml").is_file() and (CHECKOUT / "shuren").is_file():
        return CHECKOUT / "demo-site"
    return Path("shuren-demo")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option(
    "--scale",
    default=1.0,
    show_default=True,
    help="Size of the university; 1 is about 12,000 readers.",
)
@click.option("--no-serve", is_flag=True, help="Only set the demo library up.")
@click.pass_obj
def demo(
    context: CliContext, folder: Path | None, host: str, port: int, scale: float, no_serve: bool
) -> None:
    """Serve a demo university library, set up on first use in FOLDER."""
    folder = folder or (Path(context.site_folder) if context.site_folder else default_folder())
    if not no_serve:
        from shuren.web.server import check_port

        check_port(host, port)  # better now than after a minute of work
    site = open_or_make(folder)
    context.use(site)
    if not site.demo_note.is_file():  # until then every run goes on where the last stopped
        set_up(context, site, scale)
    unresolved = not any((site.raw / "reader_links").glob("*"))  # as no run ever ended
    from shuren.cli.demo_steps import resolve_all, resolve_aside

    if no_serve:
        if unresolved:
            label = _("Finding works, names and readers that are one")
            with _step(context, label) as progress:
                resolve_all(site, actor=context.actor, progress=progress)
        return
    if unresolved:
        context.messages.print(
            _("Works, names and readers that are one are being found in the background.")
        )
        resolve_aside(site)
    from shuren.web.server import run

    run(site, host=host, port=port)


def open_or_make(folder: Path) -> Site:
    if (folder / SETTINGS_FILE).is_file():
        return Site(folder.resolve())
    return make_site(
        folder,
        name_zh="山城大学图书馆",
        name_en="Shancheng University Library",
        extra=EXTRA_SETTINGS,
    )


def set_up(context: CliContext, site: Site, scale: float) -> None:
    """Source files → loads → build → accounts. Each step does nothing when it was done before."""
    from shuren.campus.actions import write_campus
    from shuren.campus.connections import write_connections
    from shuren.campus.lending_rules import write_lending_rules
    from shuren.campus.licences import write_licence_terms
    from shuren.cli.demo_life import come_alive
    from shuren.cli.demo_steps import sums, take_all_in
    from shuren.cli.demo_work import first_day
    from shuren.cli.index import renew
    from shuren.data.actions import build
    from shuren.data.content import make_index

    say = context.messages.print
    say(_("Setting up a demo university library in %(folder)s (once).", folder=site.root))
    with _step(context, _("1/4 Writing the exports of its systems")) as progress:
        write_connections(site.definitions / "sources")
        write_licence_terms(site.definitions / "licence_terms")
        write_lending_rules(site.definitions / "circulation")
        files = write_campus(site.root / "exports", seed=SEED, scale=scale, progress=progress)
    with _step(context, _("2/4 Taking them in")) as progress:
        take_all_in(site, files, actor=context.actor, progress=progress)
    for line in sums(site):
        say(
            _(
                "    %(name)s: %(accepted)s rows accepted, %(refused)s refused; files: %(files)s",
                name=line.title,
                files=f"{line.files:,}",
                accepted=f"{line.accepted:,}",
                refused=f"{line.refused:,}",
            )
        )
    with _step(context, _("3/4 Building tables")) as progress:
        build(site, actor=context.actor, progress=progress)
        make_index(site, actor=context.actor)
        build(site, actor=context.actor)  # with the names found in documents
        renew(site, context.actor)
    with _step(context, _("4/4 Accounts for each role, and a first day's work")) as progress:
        note = make_accounts(site)
        progress(1, 2)
        first_day(site)
        come_alive(site)
        progress(2, 2)
    write_atomically(site.demo_note, json.dumps(note | {"seed": SEED, "scale": scale}).encode())
    say(_("Ready. The sign-in page lists the demo accounts."))


@contextmanager
def _step(context: CliContext, label: str) -> Iterator[Progress]:
    """A bar while it runs; where there are no bars, a line before it."""
    if not context.messages.is_terminal:
        context.messages.print(label)
    with context.progress(label) as progress:
        yield progress


def make_accounts(site: Site) -> dict[str, Any]:
    """One account a role; readers are tied to a reader of the generated university.

    returns  what the sign-in page of a demo shows: the password and the user names
    """
    from shuren.campus.accounts import PASSWORD, demo_accounts
    from shuren.trust.actions import create_account, pseudonymise
    from shuren.trust.definitions import PUPIL
    from shuren.trust.queries import account_exists

    made = demo_accounts(site.root / "exports")
    for account in made:
        if account_exists(account.username):
            continue
        if account.role == PUPIL:
            _open_for_a_pupil(site, account.username, PASSWORD)
            continue
        reader_key = pseudonymise(site, [account.card])[0] if account.card else ""
        create_account(
            account.username,
            PASSWORD,
            account.role,
            reader_key=reader_key,
            display_name=account.name,
        )
    return {"password": PASSWORD, "usernames": [account.username for account in made]}


def _open_for_a_pupil(site: Site, username: str, password: str) -> None:
    """A reader under 14 whose guardian has consented, as the desk would do it."""
    from shuren.trust.young import open_account, record_consent

    desk, ahead = Actor("desk", "front_desk"), now().year + 2
    open_account(
        site, username, password,
        under_14_until=f"{ahead}-05", school_class="初一3班", actor=desk,
    )  # fmt: skip
    record_consent(site, username, guardian="form 1", version="1", actor=desk)
