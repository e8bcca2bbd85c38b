"""How often licensed places were opened. Nothing here is about a person: no pseudonym, no day."""

from django.db import models


class LicensedUse(models.Model):
    """Of one month, kind of reader and package. risen: how many of the uses the lake was told."""

    month = models.DateField()
    kind = models.CharField(max_length=20)
    provider = models.CharField(max_length=200)
    package = models.CharField(max_length=200)
    uses = models.PositiveIntegerField()
    risen = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("month", "kind", "provider", "package"), name="licensed_use_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.month} {self.kind} {self.provider} {self.package}"
