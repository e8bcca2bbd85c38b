"""Who an actor is in a case, and what they can do with it now."""

from collections.abc import Sequence
from dataclasses import replace

from django.db.models import QuerySet

from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import listed, pick
from shuren.kernel.shapes import Actor
from shuren.service.case_shapes import (
    BY_ITSELF,
    FLOW_ACTORS,
    LIBRARIAN,
    MANAGER,
    PARTNER,
    READER,
    SYSTEM,
    Move,
)
from shuren.service.errors import NotNow
from shuren.service.flow_shapes import Flow, Transition
from shuren.service.internals.case_rows import Case
from shuren.service.internals.running import Running
from shuren.trust.queries import may, purpose_allowed

READ, WORK, MANAGE = "cases.read", "cases.work", "cases.manage"
PURPOSE = "case_handling"
OTHER, ONLOOKER = "other", "onlooker"
# What a reader writes in such a case is about themselves: only who corrects records sees it.
CORRECT, CONFIDENTIAL = "cases.correct", ("record_correction",)
# Where a reader is and when: only who serves bookings sees such a case.
PLACES, WHEREABOUTS = "bookings.serve", "booking"
TITLES: dict[str, dict[str, str]] = {
    READER: {"zh": "读者", "en": "the reader"},
    LIBRARIAN: {"zh": "馆员", "en": "a librarian"},
    MANAGER: {"zh": "主管", "en": "a manager"},
    SYSTEM: {"zh": "系统自动", "en": "by itself"},
    PARTNER: {"zh": "合作方（由馆员代录）", "en": "a partner, entered by a librarian"},
}


def handles(actor: Actor, action: str) -> bool:
    """Whether the actor may do this with cases of others, and for their purpose."""
    return may(actor, action) and purpose_allowed(replace(actor, doing=action), PURPOSE)


def visible(actor: Actor, cases: QuerySet[Case]) -> QuerySet[Case]:
    """Of the cases those that this member of staff may see."""
    if not (may(actor, MANAGE) or may(actor, PLACES)):
        cases = cases.exclude(flow=WHEREABOUTS)
    if may(actor, MANAGE) or may(actor, CORRECT):
        return cases
    return cases.exclude(service__in=CONFIDENTIAL)


def parts(actor: Actor, row: Case) -> frozenset[str]:
    """What the actor is in this case, of FLOW_ACTORS; OTHER for its second reader, ONLOOKER for
    staff who may read it and do nothing.

    A partner has no account: what they say is entered by a librarian.
    """
    if actor == BY_ITSELF:
        return frozenset({SYSTEM})
    found = set()
    if actor.reader_key and actor.reader_key == row.pseudonym:
        found.add(READER)
    if actor.reader_key and actor.reader_key == row.party:
        found.add(OTHER)
    is_open_to = may(actor, CORRECT) or row.service not in CONFIDENTIAL
    is_open_to &= may(actor, PLACES) or row.flow != WHEREABOUTS
    if handles(actor, READ) and (is_open_to or may(actor, MANAGE)):
        found.add(ONLOOKER)
    if handles(actor, WORK) and is_open_to:
        found |= {LIBRARIAN, PARTNER}
    if handles(actor, MANAGE):
        found.add(MANAGER)
    return frozenset(found)


def part_for(way: Transition, mine: frozenset[str]) -> str:
    """As which of FLOW_ACTORS the actor may make a transition, "" for as none."""
    for one in way.actors:
        if one == READER:
            wanted = {"own": {READER}, "other": {OTHER}, "either": {READER, OTHER}}
            if mine & wanted[way.party]:
                return READER
        elif one in mine:
            return one
    return ""


def moves(running: Running, actor: Actor, mine: frozenset[str]) -> tuple[Move, ...]:
    """What the actor can do now, in the order of the flow's file."""
    flow, found = running.flow, []
    for way in flow.leaving(running.row.state):
        by = part_for(way, mine)
        if not by or running.refusal(way, actor, by):
            continue
        target = flow.states[way.target]
        is_away = target.end in ("failure", "withdrawn")
        found.append(
            Move(
                way.event,
                dict(flow.events[way.event]),
                way.target,
                target.title,
                way.needs_note,
                way.asks,
                is_away,
            )
        )
    return tuple(found)


def not_now(flow: Flow, state: str, event: str, mine: frozenset[str]) -> NotNow:
    """The refusal of an event: what it is now, what is possible, and who may."""
    ways = flow.leaving(state)
    known = flow.find(state, event)
    title = pick(dict(flow.events[event])) if event in flow.events else event[:40]
    if known is not None:
        message = _(
            "“%(event)s” is not yours to do: it is for %(who)s.",
            event=title,
            who=_names(known.actors),
        )
    else:
        message = _(
            "“%(event)s” cannot be done now: the case is “%(state)s”.",
            event=title,
            state=pick(flow.states[state].title),
        )
    if not ways:
        return NotNow(message, fix=_("The case is over; nothing more can be done with it."))
    possible = [
        _(
            "%(event)s (%(who)s)",
            event=pick(dict(flow.events[way.event])),
            who=_names(way.actors),
        )
        for way in ways
    ]
    return NotNow(message, fix=_("Possible now: %(ways)s.", ways=listed(possible)))


def _names(actors: Sequence[str]) -> str:
    return listed([pick(TITLES[one]) for one in FLOW_ACTORS if one in actors])
