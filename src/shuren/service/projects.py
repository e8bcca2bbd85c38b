"""Projects of several months: people in named roles, milestones with days, documents, approvals.

A project begins when its case does (the flow `project`), by the kind its service declares in
definitions/projects. Every verb here is one transaction with a step in the case's trace; a change
that somebody else made in the meantime is never written over. Staff are accounts, the reader is
the case's, and the name of anybody outside is sealed.
"""

import hashlib
from datetime import date

from django.db import transaction

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import listed, pick
from shuren.kernel.ids import new_id
from shuren.kernel.masking import mask
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import cases
from shuren.service.case_shapes import LIBRARIAN, MANAGER, PARTNER, AskedField, Incoming
from shuren.service.case_shapes import READER as ASKING
from shuren.service.errors import NoSuchCase, NotNow, UnknownName, WrongField
from shuren.service.internals import acting, case_files, file_kinds, versions
from shuren.service.internals.case_rows import Case
from shuren.service.internals.project_rows import (
    Project,
    ProjectMilestone,
    ProjectPaper,
    ProjectPerson,
)
from shuren.service.internals.projects import showing, trace
from shuren.service.internals.projects.planning import day_of
from shuren.service.internals.running import Running
from shuren.service.project_shapes import (
    DONE,
    DROPPED,
    FLOW,
    GOING,
    HANDED_IN,
    OPEN,
    OUTSIDE,
    STAFF,
    Milestone,
    ProjectLine,
    ProjectView,
)
from shuren.trust.actions import record_use, seal, unseal
from shuren.trust.queries import account_exists, require, require_purpose

MOST_MB, LONGEST_NAME, LONGEST_NOTE, LATEST = 50, 100, 500, date(2100, 1, 1)


def has_project(case_id: str) -> bool:
    """Whether a case has a project; it has one from its start on."""
    return Project.objects.filter(pk=case_id[:32]).exists()


def project(site: Site, case_id: str, actor: Actor) -> ProjectView:
    """The project of a case; a look by staff is in the ledger as for the case.

    raises  NoSuchCase also where the case has none, and for a second reader of it
    """
    cases.case(site, case_id, actor)
    return _seen(site, case_id, actor).view()


def projects(site: Site, actor: Actor) -> list[ProjectLine]:
    """All projects under way, those with the most late milestones first, then by what is next.

    raises  trust's NotAllowed without cases.read and its purpose
    """
    require_purpose(require(actor, acting.READ), acting.PURPOSE)
    rows = acting.visible(actor, Case.objects.filter(is_open=True, project__isnull=False))
    found = [_line(site, row) for row in rows.select_related("project")]
    record_use(
        require(actor, acting.READ), acting.PURPOSE, cases.TABLE, cases.COLUMNS[1:5], len(found)
    )
    return sorted(found, key=lambda one: (-one.late, one.next_due or LATEST, one.case))


def appoint(
    site: Site, case_id: str, role: str, *, account: str = "", name: str = "", actor: Actor
) -> ProjectView:
    """Give a role to an account of staff, or to somebody outside, whose name is sealed.

    raises  NoSuchCase, NotNow, UnknownName, WrongField
    """
    with transaction.atomic():
        seen = _working(site, case_id, actor)
        said = seen.kind.roles.get(role)
        if said is None or said.held_by not in (STAFF, OUTSIDE):
            raise UnknownName(_("This project has no such role to be given."))
        person = ProjectPerson(id=new_id("P"), project=seen.project, role=role, at=now())
        if said.held_by == STAFF:
            if not account_exists(account):
                raise WrongField("account", _("There is no such account."),
                                 fix=_("Type the name they sign in with."))  # fmt: skip
            if any(p.role == role and p.account == account for p in seen.people):
                return seen.view()
            person.account = account
        else:
            plain = "".join(sign for sign in name if sign.isprintable()).strip()[:LONGEST_NAME]
            if not plain:
                raise WrongField("name", _("Type a name."))
            person.sealed_name = seal(site, plain.encode(), showing.name_context(person.id))
        person.save()
        return _written(seen, "appointed", role)


def release(site: Site, case_id: str, person: str, *, actor: Actor) -> ProjectView:
    """Take a role from who holds it; a sealed name goes with it. Raises as `appoint`."""
    with transaction.atomic():
        seen = _working(site, case_id, actor)
        row = next((one for one in seen.people if one.pk == person), None)
        if row is None:
            raise UnknownName(_("Nobody in this project holds that."))
        row.delete()
        return _written(seen, "released", row.role)


