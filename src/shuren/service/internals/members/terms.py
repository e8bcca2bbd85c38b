"""What the flow `membership` asks for and does: the roster, the term, its renewal and its end."""

from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import written_day
from shuren.service.errors import NotNow
from shuren.service.internals.hooks import Facts
from shuren.service.internals.member_rows import Member, MemberCheck
from shuren.service.internals.members import roster, rules
from shuren.service.internals.members.dates import anniversary
from shuren.service.internals.members.standing import renewal_from
from shuren.service.internals.opening import local_day

UNTIL = "valid_until"


def why_not_on_roster(facts: Facts) -> str:
    """ "" where the roster has them, by the check that came with this very request."""
    if rules.gives(facts.clockwork.declared.service) is None or _good(facts) is None:
        return _("A librarian checks it.")
    return ""


def why_not_checked(facts: Facts) -> str:
    """Nobody becomes a member without evidence; services without a term ask for none."""
    if rules.gives(facts.clockwork.declared.service) is None or _good(facts) is not None:
        return ""
    return _("Check it first: against the roster, or by a document that was shown.")


def why_not_renewed(facts: Facts) -> str:
    """It is too early to renew, or there is nothing to."""
    given = rules.gives(facts.clockwork.declared.service)
    member = Member.objects.filter(pk=facts.row.pk).first()
    if given is None or member is None:
        return _("There is no term to renew.")
    opens = renewal_from(member, given)
    if local_day(facts.site, facts.at) >= opens:
        return ""
    return _("It can be renewed from %(day)s on.", day=written_day(opens))


def begin_term(facts: Facts) -> None:
    """The membership begins today, on the line of the roster it was checked by, if any.

    raises  NotNow where another membership stands on that line
    """
    given = rules.gives(facts.clockwork.declared.service)
    if given is None:
        return
    found = _good(facts)
    if found is not None:
        if found.record and not roster.claim(found.record, facts.row.pk):
            raise NotNow(
                _("Another account is a member by this line of the roster already."),
                fix=_("Sign in with that account, or ask at the desk."),
            )
        MemberCheck.objects.filter(pk=found.pk).update(case=facts.row.pk, key="")
    day = local_day(facts.site, facts.at)
    ends = anniversary(day, given.years)
    Member.objects.update_or_create(
        case_id=facts.row.pk, defaults={"began": day, "years": given.years, "ends": ends}
    )
    facts.row.fields = {**facts.row.fields, UNTIL: ends.isoformat()}


def renew_term(facts: Facts) -> None:
    """Another term: after the present one while that runs, else from today."""
    given = rules.gives(facts.clockwork.declared.service)
    member = Member.objects.select_for_update().filter(pk=facts.row.pk).first()
    if given is None or member is None:
        return
    day = local_day(facts.site, facts.at)
    if day > member.ends:
        member.began, member.years = day, given.years
    else:
        member.years += given.years
    member.ends = anniversary(member.began, member.years)
    member.save()
    facts.row.fields = {**facts.row.fields, UNTIL: member.ends.isoformat()}


def end_term(facts: Facts) -> None:
    """Over for good: the line of the roster is free for who applies anew."""
    roster.release(facts.row.pk)


def give_back_article(facts: Facts) -> None:
    """A member gets back the article that this case took of their year's."""
    from shuren.service.internals.members.packs import give_back

    give_back(facts.row.pk, facts.at)


def _good(facts: Facts) -> MemberCheck | None:
    """The newest check that was good, of the case or of the request that opens it."""
    found = MemberCheck.objects.filter(is_good=True)
    of_case = found.filter(case=facts.row.pk).order_by("-at", "-pk").first()
    if of_case is None and facts.row.open_key:
        return found.filter(case=None, key=facts.row.open_key).order_by("-pk").first()
    return of_case
