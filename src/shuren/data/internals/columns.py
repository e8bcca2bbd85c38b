"""Finds each field of a contract among the columns of a file."""

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from shuren.data.errors import WrongColumns
from shuren.data.internals.lint import plain_name
from shuren.data.shapes import Contract, Field, Mapping
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import listed, pick

_DATA = re.compile(r"[\d\s./:年月日-]+")


@dataclass(frozen=True)
class Source:
    """Where a field comes from in this file.

    position  of the column, from 1; None for a constant or a field the file does not have
    formats   of mapping and contract; the first `declared` of them are the mapping's
    """

    field: Field
    position: int | None = None
    constant: str | None = None
    extract: str = ""
    values: dict[str, str] = dataclasses.field(default_factory=dict)
    formats: tuple[str, ...] = ()
    declared: int = 0

    @property
    def absent(self) -> bool:
        return self.position is None and self.constant is None


def match_columns(
    contract: Contract, mapping: Mapping, header: Sequence[str], width: int
) -> tuple[Source, ...]:
    """One Source per field, in the contract's order.

    raises  WrongColumns naming what was found if a required field is nowhere
    """
    places = {plain_name(name): place for place, name in reversed(list(enumerate(header, 1)))}
    sources = tuple(_source(f, mapping, places, width) for f in contract.fields)
    missing = [s.field for s in sources if s.absent and s.field.required]
    if missing:
        raise _wrong(contract.id, missing, header, width)
    return sources


def unused_columns(sources: Sequence[Source], header: Sequence[str]) -> list[str]:
    """Header names that no field takes."""
    used = {source.position for source in sources}
    return [name for place, name in enumerate(header, 1) if place not in used]


def _source(field: Field, mapping: Mapping, places: dict[str, int], width: int) -> Source:
    given = mapping.columns.get(field.name)
    if given is None:
        names: Sequence[str | int] = (field.name, *field.names)
    else:
        names = given.names
    position = next((p for name in names if (p := _place(name, places, width))), None)
    return Source(
        field=field,
        position=position,
        constant=given.value if given and position is None else None,
        extract=(given.extract if given else "") or field.extract,
        values={**field.values, **(given.values if given else {})},
        formats=(*(given.formats if given else ()), *field.formats),
        declared=len(given.formats) if given else 0,
    )


def _place(name: str | int, places: dict[str, int], width: int) -> int | None:
    if isinstance(name, int):
        return name if name <= width else None
    return places.get(plain_name(name))


def _wrong(
    contract: str, missing: Sequence[Field], header: Sequence[str], width: int
) -> WrongColumns:
    wanted = listed(f"{pick(f.title)} ({f.name})" for f in missing)
    if not header:
        message = _(
            "The file has %(width)s columns without names, and nothing says which is %(wanted)s.",
            width=width,
            wanted=wanted,
        )
        return WrongColumns(message, fix=_("Write a mapping that gives their numbers."))
    if any(_DATA.fullmatch(name.strip()) for name in header):
        # Not shown: a first row may name a reader.
        return WrongColumns(
            _("The first line looks like a row, not like names of columns."),
            fix=_(
                "Give the columns by number, in a mapping with `dialect: {header: false}`; "
                "`shuren suggest FILE --contract %(contract)s --write ID` drafts one.",
                contract=contract,
            ),
        )
    found = listed(header[:20]) + (" …" if len(header) > 20 else "")
    message = _(
        "The file has no column for %(wanted)s. Its columns: %(found)s.",
        wanted=wanted,
        found=found,
    )
    advice = _(
        "Say in a mapping which column it is; "
        "`shuren suggest FILE --contract %(contract)s --write ID` drafts one.",
        contract=contract,
    )
    return WrongColumns(message, fix=f"{_near(missing[0], header)} {advice}".strip())


def _near(field: Field, header: Sequence[str]) -> str:
    """'Is it '借阅日起'?' when one header name is close to a name of the field."""

    def likeness(name: str) -> float:
        return max(
            SequenceMatcher(None, plain_name(name), plain_name(known)).ratio()
            for known in (field.name, *field.names)
        )

    best = max(header, key=likeness)
    return _("Is it '%(name)s'?", name=best) if likeness(best) >= 0.6 else ""
