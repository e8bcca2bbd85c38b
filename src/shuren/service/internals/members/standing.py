"""How a reader stands as a member, on a day: by the newest case of the service that gives it."""

from datetime import date, datetime, timedelta

from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import written_day
from shuren.kernel.site import Site
from shuren.service.flow_shapes import Service
from shuren.service.internals import versions
from shuren.service.internals.case_rows import Case
from shuren.service.internals.member_rows import Member, MemberYear
from shuren.service.internals.members import rules
from shuren.service.internals.members.dates import year_of
from shuren.service.internals.opening import local_day
from shuren.service.member_shapes import (
    LAPSED,
    NEEDLESS,
    NONE,
    SPENT,
    SUSPENDED,
    VALID,
    WAITING,
    Pack,
    Stand,
)

ACTIVE, HELD, EXPIRED, CHECKED = "active", "suspended", "expired", ("applied", "checking")


def for_service(
    site: Site, service: Service, pseudonym: str, at: datetime, role: str = ""
) -> Stand:
    """Of a reader of a role with a service; of a role that need not be a member NEEDLESS, and of a
    role that is not known (at the desk) too, unless the reader has been a member."""
    wanted = rules.needs(service)
    if wanted is None or (role and role not in wanted.roles):
        return Stand(NEEDLESS)
    found = stand(site, wanted.of, pseudonym, at)
    if not role and found.state == NONE:
        return Stand(NEEDLESS)
    if found.state == SPENT and not wanted.counts:
        return Stand(VALID, found.service, found.case, found.began, found.ends)
    return found


def stand(site: Site, service: str, pseudonym: str, at: datetime) -> Stand:
    """With the membership that a service gives; the newest case of it counts."""
    rows = Case.objects.filter(service=service, pseudonym=pseudonym, is_open=True)
    row = rows.select_related("member").order_by("-opened_at", "-id").first()
    if row is None:
        return Stand(
            NONE, service,
            why=_("It is for alumni with a membership, and you have none yet."),
            advice=_("Apply under My membership; it takes two minutes."),
        )  # fmt: skip
    if row.state in CHECKED:
        return Stand(
            WAITING, service, row.pk,
            why=_("Your membership is being checked."),
            advice=_("You are told as soon as it is; the desk can do it at once if you come."),
        )  # fmt: skip
    member = getattr(row, "member", None)
    if row.state == HELD or member is None:
        return Stand(
            SUSPENDED, service, row.pk,
            why=_("Your membership is suspended."),
            advice=_("Ask at the desk what has to be settled."),
        )  # fmt: skip
    return _of_member(site, row, member, local_day(site, at))


def pack_of(member: Member, articles: int, day: date) -> Pack | None:
    """The articles of the year the day lies in, whether one was used or not."""
    if not articles:
        return None
    year = year_of(member.began, day)
    row = MemberYear.objects.filter(member=member, first=year.first).first()
    size, used = (row.size, row.used) if row else (articles, 0)
    return Pack(size, used, year.first, year.last)


def renewal_from(member: Member, given: rules.Gives) -> date:
    return member.ends - timedelta(days=given.renew_days)


def _of_member(site: Site, row: Case, member: Member, day: date) -> Stand:
    given = rules.gives(versions.of(site, row.service, row.declared).service)
    opens = renewal_from(member, given) if given else None
    said = {
        "service": row.service, "case": row.pk, "began": member.began, "ends": member.ends,
        "renew_from": opens, "can_renew": opens is not None and day >= opens,
    }  # fmt: skip
    # The day decides, not whether the timer has run.
    if row.state == EXPIRED or day > member.ends:
        return Stand(
            LAPSED,
            **said,  # type: ignore[arg-type]
            why=_("Your membership ended on %(day)s.", day=written_day(member.ends)),
            advice=_("Renew it under My membership with one tap; it is good again at once."),
        )
    pack = pack_of(member, given.articles if given else 0, day)
    if pack is not None and pack.left <= 0:
        return Stand(
            SPENT,
            **said,  # type: ignore[arg-type]
            pack=pack,
            why=_("You have used the %(count)s articles of this year of membership.",
                  count=pack.size),
            advice=_("The next year begins after %(day)s.", day=written_day(pack.last)),
        )  # fmt: skip
    return Stand(VALID, **said, pack=pack)  # type: ignore[arg-type]
