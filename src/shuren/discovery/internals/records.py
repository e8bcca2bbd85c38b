"""What the index is made of: every work with its editions, holdings and places online, put together
from the rows of the tables that `gathering` reads."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from shuren.discovery.internals.analysis.folding import fold, squeezed
from shuren.discovery.internals.analysis.numbers import isbn13, issn8
from shuren.discovery.search_shapes import Edition, Online

PURPOSE = "public_information"
HOLDINGS, CATALOGUE, COLLECTIONS = "holdings", "catalogue", "collections"
Row = dict[str, Any]

_PARTS = "‖"
_NAMES = re.compile(r"\s*[;；、，‖]\s*|\s+(?:and|und|et)\s+")
_TEXT_LIMIT = 4_000
_DOI = re.compile(r"10\.\d{4,9}/\S+")
# Of the relations of a harvested record only what says it is the same work by another name.
_OWN_DOI = re.compile(r"(?:^doi:\s*|^|doi\.org/)(10\.\d{4,9}/\S+)", re.I)
_OTHER_DOI = re.compile(r"altIdentifier/doi/(10\.\d{4,9}/\S+)", re.I)
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
        "language", "identifiers", "relations",
    ),
    "conformed.journal_index": ("number", "index_name", "title", "is_covered"),
}  # fmt: skip

_HELD, _ADDED = READ["mart.title_availability"], READ["conformed.bib_addition"]
COLUMNS = (_TITLE, _BIB, _ONLINE, READ["conformed.document"], READ["conformed.oai_record"])


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
    holding_ids: list[str] = field(default_factory=list)
    online: list[Online] = field(default_factory=list)
    editions: list[Edition] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    indexes: list[str] = field(default_factory=list)


# Which table a row that was gathered comes from, in the order a record takes them.
TITLE, BIB, PLACE, DOCUMENT, HARVESTED, INDEXED = range(6)


def put_together(rows: Iterable[Sequence[Any]]) -> list[Record]:
    """The records of gathered rows, by id.

    rows  (number of the record, table, id, row, rows that go with it); all of a record are there,
          places online in the order of their ids
    """
    groups: dict[int, list[Sequence[Any]]] = defaultdict(list)
    for row in rows:
        groups[row[0]].append(row)
    return sorted(map(_record, groups.values()), key=lambda one: one.id)


def _record(group: list[Sequence[Any]]) -> Record:
    """Holdings first: what stands on the shelf speaks for the work."""
    group.sort(key=lambda row: (row[1], row[2] if row[1] <= BIB else ""))
    record = Record(id=group[0][2])
    for _number, table, _id, values, more in group:
        if table == INDEXED:
            _extend(record.indexes, values)
            continue
        row = dict(zip(COLUMNS[table], values, strict=True))
        if table == TITLE:
            _add_title(record, row, [dict(zip(_HELD, held, strict=True)) for held in more])
        elif table == BIB:
            _add_bib(record, row, [dict(zip(_ADDED, added, strict=True)) for added in more])
        elif table == PLACE:
            _add_online(record, row)
        elif table == DOCUMENT:
            _add_document(record, row)
        else:
            _add_harvested(record, row)
    return _finished(record)


def numbers_of(row: Row) -> list[str]:
    """ISSN and ISBN of a place online."""
    given = (row["print_identifier"], row["online_identifier"])
    return [number for number in map(_number, given) if number]


def dois_of(table: int, row: Row) -> list[str]:
    """DOIs of a place online or of a harvested record, in small letters."""
    if table == HARVESTED:
        own = [_OWN_DOI.search(text) for text in split(row["identifiers"])]
        others = [_OTHER_DOI.search(text) for text in split(row["relations"])]
        found = [match[1].lower().rstrip(".,;") for match in (*own, *others) if match]
        return list(dict.fromkeys(found))
    if "doi.org/10." in row["title_url"]:
        return [row["title_url"].split("doi.org/", 1)[1].lower()]
    return [row["title_id"].lower()] if _DOI.fullmatch(row["title_id"]) else []


def title_key(row: Row) -> str:
    """What two places online of one title share that have no number."""
    return f"{row['publication_type']}|{squeezed(fold(row['title']))}"


def journal_key(number: str, title: str) -> str:
    """What a line of an index's list shares with the journals it means: an ISSN, or the title."""
    return f"serial|{squeezed(fold(title))}" if number.startswith("title:") else number


