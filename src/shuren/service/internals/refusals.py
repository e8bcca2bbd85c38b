"""Tries that a flow refused, counted: where people meet a step that is not there, the flow or the
page that offers it is wrong. No person, case or account is in it."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import F, Sum

from shuren.kernel.clock import now
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.case_shapes import BY_ITSELF, READER
from shuren.service.internals import acting, versions
from shuren.service.internals.case_rows import Case
from shuren.service.internals.promises import working_time
from shuren.service.internals.refusal_rows import RefusedTry

# The state does not have it; it is for somebody else; a guard said no.
STATE, PERSON, GUARD = "state", "person", "guard"
WHYS = (STATE, PERSON, GUARD)
STAFF = "staff"
KEPT = timedelta(days=730)
_OF_READERS = frozenset({READER, acting.OTHER})


def note(site: Site, case_id: str, event: str, actor: Actor) -> None:
    """Count a try that was refused; one of the programme itself is nobody's. A case that is gone
    in the meantime counts for nothing."""
    row = Case.objects.filter(pk=case_id).first()
    if row is None or actor == BY_ITSELF:
        return
    flow, mine = versions.of(site, row.service, row.declared).flow, acting.parts(actor, row)
    way = flow.find(row.state, event)
    key = {
        "day": now().astimezone(working_time(site).zone).date(),
        "service": row.service,
        "state": row.state,
        "event": event if event in flow.events else "",
        "by": READER if mine <= _OF_READERS else STAFF,
        "why": STATE if way is None else GUARD if acting.part_for(way, mine) else PERSON,
    }
    with transaction.atomic():
        found = RefusedTry.objects.filter(**key)
        if not found.update(count=F("count") + 1):
            RefusedTry.objects.bulk_create(
                [RefusedTry(**key, flow=row.flow)], ignore_conflicts=True
            )
            found.update(count=F("count") + 1)


def tried(since: date) -> dict[str, int]:
    """{service: tries} since a day."""
    rows = RefusedTry.objects.filter(day__gte=since).values_list("service")
    return dict(rows.annotate(n=Sum("count")))


def commonest(since: date, most: int = 10) -> list[tuple[str, str, str, str, int]]:
    """[(service, state, event, why, tries)] since a day, the most tried first."""
    rows = RefusedTry.objects.filter(day__gte=since).values_list("service", "state", "event", "why")
    return list(rows.annotate(n=Sum("count")).order_by("-n", "service", "state", "event")[:most])


def forget_before(day: date) -> int:
    return RefusedTry.objects.filter(day__lt=day).delete()[0]
