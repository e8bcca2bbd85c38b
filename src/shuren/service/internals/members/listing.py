"""Memberships as the desk lists them."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from shuren.kernel.site import Site
from shuren.service.definitions import service as service_named
from shuren.service.internals import versions
from shuren.service.internals.case_rows import Case
from shuren.service.internals.member_rows import MemberCheck
from shuren.service.internals.members import rules
from shuren.service.internals.members.standing import ACTIVE, CHECKED, EXPIRED, pack_of
from shuren.service.internals.opening import local_day
from shuren.service.internals.promises import Clockwork
from shuren.service.member_shapes import VIEWS, MemberLine, MemberList

PAGE = 50


def memberships(site: Site, service: str, view: str, page: int, at: datetime) -> MemberList:
    """One page of a view; applications the longest waiting first, members the soonest ending."""
    given = rules.gives(service_named(site, service))
    day = local_day(site, at)
    soon = day + timedelta(days=given.renew_days if given else 0)
    found = Case.objects.filter(service=service)
    narrowed = {
        "checking": Q(state__in=CHECKED),
        "active": Q(state=ACTIVE, member__ends__gte=day),
        "ending": Q(state=ACTIVE, member__ends__gte=day, member__ends__lte=soon),
        "expired": Q(state=EXPIRED) | Q(state=ACTIVE, member__ends__lt=day),
        "all": Q(),
    }
    counts = {name: found.filter(narrowed[name]).count() for name in VIEWS}
    order = ("opened_at", "id") if view == "checking" else ("member__ends", "id")
    if view == "all":
        order = ("-opened_at", "-id")
    checked = MemberCheck.objects.filter(case=OuterRef("pk"), is_good=True)
    rows = (
        found.filter(narrowed[view])
        .select_related("member")
        .annotate(is_checked=Exists(checked))
        .order_by(*order)
    )
    start = (max(1, page) - 1) * PAGE
    lines = [_line(site, row, given, at) for row in rows[start : start + PAGE]]
    return MemberList(tuple(lines), counts[view], counts)


def _line(site: Site, row: Case, given: rules.Gives | None, at: datetime) -> MemberLine:
    declared = versions.of(site, row.service, row.declared)
    state = declared.flow.states[row.state]
    member = getattr(row, "member", None)
    pack = pack_of(member, given.articles, local_day(site, at)) if member and given else None
    return MemberLine(
        row.pk,
        row.state,
        state.title,
        row.opened_at,
        str(row.fields.get("cohort", "")),
        member.ends if member else None,
        pack.left if pack else None,
        pack.size if pack else None,
        bool(getattr(row, "is_checked", False)),
        Clockwork(site, declared).stands(row, state, at),
        row.due_at,
    )
