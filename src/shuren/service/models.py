"""What readers told the library themselves."""

from django.db import models


class Interest(models.Model):
    """A subject a reader chose, by class number; kept while the reader consents to it."""

    pseudonym = models.CharField(max_length=28)
    subject = models.CharField(max_length=20)
    chosen_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("pseudonym", "subject"), name="chosen_once"),
        )

    def __str__(self) -> str:
        return self.subject


# Tables that have a module of their own.
from shuren.service.internals import booking_rows as booking_rows  # noqa: E402
from shuren.service.internals import campaign_rows as campaign_rows  # noqa: E402
from shuren.service.internals import case_file_rows as case_file_rows  # noqa: E402
from shuren.service.internals import case_rows as case_rows  # noqa: E402
from shuren.service.internals import desk_rows as desk_rows  # noqa: E402
from shuren.service.internals import document_rows as document_rows  # noqa: E402
from shuren.service.internals import draft_rows as draft_rows  # noqa: E402
from shuren.service.internals import event_rows as event_rows  # noqa: E402
from shuren.service.internals import file_link_rows as file_link_rows  # noqa: E402
from shuren.service.internals import gift_rows as gift_rows  # noqa: E402
from shuren.service.internals import licensed_rows as licensed_rows  # noqa: E402
from shuren.service.internals import member_rows as member_rows  # noqa: E402
from shuren.service.internals import project_rows as project_rows  # noqa: E402
from shuren.service.internals import reader_key_rows as reader_key_rows  # noqa: E402
from shuren.service.internals import refusal_rows as refusal_rows  # noqa: E402
from shuren.service.internals import review_rows as review_rows  # noqa: E402
from shuren.service.internals import search_rows as search_rows  # noqa: E402
from shuren.service.internals import shift_rows as shift_rows  # noqa: E402
from shuren.service.internals import station_rows as station_rows  # noqa: E402
from shuren.service.internals import supply_rows as supply_rows  # noqa: E402
from shuren.service.internals.circulation.rows import CopyHold as CopyHold  # noqa: E402
from shuren.service.internals.circulation.rows import CopyMove as CopyMove  # noqa: E402
from shuren.service.internals.messaging import rows as message_rows  # noqa: E402, F401
