"""The texts of the site's purposes and roles that hold: those that somebody approved."""

from django.db import models


class RuleText(models.Model):
    """What a file of the site said when it was approved. The newest of a name is what holds.

    kind         purposes or roles
    fingerprint  of the text, as trust.approvals writes it
    entry        number of the approval in the ledger; 0 where the text was in force already when
                 the library began to hold back what nobody approved
    """

    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=32)
    text = models.TextField()
    entry = models.PositiveBigIntegerField(default=0)

    class Meta:
        indexes = (models.Index(fields=("kind", "name"), name="rule_text_by_name"),)

    def __str__(self) -> str:
        return f"{self.kind}/{self.name} {self.fingerprint[:8]}"
