"""The index over the passages of a snapshot: made as a candidate, judged, then put to use.

data/models/content-<version>/ holds its passages, lines, words and vectors; the card beside it
(resolution.cards) names snapshot and loads. The folder is complete before its card is written.
"""

import os
import shutil
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from shuren.data.content_shapes import INDEX
from shuren.data.internals import snapshots
from shuren.data.internals.content.dense import DIRECTIONS, HASHED, Dense
from shuren.data.internals.content.lexical import K1, B, Lexical
from shuren.data.internals.content.segments import joined
from shuren.data.internals.resolution import cards
from shuren.data.resolution import Card
from shuren.kernel.files import sync_folder
from shuren.kernel.site import Site

CONTRACT = "content_units"
SEGMENTS, LINES, WHOLE = (
    "conformed.text_segment",
    "conformed.text_line",
    "conformed.text_line_search",
)
GOALS = {"words_found": 0.95, "noisy_found": 0.8}
# Questions an index is judged by, and among how many answers the right one has to be.
ASKED, AMONG = 200, 10
_SEGMENT = (
    "segment_id", "document_id", "page_no", "first_line", "last_line", "confidence",
    "text_from", "rights",
)  # fmt: skip
_LINE = ("document_id", "page_no", "line_no", "x_left", "y_top", "x_right", "y_bottom")
_TEXT = "full_text"


class Index:
    """segments  one dict a passage, in the order of both indexes
    lines     {(document, page): one dict a line}"""

    def __init__(self, folder: Path) -> None:
        self.segments: list[dict[str, Any]] = pq.read_table(folder / "segments.parquet").to_pylist()
        self.lexical, self.dense = Lexical.load(folder), Dense.load(folder)
        self.lines: dict[tuple[str, int], list[dict[str, Any]]] = {}
        for row in pq.read_table(folder / "lines.parquet").to_pylist():
            self.lines.setdefault((row["document_id"], row["page_no"]), []).append(row)


def make(site: Site) -> Card:
    """A new candidate from the live snapshot. raises NoSnapshot"""
    with snapshots.pinned(site):
        segments, lines = read_texts(site)
        texts = [row[_TEXT] for row in segments]
        lexical, dense = Lexical.of(texts), Dense.of(texts)
        card = cards.draft(
            site,
            INDEX,
            (CONTRACT,),
            records=len(segments),
            training={
                "words": f"BM25, k1 {K1}, b {B}; pairs of Chinese signs, words of letters",
                "vectors": f"TF-IDF of {HASHED} hashed pieces, {DIRECTIONS} directions at most",
                "lines": len(lines),
                "documents": len({row["document_id"] for row in segments}),
            },
            threshold=0.0,
            evaluation=judged(texts, lexical, dense),
            goals=GOALS,
        )
        folder = _folder(site, card.version)
        part = folder.with_name(f".{folder.name}")
        part.mkdir(parents=True)
        try:
            pq.write_table(_table(segments, (*_SEGMENT, _TEXT)), part / "segments.parquet")
            pq.write_table(_table(lines, (*_LINE, _TEXT)), part / "lines.parquet")
            lexical.save(part)
            dense.save(part)
            for path in part.iterdir():
                with path.open("rb") as file:
                    os.fsync(file.fileno())
            part.replace(folder)
            sync_folder(folder.parent)
        finally:
            shutil.rmtree(part, ignore_errors=True)
        return cards.keep(site, card, {"folder": folder.name})


