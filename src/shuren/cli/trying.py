"""`shuren load --dry-run`: what a load would refuse, and why. Nothing is kept."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from shuren.cli.context import CliContext
from shuren.cli.main import NOTHING_LOADED, OK
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import listed, pick

if TYPE_CHECKING:
    from shuren.data.trial import DryRun


def try_files(
    context: CliContext, contract: str, files: tuple[Path, ...], mapping_id: str, as_json: bool
) -> int:
    """Every file whole. Exit code 3 when a file would give not one row."""
    from shuren.data.actions import dry_run

    runs = []
    for path in files:
        with context.progress(path.name) as progress:
            run = dry_run(
                context.site,
                contract,
                path.absolute(),
                actor=context.actor,
                mapping_id=mapping_id,
                rows=None,
                progress=progress,
            )
        runs.append((path, run))
        if not as_json:
            show_run(context, path.name, run)
    if as_json:
        context.emit_json([{"file": str(p), **dataclasses.asdict(run)} for p, run in runs])
    return OK if all(run.accepted for _path, run in runs) else NOTHING_LOADED


def show_run(context: CliContext, name: str, run: "DryRun") -> None:
    from rich.table import Table

    from shuren.data.rules import RULES

    table = Table(title=f"{name} → {run.contract}", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_row(_("Rows in the file"), f"{run.records:,}")
    table.add_row(_("Would be accepted"), f"[green]{run.accepted:,}[/]")
    style = "yellow" if run.refused else "green"
    table.add_row(_("Would be refused"), f"[{style}]{run.refused:,}[/]")
    for rule, rows in run.rules.items():
        table.add_row(f"  {rule} {pick(RULES[rule].title)}", f"{rows:,}")
    context.console.print(table)
    for row in run.rows:
        where = _("record %(number)s", number=row.line) if row.unit == "record" else _(
            "line %(number)s", number=row.line)  # fmt: skip
        context.console.print(f"{where}: {row.rule} {pick(row.reason)}", markup=False)
        context.console.print(f"    {row.shown.splitlines()[0] if row.shown else ''}",
                              markup=False)  # fmt: skip
    if run.unused:
        context.messages.print(_("Columns not taken in: %(names)s.", names=listed(run.unused)),
                               markup=False)  # fmt: skip
    for note in run.notes:
        context.messages.print(note, markup=False)
    context.console.print(_("A dry run: nothing was loaded."))
