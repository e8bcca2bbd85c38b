"""Translation without a framework, from the catalogue the web pages use too.

Source strings are English; `locale/zh_Hans/LC_MESSAGES/django.mo` holds the Chinese.
The web sets the language of each request with `use_language`; the command line
takes SHUREN_LANG, else the terminal's locale.
"""

import gettext as _gettext
import os
from collections.abc import Iterable
from contextvars import ContextVar
from datetime import date
from functools import cache
from pathlib import Path

LOCALE_DIR = Path(__file__).parent.parent / "locale"
CHINESE, ENGLISH = "zh-hans", "en"

# In English whatever the machine's own language is.
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
           "October", "November", "December")  # fmt: skip

_language: ContextVar[str | None] = ContextVar("shuren_language", default=None)


def use_language(code: str | None) -> None:
    """Set the language of this thread or request; None goes back to the environment's."""
    _language.set(code)


def current_language() -> str:
    """'zh-hans' or 'en'."""
    chosen = _language.get()
    if chosen is None:
        names = ("SHUREN_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
        chosen = next((os.environ[n] for n in names if os.environ.get(n)), ENGLISH)
    return CHINESE if chosen.lower().startswith("zh") else ENGLISH


@cache
def _catalogue(language: str) -> _gettext.NullTranslations:
    if language == ENGLISH:
        return _gettext.NullTranslations()
    return _gettext.translation("django", LOCALE_DIR, languages=["zh_Hans"], fallback=True)


def gettext(message: str, /, **values: object) -> str:
    """Translate, then fill `%(name)s` places from the keyword arguments."""
    text = _catalogue(current_language()).gettext(message)
    return text % values if values else text


def listed(names: Iterable[object]) -> str:
    """Names one after another with the comma of the language."""
    return ("、" if current_language() == CHINESE else ", ").join(map(str, names))


def written_day(day: date, language: str | None = None) -> str:
    """2026年3月2日, or 2 March 2026."""
    if (language or current_language()).startswith("zh"):
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def pick(texts: dict[str, str] | str, language: str | None = None) -> str:
    """The text of a definition's bilingual field `{zh: …, en: …}` in one language."""
    if isinstance(texts, str):
        return texts
    short = (language or current_language())[:2]
    return texts.get(short) or next(iter(texts.values()), "")
