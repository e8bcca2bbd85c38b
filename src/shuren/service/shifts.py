"""Shifts of volunteers and student librarians, as a reader has them: taken, passed on, worked.

Whoever is a member of the service (an open case of its flow `membership`, active) takes shifts. The
last place of one goes to exactly one of those who want it. Nobody sees another's name.
"""

import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from shuren.kernel.clock import now
from shuren.kernel.errors import ShurenError, UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.definitions import rosters, services
from shuren.service.errors import NotNow, NotOffered, PlaceTaken, WrongField
from shuren.service.internals import limits, studies
from shuren.service.internals.case_rows import Case
from shuren.service.internals.in_turn import in_turn
from shuren.service.internals.shift_rows import Shift, ShiftTurn
from shuren.service.internals.shifts import keeping, turns
from shuren.service.shift_shapes import (
    AWAY,
    COUNTED,
    HOLDING,
    MISSED,
    OPEN,
    PAUSED,
    SWAP,
    TAKEN,
    WORKING,
    Offered,
    ShiftView,
    Turn,
)
from shuren.trust.actions import record_use
from shuren.trust.queries import require_purpose

OWN, TABLE = "own_records", "service.shift"
COLUMNS = ("reader_key", "shift", "state", "hours")
ACTIVE = "active"
MOST_WRONG, MISSED_DAYS = 10, 30
state_words = turns.state_words


class NoSuchShift(ShurenError):
    """There is no such shift, or it is not this reader's."""

    exit_code = 2

    def __init__(self) -> None:
        super().__init__(_("There is no such shift."), fix=_("Look at “My shifts”."))


def open_shifts(site: Site, actor: Actor) -> list[ShiftView]:
    """Shifts with a free place that the reader may take as a member, or as anybody of a role that
    day duty is open to; the soonest first."""
    rows = Shift.objects.filter(_for(site, actor), state=OPEN, starts_at__gt=now()).exclude(
        turns__in=ShiftTurn.objects.filter(pseudonym=actor.reader_key, state__in=HOLDING)
    )
    return [one for one in map(turns.view, rows.order_by("starts_at", "id")[:200]) if one.free]


def offers(site: Site, actor: Actor) -> list[Offered]:
    """What other members would pass on."""
    rows = ShiftTurn.objects.filter(
        _for(site, actor, "shift__"), state=TAKEN, shift__state=OPEN, shift__starts_at__gt=now()
    ).exclude(offered="").exclude(pseudonym=actor.reader_key)  # fmt: skip
    rows = rows.select_related("shift").order_by("shift__starts_at", "pk")[:100]
    return [Offered(one.pk, turns.view(one.shift), one.offered == SWAP) for one in rows]


def mine(site: Site, actor: Actor, past: int = 50) -> tuple[list[Turn], list[Turn]]:
    """(to come or on, over) of the reader's own; a line in the ledger."""
    require_purpose(actor, OWN)
    rows = ShiftTurn.objects.filter(pseudonym=actor.reader_key).select_related("shift")
    ahead = list(rows.filter(state__in=HOLDING).order_by("shift__starts_at"))
    over = list(rows.exclude(state__in=HOLDING).order_by("-shift__starts_at", "-pk")[:past])
    record_use(actor, OWN, TABLE, COLUMNS, len(ahead) + len(over))
    moment = now()
    return [turns.turn(one, moment) for one in ahead], [turns.turn(one, moment) for one in over]


def memberships(actor: Actor) -> list[str]:
    """The services whose active member the reader is."""
    found = Case.objects.filter(pseudonym=actor.reader_key, state=ACTIVE, is_open=True)
    return list(found.values_list("service", flat=True)) if actor.reader_key else []


def needed_services(site: Site, *, to_apply: bool = False) -> list[str]:
    """The services that shifts are of; to_apply: without those of day duty, which anybody takes."""
    every = rosters(site).values()
    return list(dict.fromkeys(one.service for one in every if not (to_apply and one.roles)))


