"""The run for readers: which cards are one person's, landed as links; doubts, landed as pairs."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shuren.data.internals.resolution import (
    cards,
    decisions,
    landing,
    person_matching,
    person_planting,
    persons,
    works,
)
from shuren.data.internals.resolution.cards_of_readers import ReaderCard, reader_cards
from shuren.data.internals.resolution.gate import ready, through_the_gate
from shuren.data.resolution import READERS, Card, Resolved
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site

LINKS, PAIRS = "reader_links", "reader_pairs"
PLANTED = 60  # of each kind, to learn from and to be judged by
GOALS = {"precision": 0.99, "apart_namesake": 1.0, "apart_namesake_no_year": 1.0}


def run(site: Site, actor: Actor, folder: Path, train: bool) -> Resolved:
    found = reader_cards(site, actor)
    card, notes = ready(site, READERS, train)
    if card is None:
        card, notes = _train(site, found, folder)
    learned = cards.weights(site, card) if card else None
    threshold = card.threshold if card else persons.THRESHOLD
    decided = decisions.of_pairs(site, READERS)
    grouped = persons.group(found, learned, folder, threshold, decided)
    version = card.version if card else ""
    links, counts = _links(site, found, grouped, version)
    pairs = [
        {
            "reader_id": pair.one,
            "other_id": pair.other,
            "reason": pair.reason,
            "probability": pair.probability,
            "model_version": version,
        }
        for pair in grouped.left()
    ]
    changed, load = landing.land(
        site, LINKS, links, "resolved_at", actor, landing.standing(site, LINKS)
    )
    asked, second = landing.land(
        site, PAIRS, pairs, "suggested_at", actor, landing.standing(site, PAIRS)
    )
    members = grouped.groups.members(card.ref for card in found)
    result = {"cards": len(found), "persons": len(members), **counts, "asked": len(pairs)}
    return Resolved(READERS, result, changed + asked, load or second, version, notes)


def person_ids(members: dict[str, list[str]], before: dict[str, str]) -> dict[str, str]:
    """{ref: the pseudonym that stands for its person}: that of one of its own cards, kept from run
    to run. A card that left takes its pseudonym along: else it and those it left were one."""

    def new(refs: Sequence[str], taken: set[str]) -> str:
        return min(ref for ref in refs if ref not in taken)

    own = {ref: before[ref] for refs in members.values() for ref in refs if before.get(ref) in refs}
    return works.work_ids(members, own, new)


def _links(
    site: Site, found: Sequence[ReaderCard], grouped: persons.Found, version: str
) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """One row for each card of a person with several."""
    groups = grouped.groups
    several = {
        root: refs
        for root, refs in groups.members(card.ref for card in found).items()
        if len(refs) > 1
    }
    before = landing.standing(site, LINKS)
    ids = person_ids(several, {ref: str(row["person_id"]) for (ref,), row in before.items()})
    rows, counts = [], Counter[str]()
    for refs in several.values():
        for ref in refs:
            method, probability = groups.how[ref]
            counts[method] += 1
            rows.append(
                {
                    "reader_id": ref,
                    "person_id": ids[ref],
                    "method": method,
                    "probability": probability,
                    "model_version": version if method == persons.MODEL else "",
                }
            )
    return rows, dict(sorted(counts.items()))


def _train(
    site: Site, found: Sequence[ReaderCard], folder: Path
) -> tuple[Card | None, tuple[str, ...]]:
    """Learned from the cards and cards planted beside them; judged by others, planted apart."""
    if len({card.system for card in found}) < 2:
        one = _("All cards are of one system: numbers, addresses and telephones alone were used.")
        return None, (one,)
    lesson = person_planting.plant(found, PLANTED, seed=1)
    learned = person_matching.train([*found, *(p.record for p in lesson)], folder)
    if learned is None:
        few = _("There are too few records to learn from: numbers and names alone were used.")
        return None, (few,)
    exam = person_planting.plant(found, PLANTED, seed=2)
    everything = [*found, *(p.record for p in exam)]
    judged = person_planting.score(persons.group(everything, learned, folder), found, exam)
    keys = person_planting.score(persons.group(everything, None, folder), found, exam)
    alone = {"keys_precision": keys["precision"], "keys_recall": keys["recall"]}
    card = cards.write(
        site, READERS, learned, ("readers",),
        records=len(found),
        training={
            "method": "Fellegi–Sunter by expectation maximisation (Splink 5 on DuckDB)",
            "names": "under the veil of one run",
            "seed": person_matching.SEED, "pairs_sampled": person_matching.PAIRS,
            "planted": len(lesson), "blocking": list(person_matching.BLOCKS),
            "suggests_from": persons.SUGGEST,
        },
        threshold=persons.THRESHOLD,
        evaluation=judged | alone | {"planted": float(len(exam))},
        goals=GOALS,
    )  # fmt: skip
    return through_the_gate(site, card)
