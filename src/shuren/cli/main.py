"""The `shuren` command: finds a command by name, imports only that one, and turns every
error into a sentence and an exit code."""

import importlib
import inspect
import os
import re
import sys
from dataclasses import dataclass

import click

from shuren.cli.context import CliContext
from shuren.cli.language import teach_click
from shuren.cli.trouble import explain
from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import use_language

# Exit codes, documented in docs/reference/commands.md.
OK, FAILED, WRONG_CALL, NOTHING_LOADED, BUG, INTERRUPTED = 0, 1, 2, 3, 70, 130


@dataclass(frozen=True)
class Entry:
    """Where a command lives and its line in --help, so that help imports no command."""

    name: str
    section: str
    help: str


def entries() -> tuple[Entry, ...]:
    """All commands in the order --help shows them; the module is shuren.cli.<name>."""
    begin, data, keep = _("Begin"), _("Data"), _("Keep")
    return (
        Entry("demo", begin, _("Serve a demo university library, set up on first use.")),
        Entry("init", begin, _("Make a site: the folder your library owns.")),
        Entry("serve", begin, _("Serve the portal and the workbench.")),
        Entry("account", begin, _("Add, list and change accounts.")),
        Entry("load", data, _("Load exports by a data contract.")),
        Entry("suggest", data, _("Find the contract and the columns of an export.")),
        Entry("collect", data, _("Bring in what is new from connected systems.")),
        Entry("listen", data, _("Take in events of sensors as they come.")),
        Entry("quarantine", data, _("See, mend and replay refused rows.")),
        Entry("quality", data, _("Measure what was loaded; list contracts by their score.")),
        Entry("export", data, _("Write bibliographic records as MARC.")),
        Entry("build", data, _("Build tables from what was loaded and publish them.")),
        Entry("resolve", data, _("Find records that are one work; suggest names and classes.")),
        Entry("index", data, _("Bring the search index to what was built.")),
        Entry("content", data, _("Search the text of documents; make its index.")),
        Entry("lineage", data, _("Show where a column comes from and what is made of it.")),
        Entry("impact", data, _("List what breaks before a contract or a source changes.")),
        Entry("catalogue", data, _("Search tables and columns; check that none is an orphan.")),
        Entry("governance", data, _("Write or publish the rules of the library's data.")),
        Entry("dataset", data, _("Publish open datasets; export those a model may learn from.")),
        Entry("report", data, _("Write a month of the library as HTML, PDF and spreadsheet.")),
        Entry("services", keep, _("List services; check owners, targets and approvals.")),
        Entry("cases", keep, _("List cases of services, show one, move it on.")),
        Entry(
            "opinions", keep, _("Take in letters to the mailboxes; write the report of opinions.")
        ),
        Entry("messages", keep, _("Send what waits in the outbox; see what came to nothing.")),
        Entry("ils", keep, _("Try the connection to the circulation system.")),
        Entry("compact", keep, _("Put the small loads of connectors together.")),
        Entry("retain", keep, _("Take away rows that are past their contract's term.")),
        Entry("erase", keep, _("Erase a reader who asked at the desk; two persons.")),
        Entry("work", keep, _("Run what has to happen by itself: terms, erasures.")),
        Entry("snapshot", keep, _("Push the live snapshot to a store, or pull it from one.")),
        Entry("key", keep, _("Make and end keys of the open API.")),
        Entry("ledger", keep, _("Verify, export and prove the ledger of what was done.")),
        Entry("doctor", keep, _("Check the whole site and say what to do.")),
        Entry("backup", keep, _("Write a consistent copy of the site to one file.")),
        Entry("restore", keep, _("Bring a site back from a backup file.")),
    )


class LazyGroup(click.Group):
    """Imports a command's module when it is called, not before."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [entry.name for entry in entries()]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in self.list_commands(ctx):
            return None
        command = getattr(importlib.import_module(f"shuren.cli.{name}"), name)
        assert isinstance(command, click.Command)
        return translated(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError:
            if not args or args[0] in self.list_commands(ctx):
                raise
            known = self.list_commands(ctx)
            raise click.UsageError(unknown_command(args[0], known), ctx) from None

    def get_help(self, ctx: click.Context) -> str:
        if self.name == "shuren":  # made at import, before the language was chosen
            translated(self)
            for option in filter(None, [self.get_help_option(ctx)]):
                option.help = _("Show this message and exit.")
            self.epilog = _("Every command and option: docs/reference/commands.md")
        return super().get_help(ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        sections: dict[str, list[tuple[str, str]]] = {}
        for entry in entries():
            sections.setdefault(entry.section, []).append((entry.name, entry.help))
        for title, rows in sections.items():
            with formatter.section(title):
                formatter.write_dl(rows)


def translated(command: click.Command) -> click.Command:
    """Put a command's help into the chosen language; its texts are message ids."""
    for part in [command, *getattr(command, "commands", {}).values()]:
        part.help = unbroken(_(inspect.cleandoc(part.help))) if part.help else part.help
        part.short_help = _(part.short_help) if part.short_help else part.short_help
        for option in part.params:
            if isinstance(option, click.Option) and option.help:
                option.help = _(option.help)
            if isinstance(option, click.Option) and isinstance(option.type, click.Path):
                option.metavar = option.metavar or (
                    "FILE" if option.type.file_okay else "DIRECTORY"
                )
    return command


