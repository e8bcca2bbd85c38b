"""A reader's cases as something that is held: told, forgotten, erased.

What is over goes with its trace, notes included. What is open stays until it is over, under the
reader's new pseudonym, and goes then. A case about the reader's own record goes at once, open or
not: what was to be corrected is erased, and so is what the reader wrote about it.
"""

from datetime import datetime

from django.db.models import Q

from shuren.data.errors import MustStay
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.case_shapes import subject_title
from shuren.service.internals import versions
from shuren.service.internals.acting import PURPOSE
from shuren.service.internals.case_rows import Case, CaseStep
from shuren.service.internals.project_rows import ProjectPaper
from shuren.service.internals.terms import days_of, last_day
from shuren.service.shapes import HeldFact, HeldStore

STORE = "cases"
_ABOUT_READER = "own_record"
_STAYS = Q(is_open=True) & ~Q(subject__kind=_ABOUT_READER)
_AT_ONCE = 500
BECAUSE = {"zh": "服务单还没有办结。", "en": "The case is not over yet."}


def tell(site: Site, actor: Actor, limit: int | None) -> list[HeldStore]:
    found = Case.objects.filter(_of(actor.reader_key)).order_by("-opened_at", "-id")
    days = days_of(PURPOSE)
    facts = [_fact(site, row, days) for row in found[:limit]]
    told = _("While a case is open; a closed one until you delete it, or erase.")
    if days:
        told = _(
            "While a case is open; a closed one %(days)s days, or until you delete it or erase.",
            days=f"{days:,}",
        )
    return [
        HeldStore(
            STORE,
            _("Your cases"),
            _("So that what you asked for is done, and you can see how far it is."),
            _("In the database, under your pseudonym."),
            told,
            found.count(),
            tuple(facts),
            can_forget=True,
        )
    ]


def forget(site: Site, actor: Actor, store: str, fact: str) -> int:
    """raises  MustStay for a case that is open"""
    row = Case.objects.filter(_of(actor.reader_key), pk=fact[:32]).first()
    if row is None:
        return 0
    if row.is_open and not _is_about_reader(row):
        raise MustStay(pick(BECAUSE), fix=_("Cancel it, or wait until it is over."))
    return _part(row, actor.reader_key)


def erase(actor: Actor) -> int:
    """Take away what is over; how many cases."""
    found = Case.objects.filter(_of(actor.reader_key)).exclude(_STAYS)
    return sum(_part(row, actor.reader_key) for row in found)


def still_open(pseudonym: str) -> int:
    """How many cases must stay."""
    return Case.objects.filter(_of(pseudonym)).filter(_STAYS).count()


def rename(old: str, new: str) -> int:
    """What stays goes on under the new pseudonym; how many cases."""
    stayed = still_open(old)
    # The lake is told anew: there, too, the case goes on under the new pseudonym.
    Case.objects.filter(pseudonym=old).update(pseudonym=new, open_key="", risen=0)
    Case.objects.filter(party=old).update(party=new)
    return stayed


def forget_settled(pseudonym: str, before: datetime) -> int:
    """Take away what stayed at an erasure and is over now; how many cases."""
    found = Case.objects.filter(_of(pseudonym), is_open=False, opened_at__lt=before)
    return sum(_part(row, pseudonym) for row in found)


def forget_closed(before: datetime) -> int:
    """Take away every case that was over before a moment; how many."""
    gone = 0
    found = Case.objects.filter(is_open=False, closed_at__lt=before).order_by("pk")
    while some := list(found.values_list("pk", flat=True)[:_AT_ONCE]):
        Case.objects.filter(pk__in=some).delete()
        gone += len(some)
    return gone


def _part(row: Case, pseudonym: str) -> int:
    """Delete a reader's own case; of another reader's take them out."""
    if row.pseudonym == pseudonym:
        row.delete()
    else:
        Case.objects.filter(pk=row.pk).update(party="")
    return 1


def _is_about_reader(row: Case) -> bool:
    return bool(row.subject.get("kind") == _ABOUT_READER)


def _of(pseudonym: str) -> Q:
    return Q(pseudonym=pseudonym) | Q(party=pseudonym)


def _fact(site: Site, row: Case, days: int) -> HeldFact:
    known = versions.of(site, row.service, row.declared)
    said = {
        _("About"): subject_title(row.subject),
        _("State"): pick(known.flow.states[row.state].title),
    }
    titles = {one.name: pick(one.title) for one in known.service.form}
    said |= {titles.get(name, name): str(value) for name, value in row.fields.items()}
    steps = CaseStep.objects.filter(case=row.pk).exclude(note="").order_by("number")
    papers = ProjectPaper.objects.filter(project=row.pk, account="").order_by("at")
    said[_("Documents you gave")] = "\n".join(papers.values_list("name", flat=True))
    said[_("Notes")] = "\n".join(steps.values_list("note", flat=True))
    return HeldFact(
        row.id,
        pick(known.service.title),
        row.opened_at,
        {name: value for name, value in said.items() if value},
        keep=pick(BECAUSE) if row.is_open and not _is_about_reader(row) else "",
        until=last_day(row.closed_at.astimezone(), days) if row.closed_at else None,
    )
