"""A reader's own cases, for a program that acts for them: never anybody else's, also where the
account of the reader may see more as staff."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q

from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import cases, catalogue, file_links, offers
from shuren.service.case_shapes import CaseLine, CaseView
from shuren.service.errors import NoSuchCase, NotOffered, WrongField
from shuren.service.file_links import Delivered
from shuren.service.internals import viewing
from shuren.service.internals.case_rows import Case
from shuren.trust.actions import record_use
from shuren.trust.definitions import ANONYMOUS
from shuren.trust.queries import require_purpose

CHANNEL = "api"


@dataclass(frozen=True)
class Listed:
    """One page, the newest first; after: the id to go on after, "" at the end."""

    cases: tuple[CaseLine, ...]
    after: str


def listed(
    site: Site, *, actor: Actor, is_open: bool | None = None, after: str = "", limit: int = 50
) -> Listed:
    """The actor's own cases.

    after   the last case of the page before; raises NoSuchCase if it is none of theirs
    """
    require_purpose(actor, cases.OWN)
    found = Case.objects.filter(_own(actor))
    if is_open is not None:
        found = found.filter(is_open=is_open)
    if after:
        last = Case.objects.filter(_own(actor), pk=after[:32]).first()
        if last is None:
            raise NoSuchCase
        found = found.filter(
            Q(opened_at__lt=last.opened_at) | Q(opened_at=last.opened_at, pk__lt=last.pk)
        )
    rows = list(found.order_by("-opened_at", "-pk")[: limit + 1])
    shown = rows[:limit]
    record_use(actor, cases.OWN, cases.TABLE, cases.COLUMNS[1:4], len(shown))
    more = str(shown[-1].pk) if len(rows) > limit else ""
    return Listed(tuple(viewing.lines(site, shown)), more)


def one(site: Site, id: str, *, actor: Actor) -> tuple[CaseView, Delivered | None]:
    """One of the actor's own cases with its trace, and what was delivered with it.

    raises  NoSuchCase
    """
    require_purpose(actor, cases.OWN)
    row = Case.objects.filter(_own(actor), pk=id[:32]).first()
    if row is None:
        raise NoSuchCase
    record_use(actor, cases.OWN, cases.TABLE, cases.COLUMNS, 1)
    plain = replace(actor, role=ANONYMOUS)  # as a reader alone, whatever else the account may
    return viewing.view(site, row, plain), file_links.of_case(site, row.id, plain)


def open_one(
    site: Site,
    service: str,
    *,
    actor: Actor,
    title: str = "",
    fields: Mapping[str, Any] | None = None,
    key: str = "",
) -> CaseView:
    """Open a case by the form of a service, as its page does.

    title   what it is about, where the service is about something
    key     opening it again with the same key gives the case that is there
    raises  UnknownName, NotOffered, WrongField as cases.open_case; NotOffered too for a service
            that is had at its own place and not by a form
    """
    wanted = catalogue.found(site, service)
    if wanted.use is not None:
        raise NotOffered(
            _("This service is not had by a form."), fix=_("See its page for where it is had.")
        )
    subject = None
    if "none" not in wanted.about:
        if not title.strip():
            raise WrongField("title", _("Say what it is about."))
        subject = {"kind": wanted.about[0], "id": "", "title": title.strip()}
    offers.require_lacking(site, service, fields or {}, actor=actor, key=key)
    opened = cases.open_case(
        site, service, actor=actor, subject=subject, fields=fields, key=key, channel=CHANNEL
    )
    return one(site, opened.id, actor=actor)[0]


def _own(actor: Actor) -> Q:
    return Q(pseudonym=actor.reader_key) | Q(party=actor.reader_key)
