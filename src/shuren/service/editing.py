"""Changing what a service says, on the workbench: checked, looked at, approved where it widens, and
kept in the site's own definitions. Cases that run keep the version they began by."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from shuren.kernel.clock import now
from shuren.kernel.definitions import DefinitionFile, find_definitions
from shuren.kernel.errors import UsageError
from shuren.kernel.files import write_atomically
from shuren.kernel.i18n import gettext as _
from shuren.kernel.ids import new_id
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.definitions import checked, service, services
from shuren.service.errors import NotNow, UnknownName
from shuren.service.flow_shapes import Service
from shuren.service.internals import publishing
from shuren.service.internals.checking_services import check_packs
from shuren.service.internals.draft_rows import ServiceDraft
from shuren.service.internals.widening import widening
from shuren.trust.queries import require

EDIT = "services.edit"
WAITING, PUBLISHED, DROPPED = "waiting", "published", "dropped"
LONGEST = 60_000


@dataclass(frozen=True)
class Draft:
    """A change as it was proposed. widens: why a second person is needed, () where none is;
    said_by, decided_by: accounts of staff"""

    id: str
    service: str
    text: str
    widens: tuple[str, ...]
    state: str
    said_by: str
    at: datetime
    decided_by: str
    decided_at: datetime | None


def text_of(site: Site, id: str) -> str:
    """The file of a service as it is in force; raises UnknownName."""
    service(site, id)
    return find_definitions("services", site)[id].path.read_text("utf-8")


def look(site: Site, id: str, text: str) -> tuple[Service, list[str]]:
    """What a text says, with all it names, and what it widens.

    raises  DefinitionError naming line, facet or name and the fix; UsageError if it is too long
    """
    if len(text) > LONGEST:
        raise UsageError(_("Write at most %(count)s characters.", count=LONGEST))
    before = services(site).get(id)
    path = site.definitions / "services" / f"{id}.yaml"
    after = checked(site, DefinitionFile(id, path, True, text))
    check_packs({id: path}, {id: after} | {k: v for k, v in services(site).items() if k != id})
    return after, widening(before, after)


@transaction.atomic
def propose(site: Site, id: str, text: str, *, actor: Actor) -> Draft:
    """Propose a change; one that widens nothing is published at once.

    raises  what `look` does; trust's NotAllowed without services.edit; UnknownName
    """
    actor = require(actor, EDIT)
    service(site, id)
    text = text.replace("\r\n", "\n").rstrip() + "\n"
    if text == text_of(site, id):
        raise UsageError(_("Nothing was changed."))
    _after, widens = look(site, id, text)
    row = ServiceDraft(
        id=new_id("V"), service=id, text=text, widens=widens, said_by=actor.id, at=now()
    )
    if not widens:
        row.state, row.decided_by, row.decided_at = PUBLISHED, actor.id, row.at
    row.save(force_insert=True)
    if not widens:
        _publish(site, row)
    return _draft(row)


@transaction.atomic
def approve(site: Site, draft_id: str, *, actor: Actor) -> Draft:
    """Publish a change that waits, as a second person.

    raises  NotNow for who proposed it or what does not wait; what `look` does, if the catalogue
            has changed since; trust's NotAllowed, UnknownName
    """
    actor = require(actor, EDIT)
    row = _row(draft_id)
    if row.said_by == actor.id:
        raise NotNow(
            _("A second person must approve this: you proposed it."),
            fix=_("Ask a colleague who may change services."),
        )
    look(site, row.service, row.text)
    _decide(row, PUBLISHED, actor)
    _publish(site, row)
    return _draft(row)


@transaction.atomic
def drop(site: Site, draft_id: str, *, actor: Actor) -> Draft:
    """Take a change back, or refuse it; raises as approve."""
    actor = require(actor, EDIT)
    row = _row(draft_id)
    _decide(row, DROPPED, actor)
    return _draft(row)


def drafts(id: str, *, limit: int = 20) -> list[Draft]:
    """The changes of a service, newest first."""
    return [_draft(row) for row in ServiceDraft.objects.filter(service=id).order_by("-at")[:limit]]


def waiting() -> dict[str, int]:
    """{service: changes that wait for a second person}"""
    found: dict[str, int] = {}
    for id in ServiceDraft.objects.filter(state=WAITING).values_list("service", flat=True):
        found[id] = found.get(id, 0) + 1
    return found


def _decide(row: ServiceDraft, state: str, actor: Actor) -> None:
    decided = ServiceDraft.objects.filter(pk=row.pk, state=WAITING).update(
        state=state, decided_by=actor.id, decided_at=now()
    )
    if not decided:
        raise NotNow(_("This change was decided already."), fix=_("Look at it again."))
    row.refresh_from_db()


def _publish(site: Site, row: ServiceDraft) -> None:
    """The file first: a kill before the row is kept leaves a file that is whole and was checked."""
    folder = site.definitions / "services"
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / f"{row.service}.yaml", row.text.encode())
    publishing.mark(site)


def _row(id: str) -> ServiceDraft:
    row = ServiceDraft.objects.filter(pk=id[:32]).first()
    if row is None:
        raise UnknownName(_("There is no such change."))
    return row


def _draft(row: ServiceDraft) -> Draft:
    return Draft(
        row.id, row.service, row.text, tuple(row.widens), row.state, row.said_by, row.at,
        row.decided_by, row.decided_at,
    )  # fmt: skip
