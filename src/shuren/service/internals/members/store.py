"""What a membership holds about a reader, told; it goes with its case."""

from django.db.models import Q, QuerySet

from shuren.data.errors import MustStay
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.internals.case_rows import Case
from shuren.service.internals.member_rows import (
    AlumniRecord,
    Member,
    MemberArticle,
    MemberCheck,
)
from shuren.service.shapes import HeldFact, HeldStore

STORE = "membership"
TABLES = (
    "service_member", "service_memberyear", "service_memberarticle", "service_membercheck",
    "service_alumnirecord",
)  # fmt: skip
BECAUSE = {"zh": "会员资格还在。", "en": "The membership is not over."}


def tell(site: Site, actor: Actor, limit: int | None) -> list[HeldStore]:
    """One fact a case: its term, articles and checks, and the roster's line it stands on."""
    cases = list(_cases(actor.reader_key))
    facts = [_fact(row) for row in cases[:limit]]
    return [
        HeldStore(
            STORE,
            _("Your membership"),
            _("So that what members may use is open to you, and their articles are counted."),
            _("In the database, with the case of your membership; of the alumni office's list "
              "keyed marks of number and name, and years, college and degree."),
            _("As long as the case of the membership."),
            len(cases),
            tuple(facts),
            can_forget=True,
        )
    ]  # fmt: skip


def forget(site: Site, actor: Actor, store: str, fact: str) -> int:
    """raises  MustStay while the membership is not over"""
    row = _cases(actor.reader_key).filter(pk=fact[:32]).first()
    if row is None:
        return 0
    if row.is_open:
        raise MustStay(pick(BECAUSE), fix=_("Leave it under My membership first."))
    return _drop(row)


def erase(actor: Actor) -> int:
    """Of memberships that are over; one that is not stays with its case."""
    return sum(_drop(row) for row in _cases(actor.reader_key).filter(is_open=False))


def _drop(row: Case) -> int:
    Member.objects.filter(pk=row.pk).delete()
    MemberCheck.objects.filter(case=row).delete()
    AlumniRecord.objects.filter(claimed=row.pk).update(claimed="")
    return 1


def _cases(pseudonym: str) -> "QuerySet[Case]":
    known = Q(member__isnull=False) | Q(member_checks__isnull=False)
    found = Case.objects.filter(known, pseudonym=pseudonym).distinct()
    return found.order_by("-opened_at", "-id")


def _fact(row: Case) -> HeldFact:
    member = Member.objects.filter(pk=row.pk).first()
    said = {}
    if member is not None:
        taken = MemberArticle.objects.filter(pack__member=member, given_back_at=None).count()
        said = {
            _("From"): member.began.isoformat(),
            _("Until"): member.ends.isoformat(),
            _("Articles used"): str(taken),
        }
    line = AlumniRecord.objects.filter(claimed=row.pk).first()
    if line is not None:
        said[_("In the alumni office's list")] = " · ".join(
            str(one) for one in (line.cohort, line.left, line.college, line.degree) if one
        )
    checks = MemberCheck.objects.filter(case=row).order_by("at")
    said[_("Checked")] = ", ".join(f"{one.at:%Y-%m-%d}" for one in checks)
    return HeldFact(
        row.pk,
        _("A membership"),
        row.opened_at,
        {name: value for name, value in said.items() if value},
        keep=pick(BECAUSE) if row.is_open else "",
    )
