"""Suggests a class where a record has none: naive Bayes over pieces of title and subjects.

Pieces are pairs of Chinese characters and whole words of other scripts. The confidence is made
honest on records kept back (its scale is fitted there, the threshold chosen there); below the
threshold nothing is said.
"""

import math
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from shuren.data.internals.resolution import text

Floats = npt.NDArray[np.float64]
PRECISION = 0.9  # wanted of what is said
FEWEST = 3  # records of a class before it is ever suggested
ENOUGH = 15  # records kept back before a threshold rests on them
_PRIOR = 100.0  # pieces; the best of 2 to 100 by records kept back
_SIZE = 1 << 15
_HAN_RUN = re.compile(r"[\u3400-\u9fff]+")
_WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True)
class Known:
    """A record as the classifier sees it; `label` is "" where nobody gave one."""

    id: str
    title: str
    subjects: str
    label: str


@dataclass(frozen=True)
class Said:
    id: str
    label: str
    confidence: float


DEPTHS = (9, 2, 1)  # signs of a class number: all, the second level, the main class


@dataclass
class Classifier:
    """`weights` are log-likelihoods less those over all classes; one row a class.

    thresholds  of each depth: the confidence from which a number so deep is said
    """

    labels: list[str]
    prior: Floats
    weights: Floats
    scale: float = 1.0
    thresholds: tuple[float, ...] = (1.0,) * len(DEPTHS)

    def chances(self, record: Known) -> Floats | None:
        """How probable each label is; None for a record that says nothing."""
        pieces = features(record)
        if not pieces or not self.labels:
            return None
        scores = (self.prior + self.weights[:, pieces].sum(axis=1)) * self.scale
        scores = np.exp(scores - scores.max())
        return np.asarray(scores / scores.sum(), np.float64)

    def best(self, record: Known, depth: int) -> Said:
        """The likeliest number of a depth, however unsure."""
        chances = self.chances(record)
        if chances is None:
            return Said(record.id, "", 0.0)
        shares: dict[str, float] = {}
        for label, chance in zip(self.labels, chances.tolist(), strict=True):
            shares[label[:depth]] = shares.get(label[:depth], 0.0) + chance
        label = max(shares, key=lambda one: (shares[one], one))
        return Said(record.id, label, min(1.0, shares[label]))

    def say(self, record: Known) -> Said | None:
        """The deepest number it is sure enough of, or nothing."""
        for depth, threshold in zip(DEPTHS, self.thresholds, strict=True):
            said = self.best(record, depth)
            if said.label and said.confidence >= threshold:
                return said
        return None


def features(record: Known) -> list[int]:
    """Places of its pieces. Those of subjects count apart from those of the title."""
    found: dict[int, None] = {}
    for mark, said in (("t", record.title), ("s", record.subjects)):
        flat = text.flat(said)
        pieces = [run[i : i + 2] for run in _HAN_RUN.findall(flat) for i in range(len(run))]
        pieces += list(_WORD.findall(_HAN_RUN.sub(" ", flat)))
        for piece in pieces:
            found[zlib.crc32(f"{mark}{piece}".encode()) % _SIZE] = None
    return list(found)


def fit(records: Sequence[Known]) -> Classifier:
    """From labelled records; a class with fewer than three is left out."""
    counts: dict[str, int] = {}
    for record in records:
        counts[record.label] = counts.get(record.label, 0) + 1
    labels = sorted(label for label, n in counts.items() if label and n >= FEWEST)
    place = {label: n for n, label in enumerate(labels)}
    table = np.zeros((len(labels), _SIZE))
    for record in records:
        if record.label in place:
            table[place[record.label], features(record)] += 1.0
    sizes = np.array([counts[label] for label in labels], np.float64)
    usual = table.sum(axis=0)
    seen = usual > 0
    usual = np.where(seen, usual, 1.0) / max(1.0, float(usual.sum()))
    # A rare class speaks like all of them until its own records outweigh that (Dirichlet).
    likely = (table + _PRIOR * usual) / (table.sum(axis=1)[:, None] + _PRIOR)
    likely = np.log(likely) - np.log(usual)
    likely[:, ~seen] = 0.0  # a piece nobody has seen says nothing
    prior = np.log(sizes / max(1.0, sizes.sum()))
    return Classifier(labels, prior, likely)


