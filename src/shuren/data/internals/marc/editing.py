"""Editing a bibliographic record: what is saved is a load of one record, which takes the place of
the earlier ones by its key as any later load does. Nothing that was loaded is changed."""

from collections import Counter
from typing import Any

from shuren.data.definitions import contract as find_contract
from shuren.data.definitions import mappings
from shuren.data.errors import BadRecord, EditConflict, NotEditable, UnknownName
from shuren.data.internals import asking, openlineage, snapshots
from shuren.data.internals.door import open_table
from shuren.data.internals.marc import linemarc
from shuren.data.internals.marc.batch import batch_of
from shuren.data.internals.marc.columns import TRAILING, ColumnMaker
from shuren.data.internals.marc.expression import parse as parse_expression
from shuren.data.internals.marc.record import (
    CNMARC,
    MARC21,
    Marc,
    Wrong,
    flat,
    format_of,
    is_control,
    subfields,
)
from shuren.data.internals.marc.writing import RecordMaker
from shuren.data.internals.receipts import all_receipts, merged_receipts, raw_file
from shuren.data.internals.taking_in import Brought, take_in
from shuren.data.internals.trying import dry_run
from shuren.data.internals.working import exclusively, sweep_folders, working_folder
from shuren.data.record import EditableRecord, MarcField, RecordVersion
from shuren.data.rules import reason
from shuren.data.shapes import Mapping, Receipt
from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.ids import new_id
from shuren.kernel.shapes import Actor, no_progress
from shuren.kernel.site import Site
from shuren.trust import queries as trust

PERMISSION, CONTRACT, TABLE = "records.edit", "bib_records", "conformed.bib_record"
WORKING, CHANGED = "edit-", "005"
# What an import should have, by any of these columns (CNMARC 010 or 011, 100, 101, 210, 215, 606
# or 610, 690, 701 or 200 $f and the MARC 21 fields that say the same).
CORE = (
    ("isbn", "issn"), ("language",), ("publisher",), ("published",), ("extent",),
    ("subjects", "keywords", "subject_names", "subject_places"), ("class_number", "dewey",
     "lc_class"), ("authors", "author_bodies", "responsibility"),
)  # fmt: skip
# Coded fields, of which an export writes the positions that columns hold.
_CODED = {"008", "100", "LDR", CHANGED}


def record(site: Site, bib_id: str, *, actor: Actor) -> EditableRecord:
    """A record with its history, for who may edit it.

    raises  trust's NotAllowed, NoSnapshot, UnknownName, NotEditable"""
    actor = trust.require(actor, PERMISSION)
    number, system = _key(site, bib_id, actor)
    rows = _rows(site, number, system)
    if not rows:
        raise UnknownName(_("record"), bib_id[:40], [])
    newest = rows[0]
    format = _format(newest)
    made = RecordMaker(mappings(site)[format]).record(newest)
    fields = tuple(_field(tag, content) for tag, content in made.fields)
    return EditableRecord(
        bib_id, str(newest.get("title") or ""), format, fields, _history(site, rows),
        _missing(site, newest),
    )  # fmt: skip


def save(site: Site, bib_id: str, text: str, *, based_on: str, actor: Actor) -> RecordVersion:
    """Save a bibliographic record as line-MARC; the earlier ones stay and can be put back.

    based_on  id of the version that was opened
    raises    EditConflict if there is a newer one; BadRecord with the rule that is broken, for what
              no column would hold, or if nothing is different; NotEditable, UnknownName;
              NoSnapshot; trust's NotAllowed without records.edit

    It is in search and exports after the next build.
    """
    actor = trust.require(actor, PERMISSION)
    with exclusively(site.data / "edits.lock"):
        current = record(site, bib_id, actor=actor)
        if current.newest.id != based_on:
            raise EditConflict(
                _("%(who)s saved this record after you opened it.", who=current.newest.actor),
                fix=_("Look at what is different, then save again."),
            )
        edited = _parsed(site, text)
        _check_same_key(site, edited, current)
        mapping = mappings(site)[current.format]
        row = _columns(mapping, edited)
        lost = _not_kept(mapping, edited, row)
        if lost:
            raise BadRecord(
                _("No column holds this, so that it would be lost: %(text)s.", text="; ".join(lost))
            )
        removed, added = _differences(current.newest.text, linemarc.render(edited))
        if not removed and not added:
            raise BadRecord(_("Nothing is different."))
        stamped = _stamped(edited)
        tags = sorted({line[1:4] for line in (*removed, *added)})
        note = _("Edited: %(fields)s.", fields=", ".join(tags))
        _load(site, bib_id, linemarc.render(stamped), mapping, actor, note)
        openlineage.note_loads(site)
        return record(site, bib_id, actor=actor).newest


def _load(site: Site, bib_id: str, text: str, mapping: Mapping, actor: Actor, note: str) -> Receipt:
    sweep_folders(site, WORKING)
    with working_folder(site, new_id(WORKING)) as folder:
        path = folder / f"edit-{bib_id[:12]}-{now():%Y%m%dT%H%M%S}.mrk"
        path.write_text(text + "\n", "utf-8")
        tried = dry_run(site, CONTRACT, path, mapping.id)
        if tried.refused or not tried.accepted:
            why = pick(tried.rows[0].reason) if tried.rows else _("It holds no record.")
            raise BadRecord(why)
        return take_in(
            site, CONTRACT, path, actor, mapping.id, no_progress, Brought(notes=(note,))
        )  # fmt: skip


