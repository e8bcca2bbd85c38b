"""Whom a case's document was asked of, one after the other."""

from django.db import models


class Supply(models.Model):
    """One supplier asked for one case; nothing in it is about a reader.

    number       of the tries of its case, from 1
    due_at       until when it is waited for
    outcome      asked, supplied or failed
    cost         in fen, of what was supplied; else 0
    """

    case = models.CharField(max_length=32)
    number = models.PositiveIntegerField()
    supplier = models.CharField(max_length=60)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, default="asked")
    cost = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("case", "number"), name="supply_numbered_once"),
            models.UniqueConstraint(fields=("case", "supplier"), name="supplier_asked_once"),
        )
        indexes = (
            models.Index(fields=("supplier", "asked_at"), name="supply_month"),
            models.Index(
                fields=("due_at",), name="supply_due", condition=models.Q(outcome="asked")
            ),
        )

    def __str__(self) -> str:
        return f"{self.case} {self.supplier}"
