"""Lists of books that were offered as gifts. They name no donor: the case does, by pseudonym."""

from django.db import models


class GiftItem(models.Model):
    """One line of a gift's list.

    isbn   thirteen digits or ""; key: title and author run together, what is compared without one
    known  title_id of the catalogue; by: isbn or title
    """

    case_id = models.CharField(max_length=32)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=500)
    author = models.CharField(max_length=300, default="", blank=True)
    publisher = models.CharField(max_length=200, default="", blank=True)
    year = models.CharField(max_length=10, default="", blank=True)
    isbn = models.CharField(max_length=13, default="", blank=True)
    copies = models.PositiveIntegerField(default=1)
    known = models.CharField(max_length=64, default="", blank=True)
    by = models.CharField(max_length=8, default="", blank=True)
    decision = models.CharField(max_length=12, default="", blank=True)
    reason = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        indexes = (models.Index(fields=("case_id", "decision"), name="gift_decision"),)
        constraints = (
            models.UniqueConstraint(fields=("case_id", "number"), name="gift_line_once"),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.number}"


class GiftThanks(models.Model):
    """A gift as everybody may see it, once it is acknowledged and as long as the donor agrees.

    at      when it was acknowledged
    named   what the donor wants to be called, "" for nobody; given by the donor alone
    """

    case_id = models.CharField(max_length=32, primary_key=True)
    pseudonym = models.CharField(max_length=28, default="", blank=True, db_index=True)
    named = models.CharField(max_length=100, default="", blank=True)
    titles = models.PositiveIntegerField()
    volumes = models.PositiveIntegerField()
    at = models.DateTimeField(null=True)
    is_risen = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.case_id
