"""The first rows of a file, without the persons in them."""

from pathlib import Path

from shuren.data.definitions import contracts
from shuren.data.internals.masking import MASK
from shuren.data.internals.registry import TABLE, source_for
from shuren.data.internals.suggesting.kinds import looks_like_person
from shuren.data.internals.suggesting.naming import likeness
from shuren.data.internals.suggesting.sampling import Column, take_sample
from shuren.data.internals.trying import must_be_file
from shuren.data.shapes import KEEP, Field, Mapping
from shuren.data.trial import Preview
from shuren.kernel.site import Site

_LOOKED_AT = 300
_ALIKE = 0.75
_LONGEST = 80


def preview(site: Site, path: Path, mapping: Mapping | None, rows: int) -> Preview:
    """Files of other kinds than tables have no columns to show: only what they are."""
    name, _source = source_for(must_be_file(path), mapping.source if mapping else "")
    if name != TABLE:
        return Preview(name, (), (), (), "", {})
    sample = take_sample(path, mapping or Mapping(id="", contract=""), _LOOKED_AT)
    hidden = {c.place for c in sample.columns if _is_person(site, c, mapping)}
    first = [
        [MASK if c.place in hidden and cell else cell[:_LONGEST] for cell in c.cells[:rows]]
        for c in sample.columns
    ]
    return Preview(
        source=name,
        columns=tuple(c.name or str(c.place) for c in sample.columns),
        rows=tuple(zip(*first, strict=True)),
        hidden=tuple(sorted(hidden)),
        encoding=sample.encoding,
        dialect=sample.dialect,
    )


def _is_person(site: Site, column: Column, mapping: Mapping | None) -> bool:
    """A column that the mapping takes for something else is none, unless its name says so."""
    known = contracts(site)
    if mapping:
        for field in known[mapping.contract].fields:
            source = mapping.columns.get(field.name)
            if source and {column.name, column.place} & set(source.names):
                return field.storage != KEEP
    people = [f for c in known.values() for f in c.fields if f.storage != KEEP]
    return looks_like_person(column) or any(_named(column, field) for field in people)


def _named(column: Column, field: Field) -> bool:
    return likeness(column.name, field)[0] >= _ALIKE
