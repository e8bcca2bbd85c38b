"""What somebody says by phone to whoever is on day duty, as an opinion."""

from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.management import opinions
from shuren.management.errors import BadOpinion
from shuren.service import duty
from shuren.service.case_shapes import BY_ITSELF

LONGEST = 2000


def note(site: Site, text: str, *, actor: Actor, letter: str) -> None:
    """Pass on what was said, without who said it: nothing comes back to who wrote it down, neither
    its number nor what becomes of it.

    letter  what the form is known by: sent twice, it is one opinion
    raises  service's NotNow outside a shift, BadOpinion, TooFast
    """
    turn = duty.require_on_duty(site, actor).turn
    if not text.strip():
        raise BadOpinion(_("Write what was said."))
    opinions.take_in(
        site, channel="phone", text=text[:LONGEST], actor=BY_ITSELF,
        letter=f"duty:{turn.id}:{letter}"[:60], sender=(f"duty:{turn.id}", ""),
    )  # fmt: skip