def work_numbers(table: int, row: Row) -> list[str]:
    """ISBN and ISSN of a title or a bibliographic record."""
    if table == TITLE:
        return [number] if (number := isbn13(row["isbn"] or "")) else []
    isbns = [isbn13(one) for one in split(row["isbn"])]
    return [one for one in (*isbns, *(issn8(one) for one in split(row["issn"]))) if one]


def online_id(row: Row, numbers: list[str]) -> str:
    return id_of("e", numbers[0] if numbers else title_key(row))


def document_id(row: Row) -> str:
    return id_of("d", row["document_id"])


def harvested_id(row: Row) -> str:
    return id_of("o", f"{row['repository']}|{row['identifier']}")


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
        if row[name]:
            _extend(record.titles, split(row[name]))
    record.title_rest = record.title_rest or " ".join(split(row["title_rest"]))
    authors = split(row["authors"])
    for one in (*authors, *split(row["author_bodies"])):
        _extend(record.authors, names(one))
    isbns = split(row["isbn"])
    _add(record.other_names, row["responsibility"])
    _add(record.publishers, row["publisher"].split(_PARTS)[0])
    _add_year(record, row["published_year"])
    for isbn in isbns:
        _add(record.isbns, isbn13(isbn))
    for issn in split(row["issn"]):
        _add(record.issns, issn8(issn))
    record.language = record.language or _language(row["language"].split(_PARTS)[0])
    _extend(record.class_numbers, split(row["class_number"]))
    for name in ("subjects", "subject_names", "subject_places", "keywords"):
        if row[name]:
            _extend(record.subjects, split(row[name]))
    for more in added:
        is_class = more["field_name"] == "class_number"
        _add(record.class_numbers if is_class else record.other_names, more["added"])
    _extend(record.series, split(row["series"]))
    for name in ("summary", "contents", "notes"):
        if row[name] and not getattr(record, name):
            setattr(record, name, " ".join(split(row[name]))[:_TEXT_LIMIT])
    record.place = record.place or row["place"].split(_PARTS)[0]
    record.extent = record.extent or row["extent"].split(_PARTS)[0]
    _add(record.sources, CATALOGUE)
    record.editions.append(
        Edition("bib", row["bib_id"], row["title"], "; ".join(authors),
                row["publisher"].split(_PARTS)[0], row["published_year"],
                next(iter(isbns), ""))
    )  # fmt: skip


def _add_online(record: Record, row: Row) -> None:
    if not record.editions:
        record.kind = "journal" if row["publication_type"] == "serial" else "book"
    numbers = numbers_of(row)
    record.holding_ids.append(row["holding_id"])
    _add(record.titles, row["title"])
    _extend(record.authors, names(row["first_author"]))
    _add(record.publishers, row["publisher"])
    for number in numbers:
        _add(record.issns if len(number) == 8 else record.isbns, number)
    year = _year(row["published_online"] or row["date_first_issue_online"])
    if year and not record.years:
        record.years.append(year)
    _extend(record.dois, dois_of(PLACE, row))
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


def _add_document(record: Record, row: Row) -> None:
    if not record.editions:
        record.kind = "document"
    _add(record.titles, row["document_title"])
    _add(record.sources, COLLECTIONS)
    free = row["rights"] == "open"
    record.online.append(Online(row["document_title"], "", "", "", free))
    record.editions.append(
        Edition("document", row["document_id"], row["document_title"], "", "", None)
    )


def _add_harvested(record: Record, row: Row) -> None:
    if not record.editions:
        record.kind = "article"
    year = _year(row["published"])
    _extend(record.titles, split(row["title"]))
    _extend(record.authors, split(row["creator"]))
    _extend(record.subjects, split(row["subject"]))
    _add(record.sources, row["repository"])
    record.language = record.language or _language(row["language"])
    if year and not record.years:
        record.years.append(year)
    _extend(record.dois, dois_of(HARVESTED, row))
    url = next((p for p in split(row["identifiers"]) if p.startswith("http")), "")
    record.online.append(Online(row["title"] or "", row["repository"], "", url, True))
    record.editions.append(
        Edition("oai", row["identifier"], next(iter(split(row["title"])), ""),
                "; ".join(split(row["creator"])), "", year)
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


def split(text: str | None) -> list[str]:
    if not text:
        return []
    if _PARTS not in text:
        return [bare] if (bare := text.strip()) else []
    return [bare for part in text.split(_PARTS) if (bare := part.strip())]


def _add(target: list[str], value: str | None) -> None:
    if value and (bare := value.strip()) and bare not in target:
        target.append(bare)


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


def id_of(letter: str, key: str) -> str:
    return f"{letter}{hashlib.md5(key.encode(), usedforsecurity=False).hexdigest()}"
