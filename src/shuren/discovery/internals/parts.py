"""A large index made in parts, one process each, that are put together as one.

Each process analyses the records of its buckets and writes an index of its own. What makes an index
of the engine is segments, files of their own named by chance, and a list of them: the parts are put
together by moving the files into one folder and writing one list. `python -m` this module is such
a process; its order comes as one line of JSON, and it ends when its starter is gone.
"""

import gc
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import tantivy

from shuren.discovery.definitions import Shelving
from shuren.discovery.errors import IndexingFailed
from shuren.discovery.internals import documents, schema
from shuren.discovery.internals.layout import SAMPLES, Layout, front_from, sample_of
from shuren.discovery.internals.records import Record, put_together
from shuren.discovery.internals.spilling import BUCKETS, Buckets, taken
from shuren.kernel.files import write_atomically

STEP = 500
_META, _MANAGED = "meta.json", ".managed.json"
# Of so many segments that are about alike the engine makes one.
_MERGED = 8
# Rows up to which one segment is worth the merging, a fifth of the work: counting filters takes a
# third less. Beyond, one process would merge for long while the other cores rest.
_WORTH = 5_000_000
_MERGING_HEAP = 50_000_000
# Of the memory for postings, the front's share is one in so many; the engine wants a least.
_FRONT_HEAP, _LEAST_HEAP = 8, 15_000_000
Counted = Callable[[int], None]


@dataclass(frozen=True)
class Written:
    """segments: of each portion, by id, as its commit left them."""

    records: int
    segments: tuple[tuple[str, ...], ...]


def write(
    folder: Path,
    portions: Iterable[Iterable[Record]],
    how: Shelving,
    counted: Counted,
    heap: int,
    *,
    threads: int = 1,
    front: float | None = None,
) -> Written:
    """Write records into an empty folder, a segment or more for each portion.

    counted  is called with how many more there are now
    heap     bytes of postings held before a segment is written
    front    records that are raised by more are written beside, into `front_of` the folder; not
             those of the samples, the first portions
    """
    count = 0
    segments: list[tuple[str, ...]] = []
    with ExitStack() as writers:
        writer = writers.enter_context(_new(folder, heap, threads))
        before = writer
        if front is not None:
            before = writers.enter_context(_new(front_of(folder), _front_heap(heap), threads))
        for number, portion in enumerate(portions):
            is_sample = front is not None and number < len(SAMPLES)
            for record in portion:
                ahead = not is_sample and front is not None and documents.raised(record) > front
                (before if ahead else writer).add_document(documents.document(record, how))
                count += 1
                if count % STEP == 0:
                    counted(STEP)
            writer.commit()
            known = {id for found in segments for id in found}
            segments.append(tuple(id for id in _segments(folder) if id not in known))
    return Written(count, tuple(segments))


@contextmanager
def _new(folder: Path, heap: int, threads: int) -> Iterator[tantivy.IndexWriter]:
    """A writer of a new index; what it was given is kept where all went well."""
    folder.mkdir(exist_ok=True)
    writer = tantivy.Index(schema.schema(), path=str(folder), reuse=False).writer(heap, threads)
    yield writer
    writer.commit()
    writer.wait_merging_threads()


