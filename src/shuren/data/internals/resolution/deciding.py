"""A librarian's decision: kept as a load, kept to by the next run, said by the next build.

Pairs change their links at once, so that a build says it: cards that were accepted are one person,
a record that was refused is a work of its own. Names and classes change nothing but the decision:
conformed.bib_addition reads it.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shuren.data.errors import NothingToDecide
from shuren.data.internals.resolution import decisions, landing, person_running, waiting, works
from shuren.data.internals.resolution.landing import Key, Row
from shuren.data.resolution import READERS, WORKS, Suggestion
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.trust.actions import record_use

WORK_LINKS = "work_links"
Links = dict[Key, Row]
_CLOCK = "resolved_at"


def decide(site: Site, kind: str, ids: Sequence[str], accept: bool, actor: Actor) -> int:
    """Of several at once, all or those that still wait; returns how many."""
    actor = waiting.deciding(actor, kind)
    with landing.lock(site):
        landing.sweep(site)
        wanted = set(ids)
        chosen = [one for one in waiting.suggestions(site, kind, actor) if one.id in wanted]
        if not chosen:
            raise NothingToDecide(
                _("Nothing was ticked that still waits."), fix=_("Tick what you decide about.")
            )
        links = _links(site, kind)
        before = {key: dict(row) for key, row in links.items()}
        rows = []
        for one in chosen:
            touched = _DECIDE[kind](links, one, accept) if kind in _DECIDE else {}
            rows.append(_row(one, accept, actor, touched))
        landing.land(site, decisions.CONTRACT, rows, "decided_at", actor, _known(site, rows))
        _land_links(site, kind, before, links, actor)
    if kind == READERS:
        verdict = "accepted" if accept else "refused"
        record_use(actor, "reader_linking", "raw.reader_links", ("reader_id", "person_id"),
                   len(chosen), f"pairs {verdict}")  # fmt: skip
    return len(chosen)


def undo(site: Site, kind: str, ids: Sequence[str], actor: Actor) -> int:
    """Take decisions back; what was linked is as it was, and the suggestion waits again.

    raises  NothingToDecide if none stands, or a later decision rests on one of them
    """
    actor = waiting.deciding(actor, kind)
    with landing.lock(site):
        landing.sweep(site)
        wanted = set(ids)
        own = {key: row for key, row in decisions.standing(site).items() if key[0] == kind}
        gone = {key: row for key, row in own.items() if waiting.id_of(*key) in wanted}
        if not gone:
            raise NothingToDecide(_("This decision does not stand any more."))
        _refuse_if_later(own, gone)
        links = _links(site, kind)
        before = {key: dict(row) for key, row in links.items()}
        for row in gone.values():
            for key, earlier in json.loads(row.get("earlier") or "[]"):
                links.pop(tuple(key), None)
                if earlier is not None:
                    links[tuple(key)] = dict(earlier)
        by = {key: {**row, "decided_by": actor.id} for key, row in gone.items()}
        landing.land(site, decisions.CONTRACT, (), "decided_at", actor, by)
        _land_links(site, kind, before, links, actor)
    if kind == READERS:
        record_use(actor, "reader_linking", "raw.reader_links", ("reader_id", "person_id"),
                   len(gone), "decisions taken back")  # fmt: skip
    return len(gone)


def _links(site: Site, kind: str) -> Links:
    contract = {WORKS: WORK_LINKS, READERS: person_running.LINKS}.get(kind)
    return landing.standing(site, contract) if contract else {}


def _land_links(site: Site, kind: str, before: Links, after: Links, actor: Actor) -> None:
    """Only what changed; a link that is gone is withdrawn."""
    if kind not in (WORKS, READERS):
        return
    changed = [row for key, row in after.items() if before.get(key) != row]
    keys = {key for key, row in before.items() if after.get(key) != row}
    contract = WORK_LINKS if kind == WORKS else person_running.LINKS
    landing.land(site, contract, changed, _CLOCK, actor, {key: before[key] for key in keys})


def _row(one: Suggestion, accept: bool, actor: Actor, touched: Mapping[Key, Any]) -> Row:
    """The decision; `earlier` is what the links it changes said before."""
    kept = [[list(key), _plain(row)] for key, row in touched.items()]
    return {
        "kind": one.kind,
        "one_id": one.one,
        "other_id": one.other,
        "verdict": decisions.ACCEPTED if accept else decisions.REFUSED,
        "field_name": one.field_name,
        "place": one.place if one.field_name else None,
        "given": one.given,
        "suggested": one.suggested,
        "suggested_ref": one.suggested_ref,
        "method": one.method,
        "probability": one.probability,
        "earlier": json.dumps(kept, ensure_ascii=False) if kept else "",
        "decided_by": actor.id,
    }


def _plain(row: Row | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {
        name: value
        for name, value in row.items()
        if not name.startswith("_") and name not in (_CLOCK, landing.GONE)
    }


def _known(site: Site, rows: Sequence[Row]) -> Links:
    own = {(row["kind"], row["one_id"], row["other_id"]) for row in rows}
    return {key: row for key, row in decisions.standing(site).items() if key in own}


def _decide_work(links: Links, one: Suggestion, accept: bool) -> dict[Key, Any]:
    """Accepted, the record stays and a librarian answers for it; refused, it goes its own way."""
    kind, _colon, id = one.one.partition(":")
    key: Key = (kind, id)
    row = links.get(key)
    if row is None:
        return {}
    earlier = dict(row)
    changed = {**row, "method": works.PERSON, "probability": 1.0, "model_version": ""}
    if not accept:
        changed |= {"method": works.ALONE, "work_id": works.new_work_id(one.one)}
    links[key] = changed
    return {key: earlier}


def _decide_reader(links: Links, one: Suggestion, accept: bool) -> dict[Key, Any]:
    """Accepted, the cards of both are one person's; refused, one that the model joined leaves."""
    if accept:
        return _joined(links, one)
    return _parted(links, one) if one.joined else {}


