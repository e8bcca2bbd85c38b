"""Bookings as they are kept: which place for how long, the quarters of an hour it is taken, who
waits for one, what is blocked, and what was not kept to.

A place is taken by rows, one a quarter of an hour: the database itself refuses a second row for the
same place, and one for the same reader at another. No check in Python could do that on two
databases alike (docs/decisions/0048).
"""

from django.db import models
from django.db.models import Q


class Booking(models.Model):
    """What a case of the flow `booking` holds.

    place, zone, building  as the table of zones and the files of rooms name them
    freed_at  when the place was given back; None while it is held
    is_risen  whether it is in the sums the lake was told (use_rising)
    """

    case = models.OneToOneField(
        "service.Case", models.CASCADE, primary_key=True, related_name="booking"
    )
    service = models.CharField(max_length=60)
    place = models.CharField(max_length=80)
    zone = models.CharField(max_length=60)
    building = models.CharField(max_length=100)
    people = models.PositiveSmallIntegerField(default=1)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    freed_at = models.DateTimeField(null=True)
    is_risen = models.BooleanField(default=False)

    class Meta:
        indexes = (
            models.Index(fields=("zone", "starts_at"), name="booking_zone"),
            models.Index(fields=("place", "starts_at"), name="booking_place"),
        )

    def __str__(self) -> str:
        return self.case_id


class PlaceWish(models.Model):
    """Somebody waits for a place of a zone at a time; the first who came is the first who gets one.

    place, offered_until  the place that was kept for them, and until when; "" and None while none
                          came free
    """

    pseudonym = models.CharField(max_length=28)
    service = models.CharField(max_length=60)
    zone = models.CharField(max_length=60)
    people = models.PositiveSmallIntegerField(default=1)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    joined_at = models.DateTimeField()
    place = models.CharField(max_length=80, default="", blank=True)
    offered_until = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("pseudonym", "zone", "starts_at"), name="wished_for_once"
            ),
        )
        indexes = (models.Index(fields=("zone", "joined_at"), name="wish_in_line"),)

    def __str__(self) -> str:
        return f"wish {self.pk}"


class PlaceBlock(models.Model):
    """A place nobody can book for a while; account: of the staff who blocked it."""

    place = models.CharField(max_length=80)
    zone = models.CharField(max_length=60)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=200)
    account = models.CharField(max_length=150)
    made_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("zone", "starts_at"), name="block_zone"),)

    def __str__(self) -> str:
        return f"block {self.pk}"


class PlaceSlot(models.Model):
    """A quarter of an hour of a place, taken by exactly one of a booking, a wish and a block.

    slot       quarters of an hour since 1970-01-01 00:00 UTC
    pseudonym  of the reader who is then there, "" of a block: nobody is at two places at once
    """

    place = models.CharField(max_length=80)
    slot = models.IntegerField()
    pseudonym = models.CharField(max_length=28, default="", blank=True)
    booking = models.ForeignKey(Booking, models.CASCADE, null=True, related_name="slots")
    wish = models.ForeignKey(PlaceWish, models.CASCADE, null=True, related_name="slots")
    block = models.ForeignKey(PlaceBlock, models.CASCADE, null=True, related_name="slots")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("place", "slot"), name="place_taken_once"),
            models.UniqueConstraint(
                fields=("pseudonym", "slot"), condition=~Q(pseudonym=""), name="reader_at_one_place"
            ),
        )

    def __str__(self) -> str:
        return f"{self.place} {self.slot}"


class Breach(models.Model):
    """A booking that was not kept.

    case           of the booking; the row may be gone
    kind           no_show, or away: stepped out and did not come back
    blocked_until  of the breach that was one too many: until when nothing can be booked
    objection      the case of a reader who objects, or ""
    taken_back_at  when staff took it back; then it counts no more
    """

    pseudonym = models.CharField(max_length=28)
    service = models.CharField(max_length=60)
    case = models.CharField(max_length=32)
    place = models.CharField(max_length=80)
    kind = models.CharField(max_length=12)
    at = models.DateTimeField()
    blocked_until = models.DateTimeField(null=True)
    objection = models.CharField(max_length=32, default="", blank=True)
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("case", "kind"), name="breach_once"),)
        indexes = (models.Index(fields=("pseudonym", "service", "at"), name="breach_reader"),)

    def __str__(self) -> str:
        return f"breach {self.pk}"
