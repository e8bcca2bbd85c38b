"""How a very large index is laid out, and the parts of it that are searched by themselves.

Records that most are asked for stand in segments of their own, the front; two samples that chance
has picked (the buckets that hashes of keys fill) stand in others, and the rest is the bulk. What a
renewal writes joins the front. The engine may merge segments at a renewal: a large one that is not
known is bulk, a small one front. Where a sample has gone into another, everything is counted again
until the index is made anew.
"""

import json
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain, groupby
from pathlib import Path
from typing import Any

import tantivy

from shuren.discovery.internals import documents
from shuren.discovery.internals.records import put_together

# Buckets of each sample, of 128: a sixty-fourth of everything, and three more.
SAMPLES = (2, 6)
# Of all records so many stand before the others, and at most twice as many where many are alike.
_FRONT = 1 / 64
# A segment that came to be later and has this share of all records is no front.
_LARGE = 1 / 10


@dataclass(frozen=True)
class Layout:
    """Ids of the segments of each sample, and of the bulk."""

    samples: tuple[tuple[str, ...], ...]
    bulk: tuple[str, ...]

    @staticmethod
    def of(said: Mapping[str, Any] | None) -> "Layout | None":
        """From what `asdict` made of one."""
        if said is None:
            return None
        return Layout(tuple(map(tuple, said["samples"])), tuple(said["bulk"]))


@dataclass(frozen=True)
class View:
    """Some segments of an index, searched as an index of their own. share: of the records outside
    the front, those that are here."""

    searcher: tantivy.Searcher
    share: float = 1.0


@dataclass(frozen=True)
class Views:
    """samples: the smallest first; each holds the ones before it. halves: all segments, so that
    either half has about as many records."""

    front: View
    samples: tuple[View, ...]
    halves: tuple[View, View]


def sample_of(bucket: int) -> int:
    """Number of the sample a bucket belongs to; of the rest it is the number of samples."""
    for number in range(len(SAMPLES)):
        if bucket < sum(SAMPLES[: number + 1]):
            return number
    return len(SAMPLES)


def front_from(rows: Iterable[Any]) -> float:
    """What a record must be raised by more than, to stand in front; judged by some of the rows."""
    raised = sorted(
        documents.raised(record)
        for _key, group in groupby(rows, key=lambda row: row[0])
        for record in put_together(group)
    )
    if not raised:
        return float("inf")
    cut = raised[int(len(raised) * (1 - _FRONT))]
    alike = sum(1 for one in raised if one >= cut)
    if alike > 2 * _FRONT * len(raised):
        return cut
    return max((one for one in raised if one < cut), default=0.0)


def views(folder: Path, layout: Layout | None) -> Views | None:
    """The parts of the index in this folder as it is now; None where it is not laid out so, or no
    sample is left of what it was.

    raises  FileNotFoundError, ValueError  where a writer takes files away at this moment
    """
    if layout is None:
        return None
    meta = json.loads((folder / "meta.json").read_text("utf-8"))
    alive = {one["segment_id"]: one for one in meta["segments"]}
    samples = [[id for id in found if id in alive] for found in layout.samples]
    if not all(samples):
        return None
    large = _LARGE * sum(map(_records, alive.values()))
    known = {id for id in chain(layout.bulk, *samples) if id in alive}
    behind = known | {id for id, one in alive.items() if _records(one) >= large}
    of_all = sum(map(_records, (alive[id] for id in behind)))
    made = []
    # Each process wrote a segment of the smallest sample; one of them is a sample too.
    portions = [samples[0][:1]] if len(samples[0]) > 1 else []
    portions += [list(chain(*samples[: number + 1])) for number in range(len(samples))]
    for ids in portions:
        of_these = sum(map(_records, (alive[id] for id in ids)))
        made.append(View(_opened(folder, meta, ids), of_these / of_all))
    front = View(_opened(folder, meta, alive.keys() - behind))
    one, other = (View(_opened(folder, meta, ids), 0.5) for ids in _halved(alive))
    return Views(front, tuple(made), (one, other))


def _halved(alive: Mapping[str, Mapping[str, Any]]) -> tuple[list[str], list[str]]:
    """The largest first, each to where there are fewer records."""
    halves: tuple[list[str], list[str]] = ([], [])
    held = [0, 0]
    for id in sorted(alive, key=lambda id: (-_records(alive[id]), id)):
        at = 0 if held[0] <= held[1] else 1
        halves[at].append(id)
        held[at] += _records(alive[id])
    return halves


def _records(segment: Mapping[str, Any]) -> int:
    deleted = segment["deletes"]
    return int(segment["max_doc"]) - (int(deleted["num_deleted_docs"]) if deleted else 0)


def _opened(folder: Path, meta: Mapping[str, Any], ids: Iterable[str]) -> tantivy.Searcher:
    """These segments as an index: links to their files and a list of them, in a folder that is
    gone once the files are open."""
    wanted = set(ids)
    names = {id.replace("-", "") for id in wanted}
    home = Path(tempfile.mkdtemp(prefix="shuren-index-"))
    try:
        for file in folder.iterdir():
            if file.name.partition(".")[0] in names:
                (home / file.name).symlink_to(file)
        segments = [one for one in meta["segments"] if one["segment_id"] in wanted]
        (home / "meta.json").write_text(json.dumps({**meta, "segments": segments}), "utf-8")
        index = tantivy.Index.open(str(home))
        index.config_reader("manual")
        index.reload()
        return index.searcher()
    finally:
        shutil.rmtree(home, ignore_errors=True)
