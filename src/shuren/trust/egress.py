"""The egress guard: whatever hands rows out of the site passes here first.

Each way out is a point of POINTS and says how sensitive a column may leave by it. `check` is called
with what is about to leave; what is too sensitive is stopped, written to the ledger and shown on
the workbench. What may leave only when two persons want it waits for an approval: somebody else
than the asker, with a reason, for a day, once.

The name of a point is a slip of our own code when it is not known; tests/trust/test_ways_out.py
finds every place in the code that hands something out and wants to see it call `check`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import listed, pick
from shuren.kernel.shapes import Actor
from shuren.trust import ledger, queries
from shuren.trust.definitions import SENSITIVE
from shuren.trust.errors import EgressBlocked
from shuren.trust.internals import approvals
from shuren.trust.internals.egress_rows import Blocked

APPROVE = "exports.approve"
PUBLIC, INTERNAL, PERSONAL = 1, 2, 3
PSEUDONYM = "pseudonym"
_PSEUDONYM = re.compile(rb"r_[a-z2-7]{26}(?![a-z2-7])")
_SAME_WITHIN = timedelta(days=1)
_SHOWN = 100


@dataclass(frozen=True)
class Point:
    """One way out of the site.

    free      the most sensitive class that may leave
    approved  the most sensitive class that may leave after a second person allowed it
    own       what leaves is the reader's own and goes to a reader: any class
    """

    title: dict[str, str]
    free: int = INTERNAL
    approved: int = INTERNAL
    own: bool = False


POINTS: dict[str, Point] = {
    "api.table": Point({"zh": "开放接口：行与计数", "en": "Open API: rows and counts"}),
    "api.answer": Point({"zh": "开放接口：目录与说明", "en": "Open API: lists and descriptions"}),
    "workbench.figure": Point({"zh": "图表的 CSV", "en": "A figure as CSV"}),
    "workbench.indicator": Point({"zh": "指标的 CSV", "en": "An indicator as CSV"}),
    "report": Point({"zh": "月报", "en": "Monthly report"}),
    "dataset": Point({"zh": "开放数据集", "en": "Open dataset"}),
    "citations": Point(
        {"zh": "检索结果与引文文件", "en": "Search results and citations as a file"}, free=PUBLIC
    ),
    "marc": Point({"zh": "书目导出（MARC）", "en": "Bibliographic records (MARC)"}),
    "sample": Point(
        {"zh": "目录里的样例行（已遮盖）", "en": "Sample rows in the catalogue, masked"},
        free=PERSONAL,
        approved=PERSONAL,
    ),
    "snapshot.push": Point(
        {"zh": "推送快照到别处", "en": "Pushing a snapshot elsewhere"}, approved=PERSONAL
    ),
    "research": Point({"zh": "研究用导出", "en": "Export for research"}, approved=PERSONAL),
    "own": Point({"zh": "读者取走自己的数据", "en": "Readers take their own data"}, own=True),
    "mail": Point({"zh": "寄给读者的邮件", "en": "Mails to readers"}),
    "webhook": Point({"zh": "告知其他系统的消息", "en": "Messages to other systems"}),
    "calendar": Point({"zh": "读者的私人日历", "en": "Readers' private calendars"}, own=True),
    "certificate": Point(
        {"zh": "柜台交付的清除凭证", "en": "Certificates of erasure, handed over at the desk"}
    ),
    "quarantine": Point(
        {"zh": "隔离区原始行导出", "en": "Refused rows as they came"}, approved=SENSITIVE
    ),
}


# What wants two persons although nothing leaves by it.
DESK_ERASURE = "desk.erasure"
DECISIONS: dict[str, dict[str, str]] = {
    DESK_ERASURE: {
        "zh": "在柜台清除一位读者的记录", "en": "Erasing a reader's records at the desk",
    },
}  # fmt: skip
TITLES: dict[str, dict[str, str]] = {id: way.title for id, way in POINTS.items()} | DECISIONS


@dataclass(frozen=True)
class BlockedLine:
    """A hand-out that was stopped, as a list shows it; seen_by: who looked into it, or ""."""

    id: int
    first_at: datetime
    last_at: datetime
    times: int
    point: str
    title: dict[str, str]
    table: str
    columns: tuple[str, ...]
    actor: str
    role: str
    purpose: str
    seen_by: str


def check(
    point: str,
    *,
    actor: Actor,
    table: str = "",
    columns: Mapping[str, int] | None = None,
    content: bytes = b"",
    purpose: str = "",
    people: bool = False,
    what: str = "",
    code: str = "",
) -> None:
    """Let what is about to leave go, or raise.

    columns  {name: class} of all that leaves
    content  the bytes themselves, where there are any: a pseudonym in them is class 3 whatever
             their columns say
    people   each row is one person's: class 3 at least
    what     what exactly leaves, as the second person is told it; code: what they passed on
    raises   EgressBlocked, reported, when it is too sensitive for this way out;
             ApprovalNeeded when a second person has to allow it first (see `ask`)

    Call it before anything is written: an approval is used up by the call that it lets through.
    """
    way = POINTS[point]
    classes = dict(columns or {})
    if way.own:
        # One person's own rows may name their other cards, so pseudonyms are not looked for.
        if not actor.reader_key:
            _stop(point, actor, table, list(classes), SENSITIVE, purpose)
        return
    if content and _PSEUDONYM.search(content):
        classes[PSEUDONYM] = PERSONAL
    worst = max([*classes.values(), PERSONAL if people else PUBLIC])
    if worst <= way.free:
        return
    if worst > way.approved:
        least = min(way.approved + 1, SENSITIVE)
        _stop(point, actor, table, [n for n, c in classes.items() if c >= least], worst, purpose)
    approvals.use(point, what, code, actor)


def ask(point: str, what: str, reason: str, *, actor: Actor) -> str:
    """Ask for a second person's approval; its id. The same request that is open is not doubled.

    raises  UsageError without a reason
    """
    return approvals.ask(point, what, reason, actor)


def use(decision: str, what: str, code: str, *, actor: Actor) -> None:
    """Use the approval of one of DECISIONS up; raises ApprovalNeeded unless there is one for just
    this, asked by this actor. For ways out `check` does it."""
    if decision not in DECISIONS:
        raise KeyError(decision)
    approvals.use(decision, what, code, actor)


def allow(id: str, *, actor: Actor, remark: str = "") -> str:
    """Allow a request; the code the asker needs, which is kept nowhere and shown once.

    raises  NotAllowed without exports.approve or for one's own request; UnknownName; UsageError if
            it was decided or ran out
    """
    queries.require(actor, APPROVE)
    return approvals.decide(id, actor, remark, allowed=True)


def refuse(id: str, *, actor: Actor, remark: str) -> None:
    """Refuse a request, with a reason; raises as `allow`."""
    queries.require(actor, APPROVE)
    approvals.decide(id, actor, remark, allowed=False)


def requests(*, actor: Actor) -> list[approvals.Line]:
    """Requests for approval, open ones first, then the newest; needs exports.approve."""
    queries.require(actor, APPROVE)
    return approvals.lines()


def own_requests(*, actor: Actor) -> list[approvals.Line]:
    """What this actor asked for."""
    return [line for line in approvals.lines() if line.asked_by == actor.id]


def blocked(*, actor: Actor, only_unseen: bool = False) -> list[BlockedLine]:
    """Hand-outs that were stopped, the newest first; needs exports.approve or ledger.read."""
    if not queries.may(actor, "ledger.read"):
        queries.require(actor, APPROVE)
    rows = Blocked.objects.order_by("-last_at", "-pk")
    if only_unseen:
        rows = rows.filter(seen_by="")
    return [
        BlockedLine(
            id=row.pk,
            first_at=row.first_at,
            last_at=row.last_at,
            times=row.times,
            point=row.point,
            title=POINTS[row.point].title if row.point in POINTS else {"zh": "", "en": row.point},
            table=row.table,
            columns=tuple(row.columns.split()),
            actor=row.actor,
            role=row.role,
            purpose=row.purpose,
            seen_by=row.seen_by,
        )
        for row in rows[:_SHOWN]
    ]


def mark_seen(id: int, *, actor: Actor) -> None:
    """Somebody looked into a stopped hand-out; needs exports.approve."""
    queries.require(actor, APPROVE)
    Blocked.objects.filter(pk=id, seen_by="").update(seen_by=actor.id, seen_at=now())


def _stop(
    point: str, actor: Actor, table: str, columns: list[str], worst: int, purpose: str
) -> None:
    _report(point, actor, table, columns, worst, purpose)
    names = listed(columns) or _("rows about single persons")
    raise EgressBlocked(
        _("%(point)s: %(columns)s of class %(worst)s may not leave the library.",
          point=pick(POINTS[point].title), columns=names, worst=worst),
        fix=_("Leave it out. What was tried is in the ledger and on the workbench."),
    )  # fmt: skip


@transaction.atomic
def _report(
    point: str, actor: Actor, table: str, columns: list[str], worst: int, purpose: str
) -> None:
    """The ledger gets one entry for the same try within a day; the alert counts all of them."""
    who, text = (
        (ledger.alias(actor.reader_key) if actor.reader_key else actor.id),
        " ".join(columns),
    )
    same = Blocked.objects.filter(
        point=point, table=table, columns=text, actor=who, purpose=purpose, seen_by="",
        first_at__gt=now() - _SAME_WITHIN,
    )  # fmt: skip
    if same.update(times=F("times") + 1, last_at=now()):
        return
    Blocked.objects.create(
        first_at=now(), last_at=now(), point=point, table=table, columns=text, actor=who,
        role=actor.role, purpose=purpose,
    )  # fmt: skip
    body = {"point": point, "table": table, "columns": columns, "class": worst, "purpose": purpose}
    ledger.append("egress_blocked", body, actor=actor)
