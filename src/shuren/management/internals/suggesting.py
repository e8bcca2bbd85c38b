"""What is suggested for an opinion, with its reasons: topic, tone, the actions it splits into.

Two sources, both plain: the words of the topics' files, and how alike it is to opinions whose topic
a person decided. A person confirms; what they decide is learnt from the next time.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from shuren.kernel.i18n import gettext as _
from shuren.management.definitions import OTHER, Topic
from shuren.management.internals import likeness

TONES = ("complaint", "suggestion", "praise", "question")
_TONE_WORDS = {
    "complaint": "太 差 不满 投诉 无法 不能 总是 经常 根本 严重 影响 失望 坏了 不行 吵 难 慢 乱 脏 bad broken worst cannot never",  # noqa: E501
    "suggestion": "建议 希望 能否 可否 最好 应该 增加 改进 加装 延长 恳请 suggest please could should",  # noqa: E501
    "praise": "感谢 谢谢 表扬 点赞 很好 满意 热情 赞 暖心 thank great excellent",
    "question": "请问 咨询 怎么 如何 为什么 什么时候 吗 how why when",
}
_CUT = re.compile(
    r"(?<=[。！？!?；;])|\n+|(?=第[一二三四五][,，、是])|(?=另外|此外|还有一[件个]|同时也)"
)
_NUMBERING = re.compile(
    r"^\s*(?:[（(]?[一二三四五六七八九十\d]{1,2}[)）、.．]|第[一二三四五][,，、]|[-•·])\s*"
)
_PREAMBLE = re.compile(r"^(?:尊敬的|亲爱的|您好|你好|Dear|Hello|此致|敬礼)")
NEIGHBOURS, ALIKE = 5, 0.18
LONGEST = 200


@dataclass(frozen=True)
class Hint:
    """A topic that is suggested; weight: larger is surer, no unit; why: sentences, translated."""

    topic: str
    weight: float
    why: tuple[str, ...]


@dataclass(frozen=True)
class Piece:
    """A part of an opinion that is one action's: its words and the topic suggested for it."""

    text: str
    hint: Hint


@dataclass(frozen=True)
class Decided:
    """An earlier opinion whose topic a person decided."""

    case_id: str
    topic: str
    text: str


@dataclass
class Memory:
    """Earlier opinions, counted once for many questions."""

    decided: Sequence[Decided]
    counted: list = field(default_factory=list)
    weights: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.counted = [likeness.pairs(one.text) for one in self.decided]
        self.weights = likeness.rarity(self.counted)


def topic_hints(text: str, topics: Mapping[str, Topic], memory: Memory) -> list[Hint]:
    """Topics for a text, the surest first; [] where nothing points anywhere.

    Each word of a topic that occurs counts 1 (2 of three or more characters); each of the five most
    alike earlier opinions counts three times its likeness, from ALIKE on.
    """
    said = text.casefold()
    weight: dict[str, float] = defaultdict(float)
    why: dict[str, list[str]] = defaultdict(list)
    for one in topics.values():
        hits = [word for word in one.words if word in said]
        # A word within a longer one that was found says nothing more.
        hits = [w for w in hits if not any(w != other and w in other for other in hits)]
        if hits:
            weight[one.id] += sum(2.0 if len(word) > 2 else 1.0 for word in hits)
            why[one.id].append(_("It says: %(words)s.", words="、".join(hits[:5])))
    for likeness_, earlier, words in _alike(text, memory):
        if earlier.topic in topics:
            weight[earlier.topic] += 3 * likeness_
            why[earlier.topic].append(
                _("Like case %(case)s, decided so (%(likeness)s alike: %(words)s).",
                  case=earlier.case_id, likeness=f"{likeness_:.0%}", words="、".join(words))
            )  # fmt: skip
    ranked = sorted(weight, key=lambda id: (-weight[id], id))
    return [Hint(id, round(weight[id], 3), tuple(why[id])) for id in ranked]


def best_topic(text: str, topics: Mapping[str, Topic], memory: Memory) -> Hint:
    """The surest topic, `other` where nothing points anywhere."""
    found = topic_hints(text, topics, memory)
    return found[0] if found else Hint(OTHER, 0.0, (_("No word points to a topic."),))


def _alike(text: str, memory: Memory) -> list[tuple[float, Decided, list[str]]]:
    mine = likeness.pairs(text)
    found = []
    for earlier, counted in zip(memory.decided, memory.counted, strict=True):
        value = likeness.cosine(mine, counted, memory.weights)
        if value >= ALIKE:
            found.append((value, earlier, likeness.shared(mine, counted, memory.weights)))
    return sorted(found, key=lambda one: (-one[0], one[1].case_id))[:NEIGHBOURS]


def tone_of(text: str) -> str:
    """Of TONES, by words; a suggestion where nothing speaks for another."""
    said = text.casefold()
    counts = {tone: sum(word in said for word in _TONE_WORDS[tone].split()) for tone in TONES}
    best = max(TONES, key=lambda tone: counts[tone])
    return best if counts[best] else "suggestion"


def split(text: str, topics: Mapping[str, Topic], memory: Memory) -> list[Piece]:
    """The actions an opinion falls into: sentences of one topic together, in the order they come.

    A sentence that points nowhere belongs to the one before it; a text that points nowhere is one
    piece of the topic `other`.
    """
    grouped: dict[str, list[str]] = {}
    hints: dict[str, Hint] = {}
    last, before = "", []
    for sentence in _sentences(text):
        found = topic_hints(sentence, topics, memory)
        if found:
            last = found[0].topic
            hints[last] = max(hints.get(last, found[0]), found[0], key=lambda hint: hint.weight)
        if not last:
            before.append(sentence)
            continue
        grouped.setdefault(last, []).extend([*before, sentence])
        before = []
    if not grouped:
        return [Piece(text.strip(), best_topic(text, topics, memory))]
    return [Piece("".join(words), hints[id]) for id, words in grouped.items()]


def _sentences(text: str) -> Iterable[str]:
    for part in _CUT.split(text):
        said = _NUMBERING.sub("", (part or "").strip())
        if said and not _PREAMBLE.match(said):
            yield said