def calibrate(classifier: Classifier, kept_back: Sequence[Known]) -> None:
    """Fit the scale so that confidence is what comes true, then choose the thresholds."""

    def loss(scale: float) -> float:
        classifier.scale = scale
        said = [(classifier.best(record, DEPTHS[0]), record.label) for record in kept_back]
        right = [s.confidence if s.label == label else 1 - s.confidence for s, label in said]
        return -sum(math.log(max(1e-9, chance)) for chance in right)

    classifier.scale = min((0.1, 0.2, 0.3, 0.5, 0.7, 1.0), key=loss)
    classifier.thresholds = tuple(_threshold(classifier, kept_back, depth) for depth in DEPTHS)


def _threshold(classifier: Classifier, kept_back: Sequence[Known], depth: int) -> float:
    """The least confidence above which enough of what it says comes true; 1 where none is."""
    said = [(classifier.best(record, depth), record.label) for record in kept_back]
    right, found = 0, 1.0
    for place, (one, label) in enumerate(sorted(said, key=lambda s: -s[0].confidence), start=1):
        right += one.label == label[:depth]
        # A little more than wanted, and not on the strength of a handful: this is a sample.
        if place >= ENOUGH and right / place >= PRECISION + 0.02:
            found = one.confidence
    return round(found, 4)


def evaluate(classifier: Classifier, hidden: Sequence[Known]) -> dict[str, float]:
    """On records it never saw: precision of what it says, recall over all of them.

    A number that begins the right one is right, and counted by its depth.
    """
    spoken = [(said, r.label) for r in hidden if (said := classifier.say(r))]
    right = [(said, label) for said, label in spoken if label.startswith(said.label)]
    every = max(1, len(hidden))
    share = {
        "precision": len(right) / len(spoken) if spoken else 0.0,
        "recall": len(right) / every,
        "recall_whole": sum(said.label == label for said, label in right) / every,
        "recall_second": sum(len(said.label) >= 2 for said, _label in right) / every,
        "spoken": len(spoken) / every,
    }
    return {name: round(value, 4) for name, value in share.items()}


def learn(records: Sequence[Known]) -> tuple[Classifier, dict[str, float]]:
    """A classifier with its threshold, and how it did on a fifth of the records that were hidden.

    A fifth is hidden, a fifth of the rest kept back for the threshold; which, the hash of the
    record's id says, so that it is the same on every run.
    """
    labelled = [record for record in records if record.label]
    fold = {record.id: zlib.crc32(f"fold{record.id}".encode()) % 25 for record in labelled}
    hidden = [record for record in labelled if fold[record.id] < 5]
    kept = [record for record in labelled if 5 <= fold[record.id] < 9]
    classifier = fit([record for record in labelled if fold[record.id] >= 9])
    if classifier.labels and kept:
        calibrate(classifier, kept)
    return classifier, evaluate(classifier, hidden)


def to_json(classifier: Classifier) -> dict[str, Any]:
    """Weights of what was seen only, to four digits."""
    seen = np.flatnonzero(np.abs(classifier.weights).sum(axis=0))
    return {
        "labels": classifier.labels,
        "prior": classifier.prior.round(4).tolist(),
        "seen": seen.tolist(),
        "weights": classifier.weights[:, seen].round(3).tolist(),
        "scale": classifier.scale,
        "thresholds": list(classifier.thresholds),
    }


def from_json(content: dict[str, Any]) -> Classifier:
    labels = list(content["labels"])
    weights = np.zeros((len(labels), _SIZE))
    if content["seen"]:
        weights[:, content["seen"]] = np.array(content["weights"])
    return Classifier(
        labels, np.array(content["prior"]), weights, content["scale"], tuple(content["thresholds"])
    )
