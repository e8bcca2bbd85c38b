"""Suggestions in words: kinds, reasons, which fields agree."""

from typing import Any

from shuren.data.resolution import AUTHORITIES, CLASSES, READERS, WORKS, Side, Suggestion
from shuren.kernel.i18n import gettext as _


def kind_title(kind: str) -> str:
    return {
        WORKS: _("Works joined by the model"),
        AUTHORITIES: _("Authorised names"),
        CLASSES: _("Classes"),
        READERS: _("Cards of one reader"),
    }[kind]


def method_title(method: str) -> str:
    """Where a suggestion comes from; for cards why they were not simply joined."""
    return {
        "model": _("joined by the model"),
        "heading": _("the authorised form"),
        "variant": _("a form not used"),
        "bayes": _("like records of this class"),
        "names_differ": _("one number, two names"),
        "names_unknown": _("a name is not known"),
        "names_near": _("names a sign apart"),
        "namesakes": _("namesakes in the college"),
        "several": _("another card fits as well"),
        "unsure": _("little else agrees"),
        "held": _("has a card of this system"),
    }.get(method, method)


def why(one: Suggestion) -> str:
    """One true sentence."""
    sentences = {
        "model": _("The model joined them; no number or name says so."),
        "heading": _("The name is an authority record's, which writes it so."),
        "variant": _("The authority record gives this name as a form not used."),
        "bayes": _("Records with such words in the title are mostly of this class."),
        "names_differ": _("One card names the other's number, but the names differ: perhaps mistyped."),  # noqa: E501
        "names_unknown": _("They share a number or telephone, but a name is not known."),
        "names_near": _("They share a number or telephone; the names are one sign apart: a slip, or twins."),  # noqa: E501
        "namesakes": _("Several persons of that name are in the college."),
        "several": _("Another card could be this person's as well."),
        "unsure": _("The name agrees or nearly so, but little else says so."),
        "held": _("This person has a card of that system already."),
    }  # fmt: skip
    return sentences.get(reason(one), "")


def reason(one: Suggestion) -> str:
    """The code of the reason: of a pair of cards what is under `why=`, else the method."""
    return agreements(one).get("why", one.method)


def agreements(one: Suggestion) -> dict[str, str]:
    return dict(part.split("=", 1) for part in one.reason.split() if "=" in part)


def agreement_rows(one: Suggestion) -> list[dict[str, str]]:
    """Which fields of two cards agree, in words, with the tone of a badge."""
    words = {
        "same": (_("the same"), "good"),
        "near": (_("one sign apart"), "warn"),
        "differ": (_("different"), "bad"),
        "unknown": (_("not known"), ""),
    }
    found = []
    for name, said in agreements(one).items():
        if name != "why":
            text, tone = words.get(said, (said, ""))
            found.append({"field": field_title(name), "text": text, "tone": tone})
    return found


def field_title(name: str) -> str:
    return {
        "name": _("Name of the person"),
        "phone": _("Telephone"),
        "email": _("E-mail"),
        "reader_id": _("Card number"),
        "source_system": _("System"),
        "kind": _("Reader kind"),
        "college": _("College"),
        "major": _("Subject of study"),
        "grade": _("Year of entry"),
        "campus": _("Campus"),
        "status": _("Card status"),
        "authors": _("Persons"),
        "author": _("Author"),
        "publisher": _("Publisher"),
        "published_year": _("Year"),
        "isbn": _("ISBN"),
        "class_number": _("Class number"),
    }.get(name, name)


def value_title(name: str, value: str) -> str:
    """Codes in words; everything else as it stands."""
    if name == "kind":
        return {
            "student": _("student"), "faculty": _("faculty"), "department": _("department"),
            "alumni": _("alumni"), "public": _("public reader"),
        }.get(value, value)  # fmt: skip
    if name == "status":
        return {
            "active": _("valid"), "suspended": _("suspended"), "closed": _("closed"),
        }.get(value, value)  # fmt: skip
    if name == "source_system":
        return {"cards": _("Campus cards"), "gates": _("Gates"), "ils": _("Library system"),
                "seats": _("Seats")}.get(value, value)  # fmt: skip
    return value.replace("‖", " · ")


def side_line(side: Side) -> str:
    shown = ("source_system", "kind", "college", "major", "grade")
    return " · ".join(value_title(name, value) for name, value in side.facts
                      if name in shown and value)  # fmt: skip


def line(one: Suggestion, sides: list[Side], url: str) -> dict[str, Any]:
    """The inputs of components/suggestion.html."""
    pair = one.kind in (WORKS, READERS)
    return {
        "id": one.id,
        "url": url,
        "title": one.title or _("Two cards"),
        "change": None if one.kind == READERS else (one.given, one.suggested),
        "sides": [side_line(side) for side in sides] if one.kind == READERS else [],
        "why": why(one),
        "sure": f"{min(99, int(100 * one.probability))}%",  # or nobody need be asked
        "accept": _("The same") if pair else _("Accept"),
        "refuse": _("Not the same") if pair else _("Refuse"),
    }
