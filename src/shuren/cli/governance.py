"""`shuren governance`: the rules of the library's data as a document, and their publication."""

from pathlib import Path

import click

from shuren.cli.context import CliContext
from shuren.kernel.i18n import current_language
from shuren.kernel.i18n import gettext as _


@click.group()
def governance() -> None:
    """Write or publish the rules of the library's data."""


@governance.command("write")
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--language", type=click.Choice(["zh", "en"]), help="Language of the document.")
@click.pass_obj
def write(context: CliContext, target: Path, language: str | None) -> None:
    """Write the document to TARGET: Markdown, or PDF where its name ends in .pdf."""
    site = context.site
    from shuren.data import queries

    document, chosen = queries.governance(site), language or current_language()[:2]
    if target.suffix.lower() == ".pdf":
        target.write_bytes(queries.governance_pdf(document, chosen))
    else:
        target.write_text(queries.governance_markdown(document, chosen), "utf-8")
    context.console.print(
        _("Version %(number)s is in %(path)s.", number=document.version.number, path=target)
    )


@governance.command("publish")
@click.pass_obj
def publish(context: CliContext) -> None:
    """Put the rules as they are in force as the next version."""
    site, actor = context.site, context.actor
    from shuren.data.actions import publish_governance

    made = publish_governance(site, actor=actor)
    for change in made.changes:
        context.console.print(
            f"{change.kind}: {change.what} {change.before} → {change.after}", markup=False
        )
    context.console.print(
        _(
            "Version %(number)s is in force, with %(count)s changes.",
            number=made.number,
            count=len(made.changes),
        )
    )
