"""A reader's card in words."""

from collections.abc import Mapping
from typing import Any

from shuren.data.queries import headings
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.web.workbench.shell import current_site


def card_lines(card: Mapping[str, Any]) -> list[tuple[str, str]]:
    """[(what, value)] of a row of conformed.reader; what is not known is left out."""
    names = {what: headings(current_site(), what) for what in ("reader_kind", "study")}
    kinds = {"kind": names["reader_kind"], "study": names["study"]}
    words = {
        "kind": _("Kind of reader"),
        "study": _("Kind of study"),
        "college": _("College"),
        "grade": _("Year of entry"),
        "campus": _("Campus"),
        "status": _("State of the card"),
        "valid_until": _("Valid until"),
    }
    lines = []
    for column, value in card.items():
        if column in words and value not in (None, ""):
            known = kinds.get(column, {}).get(value)
            said = pick(known) if known else str(value)
            lines.append((words[column], said))
    return lines
