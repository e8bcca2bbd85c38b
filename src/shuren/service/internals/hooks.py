"""The named hooks of flows: guards that may refuse a transition, effects that come with one.

A flow's file names them; adding one is adding a function here. A guard answers "" or the sentence
that refuses; an effect changes the row, or other tables, in the transaction of the transition.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site

if TYPE_CHECKING:
    from shuren.service.flow_shapes import Declared, Transition
    from shuren.service.internals.case_rows import Case
    from shuren.service.internals.promises import Clockwork


@dataclass(frozen=True)
class Facts:
    """What a hook may look at: the case, before the transition for a guard and after it for an
    effect, who acts and when.

    way, note  of an effect: the transition, and what staff wrote with it
    until      of an effect: when the state that waits for the reader ends by itself
    given      of an effect: the values of the fields that the event asks for
    """

    site: Site
    row: "Case"
    actor: Actor
    at: datetime
    clockwork: "Clockwork"
    way: "Transition | None" = None
    note: str = ""
    until: datetime | None = None
    given: Mapping[str, Any] = field(default_factory=dict)

    def day(self, name: str) -> date | None:
        """The day in a field of the case, in the library's time; None where there is none."""
        moment = self.clockwork.moment_of(self.row.fields.get(name))
        return None if moment is None else moment.astimezone(self.clockwork.zone).date()


Guard = Callable[[Facts, Mapping[str, Any]], str]
Effect = Callable[[Facts], None]


def _same_subject_open(facts: Facts, said: Mapping[str, Any]) -> str:
    """Another open case of the service is about the same thing, and was there first; of a book that
    a form names also by its ISBN, else by title and author."""
    from shuren.service.internals import suggested
    from shuren.service.internals.case_rows import Case

    row = facts.row
    others = Case.objects.filter(service=row.service, subject_id=row.subject_id, is_open=True)
    if row.subject_id and others.exclude(pk=row.pk).exists():
        return ""
    book = suggested.book_of(row.fields)
    if book.title and any(one.is_of("", book) for one in suggested.waiting(but=row.pk)):
        return ""
    return _("No other open case is about the same thing.")


def _second_person(facts: Facts, said: Mapping[str, Any]) -> str:
    """Whoever did the event `of` last, in the case or in any of its parts, is somebody else."""
    from shuren.service.internals.case_rows import Case, CaseStep

    row, last = facts.row, {}
    ids = [row.pk, *Case.objects.filter(parent=row.pk).values_list("pk", flat=True)]
    done = CaseStep.objects.filter(case__in=ids, event=said["of"]).order_by("number")
    for case, account in done.values_list("case_id", "account"):
        last[case] = account
    if facts.actor.id in {account for account in last.values() if account}:
        return _("A second person must do this: you did the step before.")
    return ""


def _parts_over(facts: Facts, said: Mapping[str, Any]) -> str:
    """Every part of the case is over."""
    from shuren.service.internals.case_rows import Case

    count = Case.objects.filter(parent=facts.row.pk, is_open=True).count()
    if not count:
        return ""
    return _("It closes when all its parts have: %(count)s are open.", count=count)


def _date_ahead(facts: Facts, said: Mapping[str, Any]) -> str:
    """The day in `field` is still to come."""
    day = facts.day(said["field"])
    if day is not None and day >= facts.at.astimezone(facts.clockwork.zone).date():
        return ""
    return _("There is no day ahead to wait for.")


def _date_come(facts: Facts, said: Mapping[str, Any]) -> str:
    """The day in `field` is over, or there is none."""
    return "" if _date_ahead(facts, said) else _("The day it waits for has not come.")


def _deadline_from_due(facts: Facts) -> None:
    """The case's deadline is the end of the day in its field `due`."""
    moment = facts.clockwork.moment_of(facts.row.fields.get("due"))
    if moment is not None:
        facts.clockwork.set_deadline(facts.row, moment)


def _due_from_deadline(facts: Facts) -> None:
    """The field `due` is the day of the deadline, which moved on while the clock stood still."""
    row, clockwork = facts.row, facts.clockwork
    if row.due_at is not None:
        day = row.due_at.astimezone(clockwork.zone).date().isoformat()
        row.fields = {**row.fields, "due": day}
        _deadline_from_due(facts)