def _joined(links: Links, one: Suggestion) -> dict[Key, Any]:
    refs = {ref for side in (one.one, one.other) for ref in _persons_cards(links, side)}
    earlier: dict[Key, Any] = {
        (ref,): dict(links[ref,]) if (ref,) in links else None for ref in sorted(refs)
    }
    had = {ref: str(links[ref,]["person_id"]) for ref in refs if (ref,) in links}
    ids = person_running.person_ids({"": sorted(refs)}, had)
    for ref in refs:
        row = links.get((ref,), {"reader_id": ref, "method": works.PERSON})
        by_hand = ref in (one.one, one.other)
        links[ref,] = {
            **row,
            "person_id": ids[ref],
            "method": works.PERSON if by_hand else row["method"],
            "probability": 1.0 if by_hand else row["probability"],
            "model_version": "" if by_hand else row["model_version"],
        }
    return earlier


def _parted(links: Links, one: Suggestion) -> dict[Key, Any]:
    """The card that the model brought in leaves its person; two that are left keep together."""
    refs = _persons_cards(links, one.one)
    earlier: dict[Key, Any] = {(ref,): dict(links[ref,]) for ref in refs if (ref,) in links}
    learned = [r for r in (one.one, one.other) if links.get((r,), {}).get("method") == "model"]
    leaving = learned[0] if learned else one.one
    links.pop((leaving,), None)
    rest = [ref for ref in refs if ref != leaving]
    if len(rest) == 1:
        links.pop((rest[0],), None)
        return earlier
    ids = person_running.person_ids(
        {"": rest}, {ref: str(links[ref,]["person_id"]) for ref in rest}
    )
    for ref in rest:
        links[ref,] = {**links[ref,], "person_id": ids[ref]}
    return earlier


def _persons_cards(links: Links, ref: str) -> list[str]:
    person = links.get((ref,), {}).get("person_id")
    if person is None:
        return [ref]
    return sorted(key[0] for key, row in links.items() if row["person_id"] == person)


def _refuse_if_later(own: Links, gone: Links) -> None:
    """Links that a later decision changed again cannot be put back over it."""
    for row in gone.values():
        touched = {tuple(key) for key, _earlier in json.loads(row.get("earlier") or "[]")}
        for key, other in own.items():
            if key in gone or other["decided_at"] <= row["decided_at"]:
                continue
            if touched & {tuple(k) for k, _e in json.loads(other.get("earlier") or "[]")}:
                raise NothingToDecide(
                    _("A later decision is about the same records or cards."),
                    fix=_("Take that one back first."),
                )


_DECIDE: dict[str, Callable[[Links, Suggestion, bool], dict[Key, Any]]] = {
    WORKS: _decide_work,
    READERS: _decide_reader,
}
