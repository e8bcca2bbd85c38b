"""Opinions and tasks in words: for the portal's pages and for the workbench's."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse

from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.management.errors import BadOpinion
from shuren.management.opinions import LONGEST_FILE, MOST_FILES
from shuren.management.voice_shapes import CHANNELS, REASONS, RESOLUTIONS, Attached, TaskLine
from shuren.web import case_words, moments

SCORES = (5, 4, 3, 2, 1)


def score_words() -> dict[int, str]:
    return {
        5: _("Very satisfied"),
        4: _("Satisfied"),
        3: _("It will do"),
        2: _("Not satisfied"),
        1: _("Not solved at all"),
    }


def scores(chosen: int | None = None) -> list[dict[str, Any]]:
    """The five choices, as components/scores.html takes them."""
    said = score_words()
    return [{"value": one, "label": said[one], "chosen": one == chosen} for one in SCORES]


def options(titles: Mapping[str, Any], first: str = "") -> list[dict[str, str]]:
    """Options of a select out of {value: {zh, en} or text}; `first` is the empty one's label."""
    found = [{"value": id, "label": pick(title)} for id, title in titles.items()]
    return [{"value": "", "label": first}, *found] if first else found


def channel(id: str) -> str:
    return pick(CHANNELS.get(id, {"zh": id, "en": id}))


def resolution(id: str) -> str:
    return pick(RESOLUTIONS[id]) if id in RESOLUTIONS else ""


def reason(id: str) -> str:
    return pick(REASONS[id]) if id in REASONS else ""


def files_of(request: HttpRequest, name: str = "files") -> list[Attached]:
    """What was sent along with a form; raises BadOpinion for too many or too large."""
    found = request.FILES.getlist(name)
    if len(found) > MOST_FILES or any((one.size or 0) > LONGEST_FILE for one in found):
        raise BadOpinion(
            _("At most %(count)s files of %(size)s MB each can be kept.",
              count=MOST_FILES, size=LONGEST_FILE // 2**20)
        )  # fmt: skip
    return [Attached(str(one.name), one.read()) for one in found]


def day(text: str) -> date:
    """A day as a form gives it; raises BadOpinion."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise BadOpinion(
            _("'%(text)s' is not a date.", text=text[:40]), fix=_("Write it as 2026-03-31.")
        ) from None


def task_badge(task: TaskLine) -> dict[str, str]:
    """How a task's day stands, words first; the colour repeats them."""
    if task.case is None:
        return {"label": _("Planned, not assigned yet"), "tone": ""}
    if task.late:
        return {"label": _("Late by %(days)s working days", days=task.late), "tone": "bad"}
    if task.case.is_over:
        tone = "good" if task.case.is_success else ""
        return {"label": pick(task.case.state_title), "tone": tone}
    if task.case.clock == "paused":
        return {"label": pick(task.case.state_title), "tone": ""}
    tone = "warn" if task.case.clock in ("near", "over") else "info"
    return {"label": _("Due %(when)s", when=moments.day(task.due_on)), "tone": tone}


def opinion_badge(case: Any) -> dict[str, str]:
    if case is None:
        return {"label": _("Past its term"), "tone": ""}
    return case_words.state_badge(case)


def download(name: str, content: bytes) -> HttpResponse:
    """Bytes somebody sent, as a download that no browser opens by itself."""
    response = HttpResponse(content, content_type="application/octet-stream")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["X-Content-Type-Options"] = "nosniff"
    return response
