"""Writing the index: made anew beside the live one, or renewed where records changed.

The index holds nothing that the snapshot does not: whatever is cut short is caught up by the next
renewal, which compares fingerprints. One renewal is one commit, seen whole or not at all.
"""

import gc
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import tantivy

from shuren.data import queries as data
from shuren.data.errors import NoSnapshot
from shuren.data.shapes import SnapshotInfo
from shuren.discovery.definitions import Shelving, shelving
from shuren.discovery.errors import IndexingFailed, NoIndex, OldIndex
from shuren.discovery.internals import changes, documents, gathering, parts, schema, store
from shuren.discovery.internals.layout import Layout
from shuren.discovery.internals.records import Record
from shuren.discovery.internals.spilling import Buckets, Numbers, number_of
from shuren.discovery.search_shapes import Indexed
from shuren.kernel.clock import now
from shuren.kernel.settings import read_settings
from shuren.kernel.shapes import Actor, Progress
from shuren.kernel.site import Site

_HEAP = 200_000_000  # bytes of postings held before a segment is written
_LARGE_HEAP = 600_000_000
_PAGE = 200_000
_APART = 50_000  # rows from which on several processes pay
_MOST_PROCESSES = 8


def renew(site: Site, actor: Actor, progress: Progress, everything: bool = False) -> Indexed:
    """Bring the index to the live snapshot; makes it anew where there is none that can be read.

    raises  NoSnapshot, IndexingFailed, trust's NotAllowed
    """
    begun = time.monotonic()
    with store.writing(site), data.same_snapshot(site) as snapshot:
        if snapshot is None:
            raise NoSnapshot
        before = None if everything else _before(site)
        if before is not None:
            made = _renew_some(site, actor, before, snapshot, progress)
            if made is not None:
                return made
        with buckets(site) as gathered:
            gathering.gather(site, actor, gathered)
            if before is None:
                return _make_all(site, gathered, snapshot.id, progress, begun)
            folder = store.home(site) / store.live_name(site)
            found = gathering.all_records(gathered)
            return update(site, folder, found, snapshot.id, progress)


def _before(site: Site) -> store.Manifest | None:
    """Of the live index, where it can be read."""
    name = store.live_name(site)
    try:
        return store.manifest_of(store.home(site) / name) if name else None
    except (NoIndex, OldIndex):
        return None


@contextmanager
def buckets(site: Site) -> Iterator[Buckets]:
    """Rows on their way, in a folder that the next writer clears away should we be killed."""
    folder = store.new_folder(site)
    collecting = gc.isenabled()
    gc.disable()  # rows by the million make no cycles
    try:
        yield Buckets(folder)
    finally:
        if collecting:
            gc.enable()
        shutil.rmtree(folder, ignore_errors=True)


def _renew_some(
    site: Site, actor: Actor, before: store.Manifest, snapshot: SnapshotInfo, progress: Progress
) -> Indexed | None:
    """Write only what differs between two snapshots; None where that cannot be said."""
    begun = time.monotonic()
    folder = store.home(site) / store.live_name(site)
    index = _opened(folder)
    searcher = index.searcher()
    found = changes.changed(site, actor, snapshot.tables, before.snapshot, changes.having(searcher))
    if found is None:
        return None
    with buckets(site) as gathered:
        gathering.gather(site, actor, gathered, found.rows)
        known = Numbers(len(found.before))
        for key, print_ in found.before.items():
            known.set(key, print_)
        _looked, written, removed = _write_changes(
            site, index, known, gathering.all_records(gathered), progress
        )
    index.reload()
    count = index.searcher().num_docs
    store.write_manifest(folder, _manifest(snapshot.id, count, before.layout))
    seconds = time.monotonic() - begun
    return Indexed(folder.name, snapshot.id, count, written, removed, seconds, False)


def make(site: Site, records: Iterable[Record], snapshot: str, progress: Progress) -> Indexed:
    """A whole new index of these records, put to use when it is complete."""
    begun = time.monotonic()
    folder = store.new_folder(site)
    count = write_new(folder, records, shelving(site), progress)
    return _put_to_use(site, folder, snapshot, count, begun)


