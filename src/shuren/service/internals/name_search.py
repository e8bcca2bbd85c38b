"""Finds services by what they are called: Chinese, English, pinyin or its initials."""

from functools import lru_cache

from pypinyin import Style, lazy_pinyin

from shuren.service.flow_shapes import Service


def matches(service: Service, words: str) -> int:
    """0 where a word is not found; else more for a title than for a description."""
    asked = [word for word in words.lower().split() if word]
    name, more = _texts(service.id, *_said(service))
    if not asked or not all(word in name or word in more for word in asked):
        return 0
    return 1 + sum(word in name for word in asked)


def _said(service: Service) -> tuple[str, ...]:
    title, said = service.title, service.description
    return (title["zh"], title["en"], said["zh"], said["en"])


@lru_cache(maxsize=1024)
def _texts(id: str, zh: str, en: str, said_zh: str, said_en: str) -> tuple[str, str]:
    """(what it is called, in all ways; what is said of it)"""
    whole = "".join(lazy_pinyin(zh))
    initials = "".join(lazy_pinyin(zh, style=Style.FIRST_LETTER))
    name = " ".join((zh, en, id.replace("_", " "), whole, initials))
    return name.lower(), f"{said_zh} {said_en}".lower()
