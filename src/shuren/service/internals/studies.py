"""What a student reads for: undergraduate, master's, doctoral …, where a system told it.

It is asked for only by what differs by it. Who has a card without it, or one of a system that does
not say, is served as any student: nobody is refused by a guess.
"""

from collections.abc import Sequence

from shuren.data import queries as data
from shuren.data.errors import NoSnapshot, NoSuchTable, NotOpen
from shuren.data.shapes import Table
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.flow_shapes import Service
from shuren.service.internals.study_kinds import COLUMN as COLUMN
from shuren.service.internals.study_kinds import STUDENT as STUDENT
from shuren.service.internals.study_kinds import STUDIES as STUDIES
from shuren.service.internals.study_kinds import UNKNOWN as UNKNOWN
from shuren.service.internals.study_kinds import differs as differs
from shuren.service.internals.study_kinds import is_of as is_of
from shuren.trust.errors import NotAllowed

_TABLE, _OWN = "conformed.reader", "own_records"


def of_actor(site: Site, actor: Actor, service: Service | None = None) -> str:
    """Of STUDIES, or "" where nobody knows it or the service is the same for all. A line in the
    ledger where it was looked up."""
    if actor.role != STUDENT or not actor.reader_key:
        return ""
    if service is not None and not differs(service):
        return ""
    try:
        found = read_card(site, (COLUMN,), actor.reader_key, purpose=_OWN, actor=actor).dicts()
    except (NoSnapshot, NoSuchTable, NotAllowed):
        return ""
    known = found[0].get(COLUMN) if found else ""
    return known if known in STUDIES else ""


def read_card(
    site: Site, columns: Sequence[str], pseudonym: str, *, purpose: str, actor: Actor
) -> Table:
    """Columns of a reader's card, COLUMN left out where the snapshot is older than it or the site's
    own purpose does not list it. Raises NoSnapshot, and what the door does about the others."""
    kept = tuple(one for one in columns if one != COLUMN)
    for wanted in (tuple(columns), kept or ("kind",)):
        try:
            return data.read(
                site, _TABLE, columns=wanted, where=[("reader_key", "=", pseudonym)],
                purpose=purpose, actor=actor,
            )  # fmt: skip
        except (NoSuchTable, NotOpen):
            if COLUMN not in wanted:
                raise
    raise AssertionError("one of the two is without the column")
