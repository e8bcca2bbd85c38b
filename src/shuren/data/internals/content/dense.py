"""Dense vectors learned on the spot: hashed pieces of text, TF-IDF, the strongest directions.

Latent semantic analysis (Deerwester et al. 1990) by the Gram matrix, so that memory does not grow
with the number of texts. No outside model, the same vectors from the same texts on one machine.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from shuren.data.internals.content.words import features

HASHED, DIRECTIONS, _GROUP = 2_048, 96, 2_000
Matrix = npt.NDArray[np.float32]


class Dense:
    """rarity  (HASHED,) inverse document frequency; basis  (HASHED, directions), orthonormal;
    vectors  (texts, directions), each of length 1 or all zero"""

    def __init__(self, rarity: Matrix, basis: Matrix, vectors: Matrix) -> None:
        self.rarity, self.basis, self.vectors = rarity, basis, vectors

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Dense":
        seen = np.zeros(HASHED)
        for text in texts:
            seen[list(set(features(text, HASHED)))] += 1
        rarity = (np.log((1 + len(texts)) / (1 + seen)) + 1).astype(np.float32)
        basis = _directions(texts, rarity)
        parts = [_normal(rows @ basis) for rows in _groups(texts, rarity)]
        empty = np.zeros((0, basis.shape[1]), np.float32)
        return cls(rarity, basis, np.concatenate([empty, *parts]))

    def scores(self, query: str) -> Matrix:
        """(texts,) cosine, -1..1; 0 for a query without a known piece."""
        (row,) = _groups([query], self.rarity)
        return np.asarray(self.vectors @ _normal(row @ self.basis)[0], np.float32)

    def save(self, folder: Path) -> None:
        np.savez(
            folder / "dense.npz", rarity=self.rarity, basis=self.basis,
            vectors=self.vectors.astype(np.float16),
        )  # fmt: skip

    @classmethod
    def load(cls, folder: Path) -> "Dense":
        with np.load(folder / "dense.npz", allow_pickle=False) as kept:
            return cls(kept["rarity"], kept["basis"], kept["vectors"].astype(np.float32))


def _directions(texts: Sequence[str], rarity: Matrix) -> Matrix:
    """The strongest singular directions: of few texts by what they share, of many by pieces."""
    if len(texts) <= _GROUP // 2:
        rows = np.concatenate([np.zeros((0, HASHED), np.float32), *_groups(texts, rarity)])
        values, left = np.linalg.eigh((rows @ rows.T).astype(np.float64))
        strong = _strong(values)
        return np.asarray(rows.T @ left[:, strong] / np.sqrt(values[strong]), np.float32)
    gram = np.zeros((HASHED, HASHED))
    for rows in _groups(texts, rarity):
        gram += rows.T @ rows
    values, directions = np.linalg.eigh(gram)
    return np.asarray(directions[:, _strong(values)], np.float32)


def _strong(values: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    order = np.argsort(values)[::-1][:DIRECTIONS]
    return order[values[order] > max(float(values.max(initial=0.0)) * 1e-6, 1e-9)]


def _groups(texts: Sequence[str], rarity: Matrix) -> Iterable[Matrix]:
    """TF-IDF rows of length 1, some thousand at a time."""
    for start in range(0, len(texts), _GROUP):
        part = texts[start : start + _GROUP]
        rows = np.zeros((len(part), HASHED), np.float32)
        for place, text in enumerate(part):
            for feature, count in Counter(features(text, HASHED)).items():
                rows[place, feature] = 1 + np.log(count)
        yield _normal(rows * rarity)


def _normal(rows: Matrix) -> Matrix:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1), np.float32)