def _due_anew(facts: Facts) -> None:
    """The field `due` is so many working days ahead as the service's limit `again_days` says."""
    days = float(facts.clockwork.declared.service.limits.get("again_days", 5))
    working = facts.clockwork.working
    moment = working.add(facts.at, days * working.day_seconds)
    day = moment.astimezone(facts.clockwork.zone).date().isoformat()
    facts.row.fields = {**facts.row.fields, "due": day}
    _deadline_from_due(facts)


def _promise_anew(facts: Facts) -> None:
    """The service's hours begin again: what was delivered was not what was wanted."""
    facts.clockwork.begin(facts.row, facts.at)


def _hand_over(facts: Facts) -> None:
    """The loan goes from the second reader to the case's own, in our circulation."""
    from shuren.service.internals.circulation.handing import hand_over

    hand_over(facts.site, facts.row.subject["id"], facts.row.party, actor=facts.actor)


def _another_supplier(facts: Facts, said: Mapping[str, Any]) -> str:
    """One that has not been asked yet may be asked; always for services nobody supplies for."""
    from shuren.service.internals import supplying

    return supplying.none_left(facts)


def _ask_supplier(facts: Facts) -> None:
    """The next supplier is asked; who was asked before has not supplied."""
    from shuren.service.internals import supplying

    supplying.ask_next(facts)


def _supplied(facts: Facts) -> None:
    """Whoever was asked last has supplied, and is paid for it."""
    from shuren.service.internals import supplying

    supplying.end(facts, supplying.SUPPLIED)


def _not_supplied(facts: Facts) -> None:
    """Whoever was asked last has not supplied."""
    from shuren.service.internals import supplying

    supplying.end(facts, supplying.FAILED)


def _notify(facts: Facts) -> None:
    """The reader is told of the new state, unless it was their own doing."""
    if facts.actor.reader_key and facts.actor.reader_key == facts.row.pseudonym:
        return
    from shuren.service.internals.telling import tell_moved

    tell_moved(facts)


def _deliver_file(facts: Facts) -> None:
    """The reader gets a signed link to the file, or is told as `notify` does where there is none"""
    from shuren.service.internals.delivering import deliver

    deliver(facts)


def ask_other(facts: Facts) -> None:
    """The second reader of a case learns that there is one, when it is opened."""
    from shuren.service.internals.telling import tell_other

    tell_other(facts)


def _not_too_early(facts: Facts, said: Mapping[str, Any]) -> str:
    """A booking is checked in from a little before it begins."""
    from shuren.service.internals.placing import is_early

    return is_early(facts, said)


def _check_code(facts: Facts) -> None:
    from shuren.service.internals.placing import check_code

    check_code(facts)


def _away_time(facts: Facts) -> None:
    from shuren.service.internals.placing import away_time

    away_time(facts)


def _extend_place(facts: Facts) -> None:
    from shuren.service.internals.placing import extend

    extend(facts)


def _free_place(facts: Facts) -> None:
    from shuren.service.internals.placing import free

    free(facts)


def _breach(facts: Facts) -> None:
    from shuren.service.internals.placing import breach

    breach(facts)


def prepare_place(site: Site, row: "Case", declared: "Declared", at: datetime) -> None:
    """Before a case about a seat or room is opened; raises what `placing.prepare` does."""
    from shuren.service.internals.placing import prepare

    prepare(site, row, declared, at)


def take_place(site: Site, row: "Case") -> None:
    """When it has been opened; raises PlaceTaken."""
    from shuren.service.internals.placing import take

    take(site, row)


def prepare_college(site: Site, row: "Case", declared: "Declared", at: datetime) -> None:
    """A case about a college is in its librarian's hand from the first; raises UnknownName."""
    from shuren.service.internals.routing import to_librarian

    to_librarian(site, row)


def take_college(site: Site, row: "Case") -> None:
    """Its librarian is told of it."""
    from shuren.service.internals.routing import tell_librarian

    tell_librarian(site, row)


