"""A project in words, for the team's page and for the reader's: milestones, people, documents."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils.dateparse import parse_date

from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import listed, pick
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import projects
from shuren.service.errors import WrongField
from shuren.service.project_shapes import (
    DONE,
    DROPPED,
    HANDED_IN,
    OUTSIDE,
    STAFF,
    MilestoneView,
    PaperView,
    ProjectView,
    Role,
)
from shuren.web import case_words

# The URL of one version of a document.
Link = Callable[[str], str]


def act(request: HttpRequest, site: Site, case_id: str) -> ProjectView:
    """Do what a form of the page says; raises as the verbs of service.projects."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    said = request.POST
    do, name, note = said.get("do", ""), said.get("milestone", ""), said.get("note", "")
    if do == "appoint":
        return projects.appoint(
            site, case_id, said.get("role", ""), account=said.get("account", "").strip(),
            name=said.get("name", ""), actor=actor,
        )  # fmt: skip
    if do == "release":
        return projects.release(site, case_id, said.get("person", ""), actor=actor)
    if do == "add":
        given = case_words.files(request.FILES, "").get("file")
        if given is None:
            raise WrongField("file", _("No file was chosen."), fix=_("Choose one and send it."))
        return projects.add_paper(site, case_id, name, said.get("document", ""), given, actor=actor)
    if do == "hand_in":
        return projects.hand_in(site, case_id, name, note=note, actor=actor)
    if do in ("approve", "send_back"):
        return projects.approve(site, case_id, name, agrees=do == "approve", note=note, actor=actor)
    if do == "move":
        day = _day(said.get("day", ""))
        return projects.move(site, case_id, name, day=day, reason=note, actor=actor)
    if do == "reopen":
        return projects.reopen(site, case_id, name, reason=note, actor=actor)
    if do == "drop":
        return projects.drop(site, case_id, name, reason=note, actor=actor)
    raise WrongField("do", _("Choose what is to be done."))


def _day(text: str) -> date:
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    if found is None:
        raise WrongField("day", _("Choose a day."))
    return found


def whole(
    found: ProjectView, link: Link, request: HttpRequest, problem: ShurenError | None
) -> dict[str, Any]:
    """What both pages of a project show."""
    posted = request.POST if problem else {}
    return {
        "begun": found.begun_on,
        "paused": found.paused_on,
        "summary": {
            "label": _("Milestones"),
            "value": sum(not is_going(one) for one in found.milestones),
            "max": len(found.milestones),
            "text": _("%(done)s of %(all)s are over",
                      done=sum(not is_going(one) for one in found.milestones),
                      all=len(found.milestones)),
        },
        "late": found.late,
        "milestones": [
            milestone(found, at, one, link, posted) for at, one in enumerate(found.milestones, 1)
        ],
        "roles": [_role(found, one) for one in found.roles],
        "problem": problem,
    }  # fmt: skip


def is_going(one: MilestoneView) -> bool:
    return one.state not in (DONE, DROPPED)


def milestone(
    found: ProjectView, number: int, one: MilestoneView, link: Link, posted: Any
) -> dict[str, Any]:
    """The inputs of components/milestone.html; what was typed when it went wrong stays."""
    titles = {role.id: pick(role.title) for role in found.roles}
    is_mine = posted.get("milestone") == one.id
    return {
        "id": one.id,
        "number": number,
        "title": pick(one.title),
        "help": pick(dict(one.help)) if one.help and is_going(one) else "",
        "badges": badges(one),
        "due": one.due_on,
        "planned": one.planned_on if one.planned_on != one.due_on else None,
        "ended": one.ended_on,
        "by": titles[one.by],
        "approved_by": titles.get(one.approved_by, ""),
        "missing": listed([pick(title) for title in one.missing]),
        "note": one.note,
        "papers": [_paper(paper, link) for paper in one.papers],
        "forms": [
            form | {"is_open": is_mine and posted.get("do") == form["do"],
                    "note": posted.get("note", "") if is_mine else ""}
            for form in _forms(one)
        ],
    }  # fmt: skip


def badges(one: MilestoneView) -> list[dict[str, str]]:
    known = {
        HANDED_IN: (_("Waits for approval"), "info"),
        DONE: (_("Done"), "good"),
        DROPPED: (_("Dropped"), ""),
    }
    label, tone = known.get(one.state, (_("To be done"), ""))
    found = [{"label": label, "tone": tone}]
    if one.late:
        found.append({"label": _("Late by %(days)s working days", days=one.late), "tone": "bad"})
    return found


def _forms(one: MilestoneView) -> list[dict[str, Any]]:
    """One for each thing that may be done; a reason is asked where one is needed."""
    labels = {
        "add": _("Add a document"),
        "hand_in": _("Hand in"),
        "approve": _("Agree"),
        "send_back": _("Send back"),
        "move": _("Another day"),
        "reopen": _("Open again"),
        "drop": _("Drop"),
    }
    return [
        {
            "do": do,
            "label": labels[do],
            "is_first": do in ("hand_in", "approve"),
            "is_away": do == "drop",
            "needs_note": do in ("send_back", "move", "reopen", "drop"),
            "documents": [
                {"value": need.id, "label": pick(need.title)} for need in one.needs
            ] if do == "add" else [],
            "accept": ",".join(sorted({f".{end}" for need in one.needs for end in need.accepts}))
            if do == "add" else "",
            "day": one.due_on.isoformat() if do == "move" else "",
        }
        for do in one.can
    ]  # fmt: skip


def _paper(paper: PaperView, link: Link) -> dict[str, Any]:
    return {
        "title": pick(paper.title),
        "version": paper.version,
        "name": paper.name,
        "size": size_words(paper.size),
        "digest": paper.digest,
        "at": paper.at,
        "who": paper.account,
        "url": link(paper.id),
        "is_newest": paper.is_newest,
    }


def size_words(size: int) -> str:
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024)):,} kB"
    return f"{size / 1024 / 1024:.1f} MB"


def _role(found: ProjectView, role: Role) -> dict[str, Any]:
    people = [one for one in found.people if one.role == role.id]
    held = [{"id": one.id, "label": one.account or one.name or _("Appointed")} for one in people]
    if role.held_by not in (STAFF, OUTSIDE):
        held = [{"id": "", "label": _("The reader who asked")}]
    return {
        "id": role.id,
        "title": pick(role.title),
        "held": held,
        "is_outside": role.held_by == OUTSIDE,
        "can_appoint": found.may_work and role.held_by in (STAFF, OUTSIDE),
        "is_vacant": role in found.vacant,
    }