def add_paper(
    site: Site, case_id: str, milestone: str, document: str, given: Incoming, *, actor: Actor
) -> ProjectView:
    """Add a document to a milestone, or its next version; it is sealed before it is kept.

    raises  NoSuchCase, NotNow unless the milestone is open, WrongField for no such document or a
            file that is not what it says
    """
    with transaction.atomic():
        seen = _seen(site, case_id, actor)
        said, row = _milestone(seen, milestone, "add")
        wanted = next((one for one in said.documents if one.id == document), None)
        if wanted is None:
            raise WrongField("document", _("Choose which document it is."))
        asked = AskedField("file", "file", wanted.title, accepts=wanted.accepts, max_mb=MOST_MB)
        name = case_files.checked(asked, given)
        content = b"".join(given.chunks())
        before = seen.project.papers.filter(milestone=said.id, document=document)
        id = new_id("F")
        ProjectPaper.objects.create(
            id=id, project=seen.project, milestone=said.id, document=document,
            version=before.count() + 1, name=name, kind=file_kinds.ending(name),
            size=len(content), digest=hashlib.sha256(content).hexdigest(),
            account="" if _is_reader(seen) else actor.id, at=now(),
            sealed=seal(site, content, _context(id)),
        )  # fmt: skip
        return _written(seen, "paper", row.name, pick(wanted.title))


def paper(site: Site, case_id: str, paper_id: str, *, actor: Actor) -> tuple[str, str, bytes]:
    """(name, media type, bytes) of one version; a look by staff is in the ledger.

    raises  NoSuchCase, also for a document that is not for the reader
    """
    cases.case(site, case_id, actor)
    seen = _seen(site, case_id, actor)
    row = seen.project.papers.filter(pk=paper_id[:32]).first()
    if row is None or not seen.reads(row):
        raise NoSuchCase
    content = unseal(site, bytes(row.sealed), _context(row.pk))
    return row.name, file_kinds.MEDIA_TYPES[row.kind], content


def hand_in(
    site: Site, case_id: str, milestone: str, *, note: str = "", actor: Actor
) -> ProjectView:
    """Say that a milestone is reached: it waits for its approval, or is done where it needs none.

    raises  NoSuchCase, NotNow while a document it needs is missing, or nobody holds the role that
            approves
    """
    with transaction.atomic():
        seen = _seen(site, case_id, actor)
        said, row = _milestone(seen, milestone, "hand_in")
        missing = seen.missing(said)
        if missing:
            raise NotNow(
                _("Documents are missing: %(names)s.", names=listed([pick(m) for m in missing])),
                fix=_("Add them, then hand it in."),
            )
        _require_approver(seen, said)
        row.handed_by = "" if _is_reader(seen) else actor.id
        if said.approved_by:
            row.state = HANDED_IN
            return _kept(seen, row, "handed_in", note)
        return _ended(seen, row, DONE, "done", note)


def approve(
    site: Site, case_id: str, milestone: str, *, agrees: bool, note: str = "", actor: Actor
) -> ProjectView:
    """Agree to what was handed in, or send it back with a reason. It is for the role that the
    milestone declares, and never for who handed it in; what somebody outside said is entered by
    staff, with a note of where they said it.

    raises  NoSuchCase, NotNow, WrongField without a reason
    """
    with transaction.atomic():
        seen = _seen(site, case_id, actor)
        said, row = _milestone(seen, milestone, "approve")
        is_outside = seen.kind.roles[said.approved_by].held_by == OUTSIDE
        if is_outside and not note.strip():
            raise WrongField("note", _("Write where and when they said so."))
        by = PARTNER if is_outside else ""
        if agrees:
            return _ended(seen, row, DONE, "agreed", note, by=by)
        _require_reason(note)
        row.state, row.handed_by = OPEN, ""
        return _kept(seen, row, "sent_back", note, by=by)


def drop(site: Site, case_id: str, milestone: str, *, reason: str, actor: Actor) -> ProjectView:
    """A milestone will not be: with a reason, and by who may agree to it, or a manager, where it
    needs an approval. Raises as `approve`."""
    with transaction.atomic():
        seen = _seen(site, case_id, actor)
        _said, row = _milestone(seen, milestone, "drop")
        _require_reason(reason)
        return _ended(seen, row, DROPPED, "dropped", reason)


def move(
    site: Site, case_id: str, milestone: str, *, day: date, reason: str, actor: Actor
) -> ProjectView:
    """Another day for a milestone; the one planned at first stays beside it. Raises as `drop`."""
    with transaction.atomic():
        seen = _seen(site, case_id, actor)
        _said, row = _milestone(seen, milestone, "move")
        _require_reason(reason)
        if not seen.project.begun_on <= day < LATEST:
            raise WrongField("day", _("Choose a day after the project began."))
        row.due_on = day
        return _kept(seen, row, "moved", f"{day.isoformat()}: {reason}")


def reopen(site: Site, case_id: str, milestone: str, *, reason: str, actor: Actor) -> ProjectView:
    """Open again what was done or dropped, while the project runs. Raises as `drop`."""
    with transaction.atomic():
        seen = _seen(site, case_id, actor)
        _said, row = _milestone(seen, milestone, "reopen")
        _require_reason(reason)
        row.state, row.ended_on, row.ended_by, row.handed_by = OPEN, None, "", ""
        return _kept(seen, row, "reopened", reason)


