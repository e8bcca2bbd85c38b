"""What the measures of a model's card are called by people."""

from collections.abc import Mapping
from dataclasses import dataclass

from shuren.kernel.i18n import gettext as _

FOUND, APART, ASKED = "recall_", "apart_", "asked_"


@dataclass(frozen=True)
class Kind:
    """Planted cases of one kind. Shares 0..1, None where the card has none.

    found  brought together, for cases that are one; or kept apart, for those that only look so
    asked  became a question for a librarian instead
    """

    title: str
    same: bool
    found: float | None
    asked: float | None


def measures(evaluation: Mapping[str, float]) -> list[tuple[str, float]]:
    """The measures over all cases, in the card's order."""
    titles = _measures()
    return [
        (titles.get(name, name.replace("_", " ")), value)
        for name, value in evaluation.items()
        if name in titles or not name.startswith((FOUND, APART, ASKED))
    ]


def kinds(evaluation: Mapping[str, float]) -> list[Kind]:
    """The measures of each kind of case, in the card's order."""
    found, measures = [], _measures()
    for name, value in evaluation.items():
        for prefix in (FOUND, APART):
            if name.startswith(prefix) and name not in measures:
                kind = name.removeprefix(prefix)
                asked = evaluation.get(ASKED + kind)
                found.append(Kind(_kind(kind), prefix == FOUND, value, asked))
    return found


def _measures() -> dict[str, str]:
    return {
        "precision": _("Precision"),
        "recall": _("Recall"),
        "planted": _("Planted cases"),
        "spoken": _("Share it speaks of"),
        "keys_precision": _("Precision of keys alone"),
        "keys_recall": _("Recall of keys alone"),
        "recall_whole": _("Recall of whole class numbers"),
        "recall_second": _("Recall to the second level"),
        "words_found": _("Passages found by some of their words"),
        "noisy_found": _("Passages found though one sign in seven is wrong"),
        "asked": _("Questions asked"),
    }


def _kind(name: str) -> str:
    titles = {
        "other_id": _("Names the other number"),
        "zeros": _("Leading zeros differ"),
        "phone": _("Same telephone"),
        "email": _("Same e-mail"),
        "new_number": _("New number, same contact"),
        "phone_slip": _("Same telephone, slip in the name"),
        "no_key": _("No number in common"),
        "no_year": _("No number and no year"),
        "slip_no_key": _("No number, slip in the name"),
        "moved": _("Same telephone, another college and subject"),
        "namesake": _("Namesake"),
        "namesake_no_year": _("Namesake without a year"),
        "twin": _("Twin with the same telephone"),
        "wrong_number": _("Somebody else's number"),
        "no_isbn": _("Without an ISBN"),
        "edition": _("Another edition"),
        "slip": _("Slip in the title"),
        "order": _("Authors in another order"),
        "house": _("Publisher cut short"),
        "no_author": _("Without authors"),
        "short_title": _("Subtitle added"),
        "volume": _("Another volume"),
        "set_number": _("Another number of a set"),
    }
    return titles.get(name, name.replace("_", " "))
