"""Subject service stations: one for each college, with its librarians and what they write for it.

The public part needs no account. A reader who asks here has a case about the college, which is in
the hand of its librarian from the first moment. Whoever edits stations gives them out; how a
librarian is shown to everybody they say themselves, and it is sealed where it is kept.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import orjson
from django.db import IntegrityError, transaction
from django.db.models import Count, Max

from shuren.data import queries as data
from shuren.data.errors import NoSnapshot
from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.case_shapes import CaseLine
from shuren.service.definitions import services
from shuren.service.errors import CaseChanged, UnknownName, WrongField
from shuren.service.flow_shapes import Service
from shuren.service.internals import acting, routing, viewing
from shuren.service.internals.station_rows import Station, StationLibrarian, StationText
from shuren.service.station_shapes import (
    LANGUAGES,
    Coverage,
    LibrarianView,
    Link,
    StationLine,
    StationView,
    Words,
)
from shuren.trust.actions import record_use, seal, unseal
from shuren.trust.queries import accounts, may, require, require_purpose, roles

EDIT, COUNTING, STATISTICS = "services.edit", "dashboards.read", "library_statistics"
FIELD = "subject"
LONGEST, LONGEST_LINE, MOST_LINKS, SHOWN_CASES = 8_000, 120, 40, 50
_ADDRESS = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
# What a librarian says of themselves; the first must be said.
SHOWN = ("shown", "place", "hours")


def stations(site: Site) -> list[StationView]:
    """The stations everybody may see, by the college's name."""
    rows = Station.objects.filter(is_open=True).order_by("college")
    return [_view(site, row) for row in rows.prefetch_related("librarians")]


def station(site: Site, id: str, *, actor: Actor | None = None) -> StationView:
    """One station; one that is not open only for who edits stations. Raises UnknownName."""
    row = Station.objects.filter(pk=id[:40]).first()
    edits = actor is not None and may(actor, EDIT)
    if row is None or not (row.is_open or edits):
        raise UnknownName(_("No college has a station at this address."))
    return _view(site, row, edits=edits)


def of_college(site: Site, college: str) -> StationView | None:
    """The open station of a college, as the readers' data name it."""
    row = Station.objects.filter(college=college[:100], is_open=True).first()
    return _view(site, row) if row and college else None


def services_of(site: Site) -> list[Service]:
    """What stations offer: the services of subjects that readers ask for."""
    known = services(site).values()
    return [one for one in known if one.field_of == FIELD or FIELD in one.scenes]


def make(
    site: Site, id: str, college: str, title: Mapping[str, str], *, actor: Actor
) -> StationView:
    """A station for a college; raises WrongField, trust's NotAllowed without services.edit."""
    require(actor, EDIT)
    if not _ADDRESS.fullmatch(id):
        raise WrongField("address", _("An address is up to 40 small letters, digits and hyphens."))
    named = _both("title", title, LONGEST_LINE, is_needed=True)
    college = _plain(college)[:100]
    if not college:
        raise WrongField("college", _("Say which college it is for, as the readers' data name it."))
    try:
        with transaction.atomic():
            row = Station.objects.create(id=id, college=college, title=named, made_at=now())
    except IntegrityError as error:
        raise WrongField(
            "address", _("There is a station of this college, or at this address, already.")
        ) from error
    return _view(site, row, edits=True)


def open_or_close(site: Site, id: str, *, is_open: bool, actor: Actor) -> StationView:
    """Show a station to everybody, or no more; its cases go on. Raises as `write`."""
    row = _edited(id, actor)
    row.is_open = is_open
    row.save(update_fields=["is_open"])
    return _view(site, row, edits=True)


