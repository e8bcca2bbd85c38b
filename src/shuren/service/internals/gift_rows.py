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


class GiftCopy(models.Model):
    """One volume that was accepted, from the acknowledgement of its gift on.

    copy_id   its number until it has a barcode; in the lake its key for good
    number    of its line; place: which of the line's copies, from 1
    barcode, call_number, class_number, campus, location   "" until it is catalogued
    is_known  the catalogue had the title when the gift was acknowledged
    is_ready  it has a barcode, a call number and a branch: readers may have it
    version   one more with each change of what the lake is told; risen: the one it was told
    """

    copy_id = models.CharField(max_length=40, primary_key=True)
    case_id = models.CharField(max_length=32)
    number = models.PositiveIntegerField()
    place = models.PositiveIntegerField(default=1)
    barcode = models.CharField(max_length=64, null=True, unique=True)
    call_number = models.CharField(max_length=200, default="", blank=True)
    class_number = models.CharField(max_length=100, default="", blank=True)
    campus = models.CharField(max_length=100, default="", blank=True)
    location = models.CharField(max_length=200, default="", blank=True)
    is_known = models.BooleanField(default=False)
    is_ready = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    risen = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = (models.Index(fields=("case_id", "is_ready"), name="gift_copy_ready"),)
        constraints = (
            models.UniqueConstraint(
                fields=("case_id", "number", "place"), name="gift_copy_of_line_once"
            ),
        )

    def __str__(self) -> str:
        return self.copy_id


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
