"""Signed links to files that a case delivered, and what became of each opening."""

from django.db import models

from shuren.service.internals.case_rows import Case


class FileLink(models.Model):
    """One link. Its id is chance: with our signature it is the link, and it names nobody.

    key        which signing key made it
    most       how often it may be opened; `opened`: how often it was
    sign_in    whether only the reader of the case opens it, signed in
    survives   whether it goes on when the signing key is changed
    ended_at, ended_by  before its time: by the desk, a newer link, or new keys
    is_cleared what it led to is off the store, or a newer link leads there
    """

    id = models.CharField(max_length=24, primary_key=True)
    case = models.ForeignKey(Case, models.CASCADE, related_name="file_links")
    field = models.CharField(max_length=60)
    key = models.CharField(max_length=8)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    most = models.PositiveIntegerField()
    opened = models.PositiveIntegerField(default=0)
    sign_in = models.BooleanField()
    survives = models.BooleanField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=8, default="", blank=True)
    is_cleared = models.BooleanField(default=False)

    class Meta:
        indexes = (
            models.Index(
                fields=("expires_at",), name="link_past", condition=models.Q(is_cleared=False)
            ),
        )

    def __str__(self) -> str:
        return self.case_id


class FileLinkUse(models.Model):
    """That somebody came with a link, and what came of it: no account, no address, no browser."""

    link = models.ForeignKey(FileLink, models.CASCADE, related_name="uses")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=10)

    def __str__(self) -> str:
        return self.outcome
