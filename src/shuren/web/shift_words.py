"""Shifts in words: when they are."""

from django.utils import timezone

from shuren.service.shift_shapes import ShiftView
from shuren.web import moments


def when(shift: ShiftView) -> str:
    """From when to when; over midnight with the day it ends."""
    ends = timezone.localtime(shift.ends_at)
    if ends.date() == timezone.localtime(shift.starts_at).date():
        return f"{moments.exact(shift.starts_at)}–{ends:%H:%M}"
    return f"{moments.exact(shift.starts_at)} – {moments.exact(shift.ends_at)}"
