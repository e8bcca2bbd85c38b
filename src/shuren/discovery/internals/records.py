"""What the index is made of: every work with its editions, holdings and places online, read from
the live snapshot through the data room."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from shuren.data import queries as data
from shuren.discovery.internals.analysis.folding import fold, squeezed
from shuren.discovery.internals.analysis.numbers import isbn13, issn8
from shuren.discovery.search_shapes import Edition, Online
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site

PURPOSE = "public_information"
HOLDINGS, CATALOGUE, COLLECTIONS = "holdings", "catalogue", "collections"
Row = dict[str, Any]

_PARTS = "‖"
_NAMES = re.compile(r"\s*[;；、，‖]\s*|\s+(?:and|und|et)\s+")
_TEXT_LIMIT = 4_000
_KINDS = {
    "a": "book", "t": "book", "c": "score", "d": "score", "e": "map", "f": "map", "g": "video",
    "i": "audio", "j": "audio", "k": "picture", "m": "data", "p": "other", "r": "other",
}  # fmt: skip
_LANGUAGES = {"zho": "chi", "zh": "chi", "en": "eng", "fra": "fre", "fr": "fre", "deu": "ger",
              "de": "ger", "ja": "jpn", "ru": "rus", "ko": "kor", "es": "spa"}  # fmt: skip
_TITLE = (
    "title_id", "title", "title_pinyin", "author", "publisher", "published_year", "isbn",
    "language", "call_number", "class_number",
)  # fmt: skip
_BIB = (
    "bib_id", "record_type", "title", "title_rest", "title_part", "title_parallel",
    "title_variants", "title_uniform", "responsibility", "authors", "author_bodies", "place",
    "publisher", "published_year", "extent", "series", "isbn", "issn", "language", "notes",
    "contents", "summary", "subjects", "subject_names", "subject_places", "keywords",
    "class_number", "url",
)  # fmt: skip
_ONLINE = (
    "holding_id", "title", "print_identifier", "online_identifier", "date_first_issue_online",
    "date_last_issue_online", "title_url", "first_author", "title_id", "publisher",
    "publication_type", "published_online", "access_type", "provider", "package",
)  # fmt: skip

# Everything the index is made from, {table: columns}.
READ = {
    "conformed.title": _TITLE,
    "conformed.bib_record": _BIB,
    "conformed.bib_addition": ("bib_id", "field_name", "added"),
    "conformed.work_member": ("record_kind", "record_id", "work_id"),
    "mart.title_availability": ("title_id", "campus", "copies", "on_loan", "available"),
    "conformed.eholding": _ONLINE,
    "conformed.document": ("document_id", "document_title", "rights", "bib_id"),
    "conformed.oai_record": (
        "repository", "identifier", "title", "creator", "subject", "published", "kind",
        "language", "source",
    ),
}  # fmt: skip


@dataclass
class Record:
    """One work, as it is found. Lists keep the order in which things were met, each once."""

    id: str
    kind: str = "book"
    titles: list[str] = field(default_factory=list)
    title_rest: str = ""
    authors: list[str] = field(default_factory=list)
    other_names: list[str] = field(default_factory=list)
    publishers: list[str] = field(default_factory=list)
    years: list[int] = field(default_factory=list)
    language: str = ""
    isbns: list[str] = field(default_factory=list)
    issns: list[str] = field(default_factory=list)
    dois: list[str] = field(default_factory=list)
    call_numbers: list[str] = field(default_factory=list)
    class_numbers: list[str] = field(default_factory=list)
    subjects: list[str] = field(default_factory=list)
    series: list[str] = field(default_factory=list)
    summary: str = ""
    contents: str = ""
    notes: str = ""
    place: str = ""
    extent: str = ""
    campuses: list[str] = field(default_factory=list)
    copies: int = 0
    on_loan: int = 0
    available: int = 0
    title_ids: list[str] = field(default_factory=list)
    online: list[Online] = field(default_factory=list)
    editions: list[Edition] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)


def read_records(site: Site, actor: Actor) -> Iterator[Record]:
    """All records of the snapshot that is pinned; raises NoSnapshot, trust's NotAllowed."""
    tables = _Tables(site, actor)
    for work in tables.works():
        yield _finished(work)