def take(site: Site, shift_id: str, *, actor: Actor) -> Turn:
    """Take a place in a shift; asking twice is one turn.

    raises  NoSuchShift, PlaceTaken where none is left, NotOffered to who is no member, has another
            shift then, has as many hours that week as there may be, or missed too many; Busy
    """
    require_purpose(actor, OWN)
    with in_turn(site), transaction.atomic():
        shift = _shift(shift_id)
        _require_entitled(site, shift, actor)
        has = ShiftTurn.objects.filter(shift=shift, pseudonym=actor.reader_key, state__in=HOLDING)
        if row := has.first():
            return _own(row)
        _require_room(site, shift, actor)
        made = turns.give_place(shift, actor.reader_key)
        if made is None:
            raise PlaceTaken(
                _("Somebody has just taken the last place of this shift."),
                fix=_("Choose another shift."),
            )
        return _own(made)


def give_back(site: Site, turn: int, *, actor: Actor) -> Turn:
    """Give a shift back while that is possible; raises NoSuchShift, NotNow."""
    require_purpose(actor, OWN)
    with in_turn(site), transaction.atomic():
        row = _mine(turn, actor)
        until = row.shift.starts_at - timedelta(hours=row.shift.back_hours)
        if row.state != TAKEN or now() > until:
            raise NotNow(
                _("A shift is given back %(hours)s hours before it begins, not later.",
                  hours=row.shift.back_hours),
                fix=_("Offer it to the others, or tell the coordinator."),
            )  # fmt: skip
        turns.release(row)
        return _own(row)


def offer(site: Site, turn: int, what: str, *, actor: Actor) -> Turn:
    """Offer one's shift to the others: AWAY to whoever takes it, SWAP for one of theirs, or "" to
    keep it. It stays one's own until somebody has it. Raises NoSuchShift, NotNow."""
    require_purpose(actor, OWN)
    if what not in (AWAY, SWAP, ""):
        raise UsageError(_("There is nothing called '%(name)s' to do.", name=what[:40]))
    with in_turn(site), transaction.atomic():
        row = _mine(turn, actor)
        if row.state != TAKEN or now() >= row.shift.starts_at:
            raise NotNow(_("A shift that has begun is not passed on any more."))
        ShiftTurn.objects.filter(pk=row.pk, state=TAKEN).update(offered=what)
        return _own(row)


def take_over(site: Site, turn: int, *, actor: Actor, own: int = 0) -> Turn:
    """Take over what another member offers, in exchange for one's own turn `own` where they want
    one. Both change hands at once or neither; whoever offered is told.

    raises  as `take`; PlaceTaken where somebody else was quicker, or it was kept after all
    """
    require_purpose(actor, OWN)
    with in_turn(site), transaction.atomic():
        # In the order of their numbers, so that two swaps never wait for each other.
        known = {
            one.pk: one
            for one in ShiftTurn.objects.select_for_update(of=("self",))
            .select_related("shift").filter(pk__in=(turn, own)).order_by("pk")
        }  # fmt: skip
        theirs, given = known.get(turn), known.get(own)
        if theirs is None or theirs.pseudonym == actor.reader_key:
            raise NoSuchShift
        _require_entitled(site, theirs.shift, actor)
        if theirs.state != TAKEN or not theirs.offered or now() >= theirs.shift.starts_at:
            raise PlaceTaken(
                _("This shift is not offered any more: somebody took it, or it was kept."),
                fix=_("Choose another shift."),
            )
        if theirs.offered == AWAY:
            given = None
        elif given is None or given.pseudonym != actor.reader_key or given.state != TAKEN:
            raise WrongField("own", _("Choose which of your shifts you give for it."))
        _require_swappable(site, theirs, given, actor)
        turns.release(theirs, place=False)
        if given is not None:
            turns.release(given, place=False)
            turns.new_turn(given.shift, theirs.pseudonym)
        made = turns.new_turn(theirs.shift, actor.reader_key)
        keeping.tell_passed_on(site, theirs)
        return _own(made)