def _report_ready(facts: Facts, said: Mapping[str, Any]) -> str:
    """The report's draft has all parts it needs."""
    from shuren.service.internals.documents.issuing import why_not_ready

    return why_not_ready(facts)


def _not_the_author(facts: Facts, said: Mapping[str, Any]) -> str:
    """Whoever acts has written nothing of the report."""
    from shuren.service.internals.documents.issuing import why_not_signer

    return why_not_signer(facts)


def _issue_report(facts: Facts) -> None:
    """The report becomes a signed document of the reader's."""
    from shuren.service.internals.documents.issuing import issue_report

    issue_report(facts)


def _mirror_event(facts: Facts) -> None:
    """The event of the case stands where the case stands."""
    from shuren.service.internals.events.mirroring import mirror

    mirror(facts)


def _gift_decided(facts: Facts, said: Mapping[str, Any]) -> str:
    """Every line of the gift's list has been decided about."""
    from shuren.service.internals.gifts.acknowledging import why_open

    return why_open(facts)


def _acknowledge_gift(facts: Facts) -> None:
    """The donor gets a certificate of what was kept."""
    from shuren.service.internals.gifts.acknowledging import acknowledge

    acknowledge(facts)


def _milestones_over(facts: Facts, said: Mapping[str, Any]) -> str:
    """Every milestone of the project is done or dropped, and its roles are held."""
    from shuren.service.internals.projects.planning import why_open

    return why_open(facts)


def _begin_project(facts: Facts) -> None:
    """The project's milestones get their days; nothing where the service declares none."""
    from shuren.service.internals.projects.planning import begin

    begin(facts)


def _pause_project(facts: Facts) -> None:
    from shuren.service.internals.projects.planning import pause

    pause(facts)


def _resume_project(facts: Facts) -> None:
    """What is still to be done is due so many working days later as the project stood still."""
    from shuren.service.internals.projects.planning import resume

    resume(facts)


def _of_members(name: str) -> Callable[..., Any]:
    """A hook of memberships, imported when it is used: guard or effect of members/terms.py."""

    def hook(facts: Facts, said: Mapping[str, Any] | None = None) -> Any:
        from shuren.service.internals.members import terms

        return getattr(terms, name)(facts)

    return hook


GUARDS: dict[str, Guard] = {
    "same_subject_open": _same_subject_open,
    "second_person": _second_person,
    "date_ahead": _date_ahead,
    "date_come": _date_come,
    "not_too_early": _not_too_early,
    "report_ready": _report_ready,
    "not_the_author": _not_the_author,
    "gift_decided": _gift_decided,
    "milestones_over": _milestones_over,
    "parts_over": _parts_over,
    "another_supplier": _another_supplier,
    "on_roster": _of_members("why_not_on_roster"),
    "member_checked": _of_members("why_not_checked"),
    "renewal_open": _of_members("why_not_renewed"),
}
EFFECTS: dict[str, Effect] = {
    "deadline_from_due": _deadline_from_due,
    "due_from_deadline": _due_from_deadline,
    "due_anew": _due_anew,
    "promise_anew": _promise_anew,
    "hand_over": _hand_over,
    "ask_supplier": _ask_supplier,
    "supplied": _supplied,
    "not_supplied": _not_supplied,
    "notify": _notify,
    "deliver_file": _deliver_file,
    "free_place": _free_place,
    "breach": _breach,
    "check_code": _check_code,
    "away_time": _away_time,
    "extend_place": _extend_place,
    "issue_report": _issue_report,
    "mirror_event": _mirror_event,
    "acknowledge_gift": _acknowledge_gift,
    "begin_term": _of_members("begin_term"),
    "renew_term": _of_members("renew_term"),
    "end_term": _of_members("end_term"),
    "give_back_article": _of_members("give_back_article"),
    "begin_project": _begin_project,
    "pause_project": _pause_project,
    "resume_project": _resume_project,
}
# What a case is about → what comes before it is opened, and with it, in one transaction.
OPENING = {
    "place": (prepare_place, take_place),
    "college": (prepare_college, take_college),
}
