"""Cases in words: for the reader's pages and for the desk's."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.service.case_shapes import (
    AskedField,
    CaseLine,
    CaseView,
    Incoming,
    Move,
    Step,
    subject_title,
)
from shuren.service.errors import WrongField
from shuren.trust.queries import roles
from shuren.web import moments

PREFIX = "f-"  # of the fields of an event, so that none is taken for the form's own
_INPUTS = {"long_text": "area", "choice": "select", "boolean": "select", "date": "date",
           "number": "number", "moment": "datetime-local", "declaration": "check",
           "file": "file"}  # fmt: skip


def title_of(case: CaseLine) -> str:
    """What the case is about; of one about nothing in particular the service."""
    return subject_title(case.subject) or pick(case.service_title)


def state_badge(case: CaseLine) -> dict[str, str]:
    tone = ""
    if case.is_over:
        tone = "good" if case.is_success else ""
    elif case.waits_for == "reader":
        tone = "warn"
    elif case.waits_for == "library":
        tone = "info"
    return {"label": pick(case.state_title), "tone": tone}


def clock_badge(case: CaseLine, *, for_reader: bool) -> dict[str, str] | None:
    """How the promise stands, words first; None where there is nothing to say."""
    if case.clock == "paused":
        said = _("Waiting for you") if for_reader else _("Clock stopped: waits for the reader")
        return {"label": said, "tone": "warn" if for_reader else ""}
    if case.due_at is None or case.clock == "none":
        return None
    when = due_words(case.due_at)
    if case.clock == "over":
        return {"label": _("Overdue since %(when)s", when=when), "tone": "bad"}
    if case.clock == "near" and not for_reader:
        return {"label": _("Due soon: %(when)s", when=when), "tone": "warn"}
    return {"label": _("Due %(when)s", when=when), "tone": "good"}


def due_words(due: datetime) -> str:
    """The hour while it is near, else the day."""
    return moments.relative(due)


def stamps(case: CaseView) -> list[dict[str, Any]]:
    """The four moments of the loop, as components/stamps.html takes them."""
    return [
        {"label": _("Need"), "at": case.needed_at},
        {"label": _("Match"), "at": case.matched_at},
        {"label": _("Delivery"), "at": case.delivered_at},
        {"label": _("Feedback"), "at": case.feedback_at},
    ]


def trace(case: CaseView, *, for_reader: bool) -> list[dict[str, Any]]:
    """The history, newest first, as components/trace.html takes it."""
    return [
        {
            "title": pick(step.title),
            "who": _who(step, for_reader),
            "at": step.at,
            "state": pick(step.to_title) if step.from_state != step.to_state else "",
            "note": step.note,
        }
        for step in reversed(case.history)
    ]


def _who(step: Step, for_reader: bool) -> str:
    if step.by == "system":
        return _("by itself")
    if step.by == "reader":
        return _("you") if for_reader else _("the reader")
    role = roles().get(step.role)
    said = pick(role.title) if role else _("the library")
    return f"{said} · {step.account}" if step.account else said


def details(case: CaseView) -> list[tuple[str, str]]:
    """What was filled in, (title, value)."""
    return [
        (pick(one.title), value_words(one, case.fields[one.name]))
        for one in case.form
        if one.name in case.fields and one.type != "file"
    ]


def kept_files(case: CaseView) -> list[tuple[str, str, str]]:
    """The files of a case, (title, field, name)."""
    return [
        (pick(one.title), one.name, str(case.fields[one.name]))
        for one in case.form
        if one.name in case.fields and one.type == "file"
    ]


def value_words(field: AskedField, value: Any) -> str:
    if field.type in ("boolean", "declaration"):
        return _("yes") if value else _("no")
    if field.type == "choice" and str(value) in field.choices:
        return pick(field.choices[str(value)])
    if field.type == "moment":
        return moments.exact(datetime.fromisoformat(value))
    return str(value)


def moves(
    case: CaseView, posted: QueryDict | None = None, problem: Exception | None = None
) -> list[dict[str, Any]]:
    """What may be done, as components/case_moves.html takes it; what was typed stays."""
    return [_move(one, posted, problem) for one in case.moves]


def _move(move: Move, posted: QueryDict | None, problem: Exception | None) -> dict[str, Any]:
    mine = posted if posted is not None and posted.get("event") == move.event else None
    wrong = problem if mine is not None and isinstance(problem, WrongField) else None
    return {
        "event": move.event,
        "label": pick(move.title),
        "to": pick(move.to_title),
        "is_away": move.is_away,
        "needs_note": move.needs_note,
        "is_open": mine is not None,
        "note": mine.get("note", "") if mine is not None else "",
        "note_error": wrong.message if wrong and wrong.name == "note" else "",
        "fields": inputs(move.fields, mine, wrong, prefix=f"{PREFIX}{move.event}-"),
    }


def inputs(
    fields: Iterable[AskedField],
    given: Mapping[str, Any] | None = None,
    problem: Exception | None = None,
    prefix: str = PREFIX,
) -> list[dict[str, Any]]:
    """Fields of a form as components/field.html takes them; names begin with the prefix."""
    return [
        {
            "name": f"{prefix}{one.name}",
            "label": pick(one.title),
            "type": _INPUTS.get(one.type, "text"),
            "value": str((given or {}).get(f"{prefix}{one.name}", "")),
            "hint": _hint(one),
            "error": str(problem)
            if isinstance(problem, WrongField) and problem.name == one.name
            else "",
            "options": _options(one),
            "accept": ",".join(f".{ending}" for ending in one.accepts),
            "required": one.required,
        }
        for one in fields
    ]


def _hint(field: AskedField) -> str:
    said = [pick(dict(field.help)), pick(dict(field.why)) if field.required else ""]
    if field.accepts:
        most = min(field.max_mb, settings.SITE_SETTINGS.upload_mb)
        kinds = ", ".join(field.accepts)
        said.append(_("%(kinds)s, up to %(most)s MB", kinds=kinds, most=f"{most:g}"))
    told = [one for one in said if one]
    return " · ".join(one.rstrip("。.") for one in told) if len(told) > 1 else "".join(told)


def files(posted: MultiValueDict[str, Any], prefix: str = PREFIX) -> dict[str, Incoming]:
    """{field: file} of a form that was made by `inputs`."""
    return {
        name.removeprefix(prefix): Incoming(str(one.name), int(one.size or 0), one.chunks)
        for name, one in posted.items()
        if name.startswith(prefix) and isinstance(one, UploadedFile)
    }


def given(posted: QueryDict, prefix: str = PREFIX) -> dict[str, str]:
    """{field: value} of a form that was made by `inputs`."""
    return {
        name.removeprefix(prefix): str(value)
        for name, value in posted.items()
        if name.startswith(prefix)
    }


def _options(field: AskedField) -> list[dict[str, str]]:
    if field.type == "boolean":
        known = {"true": _("yes"), "false": _("no")}
    else:
        known = {value: pick(title) for value, title in field.choices.items()}
    return [{"value": "", "label": "–"}, *({"value": v, "label": t} for v, t in known.items())]
