"""Accounts, the identity vault, the count of wrong passwords, API keys; and the tables of the
internals that have their own."""

from django.contrib.auth.models import AbstractUser
from django.db import models


class Account(AbstractUser):
    """Somebody who can sign in. One account has one role.

    reader_key   pseudonym of the reader behind it, or ""
    campus       the campus shown first, or ""
    """

    role = models.CharField(max_length=40)
    display_name = models.CharField(max_length=80, blank=True)
    reader_key = models.CharField(max_length=28, blank=True, db_index=True)
    campus = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return self.username


class Identity(models.Model):
    """Who a pseudonym is: a sealed JSON object, unreadable without the site's vault key."""

    pseudonym = models.CharField(primary_key=True, max_length=28)
    sealed = models.BinaryField()
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.pseudonym


class SignInCount(models.Model):
    """Wrong passwords in a row for one name from one address; `key` is a keyed hash of both."""

    key = models.CharField(primary_key=True, max_length=64)
    failures = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.key[:8]}: {self.failures}"


class ApiKey(models.Model):
    """A key of the open API. The secret itself is kept nowhere.

    id               the public part, by which the ledger and people name it
    digest           SHA-256 of the secret: 256 random bits, so nothing slower is needed
    previous_digest  of the secret before the last rotation, good until previous_until, or ""
    scopes, purposes  separated by spaces
    """

    id = models.CharField(primary_key=True, max_length=16)
    name = models.CharField(max_length=80)
    owner = models.CharField(max_length=80)
    contact = models.CharField(max_length=120, blank=True)
    digest = models.CharField(max_length=64)
    previous_digest = models.CharField(max_length=64, blank=True)
    previous_until = models.DateTimeField(null=True)
    scopes = models.TextField(blank=True)
    purposes = models.TextField(blank=True)
    per_minute = models.PositiveIntegerField()
    per_day = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=150)
    expires_at = models.DateTimeField(null=True)
    rotated_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.id} {self.name}"


class ApiCount(models.Model):
    """Requests of one key in the minute (`m`) or day (`d`) that began at `start`."""

    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE)
    window = models.CharField(max_length=1)
    start = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("key", "window", "start"), name="one_count_a_window"),
        )

    def __str__(self) -> str:
        return f"{self.key_id} {self.window} {self.start:%Y-%m-%d %H:%M}: {self.count}"


from shuren.trust.internals import consent_rows as consent_rows  # noqa: E402
from shuren.trust.internals import egress_rows as egress_rows  # noqa: E402
from shuren.trust.internals import glass_rows as glass_rows  # noqa: E402
from shuren.trust.internals import ledger_rows as ledger_rows  # noqa: E402
from shuren.trust.internals import rule_rows as rule_rows  # noqa: E402
from shuren.trust.internals import sign_in_rows  # noqa: E402, F401
from shuren.trust.internals import surrogate_rows as surrogate_rows  # noqa: E402

UseRecord = ledger_rows.UseRecord
