"""Items as other programmes and papers want them: RIS, BibTeX, CSL JSON, GB/T 7714-2015 and CSV."""

import csv
import io
import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from shuren.discovery.errors import UnknownFormat
from shuren.discovery.search_shapes import Item

_RIS_TYPES = {"book": "BOOK", "journal": "JFULL", "article": "JOUR", "thesis": "THES", "map": "MAP",
              "audio": "SOUND", "video": "VIDEO", "score": "MUSIC"}  # fmt: skip
_BIBTEX_TYPES = {"book": "book", "article": "article", "thesis": "phdthesis"}
_GBT_TYPES = {"book": "M", "journal": "J", "article": "J", "thesis": "D", "map": "CM", "data": "DS",
              "document": "A"}  # fmt: skip
_CSL_TYPES = {"book": "book", "journal": "periodical", "article": "article-journal",
              "thesis": "thesis", "map": "map", "audio": "song", "video": "motion_picture",
              "score": "musical_score", "picture": "graphic", "data": "dataset"}  # fmt: skip
_LANGUAGES = {"chi": "zh-CN", "eng": "en-US", "jpn": "ja-JP", "ger": "de-DE", "fre": "fr-FR",
              "rus": "ru-RU", "spa": "es-ES", "ita": "it-IT", "kor": "ko-KR"}  # fmt: skip
_BIBTEX_SIGNS = str.maketrans({"&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
                               "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}",
                               "^": r"\textasciicircum{}", "\\": r"\textbackslash{}"})  # fmt: skip
_COLUMNS = ("id", "kind", "title", "authors", "publisher", "place", "year", "isbn", "issn", "doi",
            "call_number", "class_number", "subjects", "language", "link")  # fmt: skip
_MOST_NAMES = 3
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_LIFE = re.compile(r",?\s*\(?\d{3,4}\s*-.*$")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def export(items: Sequence[Item], form: str, address: str) -> str:
    """raises  UnknownFormat"""
    if form not in FORMATS:
        raise UnknownFormat(form, list(FORMATS))
    return FORMATS[form](items, address)


def ris(items: Sequence[Item], address: str) -> str:
    """https://en.wikipedia.org/wiki/RIS_(file_format); lines end in CR LF."""
    lines: list[str] = []
    for item in items:
        lines.append(f"TY  - {_RIS_TYPES.get(item.kind, 'GEN')}")
        tags = [("TI", _title(item)), *(("AU", _inverted(name)) for name in item.authors),
                ("PB", item.publisher), ("CY", item.place), ("PY", str(item.year or "")),
                *(("SN", one) for one in (*item.isbns, *item.issns)),
                *(("DO", one) for one in item.dois), ("CN", item.call_number),
                *(("KW", one) for one in item.subjects), ("LA", item.language),
                ("UR", _link(item, address))]  # fmt: skip
        lines += [f"{tag}  - {_one_line(value)}" for tag, value in tags if value]
        lines += ["ER  - ", ""]
    return "\r\n".join(lines)


def bibtex(items: Sequence[Item], address: str) -> str:
    return "\n".join(_bibtex(item, address) for item in items)


def _bibtex(item: Item, address: str) -> str:
    fields = {
        "title": _title(item),
        "author": " and ".join(_inverted(name) for name in item.authors),
        "publisher": item.publisher,
        "address": item.place,
        "year": str(item.year or ""),
        "isbn": item.isbns[0] if item.isbns else "",
        "issn": item.issns[0] if item.issns else "",
        "doi": item.dois[0] if item.dois else "",
        "series": item.series[0] if item.series else "",
        "url": _link(item, address),
    }
    lines = [
        f"  {name} = {{{value if name == 'url' else _one_line(value).translate(_BIBTEX_SIGNS)}}},"
        for name, value in fields.items()
        if value
    ]
    kind = _BIBTEX_TYPES.get(item.kind, "misc")
    return "\n".join([f"@{kind}{{{re.sub(r'[^A-Za-z0-9-]', '', item.id)[:24]},", *lines, "}\n"])


def csl_json(items: Sequence[Item], address: str) -> str:
    """https://docs.citationstyles.org: what any programme with CSL styles makes a citation of, in
    GB/T 7714 or another style."""
    return json.dumps([_csl(item, address) for item in items], ensure_ascii=False, indent=1) + "\n"