def check_in(site: Site, turn: int, code: str, *, actor: Actor) -> Turn:
    """Say by the code shown at the place that one is there.

    raises  NoSuchShift, NotNow before its time, after its end or when it was missed; WrongField
    """
    require_purpose(actor, OWN)
    with in_turn(site), transaction.atomic():
        row = _mine(turn, actor)
        if row.state in (WORKING, PAUSED):
            return _own(row)
        if row.state == MISSED:
            raise NotNow(
                _("The shift was written down as missed."), fix=_("Ask the coordinator there.")
            )
        if row.state != TAKEN or not turns.opens(row.shift) <= now() < row.shift.ends_at:
            raise NotNow(
                _("The code counts from %(count)s minutes before the shift begins.",
                  count=row.shift.early)
            )  # fmt: skip
        if row.wrong >= MOST_WRONG:
            raise NotNow(_("Too many wrong codes."), fix=_("Ask the coordinator there."))
        is_right = secrets.compare_digest(code.strip().encode(), row.shift.code.encode())
        if is_right:
            row.state, row.begun_at, row.at, row.offered = WORKING, now(), now(), ""
            row.save(update_fields=["state", "begun_at", "at", "offered"])
        else:
            ShiftTurn.objects.filter(pk=row.pk).update(wrong=row.wrong + 1)
    if not is_right:
        raise WrongField("code", _("This is not the code of this shift."))
    return _own(row)


def pause(site: Site, turn: int, *, actor: Actor) -> Turn:
    """Step out; the time until one comes back does not count. Raises NoSuchShift, NotNow."""
    return _step(site, turn, actor, WORKING, PAUSED)


def resume(site: Site, turn: int, *, actor: Actor) -> Turn:
    return _step(site, turn, actor, PAUSED, WORKING)


def leave(site: Site, turn: int, *, actor: Actor) -> Turn:
    """End one's shift and have it counted; raises NoSuchShift, NotNow."""
    require_purpose(actor, OWN)
    with in_turn(site), transaction.atomic():
        row = _mine(turn, actor)
        if row.state not in (WORKING, PAUSED):
            raise NotNow(_("You have not begun this shift."))
        turns.finish(row, now())
        return _own(row)


def _step(site: Site, turn: int, actor: Actor, source: str, target: str) -> Turn:
    require_purpose(actor, OWN)
    with in_turn(site), transaction.atomic():
        row = _mine(turn, actor)
        if row.state == target:
            return _own(row)
        if row.state != source or now() >= row.shift.ends_at:
            raise NotNow(_("You are not at work in this shift now."))
        moment = now().isoformat()
        if target == PAUSED:
            row.pauses = [*row.pauses, [moment, ""]]
        else:
            row.pauses = [*row.pauses[:-1], [row.pauses[-1][0], moment]]
        row.state, row.at = target, now()
        row.save(update_fields=["pauses", "state", "at"])
        return _own(row)


def _shift(shift_id: str) -> Shift:
    row = Shift.objects.filter(pk=shift_id[:32], state=OPEN, starts_at__gt=now()).first()
    if row is None:
        raise NoSuchShift
    return row


def _mine(turn: int, actor: Actor) -> ShiftTurn:
    rows = ShiftTurn.objects.select_for_update(of=("self",)).select_related("shift")
    row = rows.filter(pk=turn, pseudonym=actor.reader_key).first() if actor.reader_key else None
    if row is None:
        raise NoSuchShift
    return row


def _own(row: ShiftTurn) -> Turn:
    fresh = ShiftTurn.objects.select_related("shift").get(pk=row.pk)
    return turns.turn(fresh, now())


