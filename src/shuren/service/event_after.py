"""After an event: what was said of it, what it was like, and the certificate of who was there."""

from collections.abc import Mapping

from django.db import transaction

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.masking import mask
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import documents
from shuren.service.document_shapes import DocumentLine
from shuren.service.errors import NotNow, WrongField
from shuren.service.event_shapes import EventView, Opinion, OwnPlace
from shuren.service.events import LONGEST, OWN, NoSuchEvent, require_work
from shuren.service.internals.event_rows import Enrolment, Event
from shuren.service.internals.events import certifying, queueing, viewing
from shuren.trust.queries import require_purpose


def rate(event_id: str, rating: int, words: str = "", *, actor: Actor) -> OwnPlace:
    """Rate an event one was at, 1 to 5, and say what one thinks; saying it again replaces it.

    raises  NotNow for who was not there, WrongField
    """
    require_purpose(actor, OWN)
    if rating not in range(1, 6):
        raise WrongField("rating", _("Choose 1 to 5."))
    if len(words) > LONGEST:
        raise WrongField("words", _("Write at most %(count)s characters.", count=LONGEST))
    with transaction.atomic():
        row = queueing.held(event_id)
        mine = viewing.mine(event_id, actor)
        if row is None or mine is None or not mine.attended:
            raise NotNow(_("Only who was there rates an event."))
        mine.rating, mine.said_at = rating, now()
        if not mine.opinion_case:  # what is being dealt with stays as it was said
            mine.opinion = mask("".join(c for c in words if c.isprintable() or c == "\n").strip())
        mine.save(update_fields=["rating", "opinion", "said_at"])
    return viewing.place(mine)


def opinions(event_id: str, *, actor: Actor) -> list[Opinion]:
    """What was said at an event, the oldest first, for who makes a case of each.

    raises  NoSuchEvent; trust's NotAllowed without cases.work
    """
    require_work(actor)
    if not Event.objects.filter(pk=event_id[:32]).exists():
        raise NoSuchEvent
    rows = Enrolment.objects.filter(event=event_id[:32]).exclude(opinion="")
    return [
        Opinion(str(one.pk), event_id, one.opinion, one.said_at or one.at, one.pseudonym,
                one.opinion_case)
        for one in rows.order_by("said_at", "id")
    ]  # fmt: skip


def note_case(opinion: str, case_id: str) -> bool:
    """Write down by which case an opinion is dealt with; False if it has one already."""
    if not opinion.isdecimal():
        return False
    found = Enrolment.objects.filter(pk=int(opinion), opinion_case="").exclude(opinion="")
    return bool(found.update(opinion_case=case_id[:32]))


def write_recap(event_id: str, recap: Mapping[str, str], *, actor: Actor) -> EventView:
    """Publish what an event was like; raises NotNow before it is over."""
    require_work(actor)
    with transaction.atomic():
        row = queueing.held(event_id)
        if row is None:
            raise NoSuchEvent
        if now() < row.ends_at:
            raise NotNow(_("The event is not over yet."))
        row.recap = {name: str(recap.get(name, ""))[:20_000] for name in ("zh", "en")}
        row.changed_at, row.sequence = now(), row.sequence + 1
        row.save(update_fields=["recap", "changed_at", "sequence"])
    return viewing.event(row)


def certify(site: Site, event_id: str, *, actor: Actor) -> DocumentLine:
    """The reader's certificate of attendance, signed when they first ask for it.

    raises  NoSuchEvent; NotNow before the end, without a certificate, or for who was there too
            little
    """
    require_purpose(actor, OWN)
    with transaction.atomic():
        row = queueing.held(event_id)
        mine = viewing.mine(event_id, actor)
        if row is None or mine is None:
            raise NoSuchEvent
        if mine.certificate:
            return documents.verify(mine.certificate)
        share = 100 * len(mine.attended) / len(row.sessions)
        if not row.certificate or now() < row.ends_at or share < row.certificate:
            raise NotNow(
                _("There is no certificate for you: %(share)s of %(count)s meetings attended.",
                  share=len(mine.attended), count=len(row.sessions)),
                fix=_("It is given after the event, for the meetings it asks for."),
            )  # fmt: skip
        made = certifying.attendance(site, row, mine, actor)
        mine.certificate = made.code
        mine.save(update_fields=["certificate"])
        return made
