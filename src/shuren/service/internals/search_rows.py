"""Searches that readers saved."""

from django.db import models


class SavedSearch(models.Model):
    """One search a reader asked to keep, and what it had found when the reader last looked.

    words, chosen, sort  what is asked for, as discovery's Query
    asked    a hash of these three, so that each is kept once
    index    the state of the index that `seen` and `fresh` are of
    seen     keys of the records known, 8 bytes each, ascending
    fresh    keys of the records that came since the reader last looked, newest last
    is_broad it finds more than can be watched, so nothing is said about what is new
    alert    "", daily or weekly: the reader wants to be told what is new, by their consent
    alerted  keys of the records they were told of; next_alert: when it is looked again
    """

    pseudonym = models.CharField(max_length=28)
    words = models.CharField(max_length=300)
    chosen = models.JSONField(default=dict)
    sort = models.CharField(max_length=20)
    asked = models.CharField(max_length=64)
    saved_at = models.DateTimeField()
    index = models.CharField(max_length=80)
    seen = models.BinaryField(default=b"")
    fresh = models.BinaryField(default=b"")
    is_broad = models.BooleanField(default=False)
    alert = models.CharField(max_length=10, default="", blank=True)
    alerted = models.BinaryField(default=b"")
    next_alert = models.DateTimeField(null=True, db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("pseudonym", "asked"), name="saved_once"),)

    def __str__(self) -> str:
        return f"saved search {self.pk}"
