"""Supervision: an opinion is split into actions, each with an owner and a day; tasks of meetings
stand beside them on one board; what is handled has an outcome and evidence, and is checked by
somebody else.

Every task is a case of the service `supervised_task`: reminders, being overdue, the pause while an
answer is waited for, and who may do what are its flow's (definitions/flows/task.yaml).
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from django.db import transaction

from shuren.kernel.calendar import load_calendar
from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.ids import new_id
from shuren.kernel.settings import read_settings
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.kernel.working_time import WorkingTime
from shuren.management.errors import BadOpinion, NoSuchOpinion
from shuren.management.internals import rating_rows, showing
from shuren.management.internals.voice_rows import Evidence, Opinion, Task
from shuren.management.opinions import LONGEST_FILE, MANAGE, MOST_FILES, WORK, safe_name
from shuren.management.voice_shapes import KINDS, REASONS, RESOLUTIONS, Attached, Planned
from shuren.service import cases, supervised
from shuren.service.case_shapes import BY_ITSELF, NOBODY, CaseView
from shuren.trust.actions import seal, unseal
from shuren.trust.queries import may, require

BOARD = "supervision.read"
# What may be done with a task from the board, and with which permission.
EVENTS = {
    "handle": WORK, "wait": WORK, "go_on": WORK,
    "accept": MANAGE, "send_back": MANAGE, "new_due": MANAGE, "cancel": MANAGE,
}  # fmt: skip


@lru_cache(maxsize=8)
def working_time(site: Site) -> WorkingTime:
    return WorkingTime(load_calendar(site), read_settings(site).time_zone)


def due_after(site: Site, start: datetime, days: int) -> date:
    """The day so many working days after a moment: holidays do not count, make-up days do."""
    working = working_time(site)
    return working.add(start, days * working.day_seconds).astimezone(working.zone).date()


def days_late(site: Site, due: date, at: datetime) -> int:
    """Working days from the end of a day to a moment, begun ones counted; 0 in time."""
    working = working_time(site)
    local = at.astimezone(working.zone)
    if local.date() <= due:
        return 0
    end = datetime.combine(due, time(23, 59, 59), working.zone)
    seconds = working.between(end, local)
    return max(1, -int(-seconds // working.day_seconds))


def plan(site: Site, case_id: str, actions: Sequence[Planned], *, actor: Actor) -> list[str]:
    """Split an opinion into actions, to be assigned by a manager; their ids. Again before that:
    the plan is another.

    raises  BadOpinion without an action, an owner or a day to come; NoSuchOpinion, NotNow once it
            is assigned; trust's NotAllowed
    """
    actor = require(actor, WORK)
    _check_actions(site, actions)
    with transaction.atomic():
        opinion = _opinion(case_id)
        stands = supervised.lines(site, [case_id])[case_id]
        if stands.state != "decomposed":
            cases.act(site, case_id, "decompose", actor=actor)
        Task.objects.filter(opinion=case_id, case_id=None).delete()
        made = [_new_task(one, "opinion", opinion.pk, "", actor) for one in actions]
    return [one.id for one in made]


def assign(
    site: Site, case_id: str, *, actor: Actor, changed: Mapping[str, Planned] | None = None
) -> CaseView:
    """Put an opinion and its planned actions under supervision, each with its owner and day.

    changed  {id of a task: as the manager wants it}
    raises   NoSuchOpinion, BadOpinion without a plan; NotNow; trust's NotAllowed
    """
    actor = require(actor, MANAGE)
    with transaction.atomic():
        opinion = _opinion(case_id)
        planned = list(Task.objects.filter(opinion=case_id, case_id=None).order_by("id"))
        if not planned:
            raise BadOpinion(_("Split the opinion into actions first."))
        for task in planned:
            wanted = (changed or {}).get(task.id)
            if wanted is not None:
                _check_actions(site, [wanted])
                task.title, task.owner, task.due_on = wanted.title, wanted.owner, wanted.due_on
                task.save(update_fields=["title", "owner", "due_on"])
        opinion.due_on = max(one.due_on for one in planned)
        opinion.save(update_fields=["due_on"])
        owners = "、".join(dict.fromkeys(one.owner for one in planned))[:200]
        seen = cases.act(
            site, case_id, "assign_owner_and_due", actor=actor,
            fields={"owner": owners, "due": opinion.due_on.isoformat()},
        )  # fmt: skip
        for task in planned:
            _open(site, task)
    return seen


def add_task(
    site: Site, wanted: Planned, *, kind: str, actor: Actor, origin: str = "", opinion: str = ""
) -> str:
    """Put a task under supervision at once: of a meeting, of anything, or one more action of an
    opinion that is being handled; its id.

    raises  BadOpinion, NoSuchOpinion, trust's NotAllowed
    """
    actor = require(actor, MANAGE)
    if kind not in KINDS or (kind == "opinion") != bool(opinion):
        raise BadOpinion(_("There is no such kind of task."))
    _check_actions(site, [wanted])
    with transaction.atomic():
        if opinion:
            stands = supervised.lines(site, [_opinion(opinion).pk])[opinion]
            if stands.state not in ("supervised", "overdue"):
                raise BadOpinion(_("This opinion is not under supervision now."))
        task = _new_task(wanted, kind, opinion, origin, actor)
        _open(site, task)
    return task.id


def act_on(
    site: Site,
    task_id: str,
    event: str,
    *,
    actor: Actor,
    note: str = "",
    fields: Mapping[str, Any] | None = None,
    files: Sequence[Attached] = (),
    expected_version: int | None = None,
) -> CaseView:
    """Make an event of EVENTS happen to a task. `handle` wants an outcome, and evidence as text, as
    a link or as files; whoever handles a task never accepts it.

    raises  NoSuchOpinion, BadOpinion; as service.cases.act; trust's NotAllowed
    """
    if event not in EVENTS:
        raise BadOpinion(_("There is no such step for a task."))
    actor = require(actor, EVENTS[event])
    said = {name: value for name, value in (fields or {}).items() if value}
    if len(files) > MOST_FILES or any(len(one.content) > LONGEST_FILE for one in files):
        raise BadOpinion(
            _("At most %(count)s files of %(size)s MB each can be kept.",
              count=MOST_FILES, size=LONGEST_FILE // 2**20)
        )  # fmt: skip
    with transaction.atomic():
        task = Task.objects.select_for_update().filter(pk=task_id, case_id__isnull=False).first()
        if task is None:
            raise NoSuchOpinion
        if event == "handle":
            said = _with_files(site, task, said, files)
        if "due" in said:
            _check_day(said["due"], site)
        seen = cases.act(
            site, str(task.case_id), event, actor=actor, note=note, fields=said,
            expected_version=expected_version,
        )  # fmt: skip
        _follow(site, task, seen)
    return seen


def answer(
    site: Site,
    case_id: str,
    *,
    actor: Actor,
    outcome: str,
    evidence: str,
    resolution: str,
    unresolved_why: str = "",
) -> CaseView:
    """Answer an opinion when all its actions are closed; its writers are asked to rate at once.

    resolution      of RESOLUTIONS; `unresolved` and `partly` need a reason of REASONS
    raises          NoSuchOpinion, BadOpinion, WrongField for an empty outcome or no evidence,
                    NotNow while an action is open; trust's NotAllowed
    """
    actor = require(actor, WORK)
    if resolution not in RESOLUTIONS:
        raise BadOpinion(_("Say how it ended: fixed, partly, explained or not resolved."))
    if resolution in ("partly", "unresolved") and unresolved_why not in REASONS:
        raise BadOpinion(_("Say why it could not be resolved: the reasons are published."))
    with transaction.atomic():
        opinion = _opinion(case_id)
        seen = cases.act(
            site, case_id, "handle", actor=actor, fields={"outcome": outcome, "evidence": evidence}
        )
        opinion.outcome = showing.masked(outcome.strip())
        opinion.resolution = resolution
        opinion.unresolved_why = unresolved_why if resolution in ("partly", "unresolved") else ""
        opinion.answered_at = now()
        late = opinion.due_on is not None and days_late(site, opinion.due_on, opinion.answered_at)
        opinion.was_late = opinion.was_late or bool(late)
        opinion.rating = None
        opinion.save()
        rating_rows.ask(site, opinion)
    return seen


def evidence_file(site: Site, number: int, *, actor: Actor) -> Attached:
    """A file of evidence; raises NoSuchOpinion, trust's NotAllowed."""
    require(actor, BOARD)
    row = Evidence.objects.filter(pk=number).first()
    if row is None:
        raise NoSuchOpinion
    return Attached(row.name, unseal(site, bytes(row.sealed), f"evidence:{row.task_id}"))


