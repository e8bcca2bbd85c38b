"""What the management room says when a decision cannot be recorded or found."""

from shuren.kernel.errors import UsageError


class BadDecision(UsageError):
    """Something a decision needs is missing or does not fit."""


class NoSuchDecision(UsageError):
    """No decision has this number."""
