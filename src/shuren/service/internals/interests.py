"""The subjects readers chose: kept in the database for the reader, told to the lake as events."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from shuren.data.actions import record_event
from shuren.data.queries import headings
from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import Site
from shuren.kernel.suggestions import did_you_mean
from shuren.service.errors import UnknownName
from shuren.service.models import Interest
from shuren.trust import topics

PURPOSE = CONTRACT = "declared_interests"


def choosable(site: Site) -> dict[str, dict[str, str]]:
    """{class number: title {zh, en}} of the second level; what tells a sensitive topic is none."""
    known = headings(site, "clc")
    return {
        code: title
        for code, title in known.items()
        if len(code) > 1 and topics.may_label(code, site)
    }


def chosen(pseudonym: str) -> list[Interest]:
    return list(Interest.objects.filter(pseudonym=pseudonym).order_by("subject"))


@transaction.atomic
def replace(site: Site, pseudonym: str, subjects: Iterable[str]) -> None:
    """Keep exactly these subjects; each change is an event, so that the lake follows.

    raises  UnknownName
    """
    known = choosable(site)
    wanted = set(subjects)
    for subject in sorted(wanted - known.keys()):
        raise UnknownName(
            _("'%(subject)s' is no subject to choose.", subject=subject),
            fix=did_you_mean(subject, known),
        )
    had = {one.subject for one in chosen(pseudonym)}
    Interest.objects.filter(pseudonym=pseudonym).exclude(subject__in=wanted).delete()
    Interest.objects.bulk_create(
        Interest(pseudonym=pseudonym, subject=subject, chosen_at=now())
        for subject in sorted(wanted - had)
    )
    for subject in sorted(wanted ^ had):
        event = {"reader_id": pseudonym, "scheme": "clc", "interest": subject}
        record_event(site, CONTRACT, event | {"is_withdrawn": subject in had})


def forget(pseudonym: str, subject: str = "") -> int:
    """Take one subject away, or all; how many went."""
    found = Interest.objects.filter(pseudonym=pseudonym)
    return (found.filter(subject=subject) if subject else found).delete()[0]


def forget_before(moment: datetime) -> int:
    """Take away what anybody chose before a moment; how many. The lake's rows of it are as old
    and go by the same term."""
    return Interest.objects.filter(chosen_at__lt=moment).delete()[0]
