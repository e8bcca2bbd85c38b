"""What waits for a decision, read from the live snapshot, without what was decided since."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC
from typing import Any

from shuren.data.errors import NothingToDecide, UnknownName
from shuren.data.internals import asking
from shuren.data.internals.door import open_table
from shuren.data.internals.resolution import cards_of_readers, decisions, landing, person_running
from shuren.data.internals.resolution.records import PURPOSE
from shuren.data.resolution import (
    AUTHORITIES,
    BIB,
    CLASSES,
    READERS,
    TITLE,
    WORKS,
    Decision,
    Side,
    Suggestion,
)
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.trust import queries as trust

PERMISSION = {
    WORKS: "suggestions.decide",
    AUTHORITIES: "suggestions.decide",
    CLASSES: "suggestions.decide",
    READERS: "readers.link",
}
FIELDS = {AUTHORITIES: "authors", CLASSES: "class_number"}
_TABLES = {BIB: ("conformed.bib_record", "bib_id"), TITLE: ("conformed.title", "title_id")}
_FACTS = {
    BIB: ("authors", "publisher", "published_year", "isbn", "class_number", "source_system"),
    TITLE: ("author", "publisher", "published_year", "isbn", "class_number"),
}
_CARD = ("source_system", "kind", "college", "major", "grade", "campus", "status")
Rows = list[dict[str, Any]]


def suggestions(site: Site, kind: str, actor: Actor) -> list[Suggestion]:
    actor = deciding(actor, kind)
    settled = {key for key in decisions.standing(site) if key[0] == kind}
    found = {WORKS: _works, READERS: _readers}.get(kind, _fields)(site, kind, actor)
    return [one for one in found if (kind, one.one, one.other) not in settled]


def suggestion(site: Site, kind: str, id: str, actor: Actor) -> Suggestion:
    for one in suggestions(site, kind, actor):
        if one.id == id:
            return one
    raise NothingToDecide(
        _("This suggestion does not wait any more: somebody decided, or a later run withdrew it.")
    )


def sides(site: Site, found: Sequence[Suggestion], actor: Actor) -> dict[str, list[Side]]:
    asking = {kind: deciding(actor, kind) for kind in {one.kind for one in found}}
    refs = {one.id: _refs(one) for one in found}
    wanted = [ref for several in refs.values() for ref in several]
    if READERS in asking:
        cards = _cards(site, asking[READERS], wanted)
        shown = {ref: Side("", _facts(cards.get(ref, {}), _CARD), ref) for ref in wanted}
    else:
        known = _records(site, next(iter(asking.values()), actor), wanted)
        shown = {
            ref: Side(
                str(known.get(ref, {}).get("title") or ref),
                _facts(known.get(ref, {}), _FACTS[ref.partition(":")[0]]),
            )
            for ref in wanted
        }
    return {id: [shown[ref] for ref in several] for id, several in refs.items()}


def _refs(one: Suggestion) -> list[str]:
    if one.kind in (READERS, WORKS):
        return [one.one, one.other]
    return [f"{BIB}:{one.one}"]


def _facts(row: dict[str, Any], names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, str(row.get(name) or "")) for name in names)


def decided(site: Site, kind: str, actor: Actor) -> list[Decision]:
    actor = deciding(actor, kind)
    rows = [row for key, row in decisions.standing(site).items() if key[0] == kind]
    rows.sort(key=lambda row: str(row["decided_at"]), reverse=True)
    titles = {}
    if kind != READERS:
        refs = [_ref(kind, str(row["one_id"])) for row in rows]
        titles = {ref: str(row["title"]) for ref, row in _records(site, actor, refs).items()}
    return [
        Decision(
            id_of(kind, row["one_id"], row["other_id"]),
            kind,
            titles.get(_ref(kind, str(row["one_id"])), ""),
            row.get("given") or "",
            row.get("suggested") or "",
            row["verdict"] == decisions.ACCEPTED,
            row["decided_by"],
            row["decided_at"].replace(tzinfo=UTC),
        )
        for row in rows
    ]


def id_of(kind: str, one: str, other: str) -> str:
    return hashlib.sha256(f"{kind}|{one}|{other}".encode()).hexdigest()[:16]


def deciding(actor: Actor, kind: str) -> Actor:
    """The actor deciding about this kind; raises NotAllowed, UnknownName if there is none."""
    if kind not in PERMISSION:
        raise UnknownName(_("kind of suggestion"), kind, list(PERMISSION))
    return trust.require(actor, PERMISSION[kind])


def _works(site: Site, kind: str, actor: Actor) -> list[Suggestion]:
    """Records that the model put into a work, beside a record that was there without it."""
    columns = ("record_kind", "record_id", "work_id", "method", "probability", "model_version")
    rows = _read(site, "conformed.work_member", columns, actor, [("method", "=", "model")])
    works = sorted({row["work_id"] for row in rows})
    members: dict[str, Rows] = {}
    for row in _read(site, "conformed.work_member", columns, actor, [("work_id", "in", works)]):
        members.setdefault(row["work_id"], []).append(row)
    pairs = []
    for row in rows:
        others = [m for m in members[row["work_id"]] if _of(m) != _of(row)]
        if others:
            best = min(others, key=lambda m: (m["method"] == "model", _of(m)))
            pairs.append((row, _of(best)))
    known = _records(site, actor, [ref for row, other in pairs for ref in (_of(row), other)])
    return sorted(
        (
            Suggestion(
                id_of(kind, _of(row), other), kind, _of(row), other,
                title=str(known.get(_of(row), {}).get("title") or ""),
                given="",
                suggested=str(known.get(other, {}).get("title") or ""),
                method=row["method"], probability=row["probability"], joined=True,
                model_version=row["model_version"],
            )
            for row, other in pairs
        ),
        key=_surest,
    )  # fmt: skip


def _fields(site: Site, kind: str, actor: Actor) -> list[Suggestion]:
    columns = (
        "record_id", "field_name", "place", "title", "given", "suggested", "suggested_ref",
        "confidence", "method", "model_version",
    )  # fmt: skip
    where = [("field_name", "=", FIELDS[kind])]
    found = []
    for row in _read(site, "conformed.suggestion", columns, actor, where):
        other = f"{row['field_name']} {row['place']} {row['suggested']}"
        if row["given"] == row["suggested"]:
            continue  # it says so already: nothing to add
        found.append(
            Suggestion(
                id_of(kind, row["record_id"], other), kind, row["record_id"], other,
                title=row["title"], given=row["given"], suggested=row["suggested"],
                method=row["method"], probability=row["confidence"],
                suggested_ref=row["suggested_ref"], field_name=row["field_name"],
                place=row["place"], model_version=row["model_version"],
            )
        )  # fmt: skip
    return sorted(found, key=_surest)


def _readers(site: Site, kind: str, actor: Actor) -> list[Suggestion]:
    """Pairs without certainty; and cards that the model joined, beside another of the person."""
    columns = ("reader_key", "other_key", "reason", "probability", "model_version")
    purpose = cards_of_readers.PURPOSE
    found = [
        Suggestion(
            id_of(kind, row["reader_key"], row["other_key"]), kind, row["reader_key"],
            row["other_key"], title="", given="", suggested="", method="pair",
            probability=row["probability"], reason=row["reason"],
            model_version=row["model_version"],
        )
        for row in _read(site, "conformed.reader_pair", columns, actor, (), purpose)
    ]  # fmt: skip
    persons: dict[str, list[tuple[str, Any]]] = {}
    for (ref,), row in sorted(landing.standing(site, person_running.LINKS).items()):
        persons.setdefault(str(row["person_id"]), []).append((ref, row))
    for cards in persons.values():
        learned = [(ref, row) for ref, row in cards if row["method"] == "model"]
        for ref, row in learned:
            others = [other for other, _row in cards if other != ref]
            if not others or (len(learned) == len(cards) and ref == cards[0][0]):
                continue  # of two cards joined by the model one stands for both
            one, other = sorted((ref, others[0]))
            found.append(
                Suggestion(
                    id_of(kind, one, other), kind, one, other, title="", given="", suggested="",
                    method="model", probability=float(row["probability"]), joined=True,
                    model_version=row["model_version"] or "",
                )
            )  # fmt: skip
    return sorted(found, key=lambda one: (one.joined, *_surest(one)))


def _surest(one: Suggestion) -> tuple[float, str, str]:
    return (-one.probability, one.one, one.other)


def _of(row: dict[str, Any]) -> str:
    return f"{row['record_kind']}:{row['record_id']}"


def _ref(kind: str, one: str) -> str:
    return one if kind == WORKS else f"{BIB}:{one}"


def _records(site: Site, actor: Actor, refs: Iterable[str]) -> dict[str, dict[str, Any]]:
    """{ref: row} of bibliographic records and titles of the holdings."""
    found: dict[str, dict[str, Any]] = {}
    wanted: dict[str, list[str]] = {}
    for ref in dict.fromkeys(refs):
        kind, _colon, id = ref.partition(":")
        wanted.setdefault(kind, []).append(id)
    for kind, ids in wanted.items():
        table, key = _TABLES[kind]
        for row in _read(site, table, (key, "title", *_FACTS[kind]), actor, [(key, "in", ids)]):
            found[f"{kind}:{row[key]}"] = row
    return found


def _cards(site: Site, actor: Actor, refs: Sequence[str]) -> dict[str, dict[str, Any]]:
    purpose = cards_of_readers.PURPOSE
    where = [("reader_key", "in", refs)]
    rows = _read(site, "conformed.reader", ("reader_key", *_CARD), actor, where, purpose)
    return {row["reader_key"]: row for row in rows}


def _read(
    site: Site, table: str, columns: Sequence[str], actor: Actor, where: Any,
    purpose: str = PURPOSE,
) -> Rows:  # fmt: skip
    opening = open_table(site, table, purpose, actor)
    return asking.rows(opening, tuple(columns), where, (), None, 0, None).dicts()
