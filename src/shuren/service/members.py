"""Membership of alumni: applied for, checked against the roster, renewed; what a member may use.

A membership is a case of the flow `membership`. What somebody says of themselves to be verified,
the student number and the name, is compared and not kept; what was found is.
"""

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import transaction

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import campaigns, cases
from shuren.service.case_shapes import CaseView
from shuren.service.definitions import service, services
from shuren.service.errors import NoSuchCase, NotNow, WrongField
from shuren.service.flow_shapes import Service
from shuren.service.internals import acting
from shuren.service.internals.case_rows import Case
from shuren.service.internals.member_rows import MemberCheck, RosterLoad
from shuren.service.internals.members import listing, roster, rules, standing
from shuren.service.internals.remarks import TABLE as CASES
from shuren.service.member_shapes import (
    DOCUMENT,
    DOCUMENTS,
    ROSTER,
    VIEWS,
    Compared,
    Evidence,
    MemberList,
    Roster,
    RosterSum,
    Stand,
)
from shuren.trust.actions import record_use
from shuren.trust.queries import require, require_purpose

SERVICE, PACK = "alumni_account", "alumni_service_pack"
OWN, SERVE, PURPOSE = "own_records", "desk.serve", "service_operation"
TABLE, COLUMNS = "service.membership", ("service", "began", "ends", "articles")
ROSTER_TABLE, ROSTER_COLUMNS = "service.alumni_roster", ("cohort",)
PAGE = listing.PAGE
_LONGEST = 100


def apply(
    site: Site,
    *,
    number: str,
    name: str,
    fields: Mapping[str, Any],
    actor: Actor,
    key: str = "",
    via: str = "",
) -> CaseView:
    """Apply for a membership: good at once where the roster has number, name and year of entry,
    else a librarian checks. Number and name are kept nowhere. via: the campaign of which this
    counts as an application; it is added to a number and not kept with the case.

    raises  WrongField, NotOffered; trust's NotAllowed
    """
    require_purpose(actor, OWN)
    for field, said in (("number", number), ("name", name)):
        if not said.strip() or len(said) > _LONGEST:
            raise WrongField(field, _("Fill this in; it is compared and not kept."))
    key = key[:40] or secrets.token_urlsafe(18)
    with transaction.atomic():
        known = Case.objects.filter(pseudonym=actor.reader_key, open_key=key).first()
        if known is not None:
            return cases.case(site, known.pk, actor)
        found, row = roster.compare(site, number, name, _cohort(fields))
        made = MemberCheck.objects.create(
            key=key, at=now(), how=ROSTER, is_good=found.is_good,
            agreed=" ".join(found.agreed), record=row.pk if row else "",
            load=row.load if row else None,
        )  # fmt: skip
        opened = cases.open_case(site, SERVICE, actor=actor, fields=fields, key=key)
        MemberCheck.objects.filter(pk=made.pk).update(case=opened.id, key="")
        if via:
            is_member = opened.state == standing.ACTIVE
            campaigns.count(site, via, applications=1, verified=int(is_member))
    return opened


def mine(site: Site, actor: Actor) -> Stand:
    """How the actor stands; a line in the ledger.

    raises  trust's NotAllowed for who is no reader
    """
    require_purpose(actor, OWN)
    found = standing.stand(site, SERVICE, actor.reader_key, now())
    record_use(actor, OWN, TABLE, COLUMNS, int(bool(found.case)))
    return found


def stand_with(site: Site, id: str, actor: Actor) -> Stand:
    """How the actor stands with the membership a service needs."""
    return standing.for_service(site, service(site, id), actor.reader_key, now(), actor.role)


def renew(site: Site, case_id: str, *, actor: Actor, key: str = "") -> CaseView:
    """Another term; raises NoSuchCase, NotNow before it can be."""
    return cases.act(site, case_id, "renew", actor=actor, key=key)


def is_for(site: Site, actor: Actor) -> bool:
    """Whether a membership is for readers of the actor's role."""
    return SERVICE in services(site) and actor.role in service(site, SERVICE).roles


def pack(site: Site) -> tuple[list[Service], list[Service]]:
    """(the services members are told of first, the others of the pack)"""
    known = services(site)
    given = rules.gives(known[SERVICE]) if SERVICE in known else None
    first = [one for one in (given.featured if given else ()) if one in known]
    held = known[PACK].pack if PACK in known else ()
    return [known[one] for one in first], [known[one] for one in held if one not in first]


