"""One case on its way through its flow: transitions are made in memory, then written at once.

Whoever holds a `Running` holds an open transaction. `save` writes the row only if nobody wrote it
since it was read; then the steps and the timers follow in the same transaction.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from typing import Any

from shuren.kernel.i18n import gettext as _
from shuren.kernel.masking import mask
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.case_shapes import BY_ITSELF, READER, SYSTEM
from shuren.service.errors import CaseChanged, NotNow
from shuren.service.flow_shapes import Declared, Transition
from shuren.service.internals import statements
from shuren.service.internals.case_rows import Case, CaseStep, CaseTimer
from shuren.service.internals.hooks import EFFECTS, GUARDS, Facts, ask_other
from shuren.service.internals.promises import Clockwork

OPENED, TAKEN, GIVEN_BACK, NOTED = "opened", "taken", "given_back", "noted"
ASSIGNED, HANDED = "assigned", "to:"  # HANDED is followed by the id of the desk
LONGEST_NOTE = 2000
_STAMPED = {
    "need": "needed_at",
    "match": "matched_at",
    "delivery": "delivered_at",
    "feedback": "feedback_at",
}


_COLUMNS = tuple(f.attname for f in Case._meta.concrete_fields if not f.primary_key)


class Running:
    """timers  {event: due} after the last transition, or None while they are as they were
    moves      whether it may be saved, or is only asked what could be done
    """

    def __init__(
        self, site: Site, row: Case, declared: Declared, at: datetime, *, moves: bool = True
    ) -> None:
        self.site, self.row, self.declared, self.at = site, row, declared, at
        self.flow = declared.flow
        self.clockwork = Clockwork(site, declared)
        self.read_version = row.version
        self._as_read = {name: getattr(row, name) for name in _COLUMNS} if moves else {}
        if moves:  # an effect may write into them where they are
            self._as_read |= {name: deepcopy(getattr(row, name)) for name in ("fields", "subject")}
        self.steps: list[CaseStep] = []
        self.timers: dict[str, datetime] | None = None
        self._had_timers = False

    def facts(self, actor: Actor) -> Facts:
        return Facts(self.site, self.row, actor, self.at, self.clockwork)

    def _facts_of(self, way: Transition, actor: Actor, by: str) -> Facts:
        """What an effect may look at: beside the case, the step that was just written."""
        ends = None
        if self.flow.states[way.target].waits == READER:
            timed = [one.after for one in self.flow.leaving(way.target) if one.after]
            dues = [self.clockwork.due(after, self.row, self.at) for after in timed]
            ends = min((due for due in dues if due), default=None)
        note = "" if by == READER else self.steps[-1].note
        return replace(self.facts(actor), way=way, note=note, until=ends)

    def refusal(self, way: Transition, actor: Actor, by: str) -> str:
        """Why the guards do not let it happen, or ""."""
        for guard in way.guards:
            if not guard.only_for or by in guard.only_for:
                said = GUARDS[guard.name](self.facts(actor), guard.said)
                if said:
                    return said
        return ""

    def do(
        self,
        way: Transition,
        actor: Actor,
        by: str,
        note: str = "",
        fields: Mapping[str, Any] | None = None,
        key: str = "",
    ) -> None:
        """Make one transition, and what happens at once after it.

        raises  NotNow if a guard refuses
        """
        said = self.refusal(way, actor, by)
        if said:
            raise NotNow(said)
        row, before = self.row, self.row.state
        if fields:
            row.fields = {**row.fields, **fields}
        self._write(way.event, way.target, actor, by, note, key)
        for stamp in way.stamps:
            column = _STAMPED[stamp]
            if getattr(row, column) is None:
                setattr(row, column, self.at)
        self._enter(before)
        for effect in way.effects:
            EFFECTS[effect](replace(self._facts_of(way, actor, by), given=fields or {}))
        self._set_timers(before, fired=way.event)  # last: an effect may have moved what they go by
        self.settle()

    def begin(self, actor: Actor, by: str, note: str = "") -> None:
        """Open the case: the first step, the promise, the timers, what happens at once."""
        row = self.row
        row.version = 0
        self._write(OPENED, row.state, actor, by, note, "")
        self.clockwork.begin(row, self.at)
        respond = self.clockwork.promise.respond
        if respond is not None:
            row.respond_due_at = self.clockwork.add(self.at, respond * 3600)
        self._enter("")
        self._set_timers("", fired="")
        if row.party:
            ask_other(self.facts(actor))
        self.settle()

    def remark(self, event: str, actor: Actor, by: str, note: str = "", key: str = "") -> None:
        """A step that changes no state."""
        self._write(event, self.row.state, actor, by, note, key)

    def settle(self) -> None:
        """Make the transition that happens at once in this state, if its guards let it."""
        for way in self.flow.leaving(self.row.state):
            if way.at_once and not self.refusal(way, BY_ITSELF, SYSTEM):
                self.do(way, BY_ITSELF, SYSTEM)
                return

    def _write(self, event: str, target: str, actor: Actor, by: str, note: str, key: str) -> None:
        row = self.row
        row.version += 1
        row.changed_at = self.at
        if by != READER and event != OPENED and row.responded_at is None:
            row.responded_at = self.at
        self.steps.append(
            CaseStep(
                case_id=row.id,
                number=row.version,
                at=self.at,
                by=by,
                role="" if by == SYSTEM else actor.role,
                account="" if by in (READER, SYSTEM) else actor.id,
                event=event,
                from_state="" if event == OPENED else row.state,
                to_state=target,
                note=mask(note.replace("\x00", "").strip())[:LONGEST_NOTE],
                key=key,
            )
        )
        row.state = target

    def _enter(self, before: str) -> None:
        row, state = self.row, self.flow.states[self.row.state]
        if state.end:
            row.closed_at = row.closed_at or self.at
        if state.end == "success":
            self._fill_stamps()
        row.is_open, row.is_success = not state.end, state.end == "success"
        self.clockwork.enter(row, state, self.at)
        if before:
            self._had_timers |= any(way.after for way in self.flow.leaving(before))

    def _set_timers(self, before: str, fired: str) -> None:
        row, stays = self.row, before == self.row.state
        known = self._known_timers() if stays else {}
        for way in self.flow.leaving(row.state):
            if way.after is None or (stays and (way.event == fired or not way.after.field)):
                continue
            due = self.clockwork.due(way.after, row, self.at)
            if due is not None:
                known[way.event] = due
        if stays:
            known.pop(fired, None)
        self.timers = known

    def _fill_stamps(self) -> None:
        """A case that ends well has been through all four stages: one that no step on its way
        stamped had come to be when the next one did."""
        later = self.at
        for column in reversed(_STAMPED.values()):
            later = getattr(self.row, column) or later
            setattr(self.row, column, later)

    def _known_timers(self) -> dict[str, datetime]:
        if self.timers is not None:
            return dict(self.timers)
        return dict(CaseTimer.objects.filter(case=self.row.pk).values_list("event", "due_at"))

    def save(self) -> None:
        """Write the row, its steps and its timers.

        raises  CaseChanged if somebody else wrote the row in the meantime
        """
        row = self.row
        # Only what changed: writing all thirty columns costs twice as much.
        values = {
            name: value for name in _COLUMNS if (value := getattr(row, name)) != self._as_read[name]
        }
        where = {"id": row.pk, "version": self.read_version}
        if not statements.update(Case, values, where):
            raise CaseChanged(
                _("Somebody else changed this case while you were at it; nothing was done."),
                fix=_("Look at it again."),
            )
        self._save_rest(is_new=False)

    def insert(self) -> None:
        """Write a new case."""
        self.row.title = str(self.row.subject.get("title", ""))[:300]
        self.row.save(force_insert=True)
        self._save_rest(is_new=True)

    def _save_rest(self, *, is_new: bool) -> None:
        statements.insert(self.steps)
        if self.timers is None:
            return
        if self._had_timers and not is_new:
            CaseTimer.objects.filter(case=self.row.pk).delete()
        statements.insert(
            CaseTimer(case_id=self.row.pk, event=event, due_at=due)
            for event, due in self.timers.items()
        )
