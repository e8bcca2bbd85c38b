"""The runs: works, classes, authorities, readers. Each reads the live snapshot and lands what it
found."""

import shutil
from collections import Counter
from pathlib import Path
from typing import Any

from shuren.data.internals import asking, measuring, snapshots
from shuren.data.internals.door import open_table
from shuren.data.internals.resolution import (
    authorities,
    cards,
    classes,
    decisions,
    landing,
    matching,
    person_running,
    planting,
    works,
)
from shuren.data.internals.resolution.declared import (
    AUTHORITY_COLUMNS,
    BIBS,
    CLASS_COLUMNS,
)
from shuren.data.internals.resolution.gate import ready, through_the_gate
from shuren.data.internals.resolution.records import PURPOSE, Book, books
from shuren.data.resolution import AUTHORITIES, CLASSES, READERS, WORKS, Card, Resolved
from shuren.kernel.i18n import gettext as _
from shuren.kernel.ids import new_id
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site

LINKS, SUGGESTIONS = "work_links", "suggestions"
CATALOGUE = ("bib_records", "items")  # contracts the learned models stand on
PLANTED = 80  # of each kind, to learn from and to be judged by
_FIELDS = {CLASSES: "class_number", AUTHORITIES: "authors"}


def run(site: Site, what: str, actor: Actor, train: bool) -> Resolved:
    """train  learn anew although a promoted model is fresh"""
    with landing.lock(site), snapshots.pinned(site):
        landing.sweep(site)
        snapshots.required(site)
        measuring.measure_new(site)
        folder = site.temporary / new_id("resolve-")
        folder.mkdir(parents=True)
        try:
            return _RUNS[what](site, actor, folder, train)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _works(site: Site, actor: Actor, folder: Path, train: bool) -> Resolved:
    found = books(site, actor)
    card, notes = ready(site, WORKS, train)
    if card is None:
        card, notes = _train_works(site, found, folder)
    learned = cards.weights(site, card) if card else None
    threshold = card.threshold if card else works.THRESHOLD
    decided = decisions.of_pairs(site, WORKS)
    groups = works.group(found, learned, folder, threshold, decided)
    before = landing.standing(site, LINKS)
    members = groups.members(book.ref for book in found)
    had = {f"{kind}:{id}": str(row["work_id"]) for (kind, id), row in before.items()}
    ids = works.work_ids(members, had)
    rows, counts = [], Counter[str]()
    for refs in members.values():
        for ref in refs:
            alone = len(refs) == 1
            method, probability = (works.ALONE, 1.0) if alone else groups.how[ref]
            counts[method] += 1
            kind, _colon, id = ref.partition(":")
            rows.append(
                {
                    "record_kind": kind,
                    "record_id": id,
                    "work_id": ids[ref],
                    "method": method,
                    "probability": probability,
                    "model_version": card.version if card and method == works.MODEL else "",
                }
            )
    changed, load = landing.land(site, LINKS, rows, "resolved_at", actor, before)
    found_counts = {"records": len(found), "works": len(members), **dict(sorted(counts.items()))}
    return Resolved(WORKS, found_counts, changed, load, card.version if card else "", notes)


def _train_works(
    site: Site, found: list[Book], folder: Path
) -> tuple[Card | None, tuple[str, ...]]:
    """Learned from the records and planted copies of some; judged by others, planted apart."""
    lesson = planting.plant(found, PLANTED, seed=1)
    learned = matching.train([*found, *(p.record for p in lesson)], folder)
    if learned is None:
        few = _("There are too few records to learn from: numbers and names alone were used.")
        return None, (few,)
    exam = planting.plant(found, PLANTED, seed=2)
    judged = works.group([*found, *(p.record for p in exam)], learned, folder)
    card = cards.write(
        site, WORKS, learned, CATALOGUE,
        records=len(found),
        training={
            "method": "Fellegi–Sunter by expectation maximisation (Splink 5 on DuckDB)",
            "seed": matching.SEED, "pairs_sampled": matching.PAIRS, "planted": len(lesson),
            "blocking": list(matching.BLOCKS), "years_between_editions": works.SPAN,
            "likeness_under_one_isbn": works.ALIKE,
        },
        threshold=works.THRESHOLD,
        evaluation=planting.score(judged, exam) | {"planted": float(len(exam))},
        goals={"precision": 0.98, "recall": 0.9},
    )  # fmt: skip
    return through_the_gate(site, card)