def _key(site: Site, bib_id: str, actor: Actor) -> tuple[str, str]:
    opening = open_table(site, TABLE, "public_information", actor)
    columns = ("record_id", "source_system")
    found = asking.rows(opening, columns, [("bib_id", "=", bib_id)], (), 1, 0).rows
    if not found:
        raise UnknownName(_("record"), bib_id[:40], [])
    number, system = (str(value or "") for value in found[0])
    if not number or not system:
        raise NotEditable(
            _("This record has no number of its own, so that nothing could take its place."),
            fix=_("Give it a 001 and a 003 (CNMARC: 801) where it comes from, and load it again."),
        )
    return number, system


def _rows(site: Site, number: str, system: str) -> list[dict[str, Any]]:
    """What each load said of the record, newest first; `_load`, `_line` and the columns."""
    receipts = all_receipts(site, CONTRACT)
    paths = [path for one in receipts if (path := raw_file(site, CONTRACT, one.id)).exists()]
    if not paths:
        return []
    names = ["_load", "_line", *(field.name for field in find_contract(site, CONTRACT).fields)]
    listed = ", ".join(f'"{name}"' for name in names)
    sql = (
        f"SELECT {listed} FROM read_parquet(?, union_by_name = true) WHERE record_id = ?"
        " AND source_system = ? ORDER BY _load DESC, _line DESC"
    )
    found = snapshots.query(site, sql, [[str(path) for path in paths], number, system])
    return [dict(zip(names, row, strict=True)) for row in found]


def _history(site: Site, rows: list[dict[str, Any]]) -> tuple[RecordVersion, ...]:
    receipts: dict[str, Receipt] = {}
    for one in all_receipts(site, CONTRACT):
        receipts |= {part.id: part for part in merged_receipts(site, one)} if one.merges else {}
        receipts[one.id] = one
    texts = [linemarc.render(RecordMaker(mappings(site)[_format(row)]).record(row)) for row in rows]
    found = []
    for place, row in enumerate(rows):
        before = texts[place + 1] if place + 1 < len(texts) else ""
        removed, added = _differences(before, texts[place]) if before else ((), ())
        load = str(row["_load"])
        receipt = receipts[load]
        found.append(
            RecordVersion(
                f"{load}:{row['_line']}", load, receipt.finished_at, receipt.actor,
                receipt.source_name, texts[place], removed, added,
            )
        )  # fmt: skip
    return tuple(found)


def _format(row: dict[str, Any]) -> str:
    return CNMARC if row.get("format") == CNMARC else MARC21


def _field(tag: str, content: str) -> MarcField:
    if is_control(tag):
        return MarcField(tag, "", content)
    parts = "".join(f"${code}{text.replace('$', '{dollar}')}" for code, text in subfields(content))
    return MarcField(tag, content[:2].replace(" ", "#"), parts)


def _parsed(site: Site, text: str) -> Marc:
    try:
        return linemarc.parse(text)
    except Wrong as wrong:
        contract = find_contract(site, CONTRACT)
        raise BadRecord(pick(reason(contract, wrong.rule, "", wrong.detail))) from None


def _check_same_key(site: Site, edited: Marc, current: EditableRecord) -> None:
    """A record with another number would be another record, and both would stay."""
    before = linemarc.parse(current.newest.text)
    mapping = mappings(site)[current.format]
    if format_of(edited) != current.format:
        raise BadRecord(_("The record is in another format than before."))
    was, is_ = (_columns(mapping, one) for one in (before, edited))
    for name in ("record_id", "source_system"):
        if was[name] != is_[name]:
            raise BadRecord(
                _("The number of the record and the system it comes from stay as they are.")
            )


def _columns(mapping: Mapping, made: Marc) -> dict[str, str]:
    """{column: what the mapping reads of one record}"""
    header = {name: str(source.names[0]) for name, source in mapping.columns.items()}
    maker = ColumnMaker([parse_expression(text) for text in header.values()])
    batch = batch_of(1, None, None, None, None, [(0, flat(made))])
    values = [column.to_pylist()[0] for column in maker.columns(batch)]
    return {name: (value or "").strip() for name, value in zip(header, values, strict=True)}


def _not_kept(mapping: Mapping, edited: Marc, row: dict[str, str]) -> list[str]:
    """What of the record no column holds, as `=020 $z…`."""
    kept = _said(RecordMaker(mapping).record(row))
    lost = []
    for tag, content in edited.fields:
        if tag in _CODED and (is_control(tag) or format_of(edited) == CNMARC):
            continue
        parts = [("", content)] if is_control(tag) else subfields(content)
        for code, text in parts:
            plain = _plain(text)
            if plain and not kept[plain]:
                lost.append(f"={tag} ${code}{text}" if code else f"={tag} {text}")
            kept[plain] -= 1
    return lost


def _said(made: Marc) -> Counter[str]:
    texts: Counter[str] = Counter()
    for tag, content in made.fields:
        parts = [("", content)] if is_control(tag) else subfields(content)
        texts.update(_plain(text) for _code, text in parts)
    return texts


def _plain(text: str) -> str:
    return " ".join(text.split()).rstrip(TRAILING)


def _differences(before: str, after: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Lines that only one of two texts has, when it was changed left aside."""
    one, other = (
        Counter(line for line in text.splitlines() if not line.startswith(f"={CHANGED}"))
        for text in (before, after)
    )
    return tuple((one - other).elements()), tuple((other - one).elements())


def _stamped(edited: Marc) -> Marc:
    """With the moment of the change, as 005 gives it."""
    fields = [field for field in edited.fields if field[0] != CHANGED]
    fields.append((CHANGED, f"{now():%Y%m%d%H%M%S}.0"))
    return Marc(edited.leader, sorted(fields, key=lambda field: field[0]), edited.encoding)


def _missing(site: Site, row: dict[str, Any]) -> tuple[dict[str, str], ...]:
    titles = {field.name: field.title for field in find_contract(site, CONTRACT).fields}
    return tuple(titles[names[0]] for names in CORE if not any(row.get(name) for name in names))
