"""What staff keep for themselves of the desk's list."""

from django.db import models


class DeskView(models.Model):
    """A way of narrowing the list of cases that an account of staff gave a name.

    asked  {name: value} of the list's address, never the page
    """

    account = models.CharField(max_length=150)
    name = models.CharField(max_length=60)
    asked = models.JSONField(default=dict)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("account", "name"), name="view_named_once"),)

    def __str__(self) -> str:
        return self.name
