"""The index of words: postings in arrays, ranked by BM25."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from shuren.data.internals.content.words import terms

# Robertson & Zaragoza 2009, doi:10.1561/1500000019: usual values.
K1, B = 1.2, 0.75


class Lexical:
    """vocabulary  {term: its place}; starts  (terms + 1,) into documents and counts, which hold
    for each term the texts with it and how often; lengths  (texts,) in terms"""

    def __init__(
        self,
        vocabulary: Sequence[str],
        starts: npt.NDArray[np.int64],
        documents: npt.NDArray[np.int32],
        counts: npt.NDArray[np.float32],
        lengths: npt.NDArray[np.float32],
    ) -> None:
        self._place = {term: place for place, term in enumerate(vocabulary)}
        self._starts, self._documents, self._counts = starts, documents, counts
        self._lengths = lengths
        mean = float(lengths.mean()) if len(lengths) else 1.0
        self._norm = K1 * (1 - B + B * lengths / max(mean, 1.0))

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Lexical":
        """Of all texts, in their order."""
        postings: dict[str, list[tuple[int, int]]] = {}
        lengths = np.zeros(len(texts), np.float32)
        for place, text in enumerate(texts):
            counted = Counter(terms(text))
            lengths[place] = counted.total()
            for term, count in counted.items():
                postings.setdefault(term, []).append((place, count))
        vocabulary = sorted(postings)
        sizes = [len(postings[term]) for term in vocabulary]
        flat = [pair for term in vocabulary for pair in postings[term]]
        return cls(
            vocabulary,
            np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
            np.array([place for place, _count in flat], np.int32),
            np.array([count for _place, count in flat], np.float32),
            lengths,
        )

    def scores(self, query: str) -> npt.NDArray[np.float32]:
        """(texts,) BM25; 0 where no term of the query stands."""
        found = np.zeros(len(self._lengths), np.float32)
        for term in dict.fromkeys(terms(query)):
            place = self._place.get(term)
            if place is None:
                continue
            part = slice(int(self._starts[place]), int(self._starts[place + 1]))
            documents, counts = self._documents[part], self._counts[part]
            rarity = np.log(
                1 + (len(self._lengths) - len(documents) + 0.5) / (len(documents) + 0.5)
            )
            found[documents] += rarity * counts * (K1 + 1) / (counts + self._norm[documents])
        return found

    def save(self, folder: Path) -> None:
        (folder / "terms.txt").write_text("\n".join(self._place), "utf-8")
        np.savez(
            folder / "lexical.npz", starts=self._starts, documents=self._documents,
            counts=self._counts, lengths=self._lengths,
        )  # fmt: skip

    @classmethod
    def load(cls, folder: Path) -> "Lexical":
        known = (folder / "terms.txt").read_text("utf-8").split("\n")
        with np.load(folder / "lexical.npz", allow_pickle=False) as kept:
            arrays = [kept[name] for name in ("starts", "documents", "counts", "lengths")]
        return cls(known if known != [""] else [], *arrays)
