"""A reader asks to have a record about them corrected (PIPL 46): a case of `record_correction`.

What another system says is put right in that system; the next load brings it here. The case says
what the reader wrote and which store it is about, and goes with an erasure, open or not.
"""

from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import cases, queries
from shuren.service.case_shapes import CaseView
from shuren.service.errors import NothingHeld

SERVICE = "record_correction"


def ask(site: Site, store: str, what_is_wrong: str, *, actor: Actor) -> CaseView:
    """Open the case.

    store   id of a HeldStore that can_correct
    raises  NothingHeld where there is no such store; as cases.open_case
    """
    held = next((one for one in queries.held(site, actor, limit=1) if one.id == store), None)
    if held is None or not held.can_correct:
        raise NothingHeld(
            _("Nothing is held there that another system says."),
            fix=_("Look at My privacy again."),
        )
    return cases.open_case(
        site,
        SERVICE,
        actor=actor,
        subject={"kind": "own_record", "id": held.id, "title": held.title},
        fields={"what_is_wrong": what_is_wrong},
    )
