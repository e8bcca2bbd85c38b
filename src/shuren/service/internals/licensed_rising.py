"""Uses of licensed places on their way into the lake: the number of a month, whole, by its key."""

from typing import Any

from django.db.models import F

from shuren.data.rising import hand_in
from shuren.kernel.site import Site
from shuren.service.internals.licensed_rows import LicensedUse

AT_ONCE = 2_000


def wait() -> bool:
    return _owing().exists()


def tell(site: Site) -> int:
    rows = list(_owing().order_by("pk")[:AT_ONCE])
    told = [
        {
            "month_from": row.month.isoformat(),
            "kind": row.kind,
            "provider": row.provider,
            "package": row.package,
            "uses": row.uses,
        }
        for row in rows
    ]
    hand_in(site, "licensed_uses", told)
    for row in rows:  # what was counted since then is owed still
        LicensedUse.objects.filter(pk=row.pk).update(risen=row.uses)
    return len(rows)


def _owing() -> Any:
    return LicensedUse.objects.filter(uses__gt=F("risen"))