def _check_actions(site: Site, actions: Sequence[Planned]) -> None:
    if not actions:
        raise BadOpinion(_("Write down at least one action."))
    for one in actions:
        if not one.title.strip() or not one.owner.strip():
            raise BadOpinion(_("An action says what is to be done, and who is its owner."))
        _check_day(one.due_on.isoformat(), site)


def _check_day(due: str, site: Site) -> None:
    try:
        day = date.fromisoformat(due)
    except ValueError:
        raise BadOpinion(_("'%(text)s' is not a date.", text=due[:40]),
                         fix=_("Write it as 2026-03-31.")) from None  # fmt: skip
    if day < now().astimezone(working_time(site).zone).date():
        raise BadOpinion(_("The deadline is over already: %(day)s.", day=due))


def _opinion(case_id: str) -> Opinion:
    found = Opinion.objects.select_for_update().filter(pk=case_id[:32]).first()
    if found is None:
        raise NoSuchOpinion
    return found


def _new_task(wanted: Planned, kind: str, opinion: str, origin: str, actor: Actor) -> Task:
    return Task.objects.create(
        id=new_id("K"), opinion=opinion, kind=kind, origin=origin.strip()[:200],
        title=wanted.title.strip()[:200], text=wanted.text.strip()[:4000], topic=wanted.topic,
        owner=wanted.owner.strip()[:100], due_on=wanted.due_on, planned_by=actor.id,
        recorded_at=now(),
    )  # fmt: skip