def read_texts(site: Site) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(passages, lines) of the live snapshot with their whole text, shown to nobody as it is."""
    order = ("document_id", "page_no", "line_no")
    lines = read_rows(site, LINES, _LINE, ", ".join(order))
    whole = read_rows(site, WHOLE, (*order, _TEXT), ", ".join(order))
    text = {tuple(row[name] for name in order): row[_TEXT] for row in whole}
    lines = [row | {_TEXT: text.get(tuple(row[name] for name in order), "")} for row in lines]
    segments = read_rows(site, SEGMENTS, _SEGMENT, "segment_id")
    for row in segments:
        page = (row["document_id"], row["page_no"])
        numbers = range(row["first_line"], row["last_line"] + 1)
        row[_TEXT] = joined([text.get((*page, number), "") for number in numbers])
    return segments, lines


def in_use(site: Site) -> tuple[Card, Index] | None:
    """The promoted index, loaded once per process; None too where its files were swept away."""
    card = cards.in_use(site, INDEX)
    if card is None or not _folder(site, card.version).is_dir():
        return None
    return card, _loaded(_folder(site, card.version))


def sweep(site: Site) -> None:
    """Take away what killed runs left, and all but the index in use and the newest two."""
    known = [card.version for card in cards.cards(site) if card.name == INDEX]
    used = cards.in_use(site, INDEX)
    stay = {f"{INDEX}-{version}" for version in (*known[:2], *([used.version] if used else []))}
    for folder in (site.data / "models").glob(f"*{INDEX}-M*"):
        if folder.is_dir() and folder.name not in stay:
            shutil.rmtree(folder, ignore_errors=True)


def judged(texts: list[str], lexical: Lexical, dense: Dense) -> dict[str, float]:
    """Which share of questions finds the passage it was taken from among the first ten.

    words_found   12 signs from somewhere in it; noisy_found   all of it, one sign in seven
                  replaced as bad text recognition does, by meaning alone
    """
    rng = np.random.default_rng(1)
    long = [place for place, text in enumerate(texts) if len(text) >= 20]
    if not long:
        return {"words_found": 1.0, "noisy_found": 1.0, "asked": 0.0}
    asked = sorted(rng.permutation(long)[:ASKED].tolist())
    signs = sorted({sign for place in asked for sign in texts[place]})
    by_words = by_meaning = 0
    for place in asked:
        text = texts[place]
        start = int(rng.integers(0, len(text) - 12))
        by_words += _among(lexical.scores(text[start : start + 12]), texts, text)
        noisy = [
            signs[int(rng.integers(len(signs)))] if rng.random() < 1 / 7 else sign for sign in text
        ]
        by_meaning += _among(dense.scores("".join(noisy)), texts, text)
    return {
        "words_found": by_words / len(asked),
        "noisy_found": by_meaning / len(asked),
        "asked": float(len(asked)),
    }


def _among(scores: Any, texts: list[str], wanted: str) -> bool:
    best = np.argsort(-scores, kind="stable")[:AMONG]
    return any(scores[place] > 0 and texts[place] == wanted for place in best)


def read_rows(site: Site, table: str, names: tuple[str, ...], order: str) -> list[dict[str, Any]]:
    """All rows of a table of the live snapshot, in an order; [] where it has no such table."""
    snapshot = snapshots.required(site)
    if table not in snapshot.tables:
        return []
    source = snapshots.source(site, snapshot, table)
    found = snapshots.query(site, f"SELECT {', '.join(names)} FROM {source} ORDER BY {order}", [])
    return [dict(zip(names, row, strict=True)) for row in found]


def _table(rows: list[dict[str, Any]], names: tuple[str, ...]) -> pa.Table:
    types = {
        "page_no": pa.int64(), "first_line": pa.int64(), "last_line": pa.int64(),
        "line_no": pa.int64(), "confidence": pa.float64(), "x_left": pa.float64(),
        "y_top": pa.float64(), "x_right": pa.float64(), "y_bottom": pa.float64(),
    }  # fmt: skip
    schema = pa.schema([(name, types.get(name, pa.string())) for name in names])
    return pa.Table.from_pylist(rows, schema=schema)


def _folder(site: Site, version: str) -> Path:
    return site.data / "models" / f"{INDEX}-{version}"


@lru_cache(maxsize=2)
def _loaded(folder: Path) -> Index:
    return Index(folder)