class _Tables:
    """The tables of one snapshot, and how their rows belong together."""

    def __init__(self, site: Site, actor: Actor) -> None:
        self.site, self.actor = site, actor
        self.titles = {row["title_id"]: row for row in self._rows("conformed.title")}
        self.bibs = {row["bib_id"]: row for row in self._rows("conformed.bib_record")}
        self.holdings = defaultdict(list)
        for row in self._rows("mart.title_availability"):
            self.holdings[row["title_id"]].append(row)
        self.added = defaultdict(list)
        for row in self._rows("conformed.bib_addition"):
            self.added[row["bib_id"]].append(row)

    def _rows(self, table: str) -> list[Row]:
        info = data.current_snapshot(self.site)
        if info is not None and table not in info.tables:
            return []  # an older snapshot: the table came later
        columns = list(READ[table])
        return data.read(
            self.site, table, columns=columns, purpose=PURPOSE, actor=self.actor
        ).dicts()

    def works(self) -> Iterator[Record]:
        members: dict[str, list[Row]] = defaultdict(list)
        for row in self._rows("conformed.work_member"):
            members[row["work_id"]].append(row)
        known: dict[str, Record] = {}
        by_bib: dict[str, Record] = {}
        made = []
        for group in members.values():
            record = self._work(group)
            made.append(record)
            for isbn in record.isbns:
                known.setdefault(isbn, record)
            for issn in record.issns:
                known.setdefault(issn, record)
            for one in record.editions:
                by_bib[one.id] = record
        made += self._online(known)
        made += self._documents(by_bib)
        made += self._harvested()
        yield from sorted(made, key=lambda one: one.id)

    def _work(self, group: list[Row]) -> Record:
        """Holdings first: what stands on the shelf speaks for the work."""
        order = {"title": 0, "bib": 1}
        group.sort(key=lambda row: (order.get(row["record_kind"], 2), row["record_id"]))
        record = Record(id=group[0]["record_id"])
        for row in group:
            if row["record_kind"] == "title" and row["record_id"] in self.titles:
                _add_title(record, self.titles[row["record_id"]], self.holdings[row["record_id"]])
            elif row["record_id"] in self.bibs:
                _add_bib(record, self.bibs[row["record_id"]], self.added[row["record_id"]])
        return record

    def _online(self, known: dict[str, Record]) -> list[Record]:
        """What vendors list, with the work that has its number, else one record a title."""
        made: list[Record] = []
        rows = self._rows("conformed.eholding")
        for row in sorted(rows, key=lambda row: row["holding_id"]):
            numbers = [n for n in map(_number, (row["print_identifier"], row["online_identifier"]))
                       if n]  # fmt: skip
            key = f"{row['publication_type']}|{squeezed(fold(row['title']))}"
            record = next((known[n] for n in (*numbers, key) if n in known), None)
            if record is None:
                record = Record(id=_id("e", numbers[0] if numbers else key))
                record.kind = "journal" if row["publication_type"] == "serial" else "book"
                made.append(record)
            for name in (*numbers, key):
                known.setdefault(name, record)
            _add_online(record, row, numbers)
        return made

    def _documents(self, by_bib: dict[str, Record]) -> list[Record]:
        made = []
        for row in self._rows("conformed.document"):
            record = by_bib.get(row["bib_id"] or "")
            if record is None:
                record = Record(id=_id("d", row["document_id"]), kind="document")
                made.append(record)
            _add(record.titles, row["document_title"])
            _add(record.sources, COLLECTIONS)
            free = row["rights"] == "open"
            record.online.append(Online(row["document_title"], "", "", "", free))
            record.editions.append(
                Edition("document", row["document_id"], row["document_title"], "", "", None)
            )
        return made

    def _harvested(self) -> list[Record]:
        made = []
        for row in self._rows("conformed.oai_record"):
            record = Record(id=_id("o", f"{row['repository']}|{row['identifier']}"), kind="article")
            year = _year(row["published"])
            _extend(record.titles, _split(row["title"]))
            _extend(record.authors, _split(row["creator"]))
            _extend(record.subjects, _split(row["subject"]))
            _add(record.sources, row["repository"])
            record.language = _language(row["language"])
            if year:
                record.years.append(year)
            url = next((p for p in _split(row["source"]) if p.startswith("http")), "")
            record.online.append(Online(row["title"] or "", row["repository"], "", url, True))
            record.editions.append(
                Edition("oai", row["identifier"], record.titles[0] if record.titles else "",
                        "; ".join(record.authors), "", year)
            )  # fmt: skip
            made.append(record)
        return made


def _add_title(record: Record, row: Row, holdings: list[Row]) -> None:
    _add(record.titles, row["title"])
    _extend(record.authors, names(row["author"]))
    _add(record.publishers, row["publisher"])
    _add_year(record, row["published_year"])
    _add(record.isbns, isbn13(row["isbn"] or ""))
    record.language = record.language or _language(row["language"])
    _add(record.call_numbers, row["call_number"])
    _add(record.class_numbers, row["class_number"])
    record.title_ids.append(row["title_id"])
    _add(record.sources, HOLDINGS)
    for held in holdings:
        _add(record.campuses, held["campus"])
        record.copies += held["copies"] or 0
        record.on_loan += held["on_loan"] or 0
        record.available += held["available"] or 0
    record.editions.append(
        Edition("title", row["title_id"], row["title"] or "", row["author"] or "",
                row["publisher"] or "", row["published_year"], row["isbn"] or "",
                row["call_number"] or "")
    )  # fmt: skip


