"""Reads of the reader's voice: the list of opinions, one of them whole, the board of tasks."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q, QuerySet

from shuren.kernel.clock import now
from shuren.kernel.i18n import current_language
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.management.definitions import topic, topics
from shuren.management.errors import NoSuchOpinion
from shuren.management.internals import likeness, remembering, showing, suggesting
from shuren.management.internals.voice_rows import (
    Evidence,
    Opinion,
    OpinionFile,
    OpinionSource,
    Salon,
    Task,
)
from shuren.management.opinions import PURPOSE, READ, TABLE
from shuren.management.supervision import BOARD, days_late, due_after
from shuren.management.voice_shapes import (
    FileLine,
    Likely,
    OpinionLine,
    OpinionView,
    SourceLine,
    Suggested,
    TaskLine,
)
from shuren.service import supervised
from shuren.service.case_shapes import CaseLine
from shuren.trust.actions import record_use
from shuren.trust.queries import require, require_covered, require_purpose

PAGE = 30
LIKELY, MOST_LIKELY = 0.27, 5
# The board's columns, and the states of a task in each.
COLUMNS: dict[str, tuple[str, ...]] = {
    "supervised": ("noted", "supervised"),
    "waiting": ("waiting",),
    "overdue": ("overdue",),
    "handled": ("handled",),
    "closed": ("closed", "cancelled"),
}
_CLOSED_SHOWN = timedelta(days=30)


@dataclass(frozen=True)
class Listed:
    """One page of opinions, newest first; counts: {show: how many}."""

    lines: tuple[OpinionLine, ...]
    total: int
    page: int
    pages: int
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Board:
    """columns  {of COLUMNS: tasks, the soonest due first}; closed ones of the last 30 days
    late     open tasks past their day now; near: due today or on the next working day
    counted  {owner: (open, late now, ever late)}
    """

    columns: Mapping[str, tuple[TaskLine, ...]]
    late: int
    near: int
    counted: Mapping[str, tuple[int, int, int]]


def opinions(
    site: Site,
    *,
    actor: Actor,
    show: str = "",
    topic_id: str = "",
    channel: str = "",
    page: int = 1,
) -> Listed:
    """show: "" open, new (nobody split it yet), answered (waits for a rating), low, closed."""
    actor = require(actor, READ)
    require_covered(require_purpose(actor, PURPOSE), TABLE, ("title", "topic", "rating"))
    seen = Opinion.objects.filter(merged_into="")
    narrowed = {name: value for name, value in (("topic", topic_id), ("channel", channel)) if value}
    found = _shown(seen, show).filter(**narrowed)
    total = found.count()
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    rows = list(
        found.annotate(n=Count("sources")).order_by("-received_at", "pk")[
            (page - 1) * PAGE : page * PAGE
        ]
    )
    record_use(actor, PURPOSE, TABLE, ("title", "topic", "rating"), len(rows))
    stands = supervised.lines(site, [one.pk for one in rows])
    counts = {name: _shown(seen, name).count() for name in ("", "new", "answered", "low", "closed")}
    lines = tuple(_line(one, stands, one.n) for one in rows)
    return Listed(lines, total, page, pages, counts)


def opinion(site: Site, case_id: str, *, actor: Actor) -> OpinionView:
    """One opinion whole, masked, with what is suggested; raises NoSuchOpinion, NotAllowed."""
    actor = require(actor, READ)
    require_covered(require_purpose(actor, PURPOSE), TABLE, ("title", "text", "rating"))
    row = Opinion.objects.filter(pk=case_id[:32]).first()
    if row is None:
        raise NoSuchOpinion
    sources = list(OpinionSource.objects.filter(opinion=row).order_by("received_at", "pk"))
    subject = sources[0].pseudonym if len(sources) == 1 else ""
    record_use(actor, PURPOSE, TABLE, ("title", "text", "rating"), 1, subject=subject)
    files: dict[str, list[FileLine]] = {}
    for one in OpinionFile.objects.filter(source__in=sources).defer("sealed").order_by("pk"):
        files.setdefault(one.source_id, []).append(FileLine(one.pk, one.name, one.size, one.sha256))
    salons = dict(
        Salon.objects.filter(pk__in=[one.salon for one in sources]).values_list("pk", "title")
    )
    is_open = row.answered_at is None and not row.merged_into
    tasks = tasks_of(site, Task.objects.filter(opinion=row.pk).order_by("recorded_at", "pk"))
    merged = dict(Opinion.objects.filter(merged_into=row.pk).values_list("pk", "title"))
    return OpinionView(
        _line(row, supervised.lines(site, [row.pk]), len(sources)),
        row.text,
        tuple(_source(one, files.get(one.pk, []), salons) for one in sources),
        tasks,
        tuple(likely(row)) if is_open and not tasks else (),
        tuple(suggested(site, row)) if is_open and not tasks else (),
        row.outcome, row.resolution, row.unresolved_why, row.agreed, row.published_at,
        row.merged_into, merged,
    )  # fmt: skip


def likely(row: Opinion) -> list[Likely]:
    """Open opinions that may say the same, the most alike first."""
    others = remembering.others_open(row.pk)
    counted = [likeness.pairs(f"{one.title}。{one.text}") for one in others]
    mine = likeness.pairs(f"{row.title}。{row.text}")
    weights = likeness.rarity([mine, *counted])
    found = [
        Likely(one.pk, one.title, value, tuple(likeness.shared(mine, pairs, weights)),
               one.received_at)
        for one, pairs in zip(others, counted, strict=True)
        if (value := likeness.cosine(mine, pairs, weights)) >= LIKELY
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.likeness, one.id))[:MOST_LIKELY]


def suggested(site: Site, row: Opinion) -> list[Suggested]:
    """The actions an opinion may be split into, each with topic, owner, day and why."""
    pieces = suggesting.split(row.text, topics(site), remembering.memory())
    found = []
    for piece in pieces:
        about = topic(site, piece.hint.topic)
        found.append(
            Suggested(
                showing.title_of(piece.text), piece.text, about.id, about.owner,
                due_after(site, now(), about.days), piece.hint.why,
            )
        )  # fmt: skip
    return found


def board(site: Site, *, actor: Actor, kind: str = "", owner: str = "") -> Board:
    """The supervision board: what is under way, whose it is and how it stands. Read-only oversight
    sees just this."""
    require(actor, BOARD)
    found = Task.objects.filter(case_id__isnull=False)
    if kind:
        found = found.filter(kind=kind)
    counted = _counted(site, found)
    if owner:
        found = found.filter(owner=owner)
    recent = Q(done_at=None) | Q(done_at__gt=now() - _CLOSED_SHOWN)
    lines = tasks_of(site, found.filter(recent).order_by("due_on", "pk")[:1000])
    columns = {
        name: tuple(one for one in lines if one.case and one.case.state in states)
        for name, states in COLUMNS.items()
    }
    running = [
        one for name in COLUMNS if name not in ("handled", "closed") for one in columns[name]
    ]
    soon = due_after(site, now(), 1)
    near = sum(not one.late and one.due_on <= soon for one in running)
    return Board(columns, sum(one.late > 0 for one in running), near, counted)


def task(site: Site, task_id: str, *, actor: Actor) -> TaskLine:
    """One task; raises NoSuchOpinion, trust's NotAllowed."""
    require(actor, BOARD)
    found = tasks_of(site, Task.objects.filter(pk=task_id[:32]))
    if not found:
        raise NoSuchOpinion
    return found[0]