def _classes(site: Site, actor: Actor, _folder: Path, train: bool) -> Resolved:
    known = [
        classes.Known(r["bib_id"], f"{r['title']} {r['title_rest']}", r["subjects"], r["class"])
        for r in _classified(site, actor)
    ]
    card, notes = ready(site, CLASSES, train)
    if card is None:
        classifier, evaluation = classes.learn(known)
        card = cards.write(
            site, CLASSES, classes.to_json(classifier), ("bib_records",),
            records=sum(1 for record in known if record.label),
            training={
                "method": "naive Bayes over character pairs and words",
                "classes": len(classifier.labels), "fewest_of_a_class": classes.FEWEST,
                "scale": classifier.scale, "thresholds": list(classifier.thresholds),
                "hidden": "one fifth, by the hash of the id",
            },
            threshold=classifier.thresholds[0],
            evaluation=evaluation,
            goals={"precision": 0.85},
        )  # fmt: skip
        card, notes = through_the_gate(site, card)
    rows: list[dict[str, Any]] = []
    if card is not None:
        classifier = classes.from_json(cards.weights(site, card))
        without = [record for record in known if not record.label]
        for said in filter(None, map(classifier.say, without)):
            rows.append(
                _suggestion(CLASSES, said.id, 1, "", said.label, "", said.confidence, "bayes")
                | {"model_version": card.version}
            )
    counts = {"records": len(known), "without": sum(1 for r in known if not r.label)}
    return _landed(site, actor, CLASSES, rows, counts, card, notes)


def _authorities(site: Site, actor: Actor, _folder: Path, _train: bool) -> Resolved:
    named = _read(site, BIBS, ("bib_id", "authors"), actor)
    records = [(row["bib_id"], row["authors"]) for row in named if row["authors"]]
    known = _read(site, "conformed.authority", AUTHORITY_COLUMNS, actor)
    found = authorities.match(records, known)
    rows = [
        _suggestion(AUTHORITIES, m.record, m.place, m.given, m.heading, m.authority, m.confidence,
                    m.method)
        for m in found
    ]  # fmt: skip
    counts = {"names": sum(len(said.split("‖")) for _id, said in records)}
    counts |= dict(sorted(Counter(m.method for m in found).items()))
    return _landed(site, actor, AUTHORITIES, rows, counts, None, ())


def _suggestion(
    what: str, record: str, place: int, given: str, suggested: str, ref: str, confidence: float,
    method: str,
) -> dict[str, Any]:  # fmt: skip
    return {
        "record_id": record,
        "field_name": _FIELDS[what],
        "place": place,
        "given": given,
        "suggested": suggested,
        "suggested_ref": ref,
        "confidence": round(confidence, 4),
        "method": method,
        "model_version": "",
    }


def _landed(
    site: Site, actor: Actor, what: str, rows: list[dict[str, Any]], counts: dict[str, int],
    card: Card | None, notes: tuple[str, ...],
) -> Resolved:  # fmt: skip
    """Suggestions of one kind take the place of those of the same kind before."""
    standing = landing.standing(site, SUGGESTIONS)
    before = {key: row for key, row in standing.items() if row["field_name"] == _FIELDS[what]}
    changed, load = landing.land(site, SUGGESTIONS, rows, "suggested_at", actor, before)
    counts = counts | {"suggested": len(rows)}
    return Resolved(what, counts, changed, load, card.version if card else "", notes)


def _classified(site: Site, actor: Actor) -> list[dict[str, Any]]:
    """Bibliographic records; `class` is the number's first two levels where there is one."""
    rows = _read(site, BIBS, CLASS_COLUMNS, actor)
    return [row | {"class": class_of(row["class_number"])} for row in rows]


def class_of(number: str) -> str:
    """What is suggested of a class number: up to its point, TP312 of TP312.8; a cataloguer
    narrows it."""
    head = number.split("‖")[0].strip().upper()
    found = "".join(sign for sign in head.split(".")[0].split("/")[0] if sign.isalnum())
    return found[:5] if found[:1].isalpha() else ""


def _read(site: Site, table: str, columns: tuple[str, ...], actor: Actor) -> list[dict[str, Any]]:
    opening = open_table(site, table, PURPOSE, actor)
    return asking.rows(opening, columns, (), (), None, 0, None).dicts()


_RUNS = {
    WORKS: _works,
    CLASSES: _classes,
    AUTHORITIES: _authorities,
    READERS: person_running.run,
}
WHATS = tuple(_RUNS)
