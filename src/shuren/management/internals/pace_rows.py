"""How many opinions came from where, for an hour at most. There is no address in it."""

from django.db import models


class PaceKey(models.Model):
    """The secret of a day. It goes with its day: then nobody can say what a bucket stood for."""

    day = models.DateField(primary_key=True)
    secret = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.day}"


class PaceBucket(models.Model):
    """key   HMAC of where it came from, under the day's secret
    left  opinions that may still come, as it was at `at`
    """

    key = models.CharField(primary_key=True, max_length=64)
    left = models.FloatField()
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.key[:8]
