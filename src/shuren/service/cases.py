"""Cases: opened for a reader, moved on by whoever may, kept with their trace, and what is due by
itself.

Every verb is one transaction. A case that somebody else changed in the meantime is never written
over; what was done twice is done once. Staff who read a reader's case are in the ledger.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from shuren.kernel.clock import now
from shuren.kernel.errors import UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import listed, pick
from shuren.kernel.ids import new_id
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.case_shapes import (
    BY_ITSELF,
    LIBRARIAN,
    NOBODY,
    READER,
    SYSTEM,
    CaseLine,
    CaseView,
    Queue,
)
from shuren.service.errors import NotNow, WrongField
from shuren.service.flow_shapes import Declared, Service
from shuren.service.internals import (
    acting,
    case_files,
    counting,
    handing,
    limits,
    listing,
    refusals,
    remarks,
    repeats,
    versions,
    viewing,
)
from shuren.service.internals.case_rows import Case
from shuren.service.internals.filling import filled
from shuren.service.internals.firing import fire_timers as fire_timers
from shuren.service.internals.firing import timers_due as timers_due
from shuren.service.internals.hooks import OPENING
from shuren.service.internals.listing import SORTS as SORTS
from shuren.service.internals.remarks import COLUMNS, TABLE
from shuren.service.internals.running import GIVEN_BACK, NOTED, TAKEN, Running
from shuren.trust.actions import record_use
from shuren.trust.queries import identity, require, require_purpose

PURPOSE, OWN = acting.PURPOSE, "own_records"
SERVE = "desk.serve"
PAGE, MOST = 50, 10_000
LONGEST_TITLE = 300


def open_case(
    site: Site,
    service: str,
    *,
    actor: Actor,
    subject: Mapping[str, str] | None = None,
    fields: Mapping[str, Any] | None = None,
    reader: str = "",
    party: str = "",
    branch: str = "",
    channel: str = "web",
    note: str = "",
    key: str = "",
    trace: str = "",
    needed_at: datetime | None = None,
    parent: str = "",
) -> CaseView:
    """Open a case of a service for the reader who asks, or at the desk for one who stands there.

    subject  what it is about, {kind, id, title}; never anything about a person
    fields   of the service's form
    reader   the pseudonym it is for, when staff opens it; else the actor's own
    party    the pseudonym of a second reader, whose turn `party: other` is
    branch   where it is to be served, a building or campus as the calendar names it
    key      opening it again with the same key gives the case that is there
    trace, needed_at  of a need that was stamped before, such as a search; else the case's own
    parent   the case it is a part of, which may wait for all its parts (the guard `parts_over`)
    raises   UnknownName, NotOffered, WrongField, UsageError; trust's NotAllowed
    """
    declared = versions.current(site, service)
    pseudonym, by = _for_whom(actor, reader)
    if key:
        known = Case.objects.filter(pseudonym=pseudonym, open_key=key).first()
        if known is not None:
            return viewing.view(site, known, actor)
    study = limits.admit(site, declared.service, actor) if by == READER else ""
    given = filled(declared.service.form, fields)
    values = limits.priced(declared.service, given, actor.role, study)
    about = _subject(declared.service, subject)
    moment = now()
    row = Case(
        id=new_id("C"), trace=trace or new_id("T"), service=service, flow=declared.flow.id,
        declared=declared.print, state=declared.flow.start, pseudonym=pseudonym, party=party,
        branch=branch[:80], channel=channel[:40], subject=about, subject_id=about["id"],
        fields=values, opened_at=moment, changed_at=moment, rank_at=moment,
        needed_at=needed_at or moment, open_key=key[:80], parent=parent,
    )  # fmt: skip
    try:
        _insert(site, row, declared, actor, by, note, fields, study)
    except IntegrityError:  # the same key, a moment ago, in another process
        known = Case.objects.filter(pseudonym=pseudonym, open_key=key).first() if key else None
        if known is None:
            raise
        row = known
    return viewing.view(site, row, actor)


@transaction.atomic
def _insert(
    site: Site, row: Case, declared: Declared, actor: Actor, by: str, note: str,
    fields: Mapping[str, Any] | None, study: str,
) -> None:  # fmt: skip
    """Write a new case, with what comes before it and with it: a case about a place takes it."""
    limits.require_room(site, declared.service, row.pseudonym, row.opened_at, actor.role, study)
    versions.keep(declared)
    prepare, take = OPENING.get(row.subject["kind"], (None, None))
    if prepare is not None:
        prepare(site, row, declared, row.opened_at)
    running = Running(site, row, declared, row.opened_at)
    running.begin(actor, by, note)
    running.insert()
    case_files.keep(row, declared.service.form, fields, row.opened_at)
    if take is not None:
        take(site, row)


def act(
    site: Site,
    case_id: str,
    event: str,
    *,
    actor: Actor,
    note: str = "",
    fields: Mapping[str, Any] | None = None,
    expected_version: int | None = None,
    key: str = "",
    counted: bool = True,
) -> CaseView:
    """Make an event happen to a case.

    expected_version  the version the actor saw; the same event by the same actor from that version
                      is answered with the case as it is, any other change with CaseChanged
    key      an event with a key that the case has seen is answered with the case as it is
    counted  whether a refusal is somebody's try in vain; not where a caller asks to find out
    raises   NoSuchCase, NotNow (saying what is possible now and who may), WrongField, CaseChanged
    """
    try:
        return _act(site, case_id, event, actor, note, fields, expected_version, key)
    except NotNow:
        if counted:
            refusals.note(site, case_id, event, actor)
        raise


def _act(
    site: Site,
    case_id: str,
    event: str,
    actor: Actor,
    note: str,
    fields: Mapping[str, Any] | None,
    expected_version: int | None,
    key: str,
) -> CaseView:
    with transaction.atomic():
        row, mine = remarks.row_and_parts(case_id, actor)
        declared = versions.of(site, row.service, row.declared)
        if repeats.is_repeated(row, event, actor, expected_version, key):
            return viewing.view(site, row, actor, declared, mine)
        way = declared.flow.find(row.state, event)
        by = acting.part_for(way, mine) if way else ""
        if way is None or not by:
            raise acting.not_now(declared.flow, row.state, event, mine)
        values = limits.priced(declared.service, filled(way.asks, fields))
        if way.needs_note and by != SYSTEM and not note.strip():
            raise WrongField(
                "note",
                _("“%(event)s” needs a note that says why.",
                  event=pick(dict(declared.flow.events[event]))),
            )  # fmt: skip
        running = Running(site, row, declared, now())
        running.do(way, actor, by, note, values, key)
        running.save()
        case_files.keep(row, way.asks, fields, running.at)
        return viewing.view(site, row, actor, declared, mine)


def take(
    site: Site, case_id: str, *, actor: Actor, expected_version: int | None = None
) -> CaseView:
    """Take a case on as one's own work; raises NoSuchCase, CaseChanged, trust's NotAllowed."""
    return remarks.remark(
        site, case_id, TAKEN, actor, expected_version=expected_version, hand=actor.id
    )


def give_back(
    site: Site, case_id: str, *, actor: Actor, note: str = "", expected_version: int | None = None
) -> CaseView:
    """Put a case back for anybody to take on; raises as take."""
    return remarks.remark(
        site, case_id, GIVEN_BACK, actor, note, expected_version=expected_version, hand=""
    )


def add_note(site: Site, case_id: str, note: str, *, actor: Actor, key: str = "") -> CaseView:
    """Add a remark for staff and reader to a case's trace; e-mail addresses and long numbers in it
    are masked. Raises NoSuchCase, WrongField for an empty one."""
    if not note.strip():
        raise WrongField("note", _("Write a note."))
    return remarks.remark(site, case_id, NOTED, actor, note, key=key)


def my_cases(
    site: Site, actor: Actor, *, is_open: bool | None = None, limit: int = 200
) -> list[CaseLine]:
    """The actor's own cases, those they are the second reader of too; the newest first.

    raises  trust's NotAllowed for who is no reader
    """
    require_purpose(actor, OWN)
    found = Case.objects.filter(_of(actor)).order_by("-opened_at", "-id")
    if is_open is not None:
        found = found.filter(is_open=is_open)
    rows = list(found[:limit])
    record_use(actor, OWN, TABLE, COLUMNS[1:4], len(rows))
    return list(viewing.lines(site, rows))


def case(site: Site, id: str, actor: Actor) -> CaseView:
    """One case with its trace: the reader's own, or, for staff, anybody's with a ledger entry.

    raises  NoSuchCase also for one the actor may not see
    """
    row = remarks.row_of(id, actor)
    mine = acting.parts(actor, row)
    if mine & {READER, acting.OTHER}:
        record_use(actor, OWN, TABLE, COLUMNS, 1)
    else:
        remarks.note_look(actor, 1, "" if row.pseudonym == NOBODY else row.pseudonym)
    return viewing.view(site, row, actor)


def queue(
    site: Site,
    actor: Actor,
    *,
    service: str = "",
    state: str = "",
    branch: str = "",
    desk: str = "",
    person: str = "",
    overdue: bool = False,
    mine: bool = False,
    unassigned: bool = False,
    is_open: bool = True,
    words: str = "",
    sort: str = listing.DUE,
    page: int = 1,
) -> Queue:
    """One page of all cases, the soonest due first; those without a running clock come last.

    words    all in the title of what the case is about; or the number of a case
    sort     of listing.SORTS
    desk     the post a case is with: it was handed to it, or its service is that post's
    person   the account that has it in hand

    raises  trust's NotAllowed without cases.read and its purpose
    """
    remarks.require_desk(actor)
    seen = acting.visible(actor, Case.objects.filter(is_open=is_open))
    asked = {"service": service, "state": state, "branch": branch, "assignee": person}
    said = {name: value for name, value in asked.items() if value}
    narrowed = seen.filter(**said)
    if desk:
        narrowed = narrowed.filter(handing.with_desk(site, desk))
    found = listing.narrowed(
        narrowed, words=words, overdue=overdue,
        assignee=actor.id if mine else "" if unassigned else None,
    )  # fmt: skip
    counts = counting.counts(seen)
    is_all = not (said or desk or words.strip() or overdue or mine or unassigned)
    rows, total, page, pages = listing.page_of(
        found, sort, page, PAGE, MOST, sum(counts[0].values()) if is_all else None
    )
    remarks.note_look(actor, len(rows))
    desks = handing.counts(site, counts[0], seen)
    return Queue(viewing.lines(site, rows), total, page, pages, *counts, desks)


def who(site: Site, id: str, actor: Actor) -> dict[str, str]:
    """Who the reader of a case is, {} where no source said so; a ledger entry that the reader sees.

    raises  NoSuchCase; trust's NotAllowed without the permission of `asks_who` and its purpose
    """
    row = remarks.row_of(id, actor)
    if row.pseudonym == NOBODY:
        return {}
    permission = asks_who(row.service)
    purpose = "service_operation" if permission == SERVE else "record_correction"
    return identity(site, row.pseudonym, actor=require(actor, permission), purpose=purpose)


def asks_who(service: str) -> str:
    """The permission to see who the reader of such a case is: of the desk, or, for what a reader
    wrote about themselves, of who corrects records."""
    return acting.CORRECT if service in acting.CONFIDENTIAL else SERVE


def _for_whom(actor: Actor, reader: str) -> tuple[str, str]:
    """(pseudonym, as which of FLOW_ACTORS the case is opened)"""
    if not reader or reader == actor.reader_key:
        require_purpose(actor, OWN)
        return actor.reader_key, READER
    if actor == BY_ITSELF:
        return reader, SYSTEM
    require_purpose(require(actor, acting.WORK), PURPOSE)
    return reader, LIBRARIAN


def _subject(service: Service, said: Mapping[str, str] | None) -> dict[str, str]:
    subject = {name: str((said or {}).get(name, "")) for name in ("kind", "id", "title")}
    subject["kind"] = subject["kind"] or "none"
    if subject["kind"] not in service.about:
        raise UsageError(
            _("“%(service)s” is not about this: %(kind)s.",
              service=pick(service.title), kind=subject["kind"][:40]),
            fix=_("It is about: %(kinds)s.", kinds=listed(service.about)),
        )  # fmt: skip
    subject["id"], subject["title"] = subject["id"][:200], subject["title"][:LONGEST_TITLE]
    if english := str((said or {}).get("title_en", ""))[:LONGEST_TITLE]:
        subject["title_en"] = english
    return subject


def _of(actor: Actor) -> Q:
    return Q(pseudonym=actor.reader_key) | Q(party=actor.reader_key)