def _for(site: Site, actor: Actor, before: str = "") -> Q:
    """Shifts the reader may take: of services whose member they are, or day duty for their role."""
    if not actor.reader_key:
        return Q(pk__in=())
    return Q(**{f"{before}service__in": memberships(actor)}) | Q(
        **{f"{before}roster__in": _open_to(site, actor)}
    )


def _open_to(site: Site, actor: Actor) -> list[str]:
    return [one.id for one in rosters(site).values() if actor.role in one.roles]


def _require_entitled(site: Site, shift: Shift, actor: Actor) -> None:
    """Holds what the reader takes shifts by, so that two presses of one reader come one after the
    other: the membership, or for day duty the shifts of the roster on that day.

    raises  NotOffered
    """
    service = shift.service
    if actor.reader_key and shift.roster in _open_to(site, actor):
        same_day = Shift.objects.select_for_update().filter(service=service, day=shift.day)
        list(same_day.order_by("pk").values_list("pk"))
        return
    rows = Case.objects.select_for_update().filter(
        pseudonym=actor.reader_key, service=service, state=ACTIVE, is_open=True
    )
    if not actor.reader_key or rows.first() is None:
        raise NotOffered(
            _("Shifts are for members."), fix=_("Apply first; the coordinator answers.")
        )


def _require_room(site: Site, shift: Shift, actor: Actor, but: int = 0) -> None:
    """Raise NotOffered for who has another shift then, too many hours that week, or missed too many
    lately. but: a turn that goes in exchange"""
    if turns.overlapping(actor.reader_key, shift, but):
        raise NotOffered(_("You have another shift at that time."), fix=_("Choose another shift."))
    since = now() - timedelta(days=MISSED_DAYS)
    own = ShiftTurn.objects.filter(pseudonym=actor.reader_key).exclude(pk=but)
    missed = own.filter(state=MISSED, shift__starts_at__gte=since).count()
    if shift.missed_most and missed >= shift.missed_most:
        raise NotOffered(
            _("You missed %(count)s shifts in %(days)s days.", count=missed, days=MISSED_DAYS),
            fix=_("Talk to the coordinator before you take another."),
        )
    known = services(site).get(shift.service)
    if known is None:
        return
    study = studies.of_actor(site, actor, known)
    most = limits.of_role(known, actor.role, study).get("week_hours")
    if most is None:
        return
    monday = shift.day - timedelta(days=shift.day.weekday())
    week = own.filter(
        state__in=COUNTED, shift__service=shift.service,
        shift__day__gte=monday, shift__day__lt=monday + timedelta(days=7),
    ).select_related("shift")  # fmt: skip
    planned = sum((one.shift.ends_at - one.shift.starts_at for one in week), timedelta())
    if planned + (shift.ends_at - shift.starts_at) > timedelta(hours=float(most)):
        raise NotOffered(
            _("“%(service)s” is at most %(hours)s hours a week for each.",
              service=pick(known.title), hours=f"{most:g}"),
            fix=_("Choose a shift of another week, or give one of this week back."),
        )  # fmt: skip


def _require_swappable(
    site: Site, theirs: ShiftTurn, given: ShiftTurn | None, actor: Actor
) -> None:
    """raises  NotOffered where either of the two could not keep the shift they get"""
    _require_room(site, theirs.shift, actor, but=given.pk if given else 0)
    for shift, pseudonym in (
        (theirs.shift, actor.reader_key),
        *(((given.shift, theirs.pseudonym),) if given else ()),
    ):
        if ShiftTurn.objects.filter(shift=shift, pseudonym=pseudonym, state__in=HOLDING).exists():
            raise NotOffered(_("One of you has this shift already."))
    if given is not None:
        if now() >= given.shift.starts_at:
            raise NotNow(_("A shift that has begun is not passed on any more."))
        if turns.overlapping(theirs.pseudonym, given.shift, theirs.pk):
            raise NotOffered(_("The other has a shift at that time."), fix=_("Offer another one."))
