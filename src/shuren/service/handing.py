"""Work passed on: to a colleague, to another desk, and what can be done to many cases at once."""

from collections.abc import Iterable
from dataclasses import dataclass

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.kernel.suggestions import did_you_mean
from shuren.service.case_shapes import CaseLine, CaseView, Move
from shuren.service.definitions import names, services
from shuren.service.errors import UnknownName, WrongField
from shuren.service.internals import acting, remarks, versions, viewing
from shuren.service.internals.case_rows import Case
from shuren.service.internals.running import ASSIGNED, HANDED, Running
from shuren.trust.queries import accounts_that_may

MOST = 50  # cases that are looked at together


@dataclass(frozen=True)
class Colleague:
    """An account that works on cases; `name` is what it is called, or its account."""

    account: str
    name: str
    role: str


@dataclass(frozen=True)
class Chosen:
    """One of several cases looked at together, and what this actor can do with it now."""

    line: CaseLine
    moves: tuple[Move, ...]


def desks(site: Site) -> dict[str, dict[str, str]]:
    """{post: title} of all that a case can be with, in the order of their list."""
    return dict(names(site).posts)


def colleagues(actor: Actor) -> list[Colleague]:
    """Who can be given a case; raises trust's NotAllowed for who is no staff of the desk."""
    remarks.require_desk(actor)
    return [
        Colleague(one.username, one.display_name or one.username, one.role)
        for one in accounts_that_may(acting.WORK)
    ]


def assign(
    site: Site,
    case_id: str,
    to: str,
    *,
    actor: Actor,
    note: str = "",
    expected_version: int | None = None,
) -> CaseView:
    """Put a case into the hand of a colleague, who is told.

    to      an account that may work on this very case
    raises  NoSuchCase, CaseChanged, WrongField, trust's NotAllowed
    """
    row = remarks.row_of(case_id, actor)
    known = {one.username: one for one in accounts_that_may(acting.WORK)}
    found = known.get(to)
    if found is None or acting.LIBRARIAN not in acting.parts(Actor(to, found.role), row):
        raise WrongField("person", _("Choose a colleague who works on such cases."))
    return remarks.remark(
        site, case_id, ASSIGNED, actor, note, expected_version=expected_version, hand=to
    )


def hand_over(
    site: Site,
    case_id: str,
    desk: str,
    *,
    actor: Actor,
    note: str = "",
    expected_version: int | None = None,
) -> CaseView:
    """Give a case to another desk: it is in nobody's hand there, and its clock goes on.

    desk    one of `desks`
    raises  UnknownName, NoSuchCase, CaseChanged, trust's NotAllowed
    """
    if desk not in desks(site):
        raise UnknownName(
            _("There is no desk called '%(name)s'.", name=desk[:40]),
            fix=did_you_mean(desk, desks(site)),
        )
    row = remarks.row_of(case_id, actor)
    service = services(site).get(row.service)
    kept = "" if service is not None and service.owner == desk else desk
    event = f"{HANDED}{desk}"[:40]
    return remarks.remark(
        site, case_id, event, actor, note, expected_version=expected_version, hand="", desk=kept
    )


def chosen(site: Site, ids: Iterable[str], actor: Actor) -> list[Chosen]:
    """Several open cases as they are now, the soonest due first, with what can be done with each;
    one look in the ledger. Those the actor may not see are left out.

    raises  trust's NotAllowed without cases.read and its purpose
    """
    remarks.require_desk(actor)
    wanted = [id[:32] for id in ids][:MOST]
    seen = acting.visible(actor, Case.objects.filter(pk__in=wanted, is_open=True))
    rows, moment = list(seen.order_by("rank_at", "id")), now()
    remarks.note_look(actor, len(rows))
    return [
        Chosen(
            line,
            acting.moves(
                Running(
                    site, row, versions.of(site, row.service, row.declared), moment, moves=False
                ),
                actor,
                acting.parts(actor, row),
            ),
        )
        for row, line in zip(rows, viewing.lines(site, rows), strict=True)
    ]
