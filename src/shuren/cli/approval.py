"""Exports that want two persons: `--reason` asks, `--code` is what the second one passed on."""

from collections.abc import Callable
from typing import Any

import click

from shuren.cli.context import CliContext
from shuren.kernel.i18n import gettext as _


def two_persons(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds --reason and --code."""
    command = click.option(
        "--code", default="", metavar="CODE", help="The code of the person who approved it."
    )(command)
    return click.option(
        "--reason",
        default="",
        metavar="TEXT",
        help="Ask a second person to approve it, saying why.",
    )(command)


def asked(context: CliContext, point: str, what: str, reason: str, code: str) -> bool:
    """Whether the call was to ask only: then the request is made and the way on printed."""
    if code or not reason:
        return False
    from shuren.trust import egress

    id = egress.ask(point, what, reason, actor=context.actor)
    context.console.print(
        _(
            "Request %(id)s is made; nothing was written yet. Somebody else approves it on the "
            "workbench under Trust, Exports, and passes on a code; then run the same command "
            "with --code in place of --reason.",
            id=id,
        ),
        markup=False,
    )
    return True
