"""Takes what may point at a person out of a line of text: for logs and ledgers.

A net below the rule, not the rule: callers do not pass personal values in the first place.
"""

import logging
import re

MASK = "…"
_PERSONAL = re.compile(
    r"r_[a-z2-7]{26}"  # a pseudonym
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # an e-mail address
    # A card, phone or identity number standing alone; Chinese text may touch it on both sides.
    r"|(?<![A-Za-z0-9_.-])\d{7,}[\dXx]?(?![A-Za-z0-9_.])"
)


def mask(text: str) -> str:
    """The text with pseudonyms, e-mail addresses and long numbers replaced by '…'."""
    return _PERSONAL.sub(MASK, text)


class MaskingFormatter(logging.Formatter):
    """A log formatter whose every line, tracebacks included, has been masked."""

    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))
