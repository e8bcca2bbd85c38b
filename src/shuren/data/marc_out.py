"""Rows that another room holds, as MARC records for a system that takes them in."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shuren.data.internals.marc import exporting
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site


def cnmarc_of(
    site: Site,
    rows: Iterable[tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]],
    *,
    actor: Actor,
    encoding: str = "utf-8",
) -> tuple[bytes, int]:
    """CNMARC records (ISO 2709).

    rows      ({column of bib_records: value}, its copies as {column of items: value}): a copy is a
              field 905, written as the mapping `cnmarc-holdings` reads it
    encoding  utf-8 or gb18030
    returns   (the file, how many were left out: too long for ISO 2709, or with signs that the
              encoding does not have)
    raises    trust's EgressBlocked
    """
    return exporting.of_rows(site, rows, encoding, actor)
