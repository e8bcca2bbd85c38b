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
_SMOOTH = 0.1
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


@dataclass
class Classifier:
    """`weights` are log-likelihoods less their mean over classes; one row a class."""

    labels: list[str]
    prior: Floats
    weights: Floats
    scale: float = 1.0
    threshold: float = 1.0

    def say(self, records: Sequence[Known]) -> list[Said]:
        """The likeliest class of each, however unsure."""
        found = []
        for record in records:
            pieces = features(record)
            if not pieces:
                found.append(Said(record.id, "", 0.0))
                continue
            scores = (self.prior + self.weights[:, pieces].sum(axis=1)) * self.scale
            scores = np.exp(scores - scores.max())
            best = int(scores.argmax())
            found.append(Said(record.id, self.labels[best], float(scores[best] / scores.sum())))
        return found


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
    seen = table.sum(axis=0) > 0
    likely = np.log((table + _SMOOTH) / (sizes[:, None] + 2 * _SMOOTH))
    likely[:, ~seen] = 0.0  # a piece nobody has seen says nothing
    likely -= likely.mean(axis=0) if len(labels) else 0.0
    prior = np.log(sizes / max(1.0, sizes.sum()))
    return Classifier(labels, prior, likely)


def calibrate(classifier: Classifier, kept_back: Sequence[Known]) -> None:
    """Fit the scale so that confidence is what comes true, then choose the threshold."""
    truth = {record.id: record.label for record in kept_back}

    def loss(scale: float) -> float:
        classifier.scale = scale
        said = classifier.say(kept_back)
        return -sum(
            math.log(max(1e-9, s.confidence if s.label == truth[s.id] else 1 - s.confidence))
            for s in said
        )

    classifier.scale = min((0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0), key=loss)
    said = sorted(classifier.say(kept_back), key=lambda s: -s.confidence)
    right, classifier.threshold = 0, 1.0
    for place, one in enumerate(said, start=1):
        right += one.label == truth[one.id]
        if right / place >= PRECISION + 0.02:  # a little more than wanted: this is a sample
            classifier.threshold = one.confidence
    classifier.threshold = round(classifier.threshold, 4)


def evaluate(classifier: Classifier, hidden: Sequence[Known]) -> dict[str, float]:
    """On records it never saw: precision of what it says, recall over all of them."""
    truth = {record.id: record.label for record in hidden}
    said = classifier.say(hidden)
    spoken = [s for s in said if s.confidence >= classifier.threshold and s.label]
    right = sum(s.label == truth[s.id] for s in spoken)
    always = sum(s.label == truth[s.id] for s in said)
    main = sum(s.label[:1] == truth[s.id][:1] for s in spoken)
    share = {
        "precision": right / len(spoken) if spoken else 0.0,
        "recall": right / len(hidden) if hidden else 0.0,
        "spoken": len(spoken) / len(hidden) if hidden else 0.0,
        "right_if_it_always_spoke": always / len(hidden) if hidden else 0.0,
        "main_class_right": main / len(spoken) if spoken else 0.0,
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
        "threshold": classifier.threshold,
    }


def from_json(content: dict[str, Any]) -> Classifier:
    labels = list(content["labels"])
    weights = np.zeros((len(labels), _SIZE))
    if content["seen"]:
        weights[:, content["seen"]] = np.array(content["weights"])
    return Classifier(
        labels, np.array(content["prior"]), weights, content["scale"], content["threshold"]
    )
