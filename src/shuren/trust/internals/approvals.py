"""Two persons for one export: asked, allowed or refused by somebody else, used once."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from shuren.kernel.clock import now
from shuren.kernel.errors import UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.trust import ledger
from shuren.trust.errors import ApprovalNeeded, NotAllowed, UnknownName
from shuren.trust.internals.egress_rows import Approval

VALID = timedelta(hours=24)
LONGEST = 300
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is read for another
_TERMINAL = "cli:"
OPEN, ALLOWED, REFUSED, USED, EXPIRED = "open", "allowed", "refused", "used", "expired"


@dataclass(frozen=True)
class Line:
    """A request as a list shows it; state: open, allowed, refused, used or expired."""

    id: str
    point: str
    what: str
    reason: str
    asked_by: str
    asked_at: datetime
    decided_by: str
    decided_at: datetime | None
    remark: str
    expires_at: datetime
    used_at: datetime | None
    state: str


@transaction.atomic
def ask(point: str, what: str, reason: str, actor: Actor) -> str:
    reason = reason.strip()
    if not reason or len(reason) > LONGEST:
        raise UsageError(
            _("Say what the export is for, in at most %(most)s characters.", most=LONGEST),
            fix=_("The second person decides by it."),
        )
    same = Approval.objects.filter(
        point=point, what=what, asked_by=actor.id, decided_at=None, expires_at__gt=now()
    ).first()
    if same is not None:
        return same.id
    made = Approval.objects.create(
        id=_text(12), point=point, what=what[:LONGEST], reason=reason, asked_by=actor.id,
        asked_at=now(), expires_at=now() + VALID,
    )  # fmt: skip
    _note(made, "asked", actor)
    return made.id


@transaction.atomic
def decide(id: str, actor: Actor, remark: str, *, allowed: bool) -> str:
    """The code when it is allowed, else ""."""
    found = Approval.objects.select_for_update().filter(pk=id).first()
    if found is None:
        raise UnknownName(_("There is no request '%(id)s'.", id=id[:20]))
    if found.asked_by.removeprefix(_TERMINAL) == actor.id.removeprefix(_TERMINAL):
        raise NotAllowed(
            _("Nobody approves what they asked for themselves."),
            fix=_("Ask a colleague who may approve exports."),
        )
    if _state(found) != OPEN:
        raise UsageError(_("This request is not open any more."))
    if not allowed and not remark.strip():
        raise UsageError(_("Say why it is refused."))
    code = _text(12) if allowed else ""
    found.decided_by, found.decided_at, found.is_allowed = actor.id, now(), allowed
    found.remark, found.digest = remark.strip()[:LONGEST], _digest(code) if code else ""
    if allowed:
        found.expires_at = now() + VALID
    found.save()
    _note(found, "allowed" if allowed else "refused", actor)
    return "-".join(code[at : at + 4] for at in range(0, 12, 4)) if code else ""


@transaction.atomic
def use(point: str, what: str, code: str, actor: Actor) -> None:
    """Use an approval up; raises ApprovalNeeded unless there is one for just this."""
    digest = _digest(code)
    known = Approval.objects.select_for_update().filter(
        point=point, what=what[:LONGEST], asked_by=actor.id, is_allowed=True, used_at=None,
        expires_at__gt=now(),
    )  # fmt: skip
    for one in known if code else ():
        if hmac.compare_digest(one.digest, digest):
            one.used_at = now()
            one.save(update_fields=["used_at"])
            _note(one, "used", actor)
            return
    if code:
        raise ApprovalNeeded(
            _("This code does not open this export."),
            fix=_("A code works once, for a day, for who asked and for what was asked."),
        )
    raise ApprovalNeeded(
        _("This is data about people: a second person has to approve it."),
        fix=_("Ask with --reason; who approves passes on a code for --code."),
    )


def lines() -> list[Line]:
    found = [_line(row) for row in Approval.objects.order_by("-asked_at", "-pk")[:200]]
    return sorted(found, key=lambda line: line.state != OPEN)


def _line(row: Approval) -> Line:
    return Line(
        row.id, row.point, row.what, row.reason, row.asked_by, row.asked_at, row.decided_by,
        row.decided_at, row.remark, row.expires_at, row.used_at, _state(row),
    )  # fmt: skip


def _state(row: Approval) -> str:
    if row.used_at:
        return USED
    if row.decided_at and not row.is_allowed:
        return REFUSED
    if row.expires_at <= now():
        return EXPIRED
    return ALLOWED if row.decided_at else OPEN


def _note(row: Approval, step: str, actor: Actor) -> None:
    body = {"request": row.id, "point": row.point, "step": step, "asked_by": row.asked_by}
    ledger.append("approval", body, actor=actor)


def _text(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _place in range(length))


def _digest(code: str) -> str:
    plain = code.replace("-", "").replace(" ", "").lower()
    return hashlib.sha256(plain.encode()).hexdigest()
