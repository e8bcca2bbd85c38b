"""What readers said yes to, and who may have no profile at all."""

from django.db import models


class Consent(models.Model):
    """What one reader last said about one purpose. No row: never asked, which counts as no.

    text      SHA-256 of the text in both languages: a yes holds for the text it was given to
    changed_at  when it was given or taken back
    """

    pseudonym = models.CharField(max_length=28)
    purpose = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    text = models.CharField(max_length=64)
    is_given = models.BooleanField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("pseudonym", "purpose"), name="one_word_a_purpose"),
        )
        indexes = (models.Index(fields=("purpose", "is_given"), name="consent_givers"),)

    def __str__(self) -> str:
        return f"{self.purpose} {self.version}: {self.is_given}"


class NoProfile(models.Model):
    """A reader of whom no profile may be made, whatever anybody consents to.

    why   id of the reason, see trust.consent.REASONS
    """

    pseudonym = models.CharField(primary_key=True, max_length=28)
    why = models.CharField(max_length=40)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.pseudonym}: {self.why}"
