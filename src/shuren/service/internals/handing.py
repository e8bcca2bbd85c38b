"""With which desk a case is: the post its service names, or the one it was handed to."""

from django.db.models import Count, Q, QuerySet

from shuren.kernel.site import Site
from shuren.service.definitions import services
from shuren.service.internals.case_rows import Case


def with_desk(site: Site, desk: str) -> Q:
    """The cases of a desk. Services nobody declares any more are with no desk."""
    own = [id for id, one in services(site).items() if one.owner == desk]
    return Q(desk=desk) | Q(desk="", service__in=own)


def counts(site: Site, by_service: dict[str, int], cases: QuerySet[Case]) -> dict[str, int]:
    """{desk: cases}, from the cases of each service and those that were handed over."""
    known, found = services(site), dict[str, int]()
    for service, count in by_service.items():
        if service in known:
            owner = known[service].owner
            found[owner] = found.get(owner, 0) + count
    away = cases.exclude(desk="").values_list("service", "desk").annotate(n=Count("*"))
    for service, desk, count in away:
        found[desk] = found.get(desk, 0) + count
        if service in known:
            found[known[service].owner] -= count
    return {desk: count for desk, count in found.items() if count > 0}