def _add_bib(record: Record, row: Row, added: list[Row]) -> None:
    if not record.editions:
        record.kind = _kind(row["record_type"])
    parts = [row["title"], row["title_part"]]
    _add(record.titles, " ".join(part for part in parts if part))
    for name in ("title_parallel", "title_variants", "title_uniform"):
        _extend(record.titles, _split(row[name]))
    record.title_rest = record.title_rest or " ".join(_split(row["title_rest"]))
    for one in (*_split(row["authors"]), *_split(row["author_bodies"])):
        _extend(record.authors, names(one))
    _add(record.other_names, row["responsibility"])
    _add(record.publishers, row["publisher"].split(_PARTS)[0])
    _add_year(record, row["published_year"])
    for isbn in _split(row["isbn"]):
        _add(record.isbns, isbn13(isbn))
    for issn in _split(row["issn"]):
        _add(record.issns, issn8(issn))
    record.language = record.language or _language(row["language"].split(_PARTS)[0])
    _extend(record.class_numbers, _split(row["class_number"]))
    for name in ("subjects", "subject_names", "subject_places", "keywords"):
        _extend(record.subjects, _split(row[name]))
    for more in added:
        is_class = more["field_name"] == "class_number"
        _add(record.class_numbers if is_class else record.other_names, more["added"])
    _extend(record.series, _split(row["series"]))
    for name in ("summary", "contents", "notes"):
        text = " ".join(_split(row[name]))[:_TEXT_LIMIT]
        setattr(record, name, getattr(record, name) or text)
    record.place = record.place or row["place"].split(_PARTS)[0]
    record.extent = record.extent or row["extent"].split(_PARTS)[0]
    _add(record.sources, CATALOGUE)
    record.editions.append(
        Edition("bib", row["bib_id"], row["title"], "; ".join(_split(row["authors"])),
                row["publisher"].split(_PARTS)[0], row["published_year"],
                next(iter(_split(row["isbn"])), ""))
    )  # fmt: skip


def _add_online(record: Record, row: Row, numbers: list[str]) -> None:
    _add(record.titles, row["title"])
    _extend(record.authors, names(row["first_author"]))
    _add(record.publishers, row["publisher"])
    for number in numbers:
        _add(record.issns if len(number) == 8 else record.isbns, number)
    year = _year(row["published_online"] or row["date_first_issue_online"])
    if year and not record.years:
        record.years.append(year)
    if "doi.org/10." in row["title_url"]:
        _add(record.dois, row["title_url"].split("doi.org/", 1)[1].lower())
    elif re.fullmatch(r"10\.\d{4,9}/\S+", row["title_id"]):
        _add(record.dois, row["title_id"].lower())
    first, last = row["date_first_issue_online"], row["date_last_issue_online"]
    record.online.append(
        Online(row["title"], row["provider"], row["package"], row["title_url"],
               row["access_type"] == "F", f"{first}–{last}" if first else "")
    )  # fmt: skip
    _add(record.sources, row["provider"])
    if not record.editions or all(one.record == "online" for one in record.editions):
        record.editions.append(
            Edition("online", row["holding_id"], row["title"], row["first_author"],
                    row["publisher"], year)
        )  # fmt: skip


def _finished(record: Record) -> Record:
    if not record.titles:
        record.titles.append(next(iter(record.call_numbers), record.id[:12]))
    if not record.language and any("\u3400" <= s <= "\u9fff" for s in record.titles[0]):
        record.language = "chi"
    return record


def names(text: str | None) -> list[str]:
    """Names in a statement. A comma of Latin script is inside one name (Knuth, Donald), except
    where every part is a whole name of two words or more."""
    found: list[str] = []
    for one in _NAMES.split(text or ""):
        parts = [part.strip() for part in one.split(",")]
        whole = len(parts) > 1 and all(" " in part for part in parts)
        found.extend(parts if whole else [one] if one else [])
    return found


def _split(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(_PARTS) if part.strip()]


def _add(target: list[str], value: str | None) -> None:
    if value and value.strip() and value.strip() not in target:
        target.append(value.strip())


def _extend(target: list[str], values: Sequence[str]) -> None:
    for value in values:
        _add(target, value)


def _add_year(record: Record, year: int | None) -> None:
    if year and year not in record.years:
        record.years.append(year)


def _year(text: str | None) -> int | None:
    found = re.match(r"\d{4}", text or "")
    return int(found[0]) if found else None


def _number(text: str) -> str:
    """ISSN of eight or ISBN of thirteen characters; "" for anything else."""
    number = issn8(text) or isbn13(text)
    return number if len(number) in (8, 13) else ""


def _kind(record_type: str) -> str:
    level = record_type[1:2]
    if level in ("s", "i"):
        return "journal"
    if level in ("a", "b"):
        return "article"
    return _KINDS.get(record_type[:1], "book" if not record_type else "other")


def _language(code: str | None) -> str:
    code = (code or "").strip().lower()[:3]
    return _LANGUAGES.get(code, code)


def _id(letter: str, key: str) -> str:
    return f"{letter}{hashlib.md5(key.encode(), usedforsecurity=False).hexdigest()}"
