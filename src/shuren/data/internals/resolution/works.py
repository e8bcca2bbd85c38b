"""Which records are one work: by number and name first, by the model where they fail."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, count, pairwise
from pathlib import Path

from shuren.data.internals.resolution import matching, text
from shuren.data.internals.resolution.matching import Settings, rests_agree
from shuren.data.internals.resolution.records import Book

ISBN, KEYS, MODEL, ALONE = "isbn", "keys", "model", "alone"
PERSON = "person"  # a librarian said so
THRESHOLD = 0.95  # of the model's probability
SPAN = 60  # years between two editions joined by title and author alone
ALIKE = 0.6  # likeness of two titles under one ISBN; below it the number is one of them's mistake
CROWD = 40  # records under one ISBN: a number printed in a whole series


@dataclass
class Groups:
    """Sets of records that grow by joining; remembers what joined each record and how surely.

    apart  pairs that somebody said are not the same: no joining ever brings them together
    """

    above: dict[str, str] = field(default_factory=dict)
    how: dict[str, tuple[str, float]] = field(default_factory=dict)
    apart: frozenset[tuple[str, str]] = frozenset()

    def root(self, ref: str) -> str:
        while (upper := self.above.get(ref, ref)) != ref:
            self.above[ref] = self.above.get(upper, upper)
            ref = upper
        return ref

    def join(self, one: str, other: str, method: str, probability: float = 1.0) -> bool:
        first, second = sorted((self.root(one), self.root(other)))
        if first != second and self.parted(first, second):
            return False
        for ref in (one, other):
            self.how.setdefault(ref, (method, probability))
        if first == second:
            return False
        self.above[second] = first
        return True

    def parted(self, one: str, other: str) -> bool:
        """Whether joining these two would bring together what somebody said is not the same."""
        both = {self.root(one), self.root(other)}
        return any({self.root(a), self.root(b)} == both for a, b in self.apart)

    def members(self, refs: Iterable[str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for ref in refs:
            found[self.root(ref)].append(ref)
        return dict(found)


@dataclass(frozen=True)
class Decided:
    """What people said of pairs of records: these are one, those are not."""

    same: tuple[tuple[str, str], ...] = ()
    apart: frozenset[tuple[str, str]] = frozenset()

    def begin(self) -> Groups:
        groups = Groups(apart=self.apart)
        for one, other in self.same:
            groups.join(one, other, PERSON)
        return groups


NOTHING_DECIDED = Decided()


def group(
    books: Sequence[Book],
    learned: Settings | None,
    folder: Path,
    threshold: float = THRESHOLD,
    decided: Decided = NOTHING_DECIDED,
) -> Groups:
    """The works of these records; without learned settings by number and name alone."""
    groups = decided.begin()
    _by_isbn(books, groups)
    _by_keys(books, groups)
    if learned:
        firsts = _representatives(books, groups)
        for one, other, probability in matching.pairs(firsts, learned, threshold, folder):
            groups.join(one, other, MODEL, round(probability, 4))
    return groups


def _by_isbn(books: Sequence[Book], groups: Groups) -> None:
    """One valid number and titles that agree. A set and its volumes may share a number: their
    volumes differ, so they stay apart."""
    known = {book.ref: book for book in books}
    under: dict[str, list[Book]] = defaultdict(list)
    for book in books:
        for isbn in book.isbns:
            under[isbn].append(book)
        if book.same in known and agree(book, known[book.same]):
            groups.join(book.ref, book.same, ISBN)
    for sharing in under.values():
        if 1 < len(sharing) <= CROWD:
            for one, other in combinations(sharing, 2):
                if agree(one, other):
                    groups.join(one.ref, other.ref, ISBN)


def agree(one: Book, other: Book) -> bool:
    """Whether two titles under one number are the same, as far as cataloguers differ."""
    if one.volume != other.volume:
        return False
    if one.key == other.key or one.key.startswith(other.key) or other.key.startswith(one.key):
        return bool(one.key and other.key)
    return text.likeness(one.key, other.key) >= ALIKE


def _by_keys(books: Sequence[Book], groups: Groups) -> None:
    """The same title, volume and author, subtitles that do not disagree, in a span of years."""
    under: dict[tuple[str, str, str], list[Book]] = defaultdict(list)
    for book in books:
        for author in book.authors:
            if book.key:
                under[book.key, book.volume, author].append(book)
    for sharing in under.values():
        rests = sorted({book.rest for book in sharing if book.rest})
        kinds = _kinds(rests)
        for kind in set(kinds.values()) or {""}:
            same = [
                book
                for book in sharing
                if kinds.get(book.rest) == kind or (not book.rest and len(set(kinds.values())) < 2)
            ]
            _chain(same, groups)
        _chain([book for book in sharing if not book.rest], groups)


def _kinds(rests: Sequence[str]) -> dict[str, str]:
    """Subtitles that agree, under the first of each."""
    found: dict[str, str] = {}
    for rest in rests:
        found[rest] = next((known for known in found.values() if rests_agree(known, rest)), rest)
    return found


def _chain(books: Sequence[Book], groups: Groups) -> None:
    dated = sorted(books, key=lambda book: (book.year is not None, book.year or 0, book.ref))
    for one, other in pairwise(dated):
        if one.year is None or (other.year or 0) - one.year <= SPAN:
            groups.join(one.ref, other.ref, KEYS)


def _representatives(books: Sequence[Book], groups: Groups) -> list[Book]:
    """One record a group, with what its fellows know and it does not; the model sees only these."""
    known = {book.ref: book for book in books}
    found = []
    for refs in groups.members(known).values():
        first, *others = (known[ref] for ref in sorted(refs))
        for book in others:
            first = Book(
                first.ref, first.key, first.rest, first.volume,
                tuple(dict.fromkeys([*first.authors, *book.authors]))[:8],
                first.publisher or book.publisher, first.year or book.year, first.isbns,
            )  # fmt: skip
        found.append(first)
    return found


def work_ids(
    members: Mapping[str, Sequence[str]],
    before: Mapping[str, str],
    new_id: Callable[[Sequence[str], set[str]], str] | None = None,
) -> dict[str, str]:
    """{ref: id of its work}. A work keeps the id most of its records had; when two had the same
    or one falls apart, the larger part, then the one with the smaller ref, keeps it.

    new_id  the id of a new work of these refs that is not among those taken
    """
    new_id = new_id or (lambda refs, taken: _new_id(min(refs), taken))
    claims = []
    for root, refs in members.items():
        had = Counter(before[ref] for ref in refs if ref in before)
        claims += [(-number, id, root) for id, number in had.items()]
    given: dict[str, str] = {}
    taken: set[str] = set()
    for _number, id, root in sorted(claims):
        if root not in given and id not in taken:
            given[root] = id
            taken.add(id)
    for root, refs in sorted(members.items()):
        if root not in given:
            given[root] = new_id(refs, taken)
            taken.add(given[root])
    return {ref: given[root] for root, refs in members.items() for ref in refs}


def new_work_id(ref: str) -> str:
    return _new_id(ref, set())


def _new_id(ref: str, taken: set[str]) -> str:
    """Made from the smallest ref; an id that another work kept is not given twice."""
    tries = (hashlib.sha256(f"{ref}{n or ''}".encode()).hexdigest() for n in count())
    return next(id for full in tries if (id := f"w{full[:20]}") not in taken)
