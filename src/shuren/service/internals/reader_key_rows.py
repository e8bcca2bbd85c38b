"""Keys by which a program acts for one reader, in the reader's own cases and nowhere else."""

from django.db import models


class ReaderKey(models.Model):
    """One key. Its secret is kept nowhere.

    id      the public part; digest: SHA-256 of the secret, 256 random bits
    name    as the reader calls it
    scopes  of reader_keys.SCOPES, separated by spaces
    minute, in_minute, day, in_day  the running minute and day, and how many requests it had
    """

    id = models.CharField(primary_key=True, max_length=16)
    pseudonym = models.CharField(max_length=28, db_index=True)
    name = models.CharField(max_length=40)
    scopes = models.CharField(max_length=80)
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    minute = models.BigIntegerField(default=0)
    in_minute = models.PositiveIntegerField(default=0)
    day = models.BigIntegerField(default=0)
    in_day = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.id
