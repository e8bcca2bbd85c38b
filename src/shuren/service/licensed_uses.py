"""How often licensed places were opened from here, by kind of reader and month, without following
anybody: a use is one more in a number.

It counts who went through our pages to a platform. Who goes there by another way is in the
platform's own COUNTER reports, which know no kinds of readers.
"""

from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import F

from shuren.kernel.clock import now
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.internals import offer_facts
from shuren.service.internals.licensed_rows import LicensedUse
from shuren.service.internals.opening import local_day
from shuren.trust import queries as trust


def count(
    site: Site,
    place: tuple[str, str],
    *,
    actor: Actor,
    uses: int = 1,
    day: date | None = None,
) -> None:
    """Add to the number of this month for the actor's kind of reader.

    place  (provider, package)
    day    when it was; today if not said

    Two that come at once are both counted: the database adds, and of two that begin the month one
    is refused the new row and adds to the other's.
    """
    kind = offer_facts.reader_kind(actor.role, trust.role(actor.role).kind, bool(actor.reader_key))
    month = (day or local_day(site, now())).replace(day=1)
    provider, package = place[0][:200], place[1][:200]
    known = LicensedUse.objects.filter(
        month=month, kind=kind, provider=provider, package=package
    )  # fmt: skip
    if known.update(uses=F("uses") + uses):
        return
    try:
        with transaction.atomic():
            LicensedUse.objects.create(
                month=month, kind=kind, provider=provider, package=package, uses=uses
            )
    except IntegrityError:
        known.update(uses=F("uses") + uses)
