"""What came into the library in searches a reader saved, told daily or weekly.

Only by the reader's consent and for the searches they chose. The inbox says which search it was
and what came; a mail only how many, for what somebody looks for may be a sensitive topic.
"""

from datetime import datetime, timedelta

from django.db import transaction

from shuren.discovery import queries as discovery
from shuren.discovery.errors import NotSearchable
from shuren.kernel.clock import now
from shuren.kernel.errors import UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import messages, searches
from shuren.service.internals.search_rows import SavedSearch
from shuren.trust import consent
from shuren.trust.actions import record_use
from shuren.trust.definitions import ANONYMOUS
from shuren.trust.queries import require_purpose

PURPOSE = "search_alerts"
EVERY = {"daily": timedelta(days=1), "weekly": timedelta(days=7)}
NAMED, AT_ONCE = 5, 200
_VISITOR = Actor("searches:itself", ANONYMOUS)


def choose(number: int, alert: str, *, actor: Actor) -> None:
    """Be told of what is new in a saved search daily, weekly, or not ("").

    What was new before is not told again. Turning it off needs no consent.
    raises  UnknownName; UsageError for another word; trust's ConsentMissing, NotAllowed
    """
    row = searches.own(number, actor)
    if alert not in ("", *EVERY):
        raise UsageError(_("Choose daily, weekly or not at all."))
    if alert:
        require_purpose(actor, PURPOSE)
    row.alert, row.alerted = alert, row.fresh
    row.next_alert = now() + EVERY[alert] if alert else None
    row.save(update_fields=["alert", "alerted", "next_alert"])


def agreed(actor: Actor) -> bool:
    return bool(actor.reader_key) and consent.given(PURPOSE, actor.reader_key)


def forget(pseudonym: str) -> None:
    """Consent was taken back: no search of this reader is watched any more."""
    SavedSearch.objects.filter(pseudonym=pseudonym).update(alert="", alerted=b"", next_alert=None)


def is_due() -> bool:
    return SavedSearch.objects.filter(next_alert__lte=now()).exists()


def tell_due(site: Site, at: datetime | None = None) -> int:
    """Look through the searches whose time has come; how many readers' searches had something.

    Each is a transaction of its own: looked through, told and put off, or none of it.
    """
    moment, told = at or now(), 0
    due = SavedSearch.objects.filter(next_alert__lte=moment).order_by("next_alert", "pk")
    for key in list(due.values_list("pk", flat=True)[:AT_ONCE]):
        told += _one(site, key, moment)
    return told


def _one(site: Site, key: int, at: datetime) -> bool:
    with transaction.atomic():
        found = SavedSearch.objects.select_for_update().filter(pk=key, next_alert__lte=at)
        row = found.first()
        if row is None:
            return False
        if not consent.given(PURPOSE, row.pseudonym):
            forget(row.pseudonym)
            return False
        row.next_alert = at + EVERY[row.alert]
        row.save(update_fields=["next_alert"])
        try:
            searches.compare(site, row, _VISITOR)
        except NotSearchable:
            return False
        known = set(searches.unpacked(row.alerted))
        came = [one for one in searches.unpacked(row.fresh) if one not in known]
        if row.is_broad or not came:
            return False
        record_use(_VISITOR, PURPOSE, searches.TABLE, ("words", "chosen", "fresh"), 1,
                   subject=row.pseudonym)  # fmt: skip
        row.alerted = row.fresh
        row.save(update_fields=["alerted"])
        items = discovery.items_of(site, came[::-1][:NAMED], actor=_VISITOR)
        return messages.tell(
            site,
            reader=row.pseudonym,
            template="search_alert",
            values={
                "count": len(came),
                "words": row.words,
                "titles": "\n".join(one.title for one in items),
            },
            about={"kind": "search", "id": str(row.pk)},
            key=f"search:{row.pk}:{at:%Y%m%dT%H%M}",
        )
