"""Writing the index of a search server: made anew beside the live one, or renewed where records
changed.

An index is put to use by pointing the alias at it, in one request. A renewal is written without
being seen, and seen by one refresh at its end. Whatever is cut short is caught up by the next.
"""

import time
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from shuren.data import queries as data
from shuren.data.errors import NoSnapshot
from shuren.data.shapes import SnapshotInfo
from shuren.discovery.definitions import Shelving, shelving
from shuren.discovery.errors import IndexingFailed, NoIndex, OldIndex, RecordsRefused
from shuren.discovery.internals import changes, documents, gathering, schema, store, writing
from shuren.discovery.internals.opensearch import dsl, form, records
from shuren.discovery.internals.opensearch.server import BUSY, Server
from shuren.discovery.internals.records import Record
from shuren.discovery.internals.spilling import Numbers, number_of
from shuren.discovery.search_shapes import Indexed
from shuren.kernel.clock import now
from shuren.kernel.ids import new_id
from shuren.kernel.shapes import Actor, Progress
from shuren.kernel.site import Site

_BYTES = 8_000_000  # of one request
_PAGE = 5_000
_KEPT = 2  # the live index and the one before it
_WAITS = (0.5, 1.0, 2.0, 4.0, None)


def renew(
    site: Site, server: Server, actor: Actor, progress: Progress, everything: bool = False
) -> Indexed:
    """Bring the index to the live snapshot; makes it anew where there is none that can be read.

    raises  NoSnapshot, IndexingFailed, RecordsRefused, SearchAway, SearchRefused
    """
    begun = time.monotonic()
    with store.writing(site), data.same_snapshot(site) as snapshot:
        if snapshot is None:
            raise NoSnapshot
        before = None if everything else _before(server)
        if before is not None:
            made = _renew_some(site, server, actor, before, snapshot, progress)
            if made is not None:
                return made
        with writing.buckets(site) as buckets:
            gathering.gather(site, actor, buckets)
            found = gathering.all_records(buckets)
            if before is None:
                return make(server, found, shelving(site), snapshot.id, progress, begun)
            name, _manifest = before
            known = Numbers(1_000)
            for key, print_ in _fingerprints(server, name):
                known.set(key, print_)
            return _update(server, name, known, found, shelving(site), snapshot.id, progress)


def _before(server: Server) -> tuple[str, store.Manifest] | None:
    try:
        return form.live(server, now=True)
    except (NoIndex, OldIndex):
        return None


def _renew_some(
    site: Site,
    server: Server,
    actor: Actor,
    before: tuple[str, store.Manifest],
    snapshot: SnapshotInfo,
    progress: Progress,
) -> Indexed | None:
    """Write only what differs between two snapshots; None where that cannot be said."""
    name, manifest = before
    # What a renewal wrote that was then cut short is seen before anything is compared.
    server.write("POST", f"{name}/_refresh")
    having = _having(server, name)
    found = changes.changed(site, actor, snapshot.tables, manifest.snapshot, having)
    if found is None:
        return None
    with writing.buckets(site) as buckets:
        gathering.gather(site, actor, buckets, found.rows)
        known = Numbers(len(found.before))
        for key, print_ in found.before.items():
            known.set(key, print_)
        fresh = gathering.all_records(buckets)
        return _update(server, name, known, fresh, shelving(site), snapshot.id, progress)


def make(
    server: Server,
    found: Iterable[Record],
    how: Shelving,
    snapshot: str,
    progress: Progress,
    begun: float,
) -> Indexed:
    """A whole new index of these records, put to use when it is complete."""
    alias = server.settings.index
    name = f"{alias}-{new_id('I').lower()}"
    server.write("PUT", name, {"settings": form.settings(server), "mappings": form.mapping()})
    count = _send(server, name, (_written(one, how) for one in found), progress)
    server.write("POST", f"{name}/_refresh")
    if _count(server, name) != count:
        server.write("DELETE", name)
        raise IndexingFailed
    _say(server, name, snapshot, count)
    others = [old for old in _all_names(server) if old != name]
    actions = [{"remove": {"index": old, "alias": alias}} for old in _named_by(server, alias)]
    added = {"add": {"index": name, "alias": alias}}
    server.write("POST", "_aliases", {"actions": [*actions, added]})
    form.forget(server)
    _clear(server, others)
    return Indexed(name, snapshot, count, count, 0, time.monotonic() - begun, True)


