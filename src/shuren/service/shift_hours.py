"""Hours a reader worked in shifts, and their certificate: a signed document like any other."""

from datetime import date, timedelta

from django.db import transaction

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import documents
from shuren.service.document_shapes import DocumentLine, Sheet, SheetPart
from shuren.service.errors import NotNow, WrongField
from shuren.service.internals.shift_rows import ShiftHours, ShiftTurn
from shuren.service.internals.shifts import hours, keeping, turns
from shuren.service.shift_shapes import DONE, Hours
from shuren.service.shifts import OWN
from shuren.trust.erasing import own_identity
from shuren.trust.queries import require_purpose

KIND, LETTERS = "volunteer_hours", "ZY"
TITLE = {"zh": "服务时长证明", "en": "Certificate of hours"}
_WORDS = {
    "zh": "兹证明 %(who)s 于 %(since)s 至 %(until)s 在本馆值班 %(count)s 班次，共计 %(hours)s。",
    "en": "This certifies that %(who)s worked %(count)s shifts at this library from %(since)s to"
    " %(until)s: %(hours)s in all.",
}
_BEARER = {"zh": "本证明持有人", "en": "the holder of this certificate"}
_NUMBER = {"zh": "编号", "en": "Number"}
_HEADS = {"zh": ("日期", "班次", "时长"), "en": ("Day", "Shift", "Time")}
_LENGTH = {"zh": "%(hours)s 小时 %(minutes)s 分钟", "en": "%(hours)s h %(minutes)s min"}
_LONGEST = timedelta(days=3 * 366)


def worked(site: Site, actor: Actor, since: date, until: date) -> Hours:
    """What the reader worked on the days from `since` to `until`, both among them.

    raises  WrongField for days in the wrong order; trust's NotAllowed for who is no reader
    """
    require_purpose(actor, OWN)
    if not timedelta() <= until - since <= _LONGEST:
        raise WrongField("until", _("Choose a last day that is not before the first."))
    zone, parts = keeping.zone_of(site), []
    rows = ShiftTurn.objects.filter(
        pseudonym=actor.reader_key, state=DONE, shift__day__gte=since - timedelta(days=1),
        shift__day__lte=until,
    ).select_related("shift")  # fmt: skip
    for row in rows.order_by("shift__starts_at", "pk"):
        part = hours.within(turns.spans(row), since, until, zone)
        if part:
            parts.append((row.shift.day, row.shift.title, part))
    return Hours(since, until, tuple(parts))


def certify(site: Site, since: date, until: date, *, actor: Actor) -> DocumentLine:
    """The signed certificate of those hours; asking again for the same hours gives the same one.

    raises  NotNow where nothing was worked, WrongField
    """
    require_purpose(actor, OWN)
    with transaction.atomic():
        found = worked(site, actor, since, until)
        seconds = int(found.total.total_seconds())
        if not seconds:
            raise NotNow(
                _("No hours of yours were counted on these days."),
                fix=_("A shift counts once it is over and you checked in."),
            )
        row, is_new = ShiftHours.objects.get_or_create(
            pseudonym=actor.reader_key, since=since, until=until, seconds=seconds,
            defaults={"code": "", "at": now()},
        )  # fmt: skip
        if not is_new:
            return documents.verify(row.code)
        made = _issue(site, found, actor)
        row.code = made.code
        row.save(update_fields=["code"])
        return made


def length(worked: timedelta, language: str) -> str:
    """In whole minutes; what is less than one is not counted."""
    minutes = int(worked.total_seconds()) // 60
    return _LENGTH[language] % {"hours": minutes // 60, "minutes": minutes % 60}


def _issue(site: Site, found: Hours, actor: Actor) -> DocumentLine:
    identity, _since = own_identity(site, actor)

    def write(language: str, number: str, version: int) -> Sheet:
        text = _WORDS[language] % {
            "who": identity.get("name") or _BEARER[language],
            "since": found.since.isoformat(),
            "until": found.until.isoformat(),
            "count": len(found.parts),
            "hours": length(found.total, language),
        }
        rows = tuple(
            (day.isoformat(), pick(title, language), length(part, language))
            for day, title, part in found.parts
        )
        facts = ((_NUMBER[language], number),)
        part = SheetPart("", (text,), _HEADS[language], rows)
        return Sheet(TITLE[language], facts, (part,), is_certificate=True)

    return documents.issue(
        site, kind=KIND, title=TITLE, letters=LETTERS, write=write, reader=actor.reader_key,
        actor=actor,
    )  # fmt: skip
