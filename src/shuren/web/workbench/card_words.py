"""A reader's card in words."""

from collections.abc import Mapping
from typing import Any

from shuren.data.queries import headings
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.web.workbench.shell import current_site


def card_lines(card: Mapping[str, Any]) -> list[tuple[str, str]]:
    """[(what, value)] of a row of conformed.reader; what is not known is left out."""
    kinds = headings(current_site(), "reader_kind")
    words = {
        "kind": _("Kind of reader"),
        "college": _("College"),
        "grade": _("Year of entry"),
        "campus": _("Campus"),
        "status": _("State of the card"),
        "valid_until": _("Valid until"),
    }
    lines = []
    for column, value in card.items():
        if column in words and value not in (None, ""):
            said = pick(kinds[value]) if column == "kind" and value in kinds else str(value)
            lines.append((words[column], said))
    return lines
