"""Steps that change no state of a case, and what every verb on a case asks first: that the case is
there for the actor and is as they saw it."""

from django.db import transaction

from shuren.kernel.clock import now
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.case_shapes import LIBRARIAN, MANAGER, READER, SYSTEM, CaseView
from shuren.service.errors import NoSuchCase
from shuren.service.internals import acting, repeats, telling, versions, viewing
from shuren.service.internals.case_rows import Case
from shuren.service.internals.running import ASSIGNED, NOTED, Running
from shuren.service.internals.statements import Select
from shuren.trust.actions import record_use
from shuren.trust.queries import require, require_covered, require_purpose

TABLE = "service.case"
COLUMNS = ("reader_key", "service", "state", "subject", "fields", "history")
STAFF = (LIBRARIAN, MANAGER)
_BY_ID = Select(Case, "pk")


def remark(
    site: Site,
    case_id: str,
    event: str,
    actor: Actor,
    note: str = "",
    *,
    expected_version: int | None = None,
    key: str = "",
    hand: str | None = None,
    desk: str | None = None,
) -> CaseView:
    """A step that changes no state.

    hand  who has the case in hand after it; desk: with which it is then, "" for its service's own.
          Both are for who works on cases or leads that work.
    """
    with transaction.atomic():
        row, mine = row_and_parts(case_id, actor)
        by = _as_whom(actor, mine, is_staff_only=hand is not None)
        is_same = hand == row.assignee and desk in (None, row.desk)
        if repeats.is_repeated(row, event, actor, expected_version, key) or is_same:
            return viewing.view(site, row, actor)
        declared = versions.of(site, row.service, row.declared)
        running = Running(site, row, declared, now())
        running.remark(event, actor, by, note, key)
        if hand is not None:
            row.assignee = hand
        if desk is not None:
            row.desk = desk
        running.save()
        if event == NOTED and by in STAFF and row.pseudonym != actor.reader_key:
            telling.tell_note(site, row, declared, running.steps[-1].note)
        if event == ASSIGNED and hand != actor.id:
            telling.tell_assigned(site, row, declared, running.steps[-1].note)
        return viewing.view(site, row, actor)


def _as_whom(actor: Actor, mine: frozenset[str], *, is_staff_only: bool) -> str:
    """As which of FLOW_ACTORS the actor writes a remark; raises NotAllowed for who only reads."""
    if SYSTEM in mine and not is_staff_only:
        return SYSTEM
    by = next((one for one in STAFF if one in mine), READER)
    if by == READER and (is_staff_only or not mine & {READER, acting.OTHER}):
        require(actor, acting.WORK)
    return by


def row_of(case_id: str, actor: Actor) -> Case:
    return row_and_parts(case_id, actor)[0]


def row_and_parts(case_id: str, actor: Actor) -> tuple[Case, frozenset[str]]:
    """The case, and what the actor is in it; raises NoSuchCase."""
    row = _BY_ID.first(case_id[:32])
    mine = acting.parts(actor, row) if row is not None else frozenset()
    if row is None or not mine:
        raise NoSuchCase
    return row, mine


def require_desk(actor: Actor) -> None:
    require_purpose(require(actor, acting.READ), acting.PURPOSE)


def note_look(actor: Actor, rows: int, subject: str = "") -> None:
    actor = require(actor, acting.READ)
    wanted = require_purpose(actor, acting.PURPOSE)
    require_covered(wanted, TABLE, COLUMNS)
    record_use(actor, acting.PURPOSE, TABLE, COLUMNS, rows, subject=subject)
