"""Projects as they are kept: with the case they were opened from, and gone only with it."""

from django.db import models

from shuren.service.internals.case_rows import Case


class Project(models.Model):
    """said  what its kind declared when it began; a later change of the file does not touch it
    paused_on  the day it was paused, None while it goes on
    """

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="project")
    kind = models.CharField(max_length=60)
    said = models.JSONField()
    begun_on = models.DateField()
    paused_on = models.DateField(null=True)

    def __str__(self) -> str:
        return str(self.pk)


class ProjectPerson(models.Model):
    """One who holds a role: an account of staff, or a name that is sealed."""

    id = models.CharField(max_length=32, primary_key=True)
    project = models.ForeignKey(Project, models.CASCADE, related_name="people")
    role = models.CharField(max_length=40)
    account = models.CharField(max_length=150, default="", blank=True)
    sealed_name = models.BinaryField(default=b"")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.id


class ProjectMilestone(models.Model):
    """handed_by, ended_by  accounts of staff; "" where it was the reader
    note  why it was dropped, moved or sent back, or what was written with it last
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="milestones")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=24)
    state = models.CharField(max_length=12, default="open")
    planned_on = models.DateField()
    due_on = models.DateField()
    ended_on = models.DateField(null=True)
    handed_by = models.CharField(max_length=150, default="", blank=True)
    ended_by = models.CharField(max_length=150, default="", blank=True)
    note = models.TextField(default="", blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("project", "name"), name="milestone_named_once"),
        )
        indexes = (models.Index(fields=("state", "due_on"), name="milestone_due"),)

    def __str__(self) -> str:
        return f"{self.project_id} {self.name}"


class ProjectPaper(models.Model):
    """One version of a document. digest: SHA-256 of its bytes as they came, hexadecimal."""

    id = models.CharField(max_length=32, primary_key=True)
    project = models.ForeignKey(Project, models.CASCADE, related_name="papers")
    milestone = models.CharField(max_length=24)
    document = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=150)
    kind = models.CharField(max_length=8)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    account = models.CharField(max_length=150, default="", blank=True)
    at = models.DateTimeField()
    sealed = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("project", "milestone", "document", "version"), name="paper_version_once"
            ),
        )

    def __str__(self) -> str:
        return self.id