def tasks_of(site: Site, rows: "QuerySet[Task] | Sequence[Task]") -> tuple[TaskLine, ...]:
    tasks = list(rows)
    ids = [one.case_id for one in tasks if one.case_id]
    stands, said = supervised.lines(site, ids), supervised.fields(ids)
    files: dict[str, list[FileLine]] = {}
    for one in Evidence.objects.filter(task__in=tasks).defer("sealed").order_by("pk"):
        files.setdefault(one.task_id, []).append(FileLine(one.pk, one.name, one.size, one.sha256))
    return tuple(_task(site, one, stands, said, files) for one in tasks)


def topic_titles(site: Site) -> dict[str, str]:
    """{id: title in the language of the page}"""
    language = "zh" if current_language().startswith("zh") else "en"
    return {id: one.title[language] for id, one in topics(site).items()}


def _shown(seen: "QuerySet[Opinion]", show: str) -> "QuerySet[Opinion]":
    if show == "closed":
        return seen.filter(closed_at__isnull=False)
    opened = seen.filter(closed_at=None)
    if show == "new":
        return opened.filter(due_on=None)
    if show == "answered":
        return opened.filter(answered_at__isnull=False)
    if show == "low":
        return opened.filter(reopened__gt=0, answered_at=None)
    return opened


def _line(row: Opinion, stands: Mapping[str, CaseLine], sources: int) -> OpinionLine:
    return OpinionLine(
        row.pk, row.title, row.channel, row.topic, row.topic_by, row.tone, row.received_at, sources,
        row.rating, row.reopened, stands.get(row.pk),
    )  # fmt: skip


def _source(row: OpinionSource, files: Sequence[FileLine], salons: Mapping[str, str]) -> SourceLine:
    return SourceLine(
        row.pk, row.channel, row.received_at, row.noted_by, row.outside, salons.get(row.salon, ""),
        row.home if row.home != row.opinion_id else "", row.rating, row.comment, tuple(files),
    )  # fmt: skip


def _task(
    site: Site,
    row: Task,
    stands: Mapping[str, CaseLine],
    said: Mapping[str, Mapping[str, str]],
    files: Mapping[str, Sequence[FileLine]],
) -> TaskLine:
    case = stands.get(row.case_id or "")
    fields = said.get(row.case_id or "", {})
    late = 0
    if case is not None and not case.is_over and case.state not in ("waiting", "handled"):
        late = days_late(site, row.due_on, now())
    return TaskLine(
        row.pk, row.kind, row.title, row.text, row.origin, row.opinion, row.topic, row.owner,
        row.due_on, row.planned_by, case, str(fields.get("outcome", "")),
        str(fields.get("evidence", "")), tuple(files.get(row.pk, ())), late,
    )  # fmt: skip


def _counted(site: Site, found: "QuerySet[Task]") -> dict[str, tuple[int, int, int]]:
    opened: Counter[str] = Counter()
    late: Counter[str] = Counter()
    ever: Counter[str] = Counter()
    moment = now()
    for owner, due, done, was in found.values_list("owner", "due_on", "done_at", "was_late"):
        is_late = done is None and days_late(site, due, moment) > 0
        opened[owner] += done is None
        late[owner] += is_late
        ever[owner] += was or is_late
    return {owner: (opened[owner], late[owner], ever[owner]) for owner in sorted(ever)}