def _front_heap(heap: int) -> int:
    return max(_LEAST_HEAP, heap // _FRONT_HEAP)


def front_of(folder: Path) -> Path:
    """Where the records are that stand before those of this folder."""
    return folder.with_name(f"{folder.name}-front")


def _segments(folder: Path) -> list[str]:
    meta = json.loads((folder / _META).read_text("utf-8"))
    return [one["segment_id"] for one in meta["segments"]]


def write_apart(
    folder: Path, buckets: Buckets, how: Shelving, counted: Counted, heap: int, processes: int
) -> tuple[int, Layout | None]:
    """Write the records of all buckets into an empty folder, in several processes; how many there
    were, and how a very large index is laid out.

    raises  IndexingFailed where one of them ended before its time
    """
    buckets.flush()
    parts = [folder / f"part-{number}" for number in range(processes)]
    shares = [range(one, BUCKETS, processes) for one in range(processes)]
    is_large = buckets.rows > _WORTH
    front = front_from(taken(buckets.path(BUCKETS - 1), keep=True)) if is_large else None
    if is_large:
        portions = [_by_sample(share) for share in shares]
    else:
        of_each = -(-_MERGED // processes)
        portions = [[list(share[first::of_each]) for first in range(of_each)] for share in shares]
    started = [
        _start(part, [[str(buckets.path(n)) for n in one] for one in portion], how, heap, front)
        for part, portion in zip(parts, portions, strict=True)
    ]
    told: list[Written] = []
    try:
        readers = [threading.Thread(target=_listen, args=(one, counted, told)) for one in started]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
        if any(one.wait() for one in started) or len(told) != processes:
            raise IndexingFailed
    finally:
        for one in started:
            one.kill()
            one.wait()
    count = sum(one.records for one in told)
    if is_large:
        return count, put_together_large(folder, parts, told)
    splice(folder, parts)
    _merge(folder)
    return count, None


def _by_sample(share: Iterable[int]) -> list[list[int]]:
    """Buckets of each sample, then all others."""
    found: list[list[int]] = [[] for _ in (*SAMPLES, "rest")]
    for number in share:
        found[sample_of(number)].append(number)
    return found


def put_together_large(folder: Path, parts: Sequence[Path], told: Iterable[Written]) -> Layout:
    """Make one index of parts that were written with a front; how it is laid out."""
    samples: list[list[str]] = [[] for _ in SAMPLES]
    for one in told:
        for sample, segments in zip(samples, one.segments, strict=False):
            sample += segments
    bulk = {id for part in parts for id in _segments(part)}.difference(*samples)
    splice(folder, [*parts, *map(front_of, parts)])
    return Layout(tuple(map(tuple, samples)), tuple(sorted(bulk)))


def _merge(folder: Path) -> None:
    """A commit has the engine look at its segments; it merges as many as are alike."""
    writer = tantivy.Index.open(str(folder)).writer(_MERGING_HEAP, 1)
    writer.commit()
    writer.wait_merging_threads()


def splice(folder: Path, parts: Sequence[Path]) -> None:
    """Make one index of several with the same fields; they are gone afterwards."""
    tantivy.Index(schema.schema(), path=str(folder), reuse=False)
    whole = json.loads((folder / _META).read_text("utf-8"))
    managed = json.loads((folder / _MANAGED).read_text("utf-8"))
    for part in parts:
        meta = json.loads((part / _META).read_text("utf-8"))
        if meta["schema"] != whole["schema"]:
            raise IndexingFailed
        for segment in meta["segments"]:
            name = segment["segment_id"].replace("-", "")
            for file in part.glob(f"{name}.*"):
                os.replace(file, folder / file.name)
                managed.append(file.name)
        whole["segments"] += meta["segments"]
        whole["opstamp"] = max(whole["opstamp"], meta["opstamp"])
        shutil.rmtree(part)
    write_atomically(folder / _MANAGED, json.dumps(managed).encode())
    write_atomically(folder / _META, json.dumps(whole).encode())


def _start(
    part: Path, portions: list[list[str]], how: Shelving, heap: int, front: float | None
) -> "subprocess.Popen[str]":
    part.mkdir()
    order = {"folder": str(part), "portions": portions, "shelving": asdict(how), "heap": heap,
             "front": front}  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(order) + "\n")
    process.stdin.flush()  # and stays open: its end says that we are gone
    return process


def _listen(process: "subprocess.Popen[str]", counted: Counted, told: list[Written]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        word, _space, said = line.partition(" ")
        if word == "more":
            counted(int(said))
        else:
            made = json.loads(said)
            told.append(Written(made["records"], tuple(map(tuple, made["segments"]))))


def _main() -> None:
    order = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_starter, daemon=True).start()
    # Rows by the hundred thousand make no cycles, and looking for some costs a sixth of it all.
    gc.disable()
    marks = tuple((mark, part) for mark, part in order["shelving"].pop("marks"))
    how = Shelving(marks=marks, **order["shelving"])
    made = [_records(paths) for paths in order["portions"]]
    written = write(
        Path(order["folder"]), made, how, lambda more: _say("more", str(more)), order["heap"],
        front=order["front"],
    )  # fmt: skip
    _say("done", json.dumps(asdict(written)))


def _records(paths: Iterable[str]) -> Iterator[Record]:
    for path in paths:
        yield from put_together(taken(Path(path)))


def _say(word: str, what: str) -> None:
    sys.stdout.write(f"{word} {what}\n")
    sys.stdout.flush()


def _end_with_starter() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    _main()
