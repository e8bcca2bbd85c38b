"""Steps that change no state of a case, and what every verb on a case asks first: that the case is
there for the actor and is as they saw it."""

from django.db import transaction

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.case_shapes import LIBRARIAN, MANAGER, READER, CaseView
from shuren.service.errors import CaseChanged, NoSuchCase
from shuren.service.internals import acting, telling, versions, viewing
from shuren.service.internals.case_rows import Case, CaseStep
from shuren.service.internals.running import ASSIGNED, NOTED, Running
from shuren.trust.actions import record_use
from shuren.trust.queries import require, require_covered, require_purpose

TABLE = "service.case"
COLUMNS = ("reader_key", "service", "state", "subject", "fields", "history")
STAFF = (LIBRARIAN, MANAGER)


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
        row = row_of(case_id, actor)
        by = _as_whom(actor, row, is_staff_only=hand is not None)
        is_same = hand == row.assignee and desk in (None, row.desk)
        if is_repeated(row, event, actor, expected_version, key) or is_same:
            return viewing.view(site, row, actor)
        declared = versions.of(site, row.service, row.declared)
        running = Running(site, row, declared, now())
        running.remark(event, actor, by, note, key)
        if hand is not None:
            row.assignee = hand
        if desk is not None:
            row.desk = desk
        running.save()
        if event == NOTED and by != READER and row.pseudonym != actor.reader_key:
            telling.tell_note(site, row, declared, running.steps[-1].note)
        if event == ASSIGNED and hand != actor.id:
            telling.tell_assigned(site, row, declared, running.steps[-1].note)
        return viewing.view(site, row, actor)


def _as_whom(actor: Actor, row: Case, *, is_staff_only: bool) -> str:
    """As which of FLOW_ACTORS the actor writes a remark; raises NotAllowed for who only reads."""
    mine = acting.parts(actor, row)
    by = next((one for one in STAFF if one in mine), READER)
    if by == READER and (is_staff_only or not mine & {READER, acting.OTHER}):
        require(actor, acting.WORK)
    return by


def row_of(case_id: str, actor: Actor) -> Case:
    row = next(iter(Case.objects.filter(pk=case_id[:32])), None)
    if row is None or not acting.parts(actor, row):
        raise NoSuchCase
    return row


def is_repeated(
    row: Case, event: str, actor: Actor, expected_version: int | None, key: str
) -> bool:
    """Whether this very act has been done before.

    raises  CaseChanged if the version the actor saw is not the one there is
    """
    if key and CaseStep.objects.filter(case=row.pk, key=key).exists():
        return True
    if expected_version is None or expected_version == row.version:
        return False
    after = CaseStep.objects.filter(case=row.pk, number=expected_version + 1).first()
    is_own = bool(actor.reader_key) and actor.reader_key in (row.pseudonym, row.party)
    if (
        after
        and after.event == event
        and after.account in ({"", actor.id} if is_own else {actor.id})
    ):
        return True
    last = CaseStep.objects.filter(case=row.pk).order_by("-number")[0]
    raise CaseChanged(
        _("The case has changed since you looked at it: %(when)s, by %(who)s.",
          when=f"{last.at:%Y-%m-%d %H:%M} UTC", who=pick(acting.TITLES[last.by])),
        fix=_("Look at it as it is now, and decide again."),
    )  # fmt: skip


def require_desk(actor: Actor) -> None:
    require_purpose(require(actor, acting.READ), acting.PURPOSE)


def note_look(actor: Actor, rows: int, subject: str = "") -> None:
    actor = require(actor, acting.READ)
    wanted = require_purpose(actor, acting.PURPOSE)
    require_covered(wanted, TABLE, COLUMNS)
    record_use(actor, acting.PURPOSE, TABLE, COLUMNS, rows, subject=subject)