def _update(
    server: Server,
    name: str,
    before: Numbers,
    found: Iterable[Record],
    how: Shelving,
    snapshot: str,
    progress: Progress,
) -> Indexed:
    """Write what is new or changed; what is in `before` and not among the records goes."""
    begun = time.monotonic()
    counts = {"written": 0, "removed": 0}

    def lines() -> Iterator[bytes]:
        for record in found:
            key = number_of(record.id)
            print_ = before.get(key)
            if print_:
                before.set(key, 0)
            if print_ != documents.fingerprint(record):
                counts["written"] += 1
                yield _written(record, how)
        for key, _print in before.items():
            counts["removed"] += 1
            yield orjson.dumps({"delete": {"_id": dsl.hexed(key)}}) + b"\n"

    _send(server, name, lines(), progress)
    server.write("POST", f"{name}/_refresh")
    count = _count(server, name)
    _say(server, name, snapshot, count)
    form.forget(server)
    seconds = time.monotonic() - begun
    return Indexed(
        name, snapshot, count, counts["written"], counts["removed"], seconds, False
    )  # fmt: skip


def _written(record: Record, how: Shelving) -> bytes:
    key, fields = records.document(record, how)
    return orjson.dumps({"index": {"_id": key}}) + b"\n" + orjson.dumps(fields) + b"\n"


def _send(server: Server, name: str, lines: Iterable[bytes], progress: Progress) -> int:
    """How many operations were sent and taken."""
    held: list[bytes] = []
    size = count = 0
    for line in lines:
        held.append(line)
        size += len(line)
        count += 1
        if len(held) >= server.settings.batch or size >= _BYTES:
            _bulk(server, name, held)
            held, size = [], 0
            progress(count, 0)
    if held:
        _bulk(server, name, held)
    return count


def _bulk(server: Server, name: str, held: list[bytes]) -> None:
    """raises  RecordsRefused for what it does not take; what it has no time for is sent again"""
    for wait in _WAITS:
        told = server.write_lines(f"{name}/_bulk", b"".join(held))
        results = [next(iter(one.values())) for one in told.get("items", [])]
        if len(results) != len(held):
            raise IndexingFailed
        # What is to be removed may be gone already.
        failed = [(line, one) for line, one in zip(held, results, strict=True) if "error" in one]
        if not failed:
            return
        refused = [one for _line, one in failed if one["status"] != BUSY]
        if refused or wait is None:
            kinds = sorted({str(one["error"].get("type")) for _line, one in failed})
            raise RecordsRefused(len(failed), ", ".join(kinds))
        held = [line for line, _one in failed]
        time.sleep(wait)


def _say(server: Server, name: str, snapshot: str, count: int) -> None:
    manifest = store.Manifest(schema.VERSION, snapshot, count, now().isoformat())
    server.write("PUT", f"{name}/_mapping", form.meta(manifest))


def _count(server: Server, name: str) -> int:
    told = server.write("GET", f"{name}/_count")
    return int(told["count"]) if told else -1


def _all_names(server: Server) -> list[str]:
    """Our indexes, oldest first: their names are made of the time."""
    return sorted(server.write("GET", f"{server.settings.index}-*/_mapping") or {})


def _named_by(server: Server, alias: str) -> list[str]:
    return sorted(server.write("GET", f"_alias/{alias}") or {})


def _clear(server: Server, others: list[str]) -> None:
    """Take away what was never finished, and all but the last before this one."""
    told: dict[str, Any] = server.write("GET", f"{server.settings.index}-*/_mapping") or {}
    finished = []
    for name in others:
        try:
            form.manifest_of(told.get(name, {}))
            finished.append(name)
        except (NoIndex, OldIndex):
            continue
    kept = finished[len(finished) - (_KEPT - 1) :]
    for name in others:
        if name not in kept:
            server.write("DELETE", name)


def _having(server: Server, name: str) -> changes.Having:
    def found(field: str, values: set[str]) -> Iterator[tuple[bytes, int]]:
        wanted = sorted(values)
        for start in range(0, len(wanted), changes.AT_ONCE):
            query = {"terms": {field: wanted[start : start + changes.AT_ONCE]}}
            for hit in _walk(server, name, query, ["shown"]):
                yield records.content(hit), int(hit["fields"]["print"][0], 16)

    return found


def _fingerprints(server: Server, name: str) -> Iterator[tuple[int, int]]:
    """(key, fingerprint) of every document."""
    server.write("POST", f"{name}/_refresh")
    for hit in _walk(server, name, {"match_all": {}}, False):
        yield int(hit["_id"], 16), int(hit["fields"]["print"][0], 16)


def _walk(server: Server, name: str, query: Any, source: Any) -> Iterator[dict[str, Any]]:
    """All hits, by key: nothing is written meanwhile but by who walks."""
    body: dict[str, Any] = {
        "query": query, "size": _PAGE, "sort": [{"key": {"order": "asc"}}], "_source": source,
        "docvalue_fields": ["print"],
    }  # fmt: skip
    while True:
        told = server.write("POST", f"{name}/_search?allow_partial_search_results=false", body)
        hits = told["hits"]["hits"] if told else []
        yield from hits
        if len(hits) < _PAGE:
            return
        body["search_after"] = hits[-1]["sort"]