def check(
    site: Site,
    case_id: str,
    *,
    number: str = "",
    name: str = "",
    document: str = "",
    actor: Actor,
) -> Compared:
    """The desk's check of an application: number and name as a document shows them, compared with
    the roster; or, where the roster lacks them, which document was shown. Either is the evidence
    without which nobody is approved. A line in the ledger that the reader sees.

    raises  NoSuchCase, NotNow for one that is not being checked, WrongField; trust's NotAllowed
    """
    actor = _at_desk(actor)
    if document and document not in DOCUMENTS:
        raise WrongField("document", _("Choose which document was shown."))
    if not document and not (number.strip() and name.strip()):
        raise WrongField("number", _("Type the number and the name as the document shows them."))
    with transaction.atomic():
        row = _application(case_id, actor)
        record = None
        if number.strip() and name.strip():
            cohort = _cohort(row.fields)
            found, record = roster.compare(site, number, name, cohort, row.pk)
            if "name" in found.agreed and document and not found.is_taken:
                # The year that was typed is wrong; the document shows the right one.
                found = Compared(found.agreed, True)
        else:
            found = Compared((), True)
        how = ROSTER if record is not None or not document else DOCUMENT
        is_good = found.is_good or (how == DOCUMENT and not found.is_taken)
        MemberCheck.objects.create(
            case=row, at=now(), how=how, is_good=is_good, agreed=" ".join(found.agreed),
            record=record.pk if record else "", load=record.load if record else None,
            document=document, account=actor.id,
        )  # fmt: skip
        record_use(actor, PURPOSE, ROSTER_TABLE, ROSTER_COLUMNS, int(record is not None),
                   subject=row.pseudonym)  # fmt: skip
    return Compared(found.agreed, is_good, found.is_taken)


def evidence(case_id: str, *, actor: Actor) -> list[Evidence]:
    """What each check of a membership showed, the newest first; the reader's own too.

    raises  NoSuchCase
    """
    row = Case.objects.filter(pk=case_id[:32], service=SERVICE).first()
    if row is None or not acting.parts(actor, row):
        raise NoSuchCase
    staff = not actor.reader_key or actor.reader_key != row.pseudonym
    found = MemberCheck.objects.filter(case=row).select_related("load").order_by("-at", "-pk")
    return [
        Evidence(
            one.at, one.how, one.is_good, tuple(one.agreed.split()), one.document,
            one.load.at if one.load else None, one.account if staff else "",
        )
        for one in found
    ]  # fmt: skip


def members(site: Site, *, view: str = "checking", page: int = 1, actor: Actor) -> MemberList:
    """Memberships as the desk sees them, of VIEWS; a line in the ledger.

    raises  trust's NotAllowed
    """
    actor = require(actor, acting.READ)
    require_purpose(actor, acting.PURPOSE)
    found = listing.memberships(site, SERVICE, view if view in VIEWS else "checking", page, now())
    record_use(actor, acting.PURPOSE, CASES, ("service", "state"), len(found.lines))
    return found


def load_roster(site: Site, path: Path, *, actor: Actor) -> RosterSum:
    """Take in a list of alumni: CSV or Excel with number, name and year of entry.

    raises  FileProblem, WrongField; trust's NotAllowed
    """
    actor = _at_desk(actor)
    with transaction.atomic():
        found = roster.load(site, path, account=actor.id, at=now())
        record_use(actor, PURPOSE, ROSTER_TABLE, ROSTER_COLUMNS, found.rows)
    return found


def roster_known(*, actor: Actor) -> Roster:
    """How much there is to check against; raises trust's NotAllowed."""
    _at_desk(actor)
    people, claimed = roster.counts()
    loads = RosterLoad.objects.order_by("-at", "-pk")[:10]
    return Roster(
        people, claimed, tuple((one.at, one.account, one.rows, one.refused) for one in loads)
    )


def _at_desk(actor: Actor) -> Actor:
    actor = require(actor, SERVE)
    require_purpose(actor, PURPOSE)
    return actor


def _application(case_id: str, actor: Actor) -> Case:
    row = Case.objects.select_for_update().filter(pk=case_id[:32], service=SERVICE).first()
    if row is None:
        raise NoSuchCase
    if row.state not in standing.CHECKED:
        raise NotNow(
            _("This application is not waiting to be checked."),
            fix=_("Look at the case for how it stands."),
        )
    return row


def _cohort(fields: Mapping[str, Any]) -> int | None:
    try:
        return int(fields.get("cohort") or 0) or None
    except (TypeError, ValueError):
        return None  # the form says what is wrong with it
