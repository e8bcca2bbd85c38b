"""What the insight room says when a figure cannot be given."""

from shuren.kernel.errors import UsageError


class NoSuchFigure(UsageError):
    """No figure has this id."""


class NoSuchIndicator(UsageError):
    """No indicator has this id."""


class BadFilter(UsageError):
    """A filter is unknown, or its value is not of its form."""
