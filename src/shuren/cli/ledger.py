"""`shuren ledger`: the signed head, verification, export, proofs."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shuren.cli.context import CliContext
from shuren.cli.main import style
from shuren.kernel.i18n import gettext as _

if TYPE_CHECKING:
    from shuren.trust.ledger import Fault

_SHOWN = 20


@click.group()
def ledger() -> None:
    """The ledger of what was done with data: its signed head, proofs, verification."""


@ledger.command("head")
@click.option("--json", "as_json", is_flag=True, help="Print the head as JSON, to be kept.")
@click.pass_obj
def head(context: CliContext, as_json: bool) -> None:
    """Seal what waits and show the signed head. Keep it elsewhere: it pins all that was before."""
    _site = context.site
    from shuren.trust.ledger import head as newest

    found = newest()
    if as_json:
        context.emit_json(asdict(found))
        return
    for name, value in (
        (_("Entries"), f"{found.size:,}"),
        (_("Sealed at"), f"{found.at:%Y-%m-%d %H:%M:%S} UTC"),
        (_("Root"), found.root),
        (_("Signature"), found.signature),
        (_("Public key"), found.public_key),
    ):
        click.echo(f"{name}: {value}")


@ledger.command("verify")
@click.option("--newest", type=click.IntRange(1), help="Look at about this many entries only.")
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
@click.pass_obj
def verify(context: CliContext, newest: int | None, as_json: bool) -> int:
    """Verify every entry, the tree and the signed heads. Exits 1 and names what was changed."""
    _site = context.site
    from shuren.trust.ledger import verify as check

    found = check(newest)
    if as_json:
        context.emit_json(asdict(found) | {"ok": found.ok})
        return int(not found.ok)
    for fault in found.faults[:_SHOWN]:
        click.echo(f"{style('✗', 'red')} {fault_line(fault)}")
    if len(found.faults) > _SHOWN:
        click.echo(_("… and %(count)s more.", count=len(found.faults) - _SHOWN))
    if found.ok:
        click.echo(
            _(
                "Verified: %(checked)s of %(size)s entries, and %(heads)s signed heads.",
                checked=f"{found.checked:,}",
                size=f"{found.size:,}",
                heads=f"{found.heads:,}",
            )
        )
    else:
        click.echo(_("The ledger is not what was sealed. Keep this database as it is, and say so."))
    return int(not found.ok)


@ledger.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def export(context: CliContext, file: Path) -> None:
    """Write the whole ledger to FILE (packed if it ends in .gz), to be verified offline."""
    _site = context.site
    import gzip

    from shuren.trust.ledger import append
    from shuren.trust.ledger import export as lines

    append("export", {"what": "ledger"}, actor=context.actor)

    temporary = file.with_name(f".{file.name}.part")
    count = -1  # the first line is no entry
    opener = gzip.open if file.suffix == ".gz" else open
    try:
        with opener(temporary, "wb") as target:
            for line in lines():
                target.write(line)
                count += 1
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)
    click.echo(
        _(
            "Wrote %(count)s entries to %(file)s. Verify it anywhere: docs/how-to/verify_ledger.py",
            count=f"{count:,}",
            file=file,
        )
    )


@ledger.command("proof")
@click.argument("number", type=int)
@click.pass_obj
def proof(context: CliContext, number: int) -> None:
    """Print the proof that entry NUMBER is in the ledger, as JSON."""
    _site = context.site
    from shuren.trust.ledger import inclusion

    click.echo(inclusion(number).as_json().decode(), nl=False)


def fault_line(fault: "Fault") -> str:
    """`Entry 1234 (place 1233): it is not what was sealed.`"""
    if fault.number is not None and fault.place is not None:
        return _(
            "Entry %(number)s, at place %(place)s. %(message)s",
            number=fault.number,
            place=fault.place,
            message=fault.message,
        )
    if fault.number is not None:
        return _(
            "Entry %(number)s, not sealed yet. %(message)s",
            number=fault.number,
            message=fault.message,
        )
    if fault.place is not None:
        return _(
            "The entry at place %(place)s. %(message)s", place=fault.place, message=fault.message
        )
    return fault.message
