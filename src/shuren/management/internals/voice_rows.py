"""Opinions, where they came from, the tasks they lead to, and what is kept of each."""

from django.db import models


class Opinion(models.Model):
    """One opinion, beside its case; when its words have gone, the rest is still counted.

    text        as it is shown beyond the handler: addresses, numbers and names masked
    topic_by    "rule" while it is only suggested, else the account that said so
    merged_into the case it was put into, or ""
    agreed      every writer of it lets the answer be published
    resolution  of RESOLUTIONS, "" while it is open; unresolved_why: of REASONS
    rating      the lowest of its writers' last ratings, 1 to 5, or None
    """

    case_id = models.CharField(max_length=32, primary_key=True)
    received_at = models.DateTimeField(db_index=True)
    channel = models.CharField(max_length=20)
    topic = models.CharField(max_length=60)
    topic_by = models.CharField(max_length=150, default="rule")
    tone = models.CharField(max_length=20)
    title = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    merged_into = models.CharField(max_length=32, default="", blank=True, db_index=True)
    agreed = models.BooleanField(default=False)
    due_on = models.DateField(null=True)
    answered_at = models.DateTimeField(null=True)
    was_late = models.BooleanField(default=False)
    reopened = models.PositiveIntegerField(default=0)
    closed_at = models.DateTimeField(null=True)
    resolution = models.CharField(max_length=20, default="", blank=True)
    unresolved_why = models.CharField(max_length=20, default="", blank=True)
    outcome = models.TextField(default="", blank=True)
    rating = models.PositiveSmallIntegerField(null=True)
    published_at = models.DateTimeField(null=True)
    published_text = models.TextField(default="", blank=True)
    published_answer = models.TextField(default="", blank=True)

    def __str__(self) -> str:
        return self.case_id


class OpinionSource(models.Model):
    """One letter, form, note or remark that an opinion came by.

    home       the opinion it was first put to, to which undoing a merge gives it back
    pseudonym  of its writer; of somebody unnamed one that nothing else knows
    outside    the writer has no reader's record: the vault knows an address only
    sealed     what was written, whole, as JSON; opened for the handler alone
    print      of the folded text, to tell a repeat
    letter     of a mail, what it is taken once by; None elsewhere
    noted_by   the account of staff who wrote it down, "" where the writer did
    """

    id = models.CharField(max_length=32, primary_key=True)
    opinion = models.ForeignKey(Opinion, models.CASCADE, related_name="sources")
    home = models.CharField(max_length=32)
    channel = models.CharField(max_length=20)
    pseudonym = models.CharField(max_length=28, db_index=True)
    outside = models.BooleanField(default=False)
    received_at = models.DateTimeField()
    sealed = models.BinaryField()
    print = models.CharField(max_length=64, db_index=True)
    letter = models.CharField(max_length=64, null=True, unique=True)
    salon = models.CharField(max_length=32, default="", blank=True, db_index=True)
    noted_by = models.CharField(max_length=150, default="", blank=True)
    agreed = models.BooleanField(default=False)
    rating = models.PositiveSmallIntegerField(null=True)
    rated_at = models.DateTimeField(null=True)
    comment = models.TextField(default="", blank=True)

    def __str__(self) -> str:
        return self.id


class OpinionFile(models.Model):
    """What was attached to a source: sealed, handed out as a download, never opened here."""

    source = models.ForeignKey(OpinionSource, models.CASCADE, related_name="files")
    name = models.CharField(max_length=200)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return self.name


class TakenLetter(models.Model):
    """Where in a mailbox a letter stood that was taken in; validity: the server's numbering."""

    mailbox = models.CharField(max_length=20)
    validity = models.PositiveBigIntegerField()
    uid = models.PositiveBigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("mailbox", "validity", "uid"), name="letter_once"),
        )

    def __str__(self) -> str:
        return f"{self.mailbox} {self.uid}"


class Salon(models.Model):
    """One meeting with readers whose opinions were written down."""

    id = models.CharField(max_length=32, primary_key=True)
    title = models.CharField(max_length=200)
    held_on = models.DateField()
    recorded_by = models.CharField(max_length=150)

    def __str__(self) -> str:
        return self.title


class Task(models.Model):
    """One thing to do, of an opinion, a meeting or whatever else is supervised.

    case_id  of the supervised case, None while it is only planned
    opinion  the case of the opinion it is an action of, or ""
    origin   of a meeting's task: which meeting
    why      how topic and owner were suggested: [sentence in words of both languages]
    """

    id = models.CharField(max_length=32, primary_key=True)
    case_id = models.CharField(max_length=32, null=True, unique=True)
    opinion = models.CharField(max_length=32, default="", blank=True, db_index=True)
    kind = models.CharField(max_length=20)
    origin = models.CharField(max_length=200, default="", blank=True)
    title = models.CharField(max_length=200)
    text = models.TextField(default="", blank=True)
    topic = models.CharField(max_length=60)
    owner = models.CharField(max_length=100)
    due_on = models.DateField()
    planned_by = models.CharField(max_length=150)
    recorded_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    was_late = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.title


class Evidence(models.Model):
    """A file that shows what was done about a task."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="evidence")
    name = models.CharField(max_length=200)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    sealed = models.BinaryField()
    added_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Escalation(models.Model):
    """Told once: that a task is near its day (0), past it (1), or three working days past (2)."""

    case_id = models.CharField(max_length=32)
    due_on = models.DateField()
    level = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("case_id", "due_on", "level"), name="escalated_once"),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.level}"
