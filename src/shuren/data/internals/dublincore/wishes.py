"""What a mapping asks of a Dublin Core record: `creator + contributor`, `date | year | first`."""

from collections.abc import Callable

from shuren.data.internals.dublincore.elements import Record
from shuren.data.internals.feeds.oai_pages import ELEMENTS
from shuren.data.internals.marc.expression import BETWEEN
from shuren.data.internals.marc.numbers import isbn13, issn, year
from shuren.data.internals.reading.problems import FileProblem
from shuren.kernel.i18n import gettext as _

# ISO 639-1 to the codes that MARC records use (ISO 639-2/B).
_LANGUAGES = {
    "zh": "chi", "en": "eng", "ja": "jpn", "ko": "kor", "fr": "fre", "de": "ger", "ru": "rus",
    "es": "spa", "it": "ita", "pt": "por", "ar": "ara", "la": "lat", "zho": "chi", "fra": "fre",
    "deu": "ger", "中文": "chi", "汉语": "chi", "英文": "eng", "英语": "eng", "日语": "jpn",
}  # fmt: skip
_EACH: dict[str, Callable[[str], str]] = {
    "isbn": isbn13,
    "issn": issn,
    "year": year,
    "url": lambda text: text if text.startswith(("http://", "https://")) else "",
    # What can be an identifier: one word, and not a citation.
    "word": lambda text: text if len(text) <= _LONGEST and not text.split()[1:] else "",
    "language": lambda text: _LANGUAGES.get(text.split("-")[0].lower(), text.lower()),
}
_LONGEST = 200
_WHICH = ("first", "others")


class Wish:
    """One expression: elements joined by +, then filters behind |, left to right."""

    def __init__(self, text: str) -> None:
        elements, *filters = (part.strip() for part in text.split("|"))
        self.elements = [name.strip() for name in elements.split("+")]
        self.filters = filters
        known = (*_EACH, *_WHICH)
        wrong = [n for n in self.elements if n not in ELEMENTS]
        wrong += [n for n in filters if n not in known]
        if wrong:
            raise FileProblem(
                _("The mapping asks for '%(name)s', which is no element of Dublin Core and no filter.",  # noqa: E501
                  name=wrong[0]),
                fix=_("Elements: %(elements)s. Filters: %(filters)s.",
                      elements=", ".join(ELEMENTS), filters=", ".join(known)),
            )  # fmt: skip

    def of(self, record: Record) -> str | None:
        """The values parted by ‖; None where there are none."""
        values = [value for name in self.elements for value in record.get(name, [])]
        for name in self.filters:
            if name in _EACH:
                values = [found for value in values if (found := _EACH[name](value))]
            else:
                values = values[:1] if name == "first" else values[1:]
        return BETWEEN.join(dict.fromkeys(values)) or None
