"""Sensitive topics: what may not be concluded from what a person reads.

definitions/sensitive_topics/*.yaml, over class numbers; a site's file with the same id replaces
ours. That a person borrowed, opened or chose something of such a class is class 4:

- the door of the data room opens it to a purpose of class 4 alone: the reader's own look;
- counts of such rows by what was read want K_SENSITIVE persons behind each group;
- whatever makes a label, a profile, a push or an export of a person asks `may_label` first.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from django.conf import settings

from shuren.kernel.class_numbers import expand
from shuren.kernel.definitions import DefinitionFile, Key, check_keys, find_definitions
from shuren.kernel.errors import DefinitionError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import Site
from shuren.trust.definitions import SENSITIVE

__all__ = ["K_SENSITIVE", "SENSITIVE", "Topic", "labelled", "may_label", "topics", "topics_of"]

FOLDER = "sensitive_topics"
# Persons who must stand behind a group that tells a sensitive topic; elsewhere it is 5.
K_SENSITIVE = 10

_NUMBER = re.compile(r"[A-Z]{1,2}[0-9A-Z.\-]{0,20}")

# fmt: off
KEYS = {
    "id": Key(str, "与文件名相同", "The file's name", required=True),
    "title": Key(dict, "标题 {zh, en}", "Title {zh, en}", required=True),
    "why": Key(dict, "为何敏感 {zh, en}", "Why it is sensitive {zh, en}", required=True),
    "classes": Key(list, "分类号，连同其下各级；可写区间 D914/919；空表即不设此主题", "Class numbers with all that is below them; ranges like D914/919; an empty list switches the topic off", required=True),  # noqa: E501
}
# fmt: on


@dataclass(frozen=True)
class Topic:
    """classes: as the file says them; prefixes: beginnings of class numbers, ranges spelt out."""

    id: str
    title: dict[str, str]
    why: dict[str, str]
    classes: tuple[str, ...]
    prefixes: tuple[str, ...]


@cache
def topics(site: Site | None) -> dict[str, Topic]:
    """All topics by id; raises DefinitionError naming file and class number."""
    return {file.id: _topic(file) for file in find_definitions(FOLDER, site).values()}


@cache
def prefixes(site: Site | None) -> tuple[str, ...]:
    """Beginnings of sensitive class numbers over all topics, those that another covers left out."""
    known = sorted({prefix for topic in topics(site).values() for prefix in topic.prefixes})
    return tuple(p for p in known if not any(p != other and p.startswith(other) for other in known))


def topics_of(class_number: str, site: Site | None = None) -> list[Topic]:
    """The topics a class number, or the call number that begins with one, falls under."""
    number = class_number.strip().upper()
    found = topics(site or settings.SITE).values()
    return [t for t in found if any(number.startswith(prefix) for prefix in t.prefixes)]


def may_label(class_number: str, site: Site | None = None) -> bool:
    """Whether a person may be said to have to do with a class: in a label, a profile, a push, an
    export. Not with a sensitive topic, and not with a class so wide that it is nothing else.

    A main class that holds sensitive and other matters (B: philosophy and religion) may be said,
    for it does not tell which of them was read.
    """
    number = class_number.strip()
    return bool(number) and not topics_of(number, site)


def labelled(class_numbers: Iterable[str], site: Site | None = None) -> list[str]:
    """Those of some class numbers that may be said of a person, in their order."""
    return [number for number in class_numbers if may_label(number, site)]


def _topic(file: DefinitionFile) -> Topic:
    content = file.read_yaml()
    check_keys(file.path, content, KEYS)
    for key in ("title", "why"):
        if set(content[key]) != {"zh", "en"} or not all(content[key].values()):
            raise DefinitionError(
                _("%(path)s: '%(key)s' must be {zh: …, en: …}.", path=file.path, key=key)
            )
    if content["id"] != file.id:
        raise DefinitionError(
            _("%(path)s: the id must be the file's name, '%(id)s'.", path=file.path, id=file.id)
        )
    classes = tuple(str(number).strip() for number in content["classes"])
    spelt = [prefix for number in classes for prefix in _beginnings(file, number)]
    return Topic(file.id, content["title"], content["why"], classes, tuple(spelt))


def _beginnings(file: DefinitionFile, number: str) -> list[str]:
    try:
        found = expand(number)
    except ValueError:
        found = []
    if not found or not all(_NUMBER.fullmatch(one) for one in found):
        raise DefinitionError(
            _("%(path)s: '%(number)s' is no class number.", path=file.path, number=number),
            fix=_("Write one such as B9, C913.1 or a range such as D914/919."),
        )
    return found
