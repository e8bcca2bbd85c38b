"""The files of a reader's own cases, for a program that acts for them: told with each case, read
back by an address that ends after a quarter of an hour and opens by that reader's own key alone.

What was delivered by a link of its own is not among them: see file_links.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import case_files, cases
from shuren.service.case_files import Kept
from shuren.service.errors import LinkRefused, NoSuchCase
from shuren.service.internals import link_signing
from shuren.service.internals.case_file_rows import CaseFile
from shuren.service.internals.file_link_rows import FileLink
from shuren.trust.queries import require_purpose

HELD = timedelta(minutes=15)


@dataclass(frozen=True)
class Sent:
    """field  of the form it came in; size in bytes; sha256 in hexadecimal
    gone_at   when it went off the store, else None; then there is no token
    token     opens it for its reader until `until`
    """

    field: str
    name: str
    size: int
    sha256: str
    at: datetime
    gone_at: datetime | None
    token: str
    until: datetime | None


def sent(site: Site, case_id: str, *, actor: Actor) -> tuple[Sent, ...]:
    """The files of the actor's own case, in the order of their fields; () for its second reader."""
    require_purpose(actor, cases.OWN)
    rows = CaseFile.objects.filter(case=case_id[:32], case__pseudonym=actor.reader_key)
    by_link = FileLink.objects.filter(case=case_id[:32]).values("field")
    until = int((now() + HELD).timestamp())
    return tuple(
        Sent(
            row.field, row.name, row.size, row.sha256, row.at, row.gone_at,
            "" if row.gone_at else link_signing.sent_of(site, row.pk, until),
            None if row.gone_at else datetime.fromtimestamp(until, UTC),
        )
        for row in rows.exclude(field__in=by_link).order_by("field")
    )  # fmt: skip


def fetch(site: Site, token: str, *, actor: Actor) -> Kept:
    """A file by the address that `sent` gave; in the ledger as the reader's own use.

    raises  NoSuchCase for an address that is none of ours, was changed, or is another reader's;
            LinkRefused where its time is over, or the file is off the store
    """
    require_purpose(actor, cases.OWN)
    id, until = link_signing.read_sent(site, token)
    row = CaseFile.objects.filter(pk=id, case__pseudonym=actor.reader_key).first() if id else None
    if row is None:
        raise NoSuchCase
    if now().timestamp() >= until:
        raise LinkRefused(
            "expired",
            _("The time of this link is over."),
            _("Read the case again: it gives a new one."),
        )
    return case_files.read(site, row.case_id, row.field, actor=actor)