def _seen(site: Site, case_id: str, actor: Actor) -> showing.Seen:
    row = Case.objects.filter(pk=case_id[:32], flow=FLOW).first()
    mine = acting.parts(actor, row) - {acting.OTHER} if row else frozenset()
    known = Project.objects.filter(pk=row.pk).first() if row and mine else None
    if row is None or known is None:
        raise NoSuchCase
    return showing.Seen(site, row, known, actor, mine)


def _working(site: Site, case_id: str, actor: Actor) -> showing.Seen:
    """For who works on the case, while it is open."""
    seen = _seen(site, case_id, actor)
    if LIBRARIAN not in seen.mine:
        raise NoSuchCase
    if not seen.row.is_open:
        raise NotNow(_("The project is over; nothing more can be changed in it."))
    return seen


def _milestone(seen: showing.Seen, name: str, what: str) -> tuple[Milestone, ProjectMilestone]:
    """The milestone, if the actor may do this with it now; raises UnknownName, NotNow."""
    said = seen.kind.milestone(name)
    row = ProjectMilestone.objects.filter(project=seen.project, name=name[:24]).first()
    if said is None or row is None:
        raise UnknownName(_("This project has no such milestone."))
    if what not in seen.can(said, row):
        raise NotNow(_why_not(seen, said, row, what))
    return said, row


def _why_not(seen: showing.Seen, said: Milestone, row: ProjectMilestone, what: str) -> str:
    title = pick(said.title)
    if not seen.is_going:
        return _("“%(what)s” can be worked on only while the project is running.", what=title)
    if what == "approve" and row.state == HANDED_IN:
        role = pick(seen.kind.roles[said.approved_by].title) if said.approved_by else ""
        if row.handed_by and row.handed_by == seen.actor.id:
            return _("You handed in “%(what)s”: somebody else agrees to it.", what=title)
        return _("“%(what)s” is agreed to by: %(role)s.", what=title, role=role)
    if what == "drop" and row.state in GOING:
        return _("“%(what)s” needs an approval: who approves it, or a manager, may drop it.",
                 what=title)  # fmt: skip
    return _("This cannot be done with “%(what)s” as it stands now.", what=title)


def _require_approver(seen: showing.Seen, said: Milestone) -> None:
    role = seen.kind.roles.get(said.approved_by)
    if role and role.held_by == STAFF:
        others = {p.account for p in seen.people if p.role == role.id} - {seen.actor.id}
        if not others:
            raise NotNow(
                _("Nobody but you holds the role that agrees to it: %(role)s.",
                  role=pick(role.title)),
                fix=_("Give the role to somebody else first."),
            )  # fmt: skip


def _require_reason(text: str) -> None:
    if not text.strip():
        raise WrongField("note", _("Write the reason."))


def _is_reader(seen: showing.Seen) -> bool:
    return ASKING in seen.mine and LIBRARIAN not in seen.mine


def _ended(
    seen: showing.Seen, row: ProjectMilestone, state: str, verb: str, note: str, *, by: str = ""
) -> ProjectView:
    row.state = state
    row.ended_on = day_of(seen.site, now())
    row.ended_by = "" if _is_reader(seen) else seen.actor.id
    return _kept(seen, row, verb, note, by=by)


def _kept(
    seen: showing.Seen, row: ProjectMilestone, verb: str, note: str, *, by: str = ""
) -> ProjectView:
    row.note = mask(note.replace("\x00", "").strip())[:LONGEST_NOTE]
    row.save()
    return _written(seen, verb, row.name, note, by=by)


def _written(
    seen: showing.Seen, verb: str, what: str, note: str = "", *, by: str = ""
) -> ProjectView:
    """Put the step into the case's trace; raises CaseChanged if somebody wrote it meanwhile."""
    row = seen.row
    declared = versions.of(seen.site, row.service, row.declared)
    running = Running(seen.site, row, declared, now())
    part = by or (
        LIBRARIAN if LIBRARIAN in seen.mine else MANAGER if MANAGER in seen.mine else ASKING
    )
    running.remark(trace.event(verb, what), seen.actor, part, note)
    running.save()
    return showing.Seen(seen.site, row, seen.project, seen.actor, seen.mine).view()


def _line(site: Site, row: Case) -> ProjectLine:
    known = row.project
    kind = trace.kind_of(known)
    declared = versions.of(site, row.service, row.declared)
    milestones = list(known.milestones.order_by("due_on", "number"))
    going = [one for one in milestones if one.state in GOING]
    until = known.paused_on or day_of(site, now())
    titles = {one.id: one.title for one in kind.milestones}
    title = titles[going[0].name] if going else {}
    return ProjectLine(
        row.pk, declared.service.title, declared.flow.states[row.state].title,
        showing.name_of(row, kind), len(milestones) - len(going), len(milestones),
        sum(showing.late_days(site, one, until) > 0 for one in milestones), title,
        going[0].due_on if going else None, row.assignee,
    )  # fmt: skip


def _context(paper_id: str) -> str:
    return f"service.projectpaper:{paper_id}"
