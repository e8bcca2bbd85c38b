"""What the reader's voice hands to others: opinions, their sources, tasks, suggestions.

Titles are bilingual {zh, en}; moments are aware, UTC. Texts are masked unless it says "original".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from shuren.service.case_shapes import CaseLine

CHANNELS: dict[str, dict[str, str]] = {
    "president": {"zh": "校长信箱", "en": "President's mailbox"},
    "curator": {"zh": "馆长信箱", "en": "Curator's mailbox"},
    "web": {"zh": "网页", "en": "Web form"},
    "phone": {"zh": "电话", "en": "Phone"},
    "salon": {"zh": "读者沙龙", "en": "Reader salon"},
}
TONES: dict[str, dict[str, str]] = {
    "complaint": {"zh": "投诉", "en": "Complaint"},
    "suggestion": {"zh": "建议", "en": "Suggestion"},
    "praise": {"zh": "表扬", "en": "Praise"},
    "question": {"zh": "咨询", "en": "Question"},
}
RESOLUTIONS: dict[str, dict[str, str]] = {
    "fixed": {"zh": "已解决", "en": "Fixed"},
    "partly": {"zh": "部分解决", "en": "Partly fixed"},
    "explained": {"zh": "已解释说明", "en": "Explained"},
    "unresolved": {"zh": "未能解决", "en": "Not resolved"},
}
REASONS: dict[str, dict[str, str]] = {
    "budget": {"zh": "经费所限", "en": "No budget for it"},
    "space": {"zh": "场地所限", "en": "No room for it"},
    "rules": {"zh": "制度或法规所限", "en": "Rules or law forbid it"},
    "others": {"zh": "需校内其他部门解决", "en": "Another department has to do it"},
    "supplier": {"zh": "供应商所限", "en": "The supplier does not offer it"},
    "later": {"zh": "已列入计划，尚需时间", "en": "Planned, and takes more time"},
}
KINDS: dict[str, dict[str, str]] = {
    "opinion": {"zh": "读者意见", "en": "Reader's opinion"},
    "meeting": {"zh": "会议事项", "en": "Meeting"},
    "other": {"zh": "其他事项", "en": "Other"},
}


@dataclass(frozen=True)
class Attached:
    """A file as it came: its name as the sender wrote it, its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Taken:
    """What became of something that was taken in.

    is_new    False: this very letter or form was taken before
    repeated  it repeats what the same writer said lately, and was put to that opinion
    """

    case_id: str
    source_id: str
    is_new: bool
    repeated: bool = False


@dataclass(frozen=True)
class FileLine:
    id: int
    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class SourceLine:
    """came_apart: the opinion it was first, when it was merged from another; else ""."""

    id: str
    channel: str
    received_at: datetime
    noted_by: str
    has_address: bool
    salon: str
    came_apart: str
    rating: int | None
    comment: str
    files: tuple[FileLine, ...]


@dataclass(frozen=True)
class OpinionLine:
    """case: where it stands in its flow; None when the case is past its term."""

    id: str
    title: str
    channel: str
    topic: str
    topic_by: str
    tone: str
    received_at: datetime
    sources: int
    rating: int | None
    reopened: int
    case: CaseLine | None


@dataclass(frozen=True)
class Likely:
    """Another opinion that may be the same: likeness 0..1, words both have."""

    id: str
    title: str
    likeness: float
    words: tuple[str, ...]
    received_at: datetime


@dataclass(frozen=True)
class Suggested:
    """An action that is suggested; why: sentences in the language of the page."""

    title: str
    text: str
    topic: str
    owner: dict[str, str]
    due_on: date
    why: tuple[str, ...]


@dataclass(frozen=True)
class Planned:
    """An action as a person wants it."""

    title: str
    owner: str
    due_on: date
    topic: str = "other"
    text: str = ""


@dataclass(frozen=True)
class TaskLine:
    """case: None while it is only planned; late: working days past its day, 0 when in time."""

    id: str
    kind: str
    title: str
    text: str
    origin: str
    opinion: str
    topic: str
    owner: str
    due_on: date
    planned_by: str
    case: CaseLine | None
    outcome: str = ""
    evidence: str = ""
    files: tuple[FileLine, ...] = ()
    late: int = 0


@dataclass(frozen=True)
class OpinionView:
    """One opinion whole, masked."""

    line: OpinionLine
    text: str
    sources: tuple[SourceLine, ...]
    tasks: tuple[TaskLine, ...]
    likely: tuple[Likely, ...]
    suggested: tuple[Suggested, ...]
    outcome: str
    resolution: str
    unresolved_why: str
    agreed: bool
    published_at: datetime | None
    merged_into: str
    merged: Mapping[str, str] = field(default_factory=dict)
