"""What was done twice is done once; what somebody else changed meanwhile is not written over."""

from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.service.errors import CaseChanged
from shuren.service.internals import acting
from shuren.service.internals.case_rows import Case, CaseStep


def is_opened(actor: Actor, key: str) -> bool:
    """Whether the reader's own case of this key is there already."""
    if not key or not actor.reader_key:
        return False
    return Case.objects.filter(pseudonym=actor.reader_key, open_key=key).exists()


def is_repeated(
    row: Case, event: str, actor: Actor, expected_version: int | None, key: str
) -> bool:
    """Whether this very act has been done before.

    raises  CaseChanged if the version the actor saw is not the one there is
    """
    if key and CaseStep.objects.filter(case=row.pk, key=key).exists():
        return True
    if expected_version is None or expected_version == row.version:
        return False
    after = CaseStep.objects.filter(case=row.pk, number=expected_version + 1).first()
    is_own = bool(actor.reader_key) and actor.reader_key in (row.pseudonym, row.party)
    if (
        after
        and after.event == event
        and after.account in ({"", actor.id} if is_own else {actor.id})
    ):
        return True
    last = CaseStep.objects.filter(case=row.pk).order_by("-number")[0]
    raise CaseChanged(
        _("The case has changed since you looked at it: %(when)s, by %(who)s.",
          when=f"{last.at:%Y-%m-%d %H:%M} UTC", who=pick(acting.TITLES[last.by])),
        fix=_("Look at it as it is now, and decide again."),
    )  # fmt: skip
