"""Events, and who is in them."""

from django.db import models


class Event(models.Model):
    """case_id   the case of the flow `event` or `course` it runs by; state: that case's
    sessions   [[starts, ends]], ISO, in order; starts_at and ends_at are their outer ends
    taken      places given out: changed only together with an enrolment
    code       six digits that are shown at the place
    risen      the `sequence` whose head-counts the lake was told last
    """

    id = models.CharField(max_length=32, primary_key=True)
    case_id = models.CharField(max_length=32, unique=True)
    service = models.CharField(max_length=60)
    state = models.CharField(max_length=40)
    title = models.JSONField()
    summary = models.JSONField(default=dict)
    place = models.CharField(max_length=120, default="", blank=True)
    sessions = models.JSONField()
    starts_at = models.DateTimeField(db_index=True)
    ends_at = models.DateTimeField()
    enrol_until = models.DateTimeField()
    places = models.PositiveIntegerField(default=0)
    taken = models.PositiveIntegerField(default=0)
    certificate = models.PositiveSmallIntegerField(default=0)
    reading = models.JSONField(default=list)
    recap = models.JSONField(default=dict)
    code = models.CharField(max_length=6)
    sequence = models.PositiveIntegerField(default=0)
    risen = models.IntegerField(default=-1)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(places=0) | models.Q(taken__lte=models.F("places")),
                name="event_not_overfull",
            ),
        )

    def __str__(self) -> str:
        return self.id


class Enrolment(models.Model):
    """number   what the reader shows at the door, by chance; wrong: codes typed wrongly
    attended   numbers of the meetings
    """

    event = models.ForeignKey(Event, models.CASCADE, related_name="enrolments")
    pseudonym = models.CharField(max_length=28, db_index=True)
    number = models.CharField(max_length=6)
    state = models.CharField(max_length=12)
    at = models.DateTimeField()
    attended = models.JSONField(default=list)
    wrong = models.PositiveSmallIntegerField(default=0)
    rating = models.PositiveSmallIntegerField(default=0)
    opinion = models.TextField(default="", blank=True)
    said_at = models.DateTimeField(null=True)
    opinion_case = models.CharField(max_length=32, default="", blank=True)
    certificate = models.CharField(max_length=16, default="", blank=True)

    class Meta:
        indexes = (models.Index(fields=("event", "state", "id"), name="enrolment_line"),)
        constraints = (
            models.UniqueConstraint(fields=("event", "pseudonym"), name="enrolled_once"),
            models.UniqueConstraint(fields=("event", "number"), name="enrolment_number"),
        )

    def __str__(self) -> str:
        return self.number