def _make_all(
    site: Site, buckets: Buckets, snapshot: str, progress: Progress, begun: float
) -> Indexed:
    """A whole new index of what was gathered, by as many processes as the site allows."""
    processes = read_settings(site).build_threads or os.cpu_count() or 1
    processes = min(processes, _MOST_PROCESSES)
    folder = store.new_folder(site)
    layout = None
    if buckets.rows < _APART or processes == 1:
        count = write_new(folder, gathering.all_records(buckets), shelving(site), progress)
    else:
        count, layout = parts.write_apart(
            folder, buckets, shelving(site), _counter(progress), _LARGE_HEAP, processes
        )
        if _opened(folder).searcher().num_docs != count:
            raise IndexingFailed
    return _put_to_use(site, folder, snapshot, count, begun, layout)


def _put_to_use(
    site: Site, folder: Path, snapshot: str, count: int, begun: float, layout: Layout | None = None
) -> Indexed:
    store.write_manifest(folder, _manifest(snapshot, count, layout))
    store.put_to_use(site, folder)
    store.clear(site)
    return Indexed(folder.name, snapshot, count, count, 0, time.monotonic() - begun, True)


def write_new(
    folder: Path, records: Iterable[Record], how: Shelving, progress: Progress, threads: int = 1
) -> int:
    """Write all records into an empty folder; how many there were."""
    made = parts.write(folder, [records], how, _counter(progress), _HEAP, threads=threads)
    return made.records


def _counter(progress: Progress) -> parts.Counted:
    done = [0]

    def counted(more: int) -> None:
        done[0] += more
        progress(done[0], 0)

    return counted


def update(
    site: Site, folder: Path, records: Iterable[Record], snapshot: str, progress: Progress
) -> Indexed:
    """Compare all records with the index; write what is new or changed, remove what is gone, in
    one commit."""
    begun = time.monotonic()
    index = _opened(folder)
    searcher = index.searcher()
    before = Numbers(searcher.num_docs)
    for key, print_ in _fingerprints(searcher):
        before.set(key, print_)
    count, written, removed = _write_changes(site, index, before, records, progress)
    layout = store.manifest_of(folder).layout
    store.write_manifest(folder, _manifest(snapshot, count, layout))
    seconds = time.monotonic() - begun
    return Indexed(folder.name, snapshot, count, written, removed, seconds, False)


def _write_changes(
    site: Site, index: tantivy.Index, before: Numbers, records: Iterable[Record], progress: Progress
) -> tuple[int, int, int]:
    """(records looked at, written, removed); what is in `before` and not among the records goes."""
    how = shelving(site)
    writer: tantivy.IndexWriter | None = None
    count = written = removed = 0
    for record in records:
        count += 1
        key = number_of(record.id)
        print_ = before.get(key)
        if print_:
            before.set(key, 0)
        if print_ != documents.fingerprint(record):
            writer = writer or _writer(index)
            _delete(writer, key)
            writer.add_document(documents.document(record, how))
            written += 1
        if count % parts.STEP == 0:
            progress(count, 0)
    for key, _print in before.items():
        writer = writer or _writer(index)
        _delete(writer, key)
        removed += 1
    if writer is not None:
        writer.commit()
        writer.wait_merging_threads()
    return count, written, removed


def _opened(folder: Path) -> tantivy.Index:
    index = tantivy.Index.open(str(folder))
    index.config_reader("manual")
    index.reload()
    return index


def _writer(index: tantivy.Index) -> tantivy.IndexWriter:
    writer = index.writer(_HEAP, 1)
    # What a writer left that was killed in its commit has the name the next commit wants.
    writer.garbage_collect_files()
    return writer


def _delete(writer: tantivy.IndexWriter, key: int) -> None:
    # By query: a term of an unsigned field made from a Python number deletes nothing (0.27).
    writer.delete_documents_by_query(tantivy.Query.term_query(schema.schema(), "key", key))


def _manifest(snapshot: str, count: int, layout: Layout | None = None) -> store.Manifest:
    return store.Manifest(schema.VERSION, snapshot, count, now().isoformat(), layout)


def _fingerprints(searcher: tantivy.Searcher) -> Iterator[tuple[int, int]]:
    """(key, fingerprint) of every document, a stretch of keys at a time."""
    stretches = searcher.num_docs // _PAGE + 1
    size = (1 << 64) // stretches + 1
    for number in range(stretches):
        stretch = tantivy.Query.range_query(
            schema.schema(), "key", tantivy.FieldType.Unsigned, number * size,
            min((number + 1) * size, (1 << 64) - 1), include_upper=number == stretches - 1,
        )  # fmt: skip
        found = searcher.search(stretch, limit=max(1, searcher.num_docs), count=False)
        places = [place for _score, place in found.hits]
        keys = searcher.fast_field_values("key", places)
        prints = searcher.fast_field_values("print", places)
        yield from zip(keys, prints, strict=True)