def _csl(item: Item, address: str) -> dict[str, Any]:
    fields = {
        "title": _title(item),
        "author": [_csl_name(name) for name in item.authors],
        "publisher": item.publisher,
        "publisher-place": item.place,
        "issued": {"date-parts": [[item.year]]} if item.year else None,
        "ISBN": " ".join(item.isbns),
        "ISSN": " ".join(f"{one[:4]}-{one[4:]}" for one in item.issns),
        "DOI": item.dois[0] if item.dois else "",
        "collection-title": item.series[0] if item.series else "",
        "abstract": item.summary,
        "call-number": item.call_number,
        "keyword": ", ".join(item.subjects),
        "language": _LANGUAGES.get(item.language, item.language),
        "URL": _link(item, address),
    }
    made = {"id": item.id, "type": _CSL_TYPES.get(item.kind, "document")}
    return made | {name: value for name, value in fields.items() if value}


def _csl_name(name: str) -> dict[str, str]:
    """A Latin name in two parts, without the years of a life; other scripts as they are."""
    family, comma, given = _inverted(name).partition(",")
    if not comma or not _LATIN.match(name):
        return {"literal": name}
    return {"family": family.strip(), "given": _LIFE.sub("", given).strip(" ,")}


def all_gbt7714(items: Sequence[Item], address: str) -> str:
    lines = [f"[{number}] {gbt7714(item, address)}" for number, item in enumerate(items, 1)]
    return "\n".join(lines) + "\n"


def gbt7714(item: Item, address: str) -> str:
    """GB/T 7714-2015, 8: names, title[type], place: publisher, year. An address stands only with
    what is read online alone."""
    chinese = item.language == "chi" or not item.title.isascii()
    online = bool(item.online) and not item.title_ids
    code = _GBT_TYPES.get(item.kind, "Z") + ("/OL" if online else "")
    names = _gbt_names(item.authors, chinese)
    place = item.place or ("[出版地不详]" if chinese else "[S.l.]")
    house = item.publisher or ("[出版者不详]" if chinese else "[s.n.]")
    text = f"{names}{_title(item)}[{code}]. {place}: {house}"
    text += f", {item.year}." if item.year else "."
    return f"{text} {_link(item, address)}." if online and address else text


def _gbt_names(names: Sequence[str], chinese: bool) -> str:
    if not names:
        return ""
    shown = [_gbt_name(name) for name in names[:_MOST_NAMES]]
    if len(names) > _MOST_NAMES:
        shown.append("等" if chinese else "et al")
    return f"{', '.join(shown)}. "


def _gbt_name(name: str) -> str:
    """Donald E. Knuth and Knuth, Donald E., 1938- → KNUTH D E; other scripts as they are."""
    if not _LATIN.match(name):
        return name
    family, _comma, given = _inverted(name).partition(",")
    given = _LIFE.sub("", given)
    letters = [part[0].upper() for part in re.split(r"[\s.\-]+", given) if part[:1].isalpha()]
    return " ".join([family.strip().upper(), *letters])


def _inverted(name: str) -> str:
    """Family name first for a Latin name of several words."""
    if "," in name or " " not in name or not _LATIN.match(name):
        return name
    given, _space, family = name.rpartition(" ")
    return f"{family}, {given}"


def as_csv(items: Sequence[Item], address: str) -> str:
    """With a byte-order mark, for spreadsheets; several values of a column are parted by ; ."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for item in items:
        row = (item.id, item.kind, _title(item), "; ".join(item.authors), item.publisher,
               item.place, item.year or "", "; ".join(item.isbns), "; ".join(item.issns),
               "; ".join(item.dois),
               item.call_number, item.class_number, "; ".join(item.subjects), item.language,
               _link(item, address))  # fmt: skip
        writer.writerow([_cell(str(value)) for value in row])
    return "\ufeff" + target.getvalue()


def _cell(text: str) -> str:
    """A spreadsheet would run what begins like a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _title(item: Item) -> str:
    return f"{item.title}: {item.title_rest}" if item.title_rest else item.title


def _link(item: Item, address: str) -> str:
    return f"{address}{item.id}/" if address else ""


def _one_line(text: str) -> str:
    return " ".join(text.split())


FORMATS: dict[str, Callable[[Sequence[Item], str], str]] = {
    "ris": ris,
    "bibtex": bibtex,
    "csl": csl_json,
    "gbt7714": all_gbt7714,
    "csv": as_csv,
}
