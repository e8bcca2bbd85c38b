"""Which authority record a name of a bibliographic record is: by the form, or a form not used.

A form that two records share is nobody's, unless dates beside the name tell them apart.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shuren.data.internals.resolution import text

HEADING, VARIANT = "heading", "variant"
# Held on real files (benchmarks/enrichment): a form not used is right a little less often.
SURE = {HEADING: 0.98, VARIANT: 0.95}
_DATES = re.compile(r"\b(?:1[0-9]|20)[0-9]{2}\b")


@dataclass(frozen=True)
class Match:
    """`place` counts the record's values from 1."""

    record: str
    place: int
    given: str
    heading: str
    authority: str
    confidence: float
    method: str


def form(name: str) -> str:
    """A name as it is compared: words in their order, no dates, no punctuation."""
    return text.plain(text.flat(_DATES.sub(" ", name)))


def dates(name: str) -> frozenset[str]:
    return frozenset(_DATES.findall(name))


def match(
    records: Iterable[tuple[str, str]], authorities: Sequence[Mapping[str, Any]]
) -> list[Match]:
    """records: (id, names parted by ‖); authorities: rows of conformed.authority."""
    headings: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    variants: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in authorities:
        headings[form(row["heading"])].append(row)
        for other in (row.get("other_forms") or "").split(text.SEPARATOR):
            if other:
                variants[form(other)].append(row)
    found = []
    for record, said in records:
        for place, name in enumerate(said.split(text.SEPARATOR), start=1):
            key = form(name)
            if not key:
                continue
            for method, known in ((HEADING, headings), (VARIANT, variants)):
                only = _one(known.get(key, []), dates(name))
                if only is not None:
                    found.append(
                        Match(record, place, name, only["heading"], only["authority_id"],
                              SURE[method], method)
                    )  # fmt: skip
                    break
                if key in known:
                    break  # several of that form: not for a machine to choose
    return found


def _one(rows: Sequence[Mapping[str, Any]], years: frozenset[str]) -> Mapping[str, Any] | None:
    """The only record of that form whose dates do not disagree."""
    fitting = [
        row for row in rows
        if not years or not row.get("life_dates") or years <= dates(row["life_dates"])
    ]  # fmt: skip
    return fitting[0] if len({row["authority_id"] for row in fitting}) == 1 else None
