"""Suggests which contract a file belongs to, and which column is which of its fields."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from shuren.data.definitions import contract, contracts, mapping_for, mappings
from shuren.data.errors import WrongColumns
from shuren.data.internals.mapping_text import plain_id
from shuren.data.internals.registry import TABLE, source_for
from shuren.data.internals.suggesting.assigning import assign
from shuren.data.internals.suggesting.fitting import Fit, fit
from shuren.data.internals.suggesting.in_lake import KnownValues
from shuren.data.internals.suggesting.sampling import Sample, take_sample
from shuren.data.internals.trying import dry_run, must_be_file
from shuren.data.shapes import ColumnSource, Contract, Mapping
from shuren.data.trial import FieldGuess, Suggestion
from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import Site

TRIED = 500
SHORT_LIST = 4
_PINNED = ("gb18030", "utf-16-le", "utf-16-be", "big5")
_LEAST = 0.15


def suggest(site: Site, path: Path, contract_id: str = "") -> list[Suggestion]:
    """Best first. For one contract always one suggestion, however badly it fits."""
    wanted = [contract(site, contract_id)] if contract_id else list(contracts(site).values())
    name, _source = source_for(must_be_file(path))
    if name != TABLE:
        return _by_source(site, path, name, wanted)
    sample = take_sample(path, Mapping(id="", contract=""))
    lake = KnownValues(site)
    found = sorted(
        (_fitted(one, sample, lake, path) for one in wanted),
        key=lambda pair: (-pair[0], pair[1].contract),
    )
    if not contract_id:
        found = [pair for pair in found if pair[0] >= _LEAST][:SHORT_LIST]
    tried = [_tried(site, path, one) for _score, one in found]
    return sorted(tried, key=lambda one: -one.score)


def _fitted(
    contract: Contract, sample: Sample, lake: KnownValues, path: Path
) -> tuple[float, Suggestion]:
    columns = [column for column in sample.columns if column.name or column.values]
    fits = {
        (field.name, column.place): fit(contract, field, column, lake.share)
        for field in contract.fields
        for column in columns
    }
    chosen = assign(contract, fits)
    missing = tuple(f.name for f in contract.fields if f.required and f.name not in chosen)
    taken = {one.column.place for one in chosen.values()}
    total = sum(one.score for one in chosen.values())
    expected = [f for f in contract.fields if f.required or f.name in chosen or f.expected]
    score = 0.7 * total / max(1, len(columns)) + 0.3 * total / max(1, min(len(expected), 20))
    mapping = _mapping(contract, sample, chosen, path)
    suggestion = Suggestion(
        contract=contract.id,
        title=contract.title,
        score=round(score * 0.5 ** len(missing), 3),
        accepted=0.0,
        mapping=mapping,
        fields=tuple(_guess(f.name, chosen.get(f.name), sample) for f in contract.fields),
        missing=missing,
        unused=tuple(c.name or str(c.place) for c in columns if c.place not in taken),
    )
    return suggestion.score, suggestion


def _guess(field: str, chosen: Fit | None, sample: Sample) -> FieldGuess:
    if chosen is None:
        return FieldGuess(field, None, 0.0, ())
    column = chosen.column.name if sample.mapping.header else chosen.column.place
    return FieldGuess(field, column, round(min(chosen.score, 1.0), 2), chosen.reasons())


def _mapping(contract: Contract, sample: Sample, chosen: dict[str, Fit], path: Path) -> Mapping:
    columns = {
        f.name: ColumnSource(
            names=(one.column.name if sample.mapping.header else one.column.place,),
            extract=one.extract,
            values=dict(one.values or {}),
            formats=one.formats,
        )
        for f in contract.fields
        if (one := chosen.get(f.name))
    }
    delimiter = str(sample.dialect.get("delimiter") or "auto")
    return dataclasses.replace(
        sample.mapping,
        id=plain_id(path.name) or contract.id,
        contract=contract.id,
        encoding=sample.encoding if sample.encoding in _PINNED else "auto",
        delimiter=delimiter,
        columns_expected=None if sample.mapping.header else len(sample.columns),
        columns=columns,
    )


def _tried(site: Site, path: Path, one: Suggestion) -> Suggestion:
    """With the share of the first rows that would be accepted; that counts in the score."""
    try:
        run = dry_run(site, one.contract, path, one.mapping, TRIED)
    except ShurenError:
        return dataclasses.replace(one, score=round(one.score * 0.5, 3))
    share = run.accepted / run.records if run.records else 0.0
    return dataclasses.replace(
        one, accepted=round(share, 3), score=round(one.score * (0.5 + 0.5 * share), 3)
    )


def _by_source(site: Site, path: Path, name: str, wanted: Sequence[Contract]) -> list[Suggestion]:
    """Files of a known kind name their columns themselves: what counts is what is accepted."""
    ours = [m for m in mappings(site).values() if m.source == name]
    found = []
    for one in wanted:
        own = [m for m in ours if m.contract == one.id]
        if ours and not own:
            continue
        for mapping in own or [mapping_for(site, one.id, path.name)]:
            try:
                run = dry_run(site, one.id, path, dataclasses.replace(mapping, source=name),
                              TRIED)  # fmt: skip
            except (ShurenError, WrongColumns):
                continue
            share = run.accepted / run.records if run.records else 0.0
            score = share * _told(mapping, one, run.unused)
            reason = _("The file is of the kind “%(kind)s”, which names its fields.", kind=name)
            fields = tuple(FieldGuess(f.name, None, 0.0, (reason,)) for f in one.fields)
            found.append(
                Suggestion(one.id, one.title, round(score, 3), round(share, 3),
                           dataclasses.replace(mapping, source=name), fields, (),
                           run.unused)
            )  # fmt: skip
    best: dict[str, Suggestion] = {}
    for suggestion in sorted(found, key=lambda found: -found.score):
        best.setdefault(suggestion.contract, suggestion)
    return list(best.values())


def _told(mapping: Mapping, contract: Contract, unused: Sequence[str]) -> float:
    """Of two contracts the one that takes more of the file fits better."""
    taken = len(mapping.columns or contract.fields)
    return (taken / (taken + 5)) / (1 + 0.05 * len(unused))
