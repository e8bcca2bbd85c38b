"""Reads an OpenURL: version 1.0 (Z39.88-2004, key/encoded-value) and 0.1.

Only what names the work is read. What names a person (req_*, pid, any other key) is dropped
before anything else sees it: a reader's id never belongs in an OpenURL.
"""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from shuren.discovery.shapes import Citation

# fmt: off
_NAMES = {
    "genre": ("rft.genre", "genre"),
    "item": ("rft.atitle", "atitle"),
    "title": ("rft.jtitle", "rft.btitle", "rft.title", "rft.stitle", "title", "stitle"),
    "author": ("rft.aulast", "rft.au", "rft.aucorp", "aulast", "au"),
    "date": ("rft.date", "date"),
    "volume": ("rft.volume", "volume"),
    "issue": ("rft.issue", "issue"),
    "page": ("rft.spage", "rft.pages", "spage", "pages"),
}
# fmt: on
_ISSN = ("rft.issn", "rft.eissn", "issn", "eissn")
_ISBN = ("rft.isbn", "isbn")
_IDS = ("rft_id", "id", "rft.doi", "doi")
# Keys of both versions that say how the address is written, not what is asked for.
_FORM = ("url_ver", "ctx_ver", "ctx_enc", "url_ctx_fmt", "rft_val_fmt", "rfr_id", "sid", "ctx_tim")
KNOWN = frozenset((*_ISSN, *_ISBN, *_IDS, *_FORM, *(k for keys in _NAMES.values() for k in keys)))
_LONGEST = 500
_MARKS = (" ", ".", ",", ":", ";", "-", "(", ")", "'", "’", "/")


def read_openurl(query: Mapping[str, Iterable[str]]) -> Citation:
    """query: {key: values} of an address, decoded once."""
    values = {key: [v.strip()[:_LONGEST] for v in query[key]] for key in query if key in KNOWN}
    texts = {
        name: next((v for key in keys for v in values.get(key, ()) if v), "")
        for name, keys in _NAMES.items()
    }
    ids = [unquote(v) for key in _IDS for v in values.get(key, ())]
    issns = [v for key in _ISSN for v in values.get(key, ())]
    isbns = [v for key in _ISBN for v in values.get(key, ())]
    issns += [v[9:] for v in ids if v.lower().startswith("urn:issn:")]
    isbns += [v[9:] for v in ids if v.lower().startswith("urn:isbn:")]
    return Citation(
        **{**texts, "date": _date(texts["date"])},
        doi=next((found for v in ids if (found := _doi(v))), ""),
        issns=_unique(filter(None, map(_issn, issns))),
        isbns=_unique(form for v in isbns for form in _isbn_forms(v)),
        dropped=any(key not in KNOWN for key in query),
    )


def look_up_keys(citation: Citation) -> list[str]:
    """Keys of mart.eholding_key, strongest first. A DOI also stands for the journal or book whose
    DOI it begins with, down to the name behind the slash."""
    keys = [f"issn:{issn}" for issn in citation.issns]
    keys += [f"isbn:{isbn}" for isbn in citation.isbns]
    keys += [f"doi:{doi}" for doi in _prefixes(citation.doi)]
    if not keys and citation.title:
        keys.append(f"title:{title_key(citation.title)}")
    return keys


def title_key(title: str) -> str:
    """As conformed.eholding writes it: small letters, no spaces, no punctuation."""
    text = title.lower()
    for mark in _MARKS:
        text = text.replace(mark, "")
    return text.replace("&", "and")


def _prefixes(doi: str) -> list[str]:
    if not doi:
        return []
    registrant, _, name = doi.partition("/")
    parts = re.split(r"([./-])", name)
    names = ["".join(parts[:end]) for end in range(len(parts), 0, -2)]
    return [f"{registrant}/{part}" for part in names if part]


def _doi(text: str) -> str:
    found = re.search(r"(?:^|info:doi/|doi:|doi\.org/)(10\.\d{4,9}/\S+)", text, re.IGNORECASE)
    return found[1].lower() if found else ""


def _issn(text: str) -> str:
    plain = re.sub(r"[\s-]", "", text).upper()
    return plain if re.fullmatch(r"\d{7}[\dX]", plain) else ""


def _isbn_forms(text: str) -> list[str]:
    """Both forms of an ISBN: lists write either."""
    plain = re.sub(r"[\s-]", "", text).upper()
    if re.fullmatch(r"\d{9}[\dX]", plain):
        return [plain, _with_check("978" + plain[:9])]
    if not re.fullmatch(r"97[89]\d{10}", plain):
        return []
    if not plain.startswith("978"):
        return [plain]
    weights = zip(range(10, 1, -1), plain[3:12], strict=True)
    rest = -sum(weight * int(digit) for weight, digit in weights) % 11
    return [plain, plain[3:12] + ("X" if rest == 10 else str(rest))]


def _with_check(twelve: str) -> str:
    total = sum((3 if n % 2 else 1) * int(digit) for n, digit in enumerate(twelve))
    return twelve + str(-total % 10)


def _date(text: str) -> str:
    found = re.match(r"(\d{4})(?:[-/]?(0[1-9]|1[0-2])(?:[-/]?(0[1-9]|[12]\d|3[01]))?)?(?!\d)", text)
    return "-".join(part for part in found.groups() if part) if found else ""


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
