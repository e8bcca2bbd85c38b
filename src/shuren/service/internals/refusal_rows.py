"""How often somebody tried what a flow does not allow: counts of a day, of nobody in particular."""

from django.db import models


class RefusedTry(models.Model):
    """event  of the flow, "" for one it does not know; by: reader or staff
    why      of refusals.WHYS
    """

    day = models.DateField()
    service = models.CharField(max_length=60)
    flow = models.CharField(max_length=60)
    state = models.CharField(max_length=40)
    event = models.CharField(max_length=40, blank=True)
    by = models.CharField(max_length=12)
    why = models.CharField(max_length=12)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("day", "service", "state", "event", "by", "why"), name="try_of_a_day"
            ),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.service} {self.event}"
