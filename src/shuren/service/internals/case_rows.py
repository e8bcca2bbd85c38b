"""Cases as they are kept: the case, its trace, its timers, and the versions they run by."""

from django.db import models


class Declaration(models.Model):
    """One version of a service and its flow, kept for the cases that run by it."""

    print = models.CharField(max_length=16, primary_key=True)
    said = models.JSONField()
    first_used_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.print


class Case(models.Model):
    """pseudonym    of the reader; party: of a second reader, or ""
    rank_at      due_at, or a day far off where the clock does not run: what the desk sorts by
    left         working or calendar seconds to the deadline while the clock stands, or None
    version      of the last step; whoever changes a case names the one they saw
    open_key     what made opening it twice one case, or ""
    risen        the version that the lake has been told of; below `version` it is to be told. It
                 is in the row, so that a step and the debt of telling it are one write
    title        of the subject, once more, for the desk to search
    parent       the case that this one is a part of, or ""; a flow may wait for all of them
    desk         the post it was handed to, "" while it is with the one its service names
    """

    id = models.CharField(max_length=32, primary_key=True)
    trace = models.CharField(max_length=32)
    service = models.CharField(max_length=60)
    flow = models.CharField(max_length=60)
    declared = models.CharField(max_length=16)
    state = models.CharField(max_length=40)
    version = models.PositiveIntegerField(default=1)
    is_open = models.BooleanField(default=True)
    is_success = models.BooleanField(default=False)
    pseudonym = models.CharField(max_length=28)
    party = models.CharField(max_length=28, default="", blank=True)
    branch = models.CharField(max_length=80, default="", blank=True)
    channel = models.CharField(max_length=40, default="", blank=True)
    assignee = models.CharField(max_length=150, default="", blank=True)
    subject = models.JSONField(default=dict)
    subject_id = models.CharField(max_length=200, default="", blank=True)
    title = models.CharField(max_length=300, default="", blank=True)
    fields = models.JSONField(default=dict)
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    respond_due_at = models.DateTimeField(null=True)
    responded_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    left = models.FloatField(null=True)
    rank_at = models.DateTimeField()
    needed_at = models.DateTimeField()
    matched_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    feedback_at = models.DateTimeField(null=True)
    open_key = models.CharField(max_length=80, default="", blank=True)
    risen = models.PositiveIntegerField(default=0)
    parent = models.CharField(max_length=32, default="", blank=True)
    desk = models.CharField(max_length=60, default="", blank=True)

    class Meta:
        indexes = (
            models.Index(
                fields=("id",),
                name="case_rising",
                condition=models.Q(version__gt=models.F("risen")),
            ),
            models.Index(fields=("is_open", "rank_at", "id"), name="case_rank"),
            models.Index(fields=("is_open", "service", "state", "branch"), name="case_counts"),
            models.Index(fields=("is_open", "-opened_at", "id"), name="case_newest"),
            models.Index(fields=("pseudonym", "-opened_at"), name="case_reader"),
            models.Index(
                fields=("service", "-closed_at"),
                name="case_over",
                condition=models.Q(is_open=False),
            ),
            models.Index(fields=("party",), name="case_party", condition=~models.Q(party="")),
            models.Index(fields=("service", "subject_id"), name="case_subject"),
            models.Index(fields=("parent",), name="case_parent", condition=~models.Q(parent="")),
            models.Index(fields=("desk",), name="case_desk", condition=~models.Q(desk="")),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("pseudonym", "open_key"),
                condition=~models.Q(open_key=""),
                name="case_opened_once",
            ),
        )

    def __str__(self) -> str:
        return self.id


class CaseStep(models.Model):
    """One line of the trace; never changed, gone only with its case."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="steps")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.CharField(max_length=12)
    role = models.CharField(max_length=60, default="", blank=True)
    account = models.CharField(max_length=150, default="", blank=True)
    event = models.CharField(max_length=40)
    from_state = models.CharField(max_length=40, default="", blank=True)
    to_state = models.CharField(max_length=40)
    note = models.TextField(default="", blank=True)
    key = models.CharField(max_length=80, default="", blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("case", "number"), name="step_numbered_once"),
            models.UniqueConstraint(
                fields=("case", "key"), condition=~models.Q(key=""), name="step_done_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.number}"


class CaseTimer(models.Model):
    """A transition that is due by itself; the row goes in the transaction that makes it happen."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="timers")
    event = models.CharField(max_length=40)
    due_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("case", "event"), name="timer_of_an_event"),)

    def __str__(self) -> str:
        return f"{self.case_id} {self.event}"
