"""Decisions, and what they rest on."""

from django.db import models

from shuren.management.internals import pace_rows as pace_rows
from shuren.management.internals import voice_rows as voice_rows


class Decision(models.Model):
    """One decision of the library.

    decided_by  role that decided; recorded_by: account that wrote it down
    figures     what it rests on: [{kind, id, title, filters, year, value, unit, snapshot,
                data_date, sql}], as it was when the decision was recorded
    outcome     what came of it, "" until somebody says so
    """

    title = models.CharField(max_length=200)
    question = models.TextField()
    decided_on = models.DateField(db_index=True)
    decided_by = models.CharField(max_length=40)
    recorded_by = models.CharField(max_length=150)
    recorded_at = models.DateTimeField()
    figures = models.JSONField(default=list)
    expected = models.TextField()
    review_on = models.DateField(null=True)
    outcome = models.TextField(blank=True)
    outcome_on = models.DateField(null=True)
    outcome_by = models.CharField(max_length=150, blank=True)

    def __str__(self) -> str:
        return self.title
