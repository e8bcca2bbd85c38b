"""Who waits for a place: the first in line is offered what came free, for a limited time.

An offer takes the place like a booking does, so nobody can be quicker in the meantime.
"""

from datetime import datetime, timedelta

from django.db import transaction

from shuren.kernel.clock import now
from shuren.kernel.site import Site
from shuren.service import places
from shuren.service.booking_shapes import Place
from shuren.service.internals import place_told, slots
from shuren.service.internals.booking_rows import PlaceSlot, PlaceWish
from shuren.service.rooms import rooms

MOST = 200  # wishes of a zone that are looked through when a place comes free


def offer(site: Site, place: str, zone: str, at: datetime) -> int:
    """Offer a place to who waits for it, the first first, each where it is free for all they asked
    for; how many offers."""
    from shuren.service.internals.placing import occupy

    room = rooms(site).get(place)
    waiting = PlaceWish.objects.filter(zone=zone, offered_until__isnull=True, ends_at__gt=at)
    offered = 0
    for wish in waiting.order_by("joined_at", "id")[:MOST]:
        if room is not None and not room.people[0] <= wish.people <= room.people[1]:
            continue
        wanted = slots.span(max(wish.starts_at, at), wish.ends_at)
        if not len(wanted) or not occupy(place, wanted, wish.pseudonym, wish=wish):
            continue
        wish.place = place
        wish.offered_until = at + timedelta(minutes=_hold(site, wish.service))
        wish.save(update_fields=["place", "offered_until"])
        place_told.offered(site, wish)
        offered += 1
    return offered


def is_due(at: datetime | None = None) -> bool:
    """Whether an offer has run out, a wish is past, or somebody waits."""
    return PlaceWish.objects.exists()


def work(site: Site, at: datetime | None = None) -> int:
    """Take back what was not taken in time, forget what is past, and offer what is free; how many
    offers were made."""
    moment = at or now()
    offered = 0
    for wish in PlaceWish.objects.filter(offered_until__lte=moment).order_by("offered_until"):
        with transaction.atomic():
            gone, _each = PlaceWish.objects.filter(pk=wish.pk, offered_until__lte=moment).delete()
            if gone:
                offered += offer(site, wish.place, wish.zone, moment)
    PlaceWish.objects.filter(ends_at__lte=moment).delete()
    for zone in _zones_waited_for(moment):
        offered += _offer_free(site, zone, moment)
    return offered


def _offer_free(site: Site, zone: str, at: datetime) -> int:
    """What is free though somebody waits: it came free while they joined the line."""
    offered = 0
    for wish in PlaceWish.objects.filter(zone=zone, offered_until__isnull=True)[:MOST]:
        starts_at = max(wish.starts_at, at)
        found = places.free_in(candidates(site, zone, wish.people), starts_at, wish.ends_at)
        if found:
            with transaction.atomic():
                offered += offer(site, found[0].id, zone, at)
    return offered


def candidates(site: Site, zone: str, people: int) -> list[Place]:
    """The bookable places of a zone for so many people."""
    return [
        one for one in places.bookable_in(site, zone) if one.people[0] <= people <= one.people[1]
    ]


def _zones_waited_for(at: datetime) -> list[str]:
    waiting = PlaceWish.objects.filter(offered_until__isnull=True, ends_at__gt=at)
    return list(waiting.values_list("zone", flat=True).distinct().order_by("zone"))


def _hold(site: Site, service: str) -> int:
    rules = places.bookable(site).get(service)
    return rules.hold_minutes if rules else 15


def release(wish: PlaceWish) -> None:
    """Who does not want it any more: the wish goes, and with it what was kept."""
    PlaceSlot.objects.filter(wish=wish).delete()
    wish.delete()
