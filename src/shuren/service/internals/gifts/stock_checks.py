"""Whether what a cataloguer says of a copy can be so: barcodes once, call numbers by a class."""

import re
from collections.abc import Mapping, Sequence

from shuren.data.queries import current_snapshot, headings, read
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.internals.gift_rows import GiftCopy, GiftItem
from shuren.service.internals.gifts import matching, stocking

# As the contract of items asks: no blank, comma, quotation mark or angle bracket.
_BARCODE = re.compile(r'[^\s,;|"<>]{1,64}')
_CALL = re.compile(r"([A-Za-z]{1,2})[^/\s]*[/\s]\s*\S.*")
_AT_ONCE = 1_000
_TEXTS = {"title": 500, "author": 300, "publisher": 200, "location": 200, "campus": 100,
          "call_number": 200}  # fmt: skip


class Checks:
    """All entries that come together: what they ask of the tables is asked once.

    copies  {copy: row} of those there are
    """

    def __init__(
        self,
        site: Site,
        actor: Actor,
        entries: Sequence[Mapping[str, str]],
        copies: Mapping[str, GiftCopy],
    ) -> None:
        self.classes = {code for code in headings(site, "clc") if len(code) == 1}
        asked = {one["barcode"].strip() for one in entries if one.get("barcode", "").strip()}
        self.taken: dict[str, str] = {}
        for some in _parts(sorted(asked)):
            here = GiftCopy.objects.filter(barcode__in=some).values_list("barcode", "copy_id")
            self.taken |= {code: copy for code, copy in here if code}
        self.in_catalogue = _in_catalogue(site, actor, asked - self.taken.keys())
        self.given: set[str] = set()  # copies that came before in the same sheet

    def wrong_with(self, copy: GiftCopy | None, said: Mapping[str, str]) -> str:
        """What is wrong with an entry, as a sentence; "" when it may be written."""
        if copy is None:
            return _("There is no accepted copy with this gift number.")
        if copy.pk in self.given:
            return _("This gift number stands in the sheet twice.")
        wrong = (
            self._barcode(copy, said.get("barcode", "").strip())
            or self._call_number(said.get("call_number", "").strip())
            or self._texts(said)
        )
        if not wrong:
            self.given.add(copy.pk)
            if code := said.get("barcode", "").strip():
                self.taken[code] = copy.pk
        return wrong

    @staticmethod
    def plain(said: Mapping[str, str]) -> dict[str, str]:
        """The texts of an entry as they are kept; an ISBN as thirteen digits."""
        texts = {name: text.strip() for name, text in said.items()}
        return texts | {"isbn": matching.isbn13(texts.get("isbn", ""))}

    def _barcode(self, copy: GiftCopy, code: str) -> str:
        if not code or code == copy.barcode:
            return ""
        if not _BARCODE.fullmatch(code) or "E+" in code:
            return _("“%(code)s” can be no barcode.", code=code[:64])
        if self.taken.get(code, copy.pk) != copy.pk:
            return _("The barcode %(code)s is another gift's.", code=code)
        held = self.in_catalogue.get(code, "")
        if held and not _is_same(held, copy):
            return _("The barcode %(code)s is a copy of “%(title)s”.", code=code, title=held)
        return ""

    def _call_number(self, number: str) -> str:
        if not number:
            return ""
        found = _CALL.fullmatch(number)
        if found is None or found[1][0].upper() not in self.classes:
            return _(
                "“%(number)s” is no call number: a class of the Chinese Library Classification, a"
                " slash and the book number, as in TP312/123.",
                number=number[:60],
            )
        return ""

    def _texts(self, said: Mapping[str, str]) -> str:
        for name, most in _TEXTS.items():
            if len(said.get(name, "").strip()) > most:
                return _("A cell has at most %(count)s signs.", count=most)
        year, isbn = said.get("year", "").strip(), said.get("isbn", "").strip()
        if year and not stocking.YEAR.search(year[:10]):
            return _("“%(year)s” is no year.", year=year[:20])
        if isbn and not matching.isbn13(isbn):
            return _("“%(isbn)s” is no ISBN: its check digit is wrong.", isbn=isbn[:30])
        return ""


def _is_same(title: str, copy: GiftCopy) -> bool:
    """Whether the library's own system was first: its copy with this barcode is this title."""
    line = GiftItem.objects.filter(case_id=copy.case_id, number=copy.number).first()
    return line is not None and matching.folded(line.title) == matching.folded(title)


def _in_catalogue(site: Site, actor: Actor, codes: set[str]) -> dict[str, str]:
    """{barcode: title of its copy} of those the newest snapshot has."""
    snapshot = current_snapshot(site)
    if snapshot is None or "mart.copy_state" not in snapshot.tables:
        return {}
    title_of: dict[str, str] = {}
    for some in _parts(sorted(codes)):
        copies = read(
            site, "mart.copy_state", columns=["item_id", "title_id"], actor=actor,
            where=[("item_id", "in", some)], purpose="public_information",
        )  # fmt: skip
        titles = read(
            site, "conformed.title", columns=["title_id", "title"], actor=actor,
            where=[("title_id", "in", sorted({row[1] for row in copies.rows}))],
            purpose="public_information",
        ).rows if copies.rows else []  # fmt: skip
        named = {row[0]: row[1] for row in titles}
        title_of |= {item: named.get(title, "") or item for item, title in copies.rows}
    return title_of


def _parts(values: Sequence[str]) -> list[Sequence[str]]:
    return [values[at : at + _AT_ONCE] for at in range(0, len(values), _AT_ONCE)]
