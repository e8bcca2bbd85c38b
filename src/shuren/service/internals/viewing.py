"""Cases as they are handed out: lines of lists, and one case whole."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from shuren.kernel.clock import now
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.case_shapes import READER, CaseLine, CaseView, Step
from shuren.service.definitions import names
from shuren.service.flow_shapes import Declared
from shuren.service.internals import acting, versions
from shuren.service.internals.case_rows import Case, CaseStep
from shuren.service.internals.projects.trace import steps_in_words
from shuren.service.internals.promises import Clockwork
from shuren.service.internals.running import (
    ASSIGNED,
    GIVEN_BACK,
    HANDED,
    NOTED,
    OPENED,
    TAKEN,
    Running,
)
from shuren.service.internals.statements import Select
from shuren.service.project_shapes import FLOW as PROJECT_FLOW

_STEPS = Select(
    CaseStep, "case", "number",
    ("number", "at", "by", "role", "account", "event", "from_state", "to_state", "note"),
)  # fmt: skip
OWN_EVENTS: dict[str, dict[str, str]] = {
    OPENED: {"zh": "提交", "en": "Opened"},
    TAKEN: {"zh": "认领", "en": "Taken on"},
    GIVEN_BACK: {"zh": "退回待认领", "en": "Given back"},
    NOTED: {"zh": "备注", "en": "Note"},
    ASSIGNED: {"zh": "指派", "en": "Assigned"},
}


def lines(site: Site, rows: Iterable[Case]) -> tuple[CaseLine, ...]:
    moment = now()
    return tuple(
        CaseLine(**_line(row, versions.of(site, row.service, row.declared), site, moment))
        for row in rows
    )


def view(
    site: Site,
    row: Case,
    actor: Actor,
    known: Declared | None = None,
    mine: frozenset[str] | None = None,
) -> CaseView:
    """The case as its reader or staff may see it; who it is about only for staff.

    known, mine  what it runs by and what the actor is in it, where the caller has looked
    """
    known = known or versions.of(site, row.service, row.declared)
    mine = acting.parts(actor, row) if mine is None else mine
    is_reader = not mine - {READER, acting.OTHER}
    asked = {one.name: one for way in known.flow.transitions for one in way.asks}
    asked |= {one.name: one for one in known.service.form}
    moment = now()
    line = _line(row, known, site, moment)
    if is_reader:
        line["assignee"] = ""
    return CaseView(
        **line,
        trace=row.trace,
        flow=row.flow,
        declared=row.declared,
        reader="" if is_reader else row.pseudonym,
        party="" if is_reader else row.party,
        fields=row.fields,
        form=tuple(asked[name] for name in row.fields if name in asked),
        moves=acting.moves(Running(site, row, known, moment, moves=False), actor, mine),
        history=_history(site, row, known, is_reader),
        needed_at=row.needed_at,
        matched_at=row.matched_at,
        delivered_at=row.delivered_at,
        feedback_at=row.feedback_at,
        respond_due_at=row.respond_due_at,
        responded_at=row.responded_at,
        closed_at=row.closed_at,
    )


def _line(row: Case, known: Declared, site: Site, moment: datetime) -> dict[str, Any]:
    state = known.flow.states[row.state]
    same = {one.name: getattr(row, one.name) for one in fields(CaseLine) if hasattr(row, one.name)}
    desk = row.desk or known.service.owner
    return same | {
        "desk": desk,
        "desk_title": desk_title(site, desk),
        "service_title": known.service.title,
        "state_title": state.title,
        "clock": Clockwork(site, known).stands(row, state, moment),
        "is_over": not row.is_open,
        "waits_for": state.waits,
    }


def desk_title(site: Site, desk: str) -> dict[str, str]:
    """What a post is called; of one that is in no list any more its id."""
    return names(site).posts.get(desk, {"zh": desk, "en": desk})


def _title(site: Site, event: str, titles: Mapping[str, dict[str, str]]) -> dict[str, str]:
    if event in titles:
        return titles[event]
    desk = desk_title(site, event.removeprefix(HANDED))
    return {"zh": f"转交：{desk['zh']}", "en": f"Handed over to: {desk['en']}"}


def _history(site: Site, row: Case, known: Declared, is_reader: bool) -> tuple[Step, ...]:
    titles = OWN_EVENTS | {event: dict(title) for event, title in known.flow.events.items()}
    titles |= steps_in_words(row.pk) if row.flow == PROJECT_FLOW else {}
    return tuple(
        Step(
            number,
            at,
            by,
            role,
            "" if is_reader else account,
            event,
            _title(site, event, titles),
            from_state,
            to_state,
            known.flow.states[to_state].title,
            note,
        )
        for number, at, by, role, account, event, from_state, to_state, note in _STEPS.values(
            row.pk
        )
    )
