"""Stations of colleges as they are kept: who answers for one, and every version of what it says."""

from django.db import models


class Station(models.Model):
    """college  as the readers' data name it; id stands in the page's address"""

    id = models.CharField(max_length=40, primary_key=True)
    college = models.CharField(max_length=100, unique=True)
    title = models.JSONField()
    is_open = models.BooleanField(default=True)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.id


class StationLibrarian(models.Model):
    """sealed  {shown, place, hours}, each {zh, en}: how the librarian wants to be shown"""

    station = models.ForeignKey(Station, models.CASCADE, related_name="librarians")
    account = models.CharField(max_length=150)
    sealed = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("station", "account"), name="station_librarian_once"),
        )

    def __str__(self) -> str:
        return f"{self.station_id} {self.pk}"


class StationText(models.Model):
    """One version of what a station says; never changed."""

    station = models.ForeignKey(Station, models.CASCADE, related_name="texts")
    version = models.PositiveIntegerField()
    said = models.JSONField()
    account = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("station", "version"), name="station_text_once"),
        )

    def __str__(self) -> str:
        return f"{self.station_id} {self.version}"
