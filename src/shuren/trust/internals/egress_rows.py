"""Tables of the egress guard: what was stopped, and what waits for a second person."""

from django.db import models


class Blocked(models.Model):
    """A hand-out that was stopped. The same one again within a day is counted, not written anew.

    columns  names, with spaces between them; `pseudonym` where one was found in the content
    seen_by  the account that has looked into it, or ""
    """

    first_at = models.DateTimeField()
    last_at = models.DateTimeField(db_index=True)
    times = models.PositiveIntegerField(default=1)
    point = models.CharField(max_length=40)
    table = models.CharField(max_length=80, blank=True)
    columns = models.TextField(blank=True)
    actor = models.CharField(max_length=150)
    role = models.CharField(max_length=40)
    purpose = models.CharField(max_length=40, blank=True)
    seen_by = models.CharField(max_length=150, blank=True)
    seen_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.point} {self.table} {self.actor}"


class Approval(models.Model):
    """An export of class 3 or 4 that a second person allows once, or does not.

    what         what exactly leaves: a load, a table with its columns and release
    digest       SHA-256 of the code that the approver passes on, "" until then
    expires_at   of the request, later of the code
    """

    id = models.CharField(primary_key=True, max_length=12)
    point = models.CharField(max_length=40)
    what = models.CharField(max_length=300)
    reason = models.CharField(max_length=300)
    asked_by = models.CharField(max_length=150)
    asked_at = models.DateTimeField(db_index=True)
    decided_by = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True)
    is_allowed = models.BooleanField(default=False)
    remark = models.CharField(max_length=300, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.id} {self.point}"


class Release(models.Model):
    """A release for researchers; sealed: the key of its pseudonyms, empty once it has ended."""

    id = models.CharField(primary_key=True, max_length=80)
    sealed = models.BinaryField()
    begun_at = models.DateTimeField()
    exports = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.id
