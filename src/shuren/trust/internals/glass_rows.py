"""Records of readers that were opened in an emergency."""

from django.db import models


class Glass(models.Model):
    """One reader's records, opened by one person for a limited time.

    pseudonym  the reader; "" after they erased what is held about them
    kind       id of the kind of emergency, see trust.glass.KINDS
    reason     what was typed, sealed: it may name somebody
    ends_at    when it ends by itself; ended_at: when it was ended before that
    looks      how often something was looked at
    verdict    "", or what the second person found: see trust.glass.VERDICTS
    """

    opened_by = models.CharField(max_length=150, db_index=True)
    role = models.CharField(max_length=40)
    pseudonym = models.CharField(max_length=28, blank=True, db_index=True)
    kind = models.CharField(max_length=20)
    reason = models.BinaryField()
    opened_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    looks = models.PositiveIntegerField(default=0)
    verdict = models.CharField(max_length=20, blank=True)
    reviewed_by = models.CharField(max_length=150, blank=True)
    reviewed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.opened_at:%Y-%m-%d %H:%M} {self.kind} {self.verdict or 'unreviewed'}"
