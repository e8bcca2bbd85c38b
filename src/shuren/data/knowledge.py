"""Entries of the knowledge base: what staff look up, and what a service may cite on a day."""

import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from shuren.data import queries
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.trust import queries as trust

PERMISSION, PURPOSE, PUBLIC = "knowledge.read", "knowledge_service", "public_information"
ENTRIES, CITABLE = "conformed.knowledge_entry", "mart.citable_entry"
KINDS = ("faq", "rule", "guide")


@dataclass(frozen=True)
class KnowledgeEntry:
    """One entry. kind and status as the contract `knowledge_entries` allows them.

    title, answer   {zh, en}, a language with nothing left out
    source_url  http or https, or ""
    cite_from, cite_until  first and last day it may be cited; None for a draft
    """

    entry_id: str
    kind: str
    title: dict[str, str]
    answer: dict[str, str]
    source: str
    source_url: str
    cite_from: date | None
    cite_until: date | None
    valid_from: date | None = None
    valid_until: date | None = None
    review_on: date | None = None
    owner: str = ""
    status: str = "approved"

    def may_be_cited(self, day: date) -> bool:
        return bool(self.cite_from and self.cite_until and self.cite_from <= day <= self.cite_until)

    def is_past(self, day: date) -> bool:
        """Its term is over."""
        return self.valid_until is not None and self.valid_until < day

    def is_past_review(self, day: date) -> bool:
        """Approved and in force, but not looked at since it should have been."""
        due = self.review_on is not None and self.review_on < day
        return due and self.status == "approved" and not self.is_past(day)

    def says(self, words: str) -> bool:
        """Whether every word, parted by spaces, is somewhere in it; case and width do not count."""
        texts = (self.entry_id, self.source, *self.title.values(), *self.answer.values())
        text = _plain(" ".join(texts))
        return all(word in text for word in _plain(words).split())


def entries(site: Site, *, actor: Actor) -> list[KnowledgeEntry]:
    """Every entry of the live snapshot, drafts as well, by kind and number.

    raises  NoSnapshot, NoSuchTable before the first build; trust's NotAllowed
    """
    actor = trust.require(actor, PERMISSION)
    rows = queries.read(site, ENTRIES, purpose=PURPOSE, actor=actor).dicts()
    found = [_entry(row) for row in rows]
    return sorted(found, key=lambda one: (KINDS.index(one.kind), one.entry_id))


def citable(site: Site, day: date, *, actor: Actor) -> list[KnowledgeEntry]:
    """Entries that a service may cite on a day, open to anybody, by number.

    raises  NoSnapshot, NoSuchTable before the first build
    """
    where = [("cite_from", "<", day + timedelta(1)), ("cite_until", ">=", day)]
    rows = queries.read(
        site, CITABLE, purpose=PUBLIC, actor=actor, where=where, order_by=["entry_id"]
    )
    return [_entry(row) for row in rows.dicts()]


def _entry(row: dict[str, Any]) -> KnowledgeEntry:
    return KnowledgeEntry(title=_texts(row, "title"), answer=_texts(row, "answer"), **row)


def _texts(row: dict[str, Any], name: str) -> dict[str, str]:
    """Both languages of a text, taken out of the row; one that says nothing is left out."""
    texts = {language: str(row.pop(f"{name}_{language}")) for language in ("zh", "en")}
    return {language: text for language, text in texts.items() if text}


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
