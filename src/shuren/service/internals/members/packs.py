"""The articles of a member's year: one taken with each request, given back when it never came.

Both are one conditional write, so that two requests in the same moment never take the same one.
"""

from datetime import datetime

from django.db.models import F

from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.site import Site
from shuren.service.case_shapes import LIBRARIAN, READER
from shuren.service.errors import NotOffered
from shuren.service.flow_shapes import Service
from shuren.service.internals import limits
from shuren.service.internals.case_rows import Case
from shuren.service.internals.member_rows import MemberArticle, MemberYear
from shuren.service.internals.members import rules, standing
from shuren.service.internals.members.dates import year_of
from shuren.service.internals.opening import local_day
from shuren.service.member_shapes import NEEDLESS, Stand


def require(site: Site, row: Case, service: Service, by: str, role: str, study: str = "") -> None:
    """Let a case be opened within its service's limits and, where it needs a membership, by a
    member; and take of their articles what it takes.

    by      of FLOW_ACTORS; at the desk it counts for whom has been a member
    raises  NotOffered with the reason and the way on
    """
    limits.require_room(site, service, row.pseudonym, row.opened_at, role, study)
    wanted = rules.needs(service)
    if wanted is None or by not in (READER, LIBRARIAN):
        return
    asked = role if by == READER else ""
    found = standing.for_service(site, service, row.pseudonym, row.opened_at, asked)
    if found.state == NEEDLESS:
        return
    if not found.is_good:
        raise _refused(service, found)
    if wanted.counts and found.pack is not None and not _take(site, row, found):
        # Another request took the last one since.
        raise _refused(
            service, standing.for_service(site, service, row.pseudonym, row.opened_at, asked)
        )


def give_back(case: str, at: datetime) -> bool:
    """The article of a case that came to nothing; True the first time."""
    taken = MemberArticle.objects.filter(pk=case, given_back_at=None)
    pack = taken.values_list("pack", flat=True).first()
    if pack is None or not taken.update(given_back_at=at):
        return False
    return bool(MemberYear.objects.filter(pk=pack, used__gt=0).update(used=F("used") - 1))


def _take(site: Site, row: Case, found: Stand) -> bool:
    assert found.began
    assert found.pack
    year = year_of(found.began, local_day(site, row.opened_at))
    pack, _is_new = MemberYear.objects.get_or_create(
        member_id=found.case, first=year.first, defaults={"size": found.pack.size}
    )
    left = MemberYear.objects.filter(pk=pack.pk, used__lt=F("size"))
    if not left.update(used=F("used") + 1):
        return False
    MemberArticle.objects.create(case_id=row.pk, pack=pack, at=row.opened_at)
    return True


def _refused(service: Service, found: Stand) -> NotOffered:
    return NotOffered(
        _("%(service)s: %(why)s", service=pick(service.title), why=found.why), fix=found.advice
    )
