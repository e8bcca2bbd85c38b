"""Reads what is typed into the search box: words, phrases, fields, AND OR NOT, brackets.

Whatever is typed can be read: what makes no sense as syntax counts as words, and a remark says so.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from shuren.discovery.internals.analysis.folding import is_han
from shuren.kernel.i18n import gettext as _

LONGEST, MOST_TOKENS = 300, 60

TITLE, AUTHOR, SUBJECT, PUBLISHER, SERIES = "title", "author", "subject", "publisher", "series"
ISBN, ISSN, DOI, CALL, CLASS, YEAR, LANGUAGE = (
    "isbn", "issn", "doi", "call", "class", "year", "language",
)  # fmt: skip
FIELDS = {
    TITLE: ("题名", "书名", "刊名", "标题", "篇名", "標題", "題名", "ti"),
    AUTHOR: ("作者", "著者", "责任者", "責任者", "au"),
    SUBJECT: ("主题", "主題", "主题词", "主題詞", "关键词", "关键字", "keyword", "su"),
    PUBLISHER: ("出版社", "出版者", "出版", "出版单位", "出版單位", "pub"),
    SERIES: ("丛书", "丛编", "叢書"),
    ISBN: (), ISSN: (), DOI: (),
    CALL: ("索书号", "索書號", "索取号", "callnumber"),
    CLASS: ("分类号", "分類號", "中图分类号", "clc"),
    YEAR: ("年", "年份", "出版年"),
    LANGUAGE: ("语种", "語種", "语言", "lang"),
}  # fmt: skip
_NAMES = {name: id for id, others in FIELDS.items() for name in (id, *others)}
# What other systems have a field for, and this one a filter or nothing.
_NO_FIELDS = {
    "校区", "馆藏", "馆藏地", "分馆", "摘要", "目录", "目次", "全文", "类型", "文献类型", "版本",
    "campus", "library", "branch", "abstract", "summary", "fulltext", "type", "format",
}  # fmt: skip
_AND, _OR, _NOT = {"AND", "&&", "并且", "且"}, {"OR", "||", "或者", "或"}, {"NOT", "不含", "非"}
_CHINESE_OPERATORS = {"且", "或", "非"}
_SMALL = {"and", "or", "not"}
_QUOTES = {'"': '"', "“": "”", "”": "”", "「": "」", "『": "』", "„": "“", "«": "»"}
_FIELD = re.compile(r"([^\W\d_]+)\s?[:：]")
SPAN = re.compile(r"(\d{4})?\s*(?:[-–—~～至到]|\.\.)\s*(\d{4})?|(\d{4})")


@dataclass(frozen=True)
class Text:
    """Words, or a phrase; field "" is any. begins: a word of which the beginning is given."""

    text: str
    field: str = ""
    phrase: bool = False
    begins: bool = False


@dataclass(frozen=True)
class Years:
    first: int | None
    last: int | None


@dataclass(frozen=True)
class Group:
    """kind: and, or, not (of one)."""

    kind: str
    parts: tuple["Node", ...]


Node = Text | Years | Group


@dataclass(frozen=True)
class Parsed:
    """node is None when nothing can be asked. plain is all words, whatever they stood in."""

    node: Node | None
    plain: str
    remarks: tuple[str, ...] = ()
    simple: bool = True


@dataclass(frozen=True)
class _Token:
    """kind: word, phrase, field, open, close, and, or, not"""

    kind: str
    text: str


@dataclass
class _State:
    tokens: list[_Token]
    at: int = 0
    remarks: list[str] = field(default_factory=list)

    def peek(self) -> str:
        return self.tokens[self.at].kind if self.at < len(self.tokens) else ""

    def take(self) -> _Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def remark(self, sentence: str) -> None:
        if sentence not in self.remarks:
            self.remarks.append(sentence)


def parse(text: str) -> Parsed:
    """Never raises; what could not be understood stands in the remarks."""
    text = text.replace("\x00", " ").strip()[:LONGEST]
    remarks: list[str] = []
    found = _tokens(text, remarks)
    if len(found) > MOST_TOKENS:
        found = found[:MOST_TOKENS]
        remarks.append(_("Only the first %(count)s words were searched.", count=MOST_TOKENS))
    state = _State(found, remarks=remarks)
    parts: list[Node] = []
    while state.at < len(found):
        node = _either(state)
        if node is not None:
            parts.append(node)
        elif state.at < len(found):
            _skip(state)
    node = _joined(parts)
    plain = " ".join(token.text for token in found if token.kind in ("word", "phrase"))
    if node is not None and _only_excludes(node):
        state.remark(
            _("Say what to look for as well: the query only says what should not be there.")
        )
        node = Text(plain) if plain else None
    simple = all(token.kind == "word" for token in found)
    return Parsed(node, plain, tuple(state.remarks), simple)


def _tokens(text: str, remarks: list[str]) -> list[_Token]:
    grouped = _has_syntax(text)
    found: list[_Token] = []
    at = 0
    while at < len(text):
        sign = text[at]
        if sign.isspace():
            at += 1
        elif sign in _QUOTES or sign == "《":
            at = _quoted(text, at, found, remarks)
        elif grouped and sign in "(（)）":
            found.append(_Token("open" if sign in "(（" else "close", sign))
            at += 1
        elif field_name := _field_at(text, at, remarks):
            name, at = field_name
            found.append(_Token("field", name))
        elif sign in "-－" and _excludes(text, at):
            found.append(_Token("not", sign))
            at += 1
        else:
            at = _word(text, at, grouped, found)
    return found


def _has_syntax(text: str) -> bool:
    """Whether brackets may be meant as syntax: a title has them too, but no operators."""
    named = any(found[1].lower() in _NAMES for found in _FIELD.finditer(text))
    parts = (_capital(part.strip("()（）"), text) for part in text.split())
    return named or any(part in _AND | _OR | _NOT for part in parts)


def _capital(word: str, text: str) -> str:
    """and, or, not as operators where all else is Chinese: 三国 or 水浒. Between Latin words they
    are words, as in Pride and Prejudice."""
    if word.lower() not in _SMALL:
        return word
    others = [part for part in text.split() if part.strip("()（）").lower() not in _SMALL]
    chinese = bool(others) and all(any(map(is_han, part)) for part in others)
    return word.upper() if chinese else word


def _quoted(text: str, at: int, found: list[_Token], remarks: list[str]) -> int:
    closing = "》" if text[at] == "《" else _QUOTES[text[at]]
    end = text.find(closing, at + 1)
    if end < 0 and closing != '"':
        end = text.find('"', at + 1)
    if end < 0:
        remarks.append(_("A quotation mark is not closed; what follows it was searched as words."))
        return at + 1
    inner = text[at + 1 : end].strip()
    if inner:
        if text[at] == "《":
            found.append(_Token("field", TITLE))
        found.append(_Token("phrase", inner))
    return end + 1


def _field_at(text: str, at: int, remarks: list[str]) -> tuple[str, int] | None:
    if at and not (text[at - 1].isspace() or text[at - 1] in "(（-－"):
        return None
    found = _FIELD.match(text, at)
    if not found or text[found.end() : found.end() + 2] == "//":
        return None
    name = found[1].lower()
    if name in _NAMES:
        return _NAMES[name], found.end()
    close = get_close_matches(name, [n for n in _NAMES if len(n) > 3], n=1, cutoff=0.8)
    if close and name.isascii():
        remarks.append(
            _(
                "There is no field “%(name)s”, it was searched as a word. "
                "Did you mean “%(close)s”?",
                name=found[1],
                close=close[0],
            )
        )
    elif name in _NO_FIELDS:
        remarks.append(
            _(
                "There is no field “%(name)s”, it was searched as a word. There are title, author, "
                "subject, publisher, series, call, class, year, language, isbn, issn and doi; "
                "campus and kind are chosen beside the results.",
                name=found[1],
            )
        )
    return None


def _excludes(text: str, at: int) -> bool:
    before = at == 0 or text[at - 1].isspace() or text[at - 1] in "(（"
    after = text[at + 1 : at + 2]
    return before and bool(after) and (after.isalnum() or after in _QUOTES or after in "(（《")


def _word(text: str, at: int, grouped: bool, found: list[_Token]) -> int:
    end = at
    while end < len(text) and not text[end].isspace():
        if (
            (end > at and text[end] in _QUOTES)
            or text[end] == "《"
            or (grouped and text[end] in "(（)）")
        ):
            break
        end += 1
    word = text[at : max(end, at + 1)]
    kind, meant = "word", _capital(word, text)
    if found or meant in _NOT:
        kind = _operator(meant, text)
    found.append(_Token(kind, word))
    return at + len(word)


def _operator(word: str, text: str) -> str:
    if word in _CHINESE_OPERATORS and any(
        len(part) < 2 for part in text.split() if part not in _CHINESE_OPERATORS
    ):
        return "word"  # single characters with spaces between are a title, not operators
    for kind, names in (("and", _AND), ("or", _OR), ("not", _NOT)):
        if word in names:
            return kind
    return "word"


def _either(state: _State) -> Node | None:
    parts = [_all(state)]
    while state.peek() == "or":
        state.take()
        parts.append(_all(state))
    found = [part for part in parts if part is not None]
    if len(found) < len(parts) and found:
        state.remark(_("A word is missing beside OR; it was left out."))
    if not found:
        return None
    return found[0] if len(found) == 1 else Group("or", tuple(found))


def _all(state: _State) -> Node | None:
    parts: list[Node] = []
    while state.peek() not in ("", "or", "close"):
        if state.peek() == "and":
            state.take()
            if not parts or state.peek() in ("", "or", "close", "and"):
                state.remark(_("A word is missing beside AND; it was left out."))
            continue
        node = _one(state)
        if node is not None:
            parts.append(node)
    return _joined(parts)


def _one(state: _State) -> Node | None:
    token = state.take()
    if token.kind == "not":
        if state.peek() in ("", "or", "and", "close"):
            state.remark(_("A word is missing after NOT; it was left out."))
            return None
        inner = _one(state)
        return Group("not", (inner,)) if inner is not None else None
    if token.kind == "open":
        return _bracket(state, "")
    if token.kind == "field":
        return _fielded(state, token.text)
    return _text(token, "")


def _bracket(state: _State, name: str) -> Node | None:
    begun = state.at
    node = _either(state)
    if state.peek() == "close":
        state.take()
    else:
        state.remark(_("A bracket is not closed; it was read as if it ended with the query."))
    for token in state.tokens[begun : state.at] if name else ():
        if token.kind == "field":
            return node
    return _within(state, node, name) if node is not None and name else node


def _within(state: _State, node: Node, name: str) -> Node | None:
    """Every text of a bracket, in the field before it: 题名:(三国 OR 水浒), 年:(2019 OR 2021)."""
    if isinstance(node, Group):
        parts = [within for part in node.parts if (within := _within(state, part, name))]
        return Group(node.kind, tuple(parts)) if parts else None
    if isinstance(node, Text) and name == YEAR:
        return _years(node.text, state)
    return Text(node.text, name, node.phrase, node.begins) if isinstance(node, Text) else node


def _fielded(state: _State, name: str) -> Node | None:
    if state.peek() == "open":
        state.take()
        return _bracket(state, name)
    if state.peek() not in ("word", "phrase"):
        state.remark(_("Nothing stands behind “%(name)s:”; it was left out.", name=name))
        return None
    token = state.take()
    if name == YEAR:
        return _years(token.text, state)
    return _text(token, name)


def _years(text: str, state: _State) -> Node | None:
    found = SPAN.fullmatch(text.strip())
    if not found or not any(found.groups()):
        state.remark(_("“%(text)s” is no year. Write year:2019 or year:2015-2019.", text=text[:40]))
        return None
    if found[3]:
        return Years(int(found[3]), int(found[3]))
    first, last = (int(one) if one else None for one in (found[1], found[2]))
    if first and last and first > last:
        first, last = last, first
    return Years(first, last)


def _text(token: _Token, name: str) -> Text | None:
    text = token.text
    begins = token.kind == "word" and len(text) > 2 and text.endswith(("*", "＊"))
    if not any(sign.isalnum() for sign in text):
        return None
    return Text(text.rstrip("*＊") if begins else text, name, token.kind == "phrase", begins)


def _skip(state: _State) -> None:
    token = state.take()
    if token.kind == "close":
        state.remark(_("A bracket is closed that was never opened; it was left out."))
    else:
        state.remark(_("“%(word)s” joins nothing here; it was left out.", word=token.text))


def _joined(parts: Sequence[Node]) -> Node | None:
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else Group("and", tuple(parts))


def excludes(node: Node) -> bool:
    """Whether the query says somewhere what should not be there."""
    return isinstance(node, Group) and (node.kind == "not" or any(map(excludes, node.parts)))


def _only_excludes(node: Node) -> bool:
    if not isinstance(node, Group):
        return False
    if node.kind == "not":
        return True
    wanted = [part for part in node.parts if not _only_excludes(part)]
    return not wanted if node.kind == "and" else len(wanted) < len(node.parts)