def _open(site: Site, task: Task) -> None:
    # What a reader wrote stays with the opinion, and goes with it.
    text = "" if task.opinion else task.text
    fields = {"owner": task.owner, "due": task.due_on.isoformat(), "text": text}
    opened = cases.open_case(
        site, supervised.TASK, actor=BY_ITSELF, reader=NOBODY, parent=task.opinion,
        subject={"title": task.title}, fields={key: one for key, one in fields.items() if one},
        channel=task.kind, key=task.id,
    )  # fmt: skip
    task.case_id = opened.id
    task.save(update_fields=["case_id"])


def _with_files(
    site: Site, task: Task, said: dict[str, Any], files: Sequence[Attached]
) -> dict[str, Any]:
    for one in files:
        Evidence.objects.create(
            task=task, name=safe_name(one.name), size=len(one.content), added_at=now(),
            sha256=hashlib.sha256(one.content).hexdigest(),
            sealed=seal(site, one.content, f"evidence:{task.id}"),
        )  # fmt: skip
    if files:
        names = "、".join(safe_name(one.name) for one in files)
        said["evidence"] = "\n".join(
            filter(
                None, (str(said.get("evidence", "")).strip(), _("Files: %(names)s", names=names))
            )
        )
    return said


def _follow(site: Site, task: Task, seen: CaseView) -> None:
    """What is counted of a task, after a step of its case."""
    due = str(seen.fields.get("due", ""))
    if due:
        task.due_on = date.fromisoformat(due)
    if seen.state == "handled":
        task.done_at = now()
        task.was_late = task.was_late or days_late(site, task.due_on, task.done_at) > 0
    elif seen.is_over:
        task.done_at = task.done_at or now()
    else:
        task.done_at = None
    task.save(update_fields=["due_on", "done_at", "was_late"])


def may_supervise(actor: Actor) -> bool:
    """Whether the actor may assign, check and move deadlines."""
    return may(actor, MANAGE)
