"""What a reader is told of their records having been opened in an emergency."""

from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.trust import glass
from shuren.trust.glass import Notice
from shuren.trust.queries import roles
from shuren.web import moments


def emergency_notices(actor: Actor) -> list[str]:
    """One sentence or two for each time, newest first."""
    return [_sentence(one) for one in glass.notices(actor.reader_key)]


def _sentence(one: Notice) -> str:
    known = roles()
    said = _(
        "%(role)s opened them on %(when)s (%(kind)s) and looked at %(looks)s things.",
        role=pick(known[one.role].title) if one.role in known else one.role,
        when=moments.exact(one.opened_at),
        kind=pick(glass.KINDS[one.kind]),
        looks=one.looks,
    )
    review = _("Somebody else will review it.")
    if one.verdict:
        verdict = pick(glass.VERDICTS[one.verdict])
        review = _("Somebody else has reviewed it: %(verdict)s.", verdict=verdict)
    return _("%(said)s %(review)s", said=said, review=review)
