"""Tables of our own circulation: the moves of copies, which are only added to, and the holds."""

from typing import Any

from django.db import models


class CopyMove(models.Model):
    """One move of one copy. What a move says never changes but for the reader: that goes when the
    loan is over and the reader keeps no history, and is renamed when the reader erases.

    place   of this move among those of the copy, from 1; two desks that move one copy at the same
            moment cannot both take a place
    kind    check_out, renew, check_in, set_aside, send, missing or found
    loan    what a check-out, its renewals and its check-in have in common: an id of ours, or the
            snapshot's loan_id; "" where nobody knows which loan it ends
    pseudonym  of the reader, in check-outs and renewals; else ""
    renewals   made so far, this one among them
    campus  where it happened; of a `send` where it travels to
    hold    the hold a set_aside or send is for, else None
    by      account of the staff, or ""
    is_risen  whether the lake has been told
    """

    item = models.CharField(max_length=64)
    place = models.PositiveIntegerField()
    title = models.CharField(max_length=64)
    kind = models.CharField(max_length=12)
    at = models.DateTimeField()
    loan = models.CharField(max_length=64, blank=True)
    pseudonym = models.CharField(max_length=28, blank=True)
    due_at = models.DateTimeField(null=True)
    renewals = models.PositiveIntegerField(default=0)
    campus = models.CharField(max_length=100, blank=True)
    hold = models.BigIntegerField(null=True)
    by = models.CharField(max_length=150, blank=True)
    is_risen = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("item", "place"), name="one_move_at_a_time"),
        )
        indexes = (
            models.Index(fields=("title",), name="copymove_title"),
            models.Index(fields=("pseudonym",), name="copymove_reader"),
            models.Index(fields=("loan",), name="copymove_loan"),
            models.Index(
                fields=("id",), name="copymove_rising", condition=models.Q(is_risen=False)
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.item}"


class CopyHold(models.Model):
    """A reader who waits for a copy of a title. When it is over the reader goes from it.

    item    the copy set aside for it, or ""
    campus  where the reader collects it
    state   waiting, on_its_way, ready, collected, cancelled or expired
    case    id of the case it belongs to, or ""
    version  grows with every change; risen: the one that the lake has been told of
    """

    title = models.CharField(max_length=64)
    item = models.CharField(max_length=64, blank=True)
    pseudonym = models.CharField(max_length=28, blank=True)
    campus = models.CharField(max_length=100, blank=True)
    placed_at = models.DateTimeField()
    state = models.CharField(max_length=12)
    ready_until = models.DateTimeField(null=True)
    case = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField(default=0)
    risen = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = (
            models.Index(
                fields=("id",),
                name="copyhold_rising",
                condition=models.Q(version__gt=models.F("risen")),
            ),
            models.Index(fields=("title", "state"), name="copyhold_queue"),
            models.Index(fields=("pseudonym",), name="copyhold_reader"),
        )

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.version += 1
        super().save(*args, **kwargs)

    def __str__(self) -> str:
        return f"{self.state} {self.title}"
