"""Who and what is forgotten but still on the disk: lake/forgotten.json, asked by every query.

An entry is there from the moment of an erasure until no raw file and no snapshot holds a row of
it. The file is replaced whole, so a query sees all of an erasure or nothing of it.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from shuren.data.contract_shapes import KEEP, PSEUDONYM, Contract
from shuren.data.shapes import SnapshotTable
from shuren.kernel.files import clear_unfinished, write_atomically
from shuren.kernel.locks import one_at_a_time
from shuren.kernel.site import Site

FILE = "forgotten.json"
_PERSONAL = 3  # class of a column
_KEY = "_key"


@dataclass(frozen=True)
class Forgotten:
    """readers  {pseudonym: {new, names, open, at, rewritten}}; see data.erasure.Forget
    rows     {contract: {key: {reader, at, rewritten}}}; `rewritten` is "" until it is
    """

    readers: dict[str, dict[str, Any]] = field(default_factory=dict)
    rows: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.readers or self.rows)


_NOBODY = Forgotten()


def read(site: Site) -> Forgotten:
    path = site.lake / FILE
    try:
        state = path.stat()
        return _read(path, state.st_mtime_ns, state.st_ino)
    except FileNotFoundError:
        return _NOBODY


@lru_cache(maxsize=8)
def _read(path: Path, _changed: int, _inode: int) -> Forgotten:
    return Forgotten(**json.loads(path.read_text("utf-8")))


def stamp(site: Site) -> tuple[int, ...]:
    """Another whenever somebody was forgotten or the last of it is off the disk."""
    try:
        state = (site.lake / FILE).stat()
    except FileNotFoundError:
        return ()
    return (state.st_mtime_ns, state.st_ino)


@contextmanager
def changing(site: Site) -> Iterator[Forgotten]:
    """The entries, to be changed in the block; written through to the disk after it."""
    path = site.lake / FILE
    with one_at_a_time(site.lake / ".forgotten.lock"):
        clear_unfinished(path)  # it names readers
        before = path.read_text("utf-8") if path.exists() else "{}"
        found = Forgotten(**json.loads(before))
        yield found
        content = json.dumps({"readers": found.readers, "rows": found.rows}, sort_keys=True)
        if found and content != before:
            write_atomically(path, content.encode())
        elif not found:
            path.unlink(missing_ok=True)


def person_columns(contract: Contract) -> tuple[str, ...]:
    """Columns that may hold a pseudonym: those made of identities, and personal texts."""
    return tuple(
        f.name
        for f in contract.fields
        if f.storage == PSEUDONYM
        or (f.storage == KEEP and f.type == "string" and f.classification >= _PERSONAL)
    )


def raw_test(site: Site, contract: Contract, there: Iterable[str] | None = None) -> str:
    """SQL that is true for rows of a contract nobody has had forgotten; "" when all are.

    there  the columns the files have
    """
    return " AND ".join(
        f"coalesce(\"{name}\", '') NOT IN ({sql_list(values)})"
        for name, values in barred(site, contract, there)
    )


def barred(
    site: Site, contract: Contract, there: Iterable[str] | None = None
) -> list[tuple[str, frozenset[str]]]:
    """(column, values) of a contract: a row that has one of the values there is forgotten."""
    found, known = read(site), None if there is None else set(there)
    people = person_columns(contract) if found.readers else ()
    pairs = [(name, frozenset(found.readers)) for name in people if known is None or name in known]
    if keys := found.rows.get(contract.id):
        pairs.append((_KEY, frozenset(keys)))
    return pairs


def filtered(site: Site, table: SnapshotTable, source: str) -> str:
    """What to write after FROM so that nobody who was forgotten is in a published table.

    Rows about them are gone; in rows about others who were linked to them, the link is.
    """
    found = read(site)
    columns = [c.name for c in table.columns if c.type == "VARCHAR" and _holds_people(table, c)]
    if not found or not columns:
        return source
    tests, replaced = [], []
    listed = sql_list(found.readers)
    for name in columns if found.readers else ():
        if name == table.person or not table.person:
            tests.append(f"coalesce(\"{name}\", '') NOT IN ({listed})")
        else:
            instead = f'"{table.person}"' if name == table.counted_by else "''"
            inside = f'CASE WHEN "{name}" IN ({listed}) THEN {instead} ELSE "{name}" END'
            replaced.append(f'{inside} AS "{name}"')
    tests += _row_tests(found, table)
    replacing = f" REPLACE ({', '.join(replaced)})" if replaced else ""
    where = f" WHERE {' AND '.join(tests)}" if tests else ""
    return f"(SELECT *{replacing} FROM {source}{where}) AS remembered"


def _row_tests(found: Forgotten, table: SnapshotTable) -> list[str]:
    """Single facts: rows of that reader that the table's own key names by the fact's."""
    texts = {c.name for c in table.columns if c.type == "VARCHAR"}
    named = [name for name in table.order if name in texts and name != table.person]
    if not table.person or not named:
        return []
    pairs = {(about["reader"], key) for rows in found.rows.values() for key, about in rows.items()}
    if not pairs:
        return []
    listed = ", ".join(f"({_quoted(reader)}, {_quoted(key)})" for reader, key in sorted(pairs))
    return [
        f"(coalesce(\"{table.person}\", ''), coalesce(\"{name}\", '')) NOT IN ({listed})"
        for name in named
    ]


def _holds_people(table: SnapshotTable, column: Any) -> bool:
    own = (table.person, table.counted_by)
    return bool(column.classification >= _PERSONAL or column.name in own)


def sql_list(texts: Iterable[str]) -> str:
    return ", ".join(_quoted(text) for text in sorted(texts))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