def unbroken(text: str) -> str:
    """Chinese paragraphs in one line each: where click joins lines it would put a space."""
    return re.sub(r"(?<=[\u3000-\u9fff\uff00-\uffef])\n(?=[^\n])", "", text)


def unknown_command(name: str, known: list[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, known, n=1)
    if close:
        return _(
            "There is no command '%(name)s'. Did you mean '%(close)s'?",
            name=name,
            close=close[0],
        )
    return _("There is no command '%(name)s'. See `shuren --help`.", name=name)


def print_version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if not value or ctx.resilient_parsing:
        return
    from importlib.metadata import version

    click.echo(f"shuren {version('shuren')}")
    ctx.exit()


def choose_language(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    if value:
        use_language(value)
        teach_click()


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--site",
    "site_folder",
    metavar="DIR",
    help="The site to work on (else SHUREN_SITE, else here).",
)
@click.option(
    "--lang",
    type=click.Choice(["zh", "en"]),
    callback=choose_language,
    is_eager=True,
    expose_value=False,
    help="Language of messages (else SHUREN_LANG, else the terminal's).",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=print_version,
    help="Print the version and leave.",
)
@click.pass_context
def shuren(ctx: click.Context, site_folder: str | None) -> None:
    """Shuren 书人: the open smart-library platform for universities."""
    ctx.obj = CliContext(site_folder)


def main() -> None:
    """Entry point of the `shuren` script."""
    sys.unraisablehook = interrupt_again
    sys.exit(run(sys.argv[1:]))


def interrupt_again(ignored: "sys.UnraisableHookArgs") -> None:
    """Python drops an exception raised while an object is taken down. Should it be Ctrl-C, it
    would be lost: the work would go on. So it is asked for once more, a moment later."""
    if not issubclass(ignored.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(ignored)
        return
    import signal
    import threading

    # A real signal, since nothing less wakes a thread that sleeps or waits for the engine.
    main_thread = threading.main_thread().ident or 0
    threading.Timer(0.02, signal.pthread_kill, (main_thread, signal.SIGINT)).start()


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code; never raises, never prints a traceback
    (unless SHUREN_DEBUG is set)."""
    teach_click()
    try:
        result = shuren.main(site_first(arguments), prog_name="shuren", standalone_mode=False)
        return result if isinstance(result, int) else OK
    except click.ClickException as error:
        error.show()
        return WRONG_CALL
    except (KeyboardInterrupt, click.Abort):
        click.echo(_("Stopped. Nothing was left half done."), err=True)
        return INTERRUPTED
    except ShurenError as error:
        report(error.message, error.fix)
        return error.exit_code
    except BrokenPipeError:
        # The reader of our output left (`| head`); point stdout away so exit stays quiet.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except Exception as error:
        if os.environ.get("SHUREN_DEBUG"):
            raise
        known = explain(error)
        if known:
            report(*known)
            return FAILED
        report(
            _("Something unexpected happened: %(kind)s.", kind=type(error).__name__),
            _("This is a fault of ours. Run again with SHUREN_DEBUG=1 and send us what it prints."),
        )
        return BUG


def site_first(arguments: list[str]) -> list[str]:
    """`shuren load … --site DIR` is meant as `shuren --site DIR load …`: no command has an
    option of that name."""
    rest, site = list(arguments), []
    end = rest.index("--") if "--" in rest else len(rest)
    for place, word in enumerate(rest[:end]):
        if word == "--site" and place + 1 < end:
            site, rest = rest[place : place + 2], rest[:place] + rest[place + 2 :]
            break
        if word.startswith("--site="):
            site, rest = [word], rest[:place] + rest[place + 1 :]
            break
    return site + rest


def style(text: str, colour: str, bold: bool = False) -> str:
    """Coloured, unless NO_COLOR asks otherwise; click itself leaves colours out of pipes."""
    return text if os.environ.get("NO_COLOR") else click.style(text, fg=colour, bold=bold)


def report(message: str, fix: str = "") -> None:
    word = _("Error:")
    space = "" if word.endswith("：") else " "
    click.echo(style(word, "red", bold=True) + space + message, err=True)
    if fix:
        click.echo(f"  {fix}", err=True)
