"""Who has accepted which licence: counted, and a name only where one is needed."""

from django.db import models


class Acceptance(models.Model):
    """One file given out after its licence was accepted.

    account  "" unless the dataset is for people who signed in
    """

    dataset = models.CharField(max_length=80, db_index=True)
    version = models.PositiveIntegerField()
    file = models.CharField(max_length=120)
    licence = models.CharField(max_length=40)
    accepted_on = models.DateField()
    account = models.CharField(max_length=150, blank=True)

    def __str__(self) -> str:
        return f"{self.dataset} v{self.version}: {self.file}"