def appoint(
    site: Site, id: str, account: str, said: Mapping[str, Mapping[str, str]], *, actor: Actor
) -> StationView:
    """Make an account of staff a college's subject librarian, or change how they are shown.

    said    {shown, place, hours}, each {zh, en}; shown is needed, in both languages
    raises  UnknownName, WrongField for no account that works on cases; NotAllowed
    """
    row = _edited(id, actor)
    works = {id for id, role in roles().items() if acting.WORK in role.permissions}
    if not any(one.username == account and one.role in works for one in accounts()):
        raise WrongField(
            "account", _("No account that works on cases has this name."),
            fix=_("Type the name they sign in with."),
        )  # fmt: skip
    kept = {
        name: _both(name, said.get(name) or {}, LONGEST_LINE, is_needed=name == SHOWN[0])
        for name in SHOWN
    }
    sealed = seal(site, orjson.dumps(kept), _context(row.pk, account))
    StationLibrarian.objects.update_or_create(
        station=row, account=account, defaults={"sealed": sealed, "at": now()}
    )
    return _view(site, row, edits=True)


def release(site: Site, id: str, account: str, *, actor: Actor) -> StationView:
    """They answer for the college no more; open cases stay in their hand till given back."""
    row = _edited(id, actor)
    StationLibrarian.objects.filter(station=row, account=account).delete()
    return _view(site, row, edits=True)


def write(
    site: Site, id: str, said: Mapping[str, Any], *, expected_version: int, actor: Actor
) -> StationView:
    """Keep what a station says as its next version; the ones before stay.

    said    {about {zh, en}, guide {zh, en}, links "title | address" by lines, events [id]}
    raises  UnknownName, WrongField naming the line, CaseChanged if somebody wrote since
    """
    row = _edited(id, actor)
    content = {
        "about": _both("about", said.get("about") or {}, LONGEST),
        "guide": _both("guide", said.get("guide") or {}, LONGEST),
        "links": _links(str(said.get("links") or "")),
        "events": [str(one)[:32] for one in said.get("events") or ()][:MOST_LINKS],
    }
    return _next(site, row, content, expected_version, actor)


def restore(
    site: Site, id: str, version: int, *, expected_version: int, actor: Actor
) -> StationView:
    """Say again what an earlier version said, as the next version; raises as `write`."""
    row = _edited(id, actor)
    old = StationText.objects.filter(station=row, version=version).first()
    if old is None:
        raise UnknownName(_("There is no such version."))
    return _next(site, row, old.said, expected_version, actor)


def versions(id: str, *, actor: Actor) -> list[Words]:
    """Every version, the newest first; raises as `write`."""
    found = StationText.objects.filter(station=_edited(id, actor)).order_by("-version")
    return [_words(one, edits=True) for one in found]


def open_cases(site: Site, id: str, actor: Actor) -> tuple[CaseLine, ...]:
    """The open cases of a college, the soonest due first; a look is in the ledger.

    raises  trust's NotAllowed without cases.read and its purpose
    """
    require_purpose(require(actor, acting.READ), acting.PURPOSE)
    found = acting.visible(actor, routing.about(site, id)).order_by("rank_at", "id")[:SHOWN_CASES]
    lines = viewing.lines(site, found)
    record_use(
        require(actor, acting.READ), acting.PURPOSE, "service.case",
        ("service", "state", "subject"), len(lines),
    )  # fmt: skip
    return lines


def coverage(site: Site, actor: Actor) -> Coverage:
    """All stations, and the colleges that nobody answers for yet; colleges too small to be counted
    are not named. Raises trust's NotAllowed without dashboards.read."""
    require(actor, COUNTING)
    cases = routing.about(site).values_list("subject_id")
    counts = dict(cases.annotate(n=Count("pk")).order_by())
    rows = Station.objects.annotate(written=Max("texts__at")).order_by("college")
    lines = tuple(
        StationLine(
            row.pk, row.college, row.title, row.is_open,
            tuple(row.librarians.order_by("at").values_list("account", flat=True)),
            counts.get(row.pk, 0), row.written,
        )
        for row in rows
    )  # fmt: skip
    there = colleges(site, actor)
    having = {one.college for one in lines if one.is_open}
    return Coverage(
        lines,
        tuple(one for one in there if one not in having),
        tuple(one.title for one in lines if one.is_open and not one.accounts),
        bool(there),
    )


