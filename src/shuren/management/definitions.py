"""What opinions are about: definitions/opinion_topics/*.yaml, each with words, owner and days.

A site's file of the same id replaces ours; adding a topic is adding a file.
"""

from dataclasses import dataclass
from functools import cache

from shuren.kernel.definitions import DefinitionFile, Key, check_keys, find_definitions
from shuren.kernel.errors import DefinitionError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import Site

FOLDER, OTHER = "opinion_topics", "other"

# fmt: off
TOPIC_KEYS = {
    "id": Key(str, "与文件名相同", "The file's name", required=True),
    "title": Key(dict, "主题 {zh, en}", "The topic {zh, en}", required=True),
    "owner": Key(dict, "建议的责任部门 {zh, en}", "Who is suggested as owner {zh, en}", required=True),  # noqa: E501
    "days": Key(int, "建议期限：工作日数", "Suggested deadline, in working days", required=True),
    "words": Key(list, "出现即提示此主题的词", "Words that point to the topic", required=True),
}
# fmt: on


@dataclass(frozen=True)
class Topic:
    """days: working days until an action on it is due; words: in any writing, compared folded."""

    id: str
    title: dict[str, str]
    owner: dict[str, str]
    days: int
    words: tuple[str, ...]


@cache
def topics(site: Site | None) -> dict[str, Topic]:
    """All topics by id; raises DefinitionError naming file, key and fix."""
    found = {file.id: _topic(file) for file in find_definitions(FOLDER, site).values()}
    if OTHER not in found:
        raise DefinitionError(
            _("There is no topic '%(id)s' in definitions/%(folder)s.", id=OTHER, folder=FOLDER),
            fix=_("Opinions that fit no topic need it; write the file."),
        )
    return found


def topic(site: Site | None, id: str) -> Topic:
    """One topic; `other` where its file is gone."""
    known = topics(site)
    return known.get(id) or known[OTHER]


def _topic(file: DefinitionFile) -> Topic:
    said = file.read_yaml()
    check_keys(file.path, said, TOPIC_KEYS)
    if said["id"] != file.id:
        raise DefinitionError(
            _("%(path)s: the id must be the file's name, '%(id)s'.", path=file.path, id=file.id)
        )
    for key in ("title", "owner"):
        if not all(isinstance(said[key].get(one), str) and said[key][one] for one in ("zh", "en")):
            raise DefinitionError(
                _("%(path)s: '%(key)s' needs zh and en.", path=file.path, key=key)
            )
    if said["days"] < 1:
        raise DefinitionError(
            _("%(path)s: '%(key)s' must be at least 1.", path=file.path, key="days")
        )
    words = tuple(str(word).casefold() for word in said["words"])
    return Topic(said["id"], said["title"], said["owner"], said["days"], words)
