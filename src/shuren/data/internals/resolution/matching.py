"""Pairs of records that are probably one work where no key says so: Splink on DuckDB.

A Fellegi–Sunter model, its weights learned from the records themselves without labels. What it
proposes is held to the two rules that the keys keep: volumes apart, titles a slip of the pen apart.
"""

import logging
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from shuren.data.internals.resolution import text
from shuren.data.internals.resolution.records import Book
from shuren.data.internals.resolution.weights import learn_weights
from shuren.data.internals.snapshots import engine_settings

SEED, PAIRS, FEWEST = 29, 1_000_000, 400
_SCHEMA = pa.schema(
    [
        ("unique_id", pa.string()),
        ("title", pa.string()),
        ("head", pa.string()),
        ("tail", pa.string()),
        ("volume", pa.string()),
        ("author", pa.string()),
        ("authors", pa.list_(pa.string())),
        ("publisher", pa.string()),
        ("year", pa.int64()),
    ]
)
Settings = dict[str, Any]
# Only records that agree in all columns of one of these are compared.
BLOCKS = (
    "author head volume",
    "author tail volume",
    "title volume",
    "publisher year head volume",
)


def train(books: Sequence[Book], folder: Path) -> Settings | None:
    """Learned settings, or None where the records are too few or too unlike to learn from."""
    if len(books) < FEWEST:
        return None
    from splink import block_on

    with _linker(books, _settings(), folder) as linker:
        learn = linker.training
        keys = [block_on("title", "volume", "author"), block_on("title", "volume", "year")]
        learn.estimate_probability_two_random_records_match(keys, recall=0.8)
        learn.estimate_u_using_random_sampling(max_pairs=PAIRS, seed=SEED)
        blocks = [block_on("title", "volume"), block_on("author", "year")]
        if not learn_weights(linker, blocks):
            return None
        learned: Settings = linker.misc.save_model_to_json()
    return learned


def pairs(
    books: Sequence[Book], learned: Settings, threshold: float, folder: Path
) -> list[tuple[str, str, float]]:
    """(ref, ref, probability), the likeliest first."""
    if len(books) < 2:
        return []
    known = {book.ref: book for book in books}
    with _linker(books, learned, folder) as linker:
        found = linker.inference.predict(threshold_match_probability=threshold)
        rows = found.as_record_list()
    proposed = [(r["unique_id_l"], r["unique_id_r"], float(r["match_probability"])) for r in rows]
    kept = [(a, b, p) for a, b, p in proposed if allowed(known[a], known[b])]
    return sorted(kept, key=lambda pair: (-pair[2], pair[0], pair[1]))


def allowed(one: Book, other: Book) -> bool:
    """Whether two records may be one work at all."""
    if one.volume != other.volume or not text.nearly_same(one.key, other.key):
        return False
    return rests_agree(one.rest, other.rest)


def rests_agree(one: str, other: str) -> bool:
    """Whether two subtitles may be of one work; one that was left out agrees with any."""
    if not one or not other:
        return True
    return one.startswith(other) or other.startswith(one) or text.nearly_same(one, other)


def _settings() -> Any:
    import splink.comparison_level_library as level
    import splink.comparison_library as compare
    from splink import SettingsCreator, block_on

    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            compare.JaroWinklerAtThresholds("title", [0.95, 0.88]),
            compare.CustomComparison(
                output_column_name="names",
                comparison_levels=[
                    level.CustomLevel("author_l = '' OR author_r = ''", "unknown").configure(
                        is_null_level=True
                    ),
                    level.CustomLevel("list_has_any(authors_l, authors_r)", "one in common"),
                    level.CustomLevel(
                        "jaro_winkler_similarity(author_l, author_r) >= 0.9", "alike"
                    ),
                    level.ElseLevel(),
                ],
            ),
            compare.JaroWinklerAtThresholds("publisher", [0.9]),
            compare.CustomComparison(
                output_column_name="year",
                comparison_levels=[
                    level.NullLevel("year"),
                    level.CustomLevel("year_l = year_r", "same"),
                    level.CustomLevel("abs(year_l - year_r) <= 2", "within two"),
                    level.CustomLevel("abs(year_l - year_r) <= 15", "within fifteen"),
                    level.ElseLevel(),
                ],
            ),
        ],
        blocking_rules_to_generate_predictions=[block_on(*rule.split()) for rule in BLOCKS],
        em_convergence=0.0001,
        max_iterations=20,
    )


@contextmanager
def _linker(books: Sequence[Book], settings: Any, folder: Path) -> Iterator[Any]:
    from splink import Linker
    from splink.backends.duckdb import DuckDBAPI

    folder.mkdir(parents=True, exist_ok=True)
    rows = pa.Table.from_pylist([_row(book) for book in books], schema=_SCHEMA)
    with tempfile.TemporaryDirectory(dir=folder) as spill, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with duckdb.connect(config=engine_settings(Path(spill)) | {"threads": 2}) as connection:
            connection.register("given", rows)
            connection.execute("CREATE TABLE books AS SELECT * FROM given")
            backend = DuckDBAPI(connection)
            yield Linker(backend.register("books"), settings, log_level=logging.ERROR)


def _row(book: Book) -> dict[str, Any]:
    return {
        "unique_id": book.ref,
        "title": book.key,
        "head": text.head(book.key),
        "tail": text.tail(book.key),
        "volume": book.volume,
        "author": book.authors[0] if book.authors else "",
        "authors": list(book.authors),
        "publisher": book.publisher or None,
        "year": book.year,
    }
