"""Answers this process keeps: of one table's file the engine is asked the same thing once.

The rows of a published table never change, and a table that a build left alone is the same file
in the next snapshot, so an answer lasts as long as its file, through any number of snapshots. Of
several threads with the same question one asks and the others wait for it.

What was asked lately is asked again of a new snapshot by `warm`, before a reader does.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from shuren.data.internals import forgotten, snapshots
from shuren.data.internals.door import Opening
from shuren.data.internals.sources import table_file
from shuren.data.shapes import SnapshotInfo, SnapshotTable
from shuren.kernel.site import Site
from shuren.trust import consent

Rows = list[tuple[Any, ...]]
Answer = tuple[Rows, int]
Ask = Callable[[Opening], Answer]
Question = tuple[Any, ...]

ANSWERS_KEPT, ROWS_KEPT, ROWS_IN_ALL = 1_024, 50_000, 500_000
QUESTIONS_KEPT = 128
_LOOK_EVERY, _WARM_FOR = 0.2, 30.0  # seconds

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Asked:
    """A question that can be put to another snapshot."""

    opening: Opening
    question: Question
    ask: Ask


_answers: OrderedDict[Question, Answer] = OrderedDict()
_asked: OrderedDict[Question, _Asked] = OrderedDict()
_under_way: dict[Question, threading.Event] = {}
_lock = threading.Lock()


def kept(opening: Opening, question: Question, ask: Ask, *, again: bool = False) -> Answer:
    """What `ask` gives for an opened and narrowed table. Of a live view it is asked every time, and
    so is what rests on consent, which nobody may remember.

    question  tells any two questions to the table apart, conditions and their values aside
    again     put it to later snapshots too (see `warm`)
    """
    file = _file(opening)
    if file is None or opening.purpose.basis == consent.BASIS:
        return ask(opening)
    narrowed = (*question, tuple(opening.conditions), tuple(map(repr, opening.values)))
    if again and not opening.purpose.own_rows_only:
        _note((opening.site.root, opening.table.name, *narrowed), opening, question, ask)
    table = opening.table
    about = (table.person, table.counted_by, table.person_number, table.headcount)
    key = (*file, *about, *narrowed)
    while True:
        with _lock:
            if key in _answers:
                _answers.move_to_end(key)
                rows, suppressed = _answers[key]
                return list(rows), suppressed
            other = _under_way.get(key)
            if other is None:
                mine = _under_way[key] = threading.Event()
                break
        other.wait()
    try:
        answer = ask(opening)
        _keep(key, answer)
        return list(answer[0]), answer[1]
    finally:
        with _lock:
            del _under_way[key]
        mine.set()


def warm(site: Site, snapshot: SnapshotInfo, seconds: float) -> int:
    """Put the questions asked lately, the last one first, to a snapshot; stops after so many
    seconds. How many it came to.

    Nobody sees these answers, so the ledger has no line of them; who asks is written down then.
    """
    with _lock:
        found = [one for key, one in _asked.items() if key[0] == site.root][::-1]
    until, done = time.monotonic() + seconds, 0
    for one in found:
        if time.monotonic() > until or not threading.main_thread().is_alive():
            break
        table = snapshot.tables.get(one.opening.table.name)
        if table is not None and _alike(table, one.opening.table):
            kept(one.opening.at(snapshot), one.question, one.ask)
            done += 1
    return done


def follow(site: Site) -> None:
    """Warm each new snapshot as it appears, on a thread of its own.

    No daemon: one that is inside the engine when the process ends would tear it down.
    """
    threading.Thread(target=_follow, args=(site,), name="answers").start()


def _follow(site: Site) -> None:
    seen = ""
    while threading.main_thread().is_alive():
        time.sleep(_LOOK_EVERY)
        try:
            snapshot = snapshots.current(site)
            if snapshot is not None and snapshot.id != seen:
                seen = snapshot.id
                warm(site, snapshot, _WARM_FOR)
        except Exception:  # the reader who asks is told what is wrong
            logger.debug("answers were not kept warm", exc_info=True)


def forget() -> None:
    """Empty what is kept, as in a process that has just begun."""
    with _lock:
        _answers.clear()
        _asked.clear()


def _file(opening: Opening) -> Question | None:
    """Which file a table is, whatever the snapshot; None where an answer may not be kept."""
    if opening.table.live:
        return None
    name = opening.table.name
    try:
        about = (opening.site.snapshots / opening.snapshot.id / table_file(name)).stat()
    except FileNotFoundError:
        return None  # the question itself will say so
    told_apart = (about.st_dev, about.st_ino, about.st_mtime_ns, about.st_size)
    # An answer of before somebody's history was erased is none any more.
    return (opening.site.root, name, *told_apart, forgotten.stamp(opening.site))


def _note(key: Question, opening: Opening, question: Question, ask: Ask) -> None:
    copied = replace(opening, conditions=list(opening.conditions), values=list(opening.values))
    with _lock:
        _asked[key] = _Asked(copied, question, ask)
        _asked.move_to_end(key)
        while len(_asked) > QUESTIONS_KEPT:
            _asked.popitem(last=False)


def _keep(key: Question, answer: Answer) -> None:
    if len(answer[0]) > ROWS_KEPT:
        return
    with _lock:
        _answers[key] = (list(answer[0]), answer[1])
        rows = sum(len(rows) for rows, _suppressed in _answers.values())
        while len(_answers) > ANSWERS_KEPT or rows > ROWS_IN_ALL:
            rows -= len(_answers.popitem(last=False)[1][0])


def _alike(one: SnapshotTable, other: SnapshotTable) -> bool:
    """Whether two snapshots declare a table the same, whatever its rows."""
    return replace(one, rows=0, changed_at="") == replace(other, rows=0, changed_at="")