def colleges(site: Site, actor: Actor) -> list[str]:
    """The colleges of the readers' data with at least five students, which offices have not; []
    where none is built.

    raises  trust's NotAllowed without dashboards.read
    """
    counting = require(actor, COUNTING)
    try:
        found = data.summarise(
            site, "conformed.reader", by=["college"], measures={"readers": "persons"},
            where=[("kind", "=", "student")], purpose=STATISTICS, actor=counting,
            order_by=["college"],
        )  # fmt: skip
    except NoSnapshot:
        return []
    return [str(row[0]) for row in found.rows if row[0]]


def _edited(id: str, actor: Actor) -> Station:
    require(actor, EDIT)
    row = Station.objects.filter(pk=id[:40]).first()
    if row is None:
        raise UnknownName(_("No college has a station at this address."))
    return row


def _next(
    site: Site, row: Station, content: Mapping[str, Any], expected: int, actor: Actor
) -> StationView:
    last = row.texts.aggregate(n=Max("version"))["n"] or 0
    try:
        if last != expected:
            raise IntegrityError
        with transaction.atomic():
            StationText.objects.create(
                station=row, version=last + 1, said=content, account=actor.id, at=now()
            )
    except IntegrityError as error:
        raise CaseChanged(
            _("Somebody else wrote here while you were at it; nothing was kept."),
            fix=_("Look at it again, and write yours into it."),
        ) from error
    return _view(site, row, edits=True)


def _view(site: Site, row: Station, *, edits: bool = False) -> StationView:
    people = []
    for one in sorted(row.librarians.all(), key=lambda one: one.at):
        said = orjson.loads(unseal(site, bytes(one.sealed), _context(row.pk, one.account)))
        people.append(LibrarianView(one.account if edits else "", *(said[name] for name in SHOWN)))
    text = row.texts.order_by("-version").first()
    words = _words(text, edits=edits) if text else Words()
    return StationView(row.pk, row.college, row.title, row.is_open, tuple(people), words)


def _words(one: StationText, *, edits: bool) -> Words:
    said = one.said
    return Words(
        one.version, said["about"], said["guide"], tuple(Link(**link) for link in said["links"]),
        tuple(said["events"]), one.account if edits else "", one.at,
    )  # fmt: skip


def _links(text: str) -> list[dict[str, str]]:
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        title, _bar, url = (part.strip() for part in line.rpartition("|"))
        title = _plain(title)[:LONGEST_LINE]
        if not title or not _is_address(url):
            raise WrongField(
                "links", _("Line %(line)s is no link.", line=number),
                fix=_("Write “title | https://…”, or a path of this site that begins with /."),
            )  # fmt: skip
        found.append({"title": title, "url": url})
    if len(found) > MOST_LINKS:
        raise WrongField("links", _("A station has at most %(most)s links.", most=MOST_LINKS))
    return found


def _is_address(url: str) -> bool:
    if len(url) > 500 or not url.isprintable() or " " in url:
        return False
    if url.startswith("/"):
        return not url.startswith("//") and "\\" not in url
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.hostname)


def _both(
    name: str, said: Mapping[str, str], longest: int, *, is_needed: bool = False
) -> dict[str, str]:
    kept = {one: _plain(str(said.get(one) or ""), lines=longest > 200) for one in LANGUAGES}
    if is_needed and not all(kept.values()):
        raise WrongField(name, _("Write it in both languages."))
    if any(len(one) > longest for one in kept.values()):
        raise WrongField(name, _("Write at most %(most)s characters.", most=f"{longest:,}"))
    return kept


def _plain(text: str, *, lines: bool = False) -> str:
    return "".join(
        sign
        for sign in text.replace("\r\n", "\n")
        if sign.isprintable() or (lines and sign == "\n")
    ).strip()


def _context(station: str, account: str) -> str:
    return f"service.stationlibrarian:{station}:{account}"
