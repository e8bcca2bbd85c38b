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
from shuren.trust.errors import NotAllowed

STUDENT, COLUMN, UNKNOWN = "student", "study", "unknown"
# definitions/vocabularies/study.yaml; the column `study` of the contract readers.
STUDIES = ("undergraduate", "master", "doctoral", "postgraduate", "exchange", "other")
UNDERGRAD, POSTGRAD = "undergrad", "postgrad"
# The audience of services that a kind of study is; an exchange student may be of either.
_AUDIENCE = {
    "undergraduate": UNDERGRAD,
    "master": POSTGRAD,
    "doctoral": POSTGRAD,
    "postgraduate": POSTGRAD,
}
_TABLE, _OWN = "conformed.reader", "own_records"


def audience(study: str) -> str:
    """UNDERGRAD, POSTGRAD, or "" where the kind of study does not say which."""
    return _AUDIENCE.get(study, "")


def is_of(one: str, study: str) -> bool:
    """Whether a student of a kind of study may be of an audience of students."""
    known = audience(study)
    return not known or one == known or one not in (UNDERGRAD, POSTGRAD)


def differs(service: Service) -> bool:
    """Whether a service is not the same for undergraduates and postgraduates."""
    served = {UNDERGRAD, POSTGRAD} & set(service.audiences)
    own = [service.by_audience.get(one) for one in (UNDERGRAD, POSTGRAD)]
    return len(served) == 1 or own[0] != own[1]


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
