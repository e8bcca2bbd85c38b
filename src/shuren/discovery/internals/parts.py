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
from dataclasses import asdict
from pathlib import Path

import tantivy

from shuren.discovery.definitions import Shelving
from shuren.discovery.errors import IndexingFailed
from shuren.discovery.internals import documents, schema
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
Counted = Callable[[int], None]


def write(
    folder: Path,
    portions: Iterable[Iterable[Record]],
    how: Shelving,
    counted: Counted,
    heap: int,
    threads: int = 1,
) -> int:
    """Write records into an empty folder, a segment or more for each portion; how many there were.

    counted  is called with how many more there are now
    heap     bytes of postings held before a segment is written
    """
    index = tantivy.Index(schema.schema(), path=str(folder), reuse=False)
    writer = index.writer(heap, threads)
    count = 0
    for portion in portions:
        for record in portion:
            writer.add_document(documents.document(record, how))
            count += 1
            if count % STEP == 0:
                counted(STEP)
        writer.commit()
    writer.wait_merging_threads()
    return count


def write_apart(
    folder: Path, buckets: Buckets, how: Shelving, counted: Counted, heap: int, processes: int
) -> int:
    """Write the records of all buckets into an empty folder, in several processes.

    raises  IndexingFailed where one of them ended before its time
    """
    buckets.flush()
    shares = [[str(buckets.path(n)) for n in range(one, BUCKETS, processes)]
              for one in range(processes)]  # fmt: skip
    parts = [folder / f"part-{number}" for number in range(processes)]
    portions = -(-_MERGED // processes) if buckets.rows <= _WORTH else 1
    started = [
        _start(part, share, portions, how, heap) for part, share in zip(parts, shares, strict=True)
    ]
    counts: list[int] = []
    try:
        readers = [threading.Thread(target=_listen, args=(one, counted, counts)) for one in started]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
        if any(one.wait() for one in started) or len(counts) != processes:
            raise IndexingFailed
    finally:
        for one in started:
            one.kill()
            one.wait()
    splice(folder, parts)
    if portions > 1:
        _merge(folder)
    return sum(counts)


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
    part: Path, share: list[str], portions: int, how: Shelving, heap: int
) -> "subprocess.Popen[str]":
    part.mkdir()
    order = {"folder": str(part), "buckets": share, "portions": portions,
             "shelving": asdict(how), "heap": heap}  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(order) + "\n")
    process.stdin.flush()  # and stays open: its end says that we are gone
    return process


def _listen(process: "subprocess.Popen[str]", counted: Counted, counts: list[int]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        word, number = line.split()
        if word == "more":
            counted(int(number))
        else:
            counts.append(int(number))


def _main() -> None:
    order = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_starter, daemon=True).start()
    # Rows by the hundred thousand make no cycles, and looking for some costs a sixth of it all.
    gc.disable()
    marks = tuple((mark, part) for mark, part in order["shelving"].pop("marks"))
    how = Shelving(marks=marks, **order["shelving"])
    paths, portions = order["buckets"], order["portions"]
    made = [_records(paths[first::portions]) for first in range(portions)]
    folder = Path(order["folder"])
    count = write(folder, made, how, lambda more: _say("more", more), order["heap"])
    _say("done", count)


def _records(paths: Iterable[str]) -> Iterator[Record]:
    for path in paths:
        yield from put_together(taken(Path(path)))


def _say(word: str, number: int) -> None:
    sys.stdout.write(f"{word} {number}\n")
    sys.stdout.flush()


def _end_with_starter() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    _main()
