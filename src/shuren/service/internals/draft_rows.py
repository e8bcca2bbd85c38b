"""Changes of services as they are kept: what was proposed, by whom, and who approved it."""

from django.db import models


class ServiceDraft(models.Model):
    """One change of what a service says.

    text     the whole file
    widens   sentences on what it opens or asks for beyond what was in force; [] where it does not
    state    waiting, published or dropped
    """

    id = models.CharField(max_length=32, primary_key=True)
    service = models.CharField(max_length=60)
    text = models.TextField()
    widens = models.JSONField(default=list)
    state = models.CharField(max_length=12, default="waiting")
    said_by = models.CharField(max_length=150)
    at = models.DateTimeField()
    decided_by = models.CharField(max_length=150, default="", blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("service", "-at"), name="draft_service"),)

    def __str__(self) -> str:
        return self.id
