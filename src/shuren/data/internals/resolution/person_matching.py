"""Pairs of cards of two systems that are probably one person's: Splink on DuckDB, in memory.

Names come under the veil of one run (see trust/linking.py) and are compared as such. Nothing is
spilled to disk, and what is kept of the training is how much each agreement weighs.
"""

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from shuren.data.internals.resolution.cards_of_readers import ReaderCard, near_forms
from shuren.data.internals.resolution.weights import learn_weights
from shuren.data.internals.snapshots import engine_settings

SEED, PAIRS, FEWEST = 29, 500_000, 400
Settings = dict[str, Any]
_TEXTS = ("system", "name", "first", "kind", "college", "major", "grade", "phone")
_SCHEMA = pa.schema(
    [
        ("unique_id", pa.string()),
        *((name, pa.string()) for name in _TEXTS),
        ("near", pa.list_(pa.string())),
    ]
)
# Only cards of two systems are compared, and only those that agree in this.
BLOCKS = ("name", "college grade first")


def train(cards: Sequence[ReaderCard], folder: Path) -> Settings | None:
    """Learned settings, or None where the cards are too few or of one system only."""
    if len(cards) < FEWEST or len({card.system for card in cards}) < 2:
        return None
    with _linker(cards, _settings(), folder) as linker:
        learn = linker.training
        learn.estimate_probability_two_random_records_match(
            [_block("name", "college", "grade"), _block("name", "phone")], recall=0.8
        )
        learn.estimate_u_using_random_sampling(max_pairs=PAIRS, seed=SEED)
        if not learn_weights(linker, [_block("name"), _block("phone")]):
            return None
        learned: Settings = linker.misc.save_model_to_json()
    return learned


def pairs(
    cards: Sequence[ReaderCard], learned: Settings, threshold: float, folder: Path
) -> list[tuple[str, str, float]]:
    """(ref, ref, probability), the likeliest first."""
    if len({card.system for card in cards}) < 2:
        return []
    with _linker(cards, learned, folder) as linker:
        found = linker.inference.predict(threshold_match_probability=threshold)
        rows = found.as_record_list()
    proposed = [(r["unique_id_l"], r["unique_id_r"], float(r["match_probability"])) for r in rows]
    return sorted(proposed, key=lambda pair: (-pair[2], pair[0], pair[1]))


def _block(*columns: str) -> Any:
    """Equal in these, and of two systems: SQL, as Splink takes a rule."""
    same = " AND ".join(f"l.{column} = r.{column}" for column in columns)
    return f"{same} AND l.system <> r.system"


def _settings() -> Any:
    import splink.comparison_level_library as level
    import splink.comparison_library as compare
    from splink import SettingsCreator

    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            compare.CustomComparison(
                output_column_name="name",
                comparison_levels=[
                    level.NullLevel("name"),
                    level.ExactMatchLevel("name", term_frequency_adjustments=True),
                    level.CustomLevel("list_has_any(near_l, near_r)", "a sign apart"),
                    level.ElseLevel(),
                ],
            ),
            *(compare.ExactMatch(name) for name in ("college", "major", "grade", "kind", "phone")),
        ],
        blocking_rules_to_generate_predictions=[_block(*rule.split()) for rule in BLOCKS],
        em_convergence=0.0001,
        max_iterations=20,
    )


@contextmanager
def _linker(cards: Sequence[ReaderCard], settings: Any, folder: Path) -> Iterator[Any]:
    from splink import Linker
    from splink.backends.duckdb import DuckDBAPI

    rows = pa.Table.from_pylist([_row(card) for card in cards], schema=_SCHEMA)
    config = engine_settings(folder) | {"threads": 2, "temp_directory": ""}  # never to disk
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with duckdb.connect(config=config) as connection:
            connection.register("given", rows)
            connection.execute("CREATE TABLE cards AS SELECT * FROM given")
            backend = DuckDBAPI(connection)
            yield Linker(backend.register("cards"), settings, log_level=logging.ERROR)


def _row(card: ReaderCard) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(card, name, "") or None for name in _TEXTS}
    row["first"] = card.name[:1] or None
    row["system"] = card.system  # "" is a system too
    near = near_forms(card.name) if card.name else None
    return row | {"unique_id": card.ref, "near": near}
