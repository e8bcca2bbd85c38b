"""Are one person's cards in two systems found, and nobody else's? The demo university, whose
second campus has gates of its own, and cards planted beside its lists; numbers, then the model."""

import argparse
import csv
import os
import tempfile
import time
from pathlib import Path

import numpy as np

KINDS = {"student": "student", "学生": "student", "教工": "faculty"}


def university(scale, seed):
    """Cards of both systems under a veil, and {gate card: card of the same reader}."""
    from shuren.campus.gate_cards import FILE, write_gate_cards
    from shuren.campus.people import make_readers
    from shuren.campus.university import colleges
    from shuren.data.internals.resolution.cards_of_readers import DEPARTMENT, ReaderCard
    from shuren.trust.internals.veiling import Veil

    readers = make_readers(colleges(), scale, np.random.default_rng(seed))
    with tempfile.TemporaryDirectory() as name:
        truth = write_gate_cards(Path(name), readers, seed).truth["gate_cards"]
        rows = list(csv.DictReader((Path(name) / FILE).read_text("utf-8").splitlines()))
    veil = Veil()
    cards = [
        ReaderCard(r.card, "cards", "", veil.name(r.name), veil.number(r.card),
                   veil.phone(r.phone), "", r.kind, r.unit, r.major, r.grade, r.campus)
        for r in readers if r.kind != DEPARTMENT
    ]  # fmt: skip
    cards += [
        ReaderCard(r["卡号"], "gates", r["学工号"], veil.name(r["姓名"]), veil.number(r["卡号"]),
                   veil.phone(r["手机"]), "", KINDS[r["身份"]], r["单位"], r["专业"], r["入学年份"])
        for r in rows
    ]  # fmt: skip
    return cards, truth


def against_truth(found, cards, truth):
    """(precision, recall) over pairs of cards of one person."""
    owner = lambda ref: truth.get(ref, ref)  # noqa: E731
    members = found.groups.members(card.ref for card in cards).values()
    right = wrong = 0
    for refs in members:
        for place, one in enumerate(refs):
            for other in refs[:place]:
                right += owner(one) == owner(other)
                wrong += owner(one) != owner(other)
    asked = sum(owner(pair.one) == owner(pair.other) for pair in found.left())
    return right / max(1, right + wrong), right / len(truth), asked / len(truth), len(found.left())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--scale", type=float, default=1.0, help="of the demo university")
    parser.add_argument("--planted", type=int, default=150, help="of each kind")
    given = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "shuren.settings"
    with tempfile.TemporaryDirectory() as name:
        from shuren.cli.init import make_site

        os.environ["SHUREN_SITE"] = str(
            make_site(Path(name) / "site", name_zh="评测馆", name_en="Bench").root
        )
        import django

        django.setup()
        measure(given, Path(name))


def measure(given, folder):
    from shuren.data.internals.resolution import person_matching, person_planting, persons

    cards, truth = university(given.scale, 2029)
    began = time.process_time()
    lesson = person_planting.plant(cards, 60, seed=1)
    learned = person_matching.train([*cards, *(p.record for p in lesson)], folder)
    exam = person_planting.plant(cards, given.planted, seed=77)
    everything = [*cards, *(p.record for p in exam)]
    planted, whole = {}, {}
    for name, weights in (("numbers and addresses", None), ("and the model", learned)):
        found = persons.group(cards, weights, folder)
        whole[name] = against_truth(found, cards, truth)
        planted[name] = person_planting.score(
            persons.group(everything, weights, folder), cards, exam
        )
    seconds = time.process_time() - began
    print(f"{len(cards):,} cards, {len(truth):,} readers in both systems, {len(exam):,} planted; "
          f"{seconds:.1f} CPU-seconds\n")  # fmt: skip
    print("| by | precision | recall | of the rest, asked | pairs asked about |")
    print("|---|---|---|---|---|")
    for name, (precision, recall, asked, pairs) in whole.items():
        print(f"| {name} | {precision:.4f} | {recall:.3f} | {asked:.3f} | {pairs:,} |")
    print(f"\n| {given.planted} planted of each | " + " | ".join(planted) + " | asked |")
    print("|---|---|---|---|")
    rules, model = planted.values()
    for name in model:
        if not name.startswith("asked"):
            kind = name.partition("_")[2]
            asked = model.get(f"asked_{kind}", 0.0)
            print(f"| {name} | {rules[name]:.3f} | {model[name]:.3f} | {asked:.3f} |")


if __name__ == "__main__":
    main()
