"""Shifts, who is in them, and certificates of hours."""

from django.db import models


class Shift(models.Model):
    """roster, need  "" of one added by hand; taken: changed only together with a turn
    code       six digits that are shown at the place; state: open or off
    early, missed_at, back_hours, missed_most  as the roster said when it was opened: from when on
               who has not come has missed it
    by_hand    added or changed by a person: no roster takes it back
    """

    id = models.CharField(max_length=32, primary_key=True)
    roster = models.CharField(max_length=60, default="", blank=True)
    need = models.CharField(max_length=60, default="", blank=True)
    service = models.CharField(max_length=60)
    title = models.JSONField()
    place = models.JSONField()
    day = models.DateField(db_index=True)
    starts_at = models.DateTimeField(db_index=True)
    ends_at = models.DateTimeField()
    people = models.PositiveSmallIntegerField()
    taken = models.PositiveSmallIntegerField(default=0)
    code = models.CharField(max_length=6)
    state = models.CharField(max_length=8, default="open")
    early = models.PositiveSmallIntegerField(default=15)
    missed_at = models.DateTimeField()
    back_hours = models.PositiveSmallIntegerField(default=24)
    missed_most = models.PositiveSmallIntegerField(default=0)
    by_hand = models.BooleanField(default=False)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(taken__lte=models.F("people")), name="shift_not_overfull"
            ),
            models.UniqueConstraint(
                fields=("roster", "need", "starts_at"),
                condition=~models.Q(roster=""),
                name="shift_opened_once",
            ),
        )

    def __str__(self) -> str:
        return self.id


class ShiftTurn(models.Model):
    """number   what staff see instead of a name, by chance; wrong: codes typed wrongly
    pauses   [[out, back or ""]], ISO; spans: [[from, to]] that counted, when it was done
    checks   {zone of the checklist: when it was looked at, ISO}
    is_risen  its month was summed up since it was over
    """

    shift = models.ForeignKey(Shift, models.CASCADE, related_name="turns")
    pseudonym = models.CharField(max_length=28, db_index=True)
    number = models.CharField(max_length=6)
    state = models.CharField(max_length=8)
    offered = models.CharField(max_length=4, default="", blank=True)
    at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    pauses = models.JSONField(default=list)
    spans = models.JSONField(default=list)
    seconds = models.PositiveIntegerField(default=0)
    wrong = models.PositiveSmallIntegerField(default=0)
    reminded = models.BooleanField(default=False)
    checks = models.JSONField(default=dict)
    is_risen = models.BooleanField(default=False)

    class Meta:
        indexes = (models.Index(fields=("state", "shift"), name="shift_turn_state"),)
        constraints = (
            models.UniqueConstraint(fields=("shift", "pseudonym"), name="shift_turn_once"),
            models.UniqueConstraint(fields=("shift", "number"), name="shift_turn_number"),
        )

    def __str__(self) -> str:
        return self.number


class ShiftHours(models.Model):
    """A certificate of hours: which document says how much for which days."""

    pseudonym = models.CharField(max_length=28, db_index=True)
    since = models.DateField()
    until = models.DateField()
    seconds = models.PositiveIntegerField()
    code = models.CharField(max_length=16)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("pseudonym", "since", "until", "seconds"), name="shift_hours_once"
            ),
        )

    def __str__(self) -> str:
        return self.code
