"""The search box for other sites: what can be chosen of it, and the two pieces of HTML to paste.

The form is plain HTML and takes the looks of the page it stands in; the frame shows our own small
page, which needs no script. Neither brings anything of a third party, a cookie or a script.
"""

from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from shuren.kernel.i18n import CHINESE, ENGLISH, pick
from shuren.kernel.i18n import gettext as _
from shuren.web.portal.narrowing import label
from shuren.web.portal.opening import calendar

LOOKS = ("auto", "light", "dark")
LANGUAGES = (CHINESE, ENGLISH)
KINDS = ("book", "journal", "article", "thesis")
HEIGHT = 132
WORDS: dict[str, dict[str, str]] = {
    "label": {"zh": "检索图书馆", "en": "Search the library"},
    "hint": {"zh": "书名、作者、ISBN 或索书号", "en": "Title, author, ISBN or call number"},
    "go": {"zh": "检索", "en": "Search"},
}


@dataclass(frozen=True)
class Box:
    """language  of LANGUAGES; look: of LOOKS, of the frame; scope: "" or facet=value of `scopes`"""

    language: str
    look: str
    scope: str

    @property
    def narrowed(self) -> tuple[str, str] | None:
        """(facet, value) that the search begins with."""
        name, _is, value = self.scope.partition("=")
        return (name, value) if value else None

    @property
    def query(self) -> str:
        asked = {"language": self.language, "look": self.look, "scope": self.scope}
        return urlencode({name: value for name, value in asked.items() if value})


def asked(sent: QueryDict) -> Box:
    """Whatever the address says; what cannot be meant is left out."""
    language, look = sent.get("language", ""), sent.get("look", "")
    scope = sent.get("scope", "")
    return Box(
        language if language in LANGUAGES else settings.LANGUAGE_CODE,
        look if look in LOOKS else LOOKS[0],
        scope if scope in scopes() else "",
    )


def scopes() -> dict[str, str]:
    """{scope: its words}: everything, each campus, each kind of work."""
    found = {"": _("Everything")}
    for campus in dict.fromkeys(place.campus for place in calendar().places.values()):
        if campus:
            found[f"campus={campus}"] = _("Campus: %(name)s", name=campus)
    for kind in KINDS:
        found[f"kind={kind}"] = label("kind", kind, settings.SITE)
    return found


def fields() -> list[dict[str, Any]]:
    """What a librarian chooses, as components/field.html takes it, without values."""
    looks = {"auto": _("As the visitor's system"), "light": _("Light"), "dark": _("Dark")}
    languages = {CHINESE: "中文", ENGLISH: "English"}
    return [
        _select("language", _("Language"), languages),
        _select("scope", _("What is searched"), scopes()),
        _select("look", _("Colours, of the frame"), looks),
    ]


def form_html(request: HttpRequest, box: Box) -> str:
    """A form of plain HTML, to be pasted anywhere."""
    words = said(box)
    hidden = ""
    if box.narrowed:
        name, value = box.narrowed
        hidden = f'  <input type="hidden" name="{escape(name)}" value="{escape(value)}">\n'
    lang = "en" if box.language == ENGLISH else "zh-Hans"
    return (
        f'<form action="{escape(_whole(request, reverse("find")))}" method="get" role="search"'
        f' lang="{lang}">\n'
        f"  <label>{escape(words['label'])}\n"
        f'    <input type="search" name="q" maxlength="300" required'
        f' placeholder="{escape(words["hint"])}"></label>\n'
        f"{hidden}"
        f'  <button type="submit">{escape(words["go"])}</button>\n'
        "</form>"
    )


def frame_html(request: HttpRequest, box: Box) -> str:
    """A frame with our own page in it, for the sites that are declared."""
    src = _whole(request, reverse("search-box")) + f"?{box.query}"
    return (
        f'<iframe src="{escape(src)}" title="{escape(said(box)["label"])}" width="100%"\n'
        f'  height="{HEIGHT}" loading="lazy" referrerpolicy="no-referrer"\n'
        '  sandbox="allow-forms allow-popups allow-popups-to-escape-sandbox"></iframe>'
    )


def said(box: Box) -> dict[str, str]:
    """The box's words in its language."""
    return {name: pick(text, box.language) for name, text in WORDS.items()}


def _whole(request: HttpRequest, path: str) -> str:
    base = settings.SITE_SETTINGS.public_url
    return f"{base}{path}" if base else request.build_absolute_uri(path)


def _select(name: str, label_: str, known: dict[str, str]) -> dict[str, Any]:
    options = [{"value": value, "label": text} for value, text in known.items()]
    return {"name": name, "label": label_, "type": "select", "options": options}
