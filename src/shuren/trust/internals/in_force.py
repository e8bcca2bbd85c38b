"""Which text of a purpose or a role is in force: what its file says, or what was approved of it.

What the package brings is approved with it. A file of the site counts at once as far as it opens no
more than was approved. What opens more waits, and the library goes on with what was approved.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from django.db.models import Max

from shuren.kernel.definitions import DefinitionFile, find_definitions
from shuren.kernel.errors import DefinitionError
from shuren.kernel.site import Site

T = TypeVar("T")
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")


@dataclass(frozen=True)
class Waiting(Generic[T]):
    """What a file says and nobody has approved.

    more  what it would open beyond what is in force, in short words; () where nothing is in force
    """

    said: T
    more: tuple[str, ...] = ()


@dataclass(frozen=True)
class Read(Generic[T]):
    """in_force and waiting by id; `rests_on`: whether an approval may change it"""

    in_force: dict[str, T]
    waiting: dict[str, Waiting[T]] = field(default_factory=dict)
    rests_on_approval: bool = False


class InForce(Generic[T]):
    """Definitions of a kind by site, read once. While something waits, each call asks the database
    for the number of the newest approval, and reads again when it is another."""

    def __init__(self, read: Callable[[Site | None], Read[T]]) -> None:
        self._read = read
        self._known: dict[Site | None, tuple[int, Read[T]]] = {}

    def __call__(self, site: Site | None) -> dict[str, T]:
        """All in force by id; raises DefinitionError naming file and key."""
        return self.found(site).in_force

    def waiting(self, site: Site | None) -> dict[str, Waiting[T]]:
        """What waits for approval, by id."""
        return self.found(site).waiting

    def found(self, site: Site | None) -> Read[T]:
        known = self._known.get(site)
        if known is not None and not known[1].rests_on_approval:
            return known[1]
        newest = _newest() if known is not None else 0
        if known is None or known[0] != newest:
            found = self._read(site)
            known = (_newest() if found.rests_on_approval else 0, found)
            self._known[site] = known
        return known[1]

    def cache_clear(self) -> None:
        """Read the files again, as a new start of the program does."""
        self._known.clear()


def fingerprint_of(content: bytes) -> str:
    """32 letters for what a file says: letters only, for the ledger takes no long numbers."""
    return hashlib.sha256(content).hexdigest()[:32].translate(_LETTERS)


def read(
    kind: str,
    site: Site | None,
    parse: Callable[[DefinitionFile], T],
    opens_more: Callable[[T, T], Iterable[str]],
) -> Read[T]:
    """The definitions of a kind, each as far as it is approved.

    opens_more  (what the file says, what was approved) → what it opens beyond that
    raises      DefinitionError for a file that cannot be read, approved or not
    """
    files, shipped = find_definitions(kind, site), find_definitions(kind, None)
    said = {id: parse(file) for id, file in files.items()}
    own = [id for id, file in files.items() if file.local]
    kept = _kept(kind, own) if own else {}
    waiting: dict[str, Waiting[T]] = {}
    for id in own:
        before = _approved(files[id], kept.get(id), shipped.get(id), parse)
        if before is None:
            waiting[id] = Waiting(said.pop(id))
        elif more := tuple(opens_more(said[id], before)):
            waiting[id] = Waiting(said[id], more)
            said[id] = before
    return Read(said, waiting, bool(waiting))


def _approved(
    file: DefinitionFile,
    kept: str | None,
    shipped: DefinitionFile | None,
    parse: Callable[[DefinitionFile], T],
) -> T | None:
    """What was approved of a file: the text that was kept, else what the package brings."""
    if kept is not None:
        try:
            return parse(replace(file, text=kept))
        except DefinitionError:  # approved in a form that this version does not read any more
            return None
    return parse(shipped) if shipped else None


def _kept(kind: str, ids: list[str]) -> dict[str, str]:
    """{id: text approved last}; none where its fingerprint says that it is another text."""
    from shuren.trust.internals.rule_rows import RuleText  # tools read definitions without models

    rows = RuleText.objects.filter(kind=kind, name__in=ids).order_by("pk")
    newest = {row.name: row for row in rows}
    return {
        id: row.text
        for id, row in newest.items()
        if fingerprint_of(row.text.encode()) == row.fingerprint
    }


def _newest() -> int:
    from shuren.trust.internals.rule_rows import RuleText  # tools read definitions without models

    return RuleText.objects.aggregate(newest=Max("pk"))["newest"] or 0
