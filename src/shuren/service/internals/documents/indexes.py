"""Which indexes cover the papers of a list, by the journal lists the library has loaded."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shuren.data.queries import current_snapshot, read
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site

INDEXES, COVERING = "indexes", "conformed.journal_index"
PUBLIC = "public_information"


def with_indexes(
    site: Site, papers: Sequence[Mapping[str, Any]], *, actor: Actor
) -> tuple[list[dict[str, Any]], str]:
    """Each paper with the indexes that cover its journal in its year, and the data date.

    A journal is known by its ISSN, else by its title where the list has no ISSN. Without a year,
    or before the first year the list names, nothing is claimed. "": no lists have been loaded.
    """
    keys = {key for paper in papers for key in _keys(paper)}
    found: dict[str, list[tuple[str, int | None]]] = {}
    snapshot = current_snapshot(site)
    is_known = snapshot is not None and COVERING in snapshot.tables
    if is_known and keys:
        table = read(
            site, COVERING, purpose=PUBLIC, actor=actor,
            columns=["number", "index_name", "since_year"],
            where=[("number", "in", sorted(keys)), ("is_covered", "=", True)],
            order_by=["number", "index_name"],
        )  # fmt: skip
        for number, index, since in table.rows:
            found.setdefault(number, []).append((index, since))
    marked = [{**paper, INDEXES: _covering(paper, found)} for paper in papers]
    if snapshot is None or not is_known:
        return marked, ""
    return marked, snapshot.data_date or f"{snapshot.built_at:%Y-%m-%d}"


def index_counts(papers: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """{index: papers it covers}, the most first; a paper in two indexes counts in both."""
    counts: dict[str, int] = {}
    for paper in papers:
        for index in paper.get(INDEXES, ()):
            counts[index] = counts.get(index, 0) + 1
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def _keys(paper: Mapping[str, Any]) -> list[str]:
    issn = re.sub(r"[^0-9X]", "", str(paper.get("issn", "")).upper())
    title = str(paper.get("journal", "")).strip().lower()
    return [key for key in (issn, f"title:{title}" if title else "") if key]


def _covering(
    paper: Mapping[str, Any], found: Mapping[str, list[tuple[str, int | None]]]
) -> list[str]:
    year = re.search(r"\d{4}", str(paper.get("year", "")))
    if year is None:
        return []
    said = [one for key in _keys(paper) for one in found.get(key, ())]
    names = {index for index, since in said if since is None or since <= int(year[0])}
    return sorted(names)
