"""What stands in the address of a search, and the filters beside its hits."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from shuren.data.queries import headings
from shuren.discovery.search_shapes import RELEVANCE, SORTS, Answer, Facet, FacetValue
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.site import Site

NAMES = ("availability", "kind", "clc", "year", "campus", "language", "indexed", "author",
         "subject", "publisher", "source")  # fmt: skip
LONGEST, MOST_VALUES, SHOWN = 300, 12, 8
_OPEN = ("availability", "kind", "clc", "year", "campus")
_FEW_YEARS, _STEPS = 12, (5, 10, 20, 50, 100)


@dataclass(frozen=True)
class Asked:
    """chosen {facet: values}, in the order of the page."""

    text: str
    chosen: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sort: str = RELEVANCE
    page: int = 1

    def query(self, **more: str) -> str:
        pairs = [("q", self.text)]
        pairs += [(name, value) for name, values in self.chosen.items() for value in values]
        if self.sort != RELEVANCE:
            pairs.append(("sort", self.sort))
        if self.page > 1:
            pairs.append(("page", str(self.page)))
        return f"?{urlencode([*pairs, *more.items()])}"

    def url(self, **changed: Any) -> str:
        """The address of this search with something changed; on its first page, if not said."""
        return reverse("find") + replace(self, **{"page": 1, **changed}).query()

    def toggled(self, name: str, value: str) -> str:
        values = list(self.chosen.get(name, ()))
        values = [v for v in values if v != value] if value in values else [*values, value]
        chosen = {n: values if n == name else self.chosen.get(n, ()) for n in NAMES}
        return self.url(chosen={n: v for n, v in chosen.items() if v})

    def again(self) -> list[tuple[str, str]]:
        """What a form that means this very search says."""
        return [("q", self.text), *self.kept(), ("sort", self.sort)]

    def kept(self) -> list[tuple[str, str]]:
        """What a form that changes one thing says again."""
        return [(name, value) for name, values in self.chosen.items() for value in values]


def asked(sent: QueryDict) -> Asked:
    """Whatever the address says; what cannot be meant is left out."""
    chosen = {}
    for name in NAMES:
        values = [value[:LONGEST] for value in sent.getlist(name)[:MOST_VALUES] if value.strip()]
        if values:
            chosen[name] = values
    sort = sent.get("sort", RELEVANCE)
    number = sent.get("page", "")
    page = max(1, int(number)) if number.isdecimal() and len(number) < 6 else 1
    text = sent.get("q", "").replace("\x00", "").strip()[:LONGEST]
    return Asked(text, chosen, sort if sort in SORTS else RELEVANCE, page)


def facets(answer: Answer, asked: Asked, site: Site) -> list[dict[str, Any]]:
    """The inputs of components/facets.html, without those that part nothing."""
    made = []
    for facet in answer.facets:
        if facet.id == "year":
            values, bars = _years(facet, asked)
        else:
            chosen = asked.chosen.get(facet.id, ())
            found = _tree(facet.values, chosen) if facet.id == "clc" else facet.values
            values, bars = [_value(facet.id, one, asked, site) for one in found], []
        if values and (len(values) > 1 or asked.chosen.get(facet.id)):
            made.append(
                {
                    "id": facet.id,
                    "label": title(facet.id),
                    "values": values[:SHOWN],
                    "more": values[SHOWN:],
                    "bars": bars,
                    "open": facet.id in _OPEN or bool(asked.chosen.get(facet.id)),
                }
            )
    return made


def _value(name: str, one: FacetValue, asked: Asked, site: Site) -> dict[str, Any]:
    return {
        "label": label(name, one.value, site),
        "count": one.count,
        "url": asked.toggled(name, one.value),
        "chosen": one.chosen,
        "depth": len(one.value) - 1 if name == "clc" else 0,
    }


def _tree(values: Sequence[FacetValue], chosen: Sequence[str]) -> list[FacetValue]:
    """Main classes, and below what is chosen the classes one sign deeper."""
    open_ = {code[:end] for code in chosen for end in range(1, len(code) + 1)}
    shown = [v for v in values if len(v.value) == 1 or v.value[:-1] in open_ or v.chosen]
    return sorted(shown, key=lambda one: one.value)


def _years(facet: Facet, asked: Asked) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Years in spans of one length, newest first, and bars from the oldest to the newest."""
    counts = {int(one.value): one.count for one in facet.values}
    if not counts:
        return [], []
    first, last = min(counts), max(counts)
    step = next((s for s in (1, *_STEPS) if (last - first) // s < _FEW_YEARS), _STEPS[-1])
    spans: dict[int, int] = {}
    for year, count in counts.items():
        spans[year // step * step] = spans.get(year // step * step, 0) + count
    chosen = asked.chosen.get("year", ())
    values: list[dict[str, Any]] = []
    for start in sorted(spans, reverse=True):
        text = str(start) if step == 1 else f"{start}-{start + step - 1}"
        shown = text if step == 1 else f"{start}–{start + step - 1}"
        url = asked.toggled("year", text) if text in chosen else _within(asked, text)
        values.append(
            {"label": shown, "count": spans[start], "url": url, "chosen": text in chosen,
             "depth": 0}
        )  # fmt: skip
    for text in chosen:
        if not any(one["chosen"] and one["label"].replace("–", "-") == text for one in values):
            values.insert(0, {"label": text, "count": None, "url": asked.toggled("year", text),
                              "chosen": True, "depth": 0})  # fmt: skip
    most = max(spans.values())
    starts = range(first // step * step, last + 1, step)
    width = 100 / len(starts)
    bars = [
        {"x": f"{at * width:.2f}", "width": f"{width * 0.8:.2f}",
         "height": f"{36 * spans.get(start, 0) / most:.1f}",
         "y": f"{36 - 36 * spans.get(start, 0) / most:.1f}"}
        for at, start in enumerate(starts)
    ]  # fmt: skip
    return values, bars


def _within(asked: Asked, text: str) -> str:
    """The address with a span of years chosen as well; instead of a wider one that holds it, for
    together they would narrow nothing."""
    first, last = _ends(text)
    kept = [one for one in asked.chosen.get("year", ()) if not _holds(one, first, last)]
    chosen = {n: [*kept, text] if n == "year" else asked.chosen.get(n, ()) for n in NAMES}
    return asked.url(chosen={n: v for n, v in chosen.items() if v})


def _holds(span: str, first: int, last: int) -> bool:
    begins, ends = _ends(span)
    return begins <= first and last <= ends


def _ends(span: str) -> tuple[int, int]:
    """First and last year of 2010, 2010-2019, 2010- and -2019; what is no span holds nothing."""
    found = re.fullmatch(r"(\d{4})?(-?)(\d{4})?", span)
    if not found or not any(found.groups()):
        return 9999, 0
    first, dash, last = found.groups()
    return int(first or 0), int(last or (9999 if dash else first))


def chips(asked: Asked, site: Site) -> list[dict[str, str]]:
    """What is chosen, each with the address without it."""
    return [
        {
            "label": f"{title(name)}: {label(name, value, site)}",
            "url": asked.toggled(name, value),
        }
        for name, values in asked.chosen.items()
        for value in values
    ]


def title(name: str) -> str:
    return {
        "availability": _("To have"),
        "kind": _("Kind"),
        "clc": _("Class"),
        "year": _("Year"),
        "campus": _("Campus"),
        "language": _("Language"),
        "indexed": _("Indexed in"),
        "author": _("Author"),
        "subject": _("Subject"),
        "publisher": _("Publisher"),
        "source": _("Source"),
    }[name]


def label(name: str, value: str, site: Site) -> str:
    """What a value of a facet is called on the page."""
    if name == "clc":
        heading = _classes(site).get(value)
        return f"{value} {pick(heading)}" if heading else value
    named = {"availability": availabilities, "kind": kinds, "language": languages,
             "source": sources, "indexed": indexes}.get(name)  # fmt: skip
    return named().get(value, value) if named else value


@cache
def _classes(site: Site) -> dict[str, dict[str, str]]:
    return headings(site, "clc")


def availabilities() -> dict[str, str]:
    return {
        "shelf": _("On the shelf now"),
        "out": _("All copies out"),
        "online": _("Online"),
        "free": _("Free for everybody"),
    }


def kinds() -> dict[str, str]:
    return {
        "book": _("Book"),
        "journal": _("Journal"),
        "article": _("Article"),
        "thesis": _("Thesis"),
        "document": _("Document"),
        "score": _("Score"),
        "map": _("Map"),
        "audio": _("Sound recording"),
        "video": _("Film or video"),
        "picture": _("Picture"),
        "data": _("Data"),
        "other": _("Other"),
    }


def languages() -> dict[str, str]:
    return {
        "chi": _("Chinese"),
        "eng": _("English"),
        "jpn": _("Japanese"),
        "ger": _("German"),
        "fre": _("French"),
        "rus": _("Russian"),
        "spa": _("Spanish"),
        "ita": _("Italian"),
        "kor": _("Korean"),
        "lat": _("Latin"),
    }


def sources() -> dict[str, str]:
    return {
        "holdings": _("Print holdings"),
        "catalogue": _("Catalogue records"),
        "collections": _("Our own collections"),
    }


def indexes() -> dict[str, str]:
    """Names of index databases that are not their codes."""
    return {
        "AHCI": "A&HCI",
        "SCOPUS": "Scopus",
        "PKU": _("PKU core journals"),
        "OTHER": _("Another index"),
    }
