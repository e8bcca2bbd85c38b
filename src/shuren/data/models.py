"""Tasks of the data librarians: what fell in quality, who mends it, and how it was mended."""

from typing import ClassVar

from django.db import models


class Task(models.Model):
    """One dimension of one contract that fell. At most one of them is open at a time.

    domain    id of the steward domain it was routed to (definitions/stewards)
    dimension complete, valid, unique, consistent or timely
    load      the newest load in which it was seen; faults and records are that load's
    before    usual share of good rows, 0..1; now: the share in `load`
    taken_by  account of who works on it, or ""
    fix       what was done, in words; required to close
    """

    contract = models.CharField(max_length=80, db_index=True)
    domain = models.CharField(max_length=80)
    dimension = models.CharField(max_length=20)
    load = models.CharField(max_length=40)
    faults = models.BigIntegerField()
    records = models.BigIntegerField()
    before = models.FloatField()
    now = models.FloatField()
    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    taken_by = models.CharField(max_length=150, blank=True)
    taken_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=150, blank=True)
    closed_at = models.DateTimeField(null=True, db_index=True)
    fix = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contract", "dimension"],
                condition=models.Q(closed_at__isnull=True),
                name="one_open_task_a_dimension",
            )
        ]

    def __str__(self) -> str:
        return f"{self.contract} {self.dimension}"
