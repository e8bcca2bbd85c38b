"""`shuren ils`: the connection to the circulation system that lends."""

import click

from shuren.cli.context import CliContext


@click.group()
def ils() -> None:
    """Try the connection to the library's circulation system."""


@ils.command("check")
@click.pass_obj
def check(context: CliContext) -> None:
    """Say whether the circulation system of [ils] answers, and what it can do.

    Nothing is lent, returned or held, and no reader is looked up.
    """
    site, actor = context.site, context.actor
    from shuren.service.ils import check_link

    for sentence in check_link(site, actor=actor):
        click.echo(sentence)
