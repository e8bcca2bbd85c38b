"""Campaigns and what came of them, counted. Nothing here is about a person.

The test of campaigns holds these tables to the fields they have: no pseudonym, case, address of a
machine, browser or time of day can be added without somebody noticing.
"""

from django.db import models


class Campaign(models.Model):
    """A short address that leads to a page of ours. path: of that page; account: of staff."""

    code = models.CharField(max_length=32, primary_key=True)
    title = models.CharField(max_length=100)
    path = models.CharField(max_length=200)
    account = models.CharField(max_length=150)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.code


class CampaignDay(models.Model):
    """How often, on a day of the library's calendar.

    clicks        openings of the short address
    applications  memberships applied for out of a form that came from it
    verified      those among them that the roster made good at once
    """

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="days")
    day = models.DateField()
    clicks = models.PositiveIntegerField(default=0)
    applications = models.PositiveIntegerField(default=0)
    verified = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("campaign", "day"), name="campaign_day_once"),
            models.CheckConstraint(
                condition=models.Q(verified__lte=models.F("applications")),
                name="campaign_verified_applied",
            ),
        )

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.day}"
