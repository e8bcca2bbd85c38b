"""Writing the index: made anew beside the live one, or renewed where records changed.

The index holds nothing that the snapshot does not: whatever is cut short is caught up by the next
renewal, which compares fingerprints. One renewal is one commit, seen whole or not at all.
"""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import tantivy

from shuren.data import queries as data
from shuren.data.errors import NoSnapshot
from shuren.discovery.definitions import Shelving, shelving
from shuren.discovery.errors import NoIndex, OldIndex
from shuren.discovery.internals import documents, schema, store
from shuren.discovery.internals.records import Record, read_records
from shuren.discovery.search_shapes import Indexed
from shuren.kernel.clock import now
from shuren.kernel.shapes import Actor, Progress
from shuren.kernel.site import Site

_HEAP = 200_000_000  # bytes of postings held before a segment is written
_PAGE = 200_000
_STEP = 500


def renew(site: Site, actor: Actor, progress: Progress, everything: bool = False) -> Indexed:
    """Bring the index to the live snapshot; makes it anew where there is none that can be read.

    raises  NoSnapshot, trust's NotAllowed
    """
    with store.writing(site), data.same_snapshot(site) as snapshot:
        if snapshot is None:
            raise NoSnapshot
        name = "" if everything else store.live_name(site)
        try:
            if name:
                store.manifest_of(store.home(site) / name)
        except (NoIndex, OldIndex):
            name = ""
        records = read_records(site, actor)
        if not name:
            return make(site, records, snapshot.id, progress)
        return update(site, store.home(site) / name, records, snapshot.id, progress)


def make(site: Site, records: Iterable[Record], snapshot: str, progress: Progress) -> Indexed:
    """A whole new index, put to use when it is complete."""
    begun = time.monotonic()
    folder = store.new_folder(site)
    count = write_new(folder, records, shelving(site), progress)
    store.write_manifest(folder, _manifest(snapshot, count))
    store.put_to_use(site, folder)
    store.clear(site)
    return Indexed(folder.name, snapshot, count, count, 0, time.monotonic() - begun, True)


def write_new(
    folder: Path,
    records: Iterable[Record],
    how: Shelving,
    progress: Progress,
    threads: int = 1,
    heap: int = _HEAP,
) -> int:
    """Write all records into an empty folder; how many there were."""
    index = tantivy.Index(schema.schema(), path=str(folder), reuse=False)
    writer = index.writer(heap, threads)
    count = 0
    for record in records:
        writer.add_document(documents.document(record, how))
        count += 1
        if count % _STEP == 0:
            progress(count, 0)
    writer.commit()
    writer.wait_merging_threads()
    return count


def update(
    site: Site, folder: Path, records: Iterable[Record], snapshot: str, progress: Progress
) -> Indexed:
    """Write what is new or changed, remove what is gone, in one commit."""
    begun = time.monotonic()
    how = shelving(site)
    index = tantivy.Index.open(str(folder))
    index.config_reader("manual")
    index.reload()
    before = dict(_fingerprints(index.searcher()))
    writer: tantivy.IndexWriter | None = None
    count = written = 0
    for record in records:
        count += 1
        key = documents.number_of(record.id)
        if before.pop(key, None) != documents.fingerprint(record):
            writer = writer or _writer(index)
            _delete(writer, key)
            writer.add_document(documents.document(record, how))
            written += 1
        if count % _STEP == 0:
            progress(count, 0)
    for key in before:
        writer = writer or _writer(index)
        _delete(writer, key)
    if writer is not None:
        writer.commit()
        writer.wait_merging_threads()
    store.write_manifest(folder, _manifest(snapshot, count))
    seconds = time.monotonic() - begun
    return Indexed(folder.name, snapshot, count, written, len(before), seconds, False)


def _writer(index: tantivy.Index) -> tantivy.IndexWriter:
    writer = index.writer(_HEAP, 1)
    # What a writer left that was killed in its commit has the name the next commit wants.
    writer.garbage_collect_files()
    return writer


def _delete(writer: tantivy.IndexWriter, key: int) -> None:
    # By query: a term of an unsigned field made from a Python number deletes nothing (0.27).
    writer.delete_documents_by_query(tantivy.Query.term_query(schema.schema(), "key", key))


def _manifest(snapshot: str, count: int) -> store.Manifest:
    return store.Manifest(schema.VERSION, snapshot, count, now().isoformat())


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
