"""From what was read of a query to what the index is asked.

Every word must be found somewhere: in any field, as a word, as its characters side by side, in
pinyin or by its initials. The query as a whole then raises titles it is, or begins, or stands in.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeGuard

from shuren.discovery.internals import schema as fields
from shuren.discovery.internals import syntax, weighing
from shuren.discovery.internals.analysis import numbers, pinyin, words
from shuren.discovery.internals.analysis.folding import fold, is_chinese, squeezed, tokens
from shuren.discovery.internals.asked import Asked, Occur
from shuren.discovery.internals.documents import class_path

_LANGUAGES = {"中文": "chi", "汉语": "chi", "chinese": "chi", "zh": "chi", "英文": "eng",
              "英语": "eng", "english": "eng", "en": "eng", "日文": "jpn", "俄文": "rus",
              "法文": "fre", "德文": "ger", "japanese": "jpn", "french": "fre", "german": "ger",
              "russian": "rus"}  # fmt: skip
_LEAST_INITIALS, _MOST_INITIALS = 2, 14


@dataclass(frozen=True)
class Part:
    """One thing that adds to a score; kind is a code the page has a sentence for."""

    kind: str
    words: str
    asked: Asked


@dataclass
class Build:
    """What must hold, and all that adds to the score, each with its name."""

    parts: list[Part] = field(default_factory=list)

    def part(self, kind: str, text: str, asked: Asked) -> Asked:
        self.parts.append(Part(kind, text, asked))
        return asked


def strict(parsed: syntax.Parsed) -> tuple[Asked, list[Part]]:
    """Records that have everything."""
    build = Build()
    assert parsed.node is not None
    number = numbers.recognise(parsed.plain) if parsed.simple else None
    must = _node(parsed.node, build)
    clauses = [(Occur.Must, must)]
    if parsed.simple:
        clauses += [(Occur.Should, part.asked) for part in _wholes(parsed.plain, build)]
    asked = Asked.boolean_query(clauses)
    if number is not None:
        found = build.part("number", number.value, _number(number.kind, number.value))
        asked = (
            found
            if number.sure
            else Asked.boolean_query([(Occur.Should, found), (Occur.Should, asked)])
        )
    return asked, build.parts


def _node(node: syntax.Node, build: Build) -> Asked:
    if isinstance(node, syntax.Years):
        return Asked.const_score_query(years(node.first, node.last), 0.0)
    if isinstance(node, syntax.Text):
        return _text(node, build)
    if node.kind == "or":
        return Asked.boolean_query([(Occur.Should, _node(one, build)) for one in node.parts])
    if node.kind == "not":
        return _without(Asked.all_query(), [_node(node.parts[0], Build())])
    kept_parts = [one for one in node.parts if not _excludes(one)]
    out = [_node(one.parts[0], Build()) for one in node.parts if _excludes(one)]  # type: ignore[union-attr]
    small = [
        _is_small(one, *kept_parts[at + 1 : at + 2]) or (at > 0 and _is_form(one))
        for at, one in enumerate(kept_parts)
    ]
    kept = Asked.boolean_query(
        [(Occur.Should if is_small else Occur.Must, _node(one, build))
         for one, is_small in zip(kept_parts, small, strict=True)]
    )  # fmt: skip
    return _without(kept, out) if out else kept


def _excludes(node: syntax.Node) -> bool:
    return isinstance(node, syntax.Group) and node.kind == "not"


def _is_small(node: syntax.Node, after: syntax.Node | None = None) -> bool:
    """An article or the like before another word, which only raises: of a title these are often
    remembered wrongly. At the end it is a name: vitamin A."""
    if not (_is_bare(node) and after and _is_bare(after)):
        return False
    return _is_article(fold(node.text), tokens(fold(after.text))[:1])


def _is_form(node: syntax.Node) -> bool:
    """Which edition or form of a title is wanted: it only raises."""
    if not _is_bare(node):
        return False
    folded = fold(node.text)
    return folded in words.FORMS or words.is_edition(folded)


def _is_bare(node: syntax.Node) -> TypeGuard[syntax.Text]:
    return isinstance(node, syntax.Text) and not (node.field or node.phrase or node.begins)


def _is_article(word: str, after: Sequence[str]) -> bool:
    if word not in words.SMALL or not after or is_chinese(after[0]):
        return False
    known = pinyin.syllables_known()  # du shu is Chinese
    return word == "a" or not (word in known and after[0] in known)


def _without(kept: Asked, out: Sequence[Asked]) -> Asked:
    return Asked.boolean_query([(Occur.Must, kept), *((Occur.MustNot, one) for one in out)])


def _text(node: syntax.Text, build: Build) -> Asked:
    if node.field in (syntax.ISBN, syntax.ISSN, syntax.DOI, syntax.CALL, syntax.CLASS):
        return build.part("number", node.text, _named_number(node))
    if node.field == syntax.LANGUAGE:
        code = _LANGUAGES.get(node.text.lower(), node.text.lower())
        return Asked.const_score_query(term(fields.facet_field("language"), code), 0.0)
    places = _places(node.field)
    folded = fold(node.text)
    if node.phrase:
        return build.part("phrase", node.text, _phrase(folded, places))
    found = _clauses(folded, places, build, node.begins)
    others = {words.numbered(folded), pinyin.typed(node.text)} - {"", folded}
    if not others:
        return found
    other = [_clauses(one, places, Build(), node.begins) for one in sorted(others)]
    return Asked.disjunction_max_query([found, *other])


def _places(name: str) -> tuple[str, ...]:
    if not name:
        return tuple(weighing.WORDS)
    return (name, weighing.REST) if name == syntax.TITLE else (name,)


def _clauses(folded: str, places: Sequence[str], build: Build, begins: bool) -> Asked:
    """Every word of a text in one of these places; particles between words only raise."""
    folded, editions = words.editions(folded)
    must: list[Asked] = []
    should = [build.part("phrase", one, _phrase(one, places)) for one in editions]
    runs = tokens(folded)
    for at, run in enumerate(runs):
        if not is_chinese(run):
            found = build.part("word", run, _latin(run, places, begins and run is runs[-1]))
            (should if _is_article(run, runs[at + 1 : at + 2]) else must).append(found)
            continue
        for chunk in chunks(run):
            if len(chunk) > 1:
                must.append(build.part("word", chunk, _chinese(chunk, places)))
                continue
            sign = build.part("character", chunk, _character(chunk))
            (should if chunk in words.PARTICLES else must).append(sign)
    if not must:
        return Asked.boolean_query([(Occur.Must, one) for one in should] or [_nothing()])
    return Asked.boolean_query(
        [*((Occur.Must, one) for one in must), *((Occur.Should, one) for one in should)]
    )


def _nothing() -> tuple[Occur, Asked]:
    return Occur.Must, Asked.empty_query()


def chunks(run: str) -> list[str]:
    """Words of a run; neighbouring single characters together, for they may be one the segmenter
    does not know; particles between words are left out."""
    found: list[str] = []
    loose = ""
    for word in (*words.segment(run), ""):
        if len(word) == 1 and not (word in words.EMPTY and len(run) > 2):
            loose += word
            continue
        if loose:
            found.append(loose)
            loose = ""
        if len(word) > 1:
            found.append(word)
    return found or [run]


def _chinese(chunk: str, places: Sequence[str]) -> Asked:
    pairs = words.pairs_of(chunk)
    is_word = len(words.segment(chunk)) == 1
    found = [boost(sequence(f"{place}_pairs", pairs), weighing.PAIRS[place]) for place in places]
    if is_word:
        found += [boost(term(place, chunk), weighing.WORDS[place]) for place in places]
    if chunk in words.VOLUMES:
        found.append(_character(chunk[0]))
    return any_of(found)


def _character(sign: str) -> Asked:
    found = [term("title_characters", sign), term("author_characters", sign)]
    return boost(any_of(found), weighing.OTHER_CHARACTER)


def _latin(word: str, places: Sequence[str], begins: bool) -> Asked:
    stem = words.stem(word)
    found = [boost(term(place, stem), weighing.WORDS[place]) for place in places]
    found += [boost(term(f"{place}_pairs", word), weighing.PAIRS[place]) for place in places]
    if begins and len(word) > 1:
        found += [
            boost(Asked.starts_query(f"{place}_pairs", word), weighing.PAIRS[place])
            for place in places
        ]
    for place in places:
        found += [
            boost(sequence(f"{place}_syllables", split), weighing.PINYIN[place])
            for split in (pinyin.splits(word) if place in weighing.PINYIN else ())
        ]
        if place in weighing.INITIALS:
            found += [boost(one, weighing.INITIALS[place]) for one in _initials(word, place)]
    return any_of(found)


def _initials(word: str, place: str) -> Iterable[Asked]:
    """Initials from the beginning, and from three on anywhere."""
    if not (word.isascii() and word.isalpha()):
        return
    if not _LEAST_INITIALS <= len(word) <= _MOST_INITIALS:
        return
    marked = pinyin.triples(word)
    yield boost(sequence(f"{place}_initials", marked), 2.0)
    if len(word) > 2:
        yield sequence(f"{place}_initials", marked[1:])


def _phrase(folded: str, places: Sequence[str]) -> Asked:
    found = words.pairs(folded)[1:]
    if not found:
        return Asked.empty_query()
    if len(found) == 1 and len(found[0]) == 1 and is_chinese(found[0]):
        return _character(found[0])
    return any_of(
        [boost(sequence(f"{place}_pairs", found), weighing.PAIRS[place]) for place in places]
    )


def _wholes(plain: str, build: Build) -> list[Part]:
    """The query as a whole: a title, the beginning of one, a name, in characters or pinyin."""
    begun = len(build.parts)
    folded = fold(plain)
    whole = squeezed(folded)
    if not whole:
        return []
    forms = {whole, squeezed(words.numbered(folded)), squeezed(words.editions(folded)[0])} - {""}
    if whole[-2:] in words.VOLUMES:
        forms.add(whole[:-1])
    for form in sorted(forms):
        build.part("title_is", plain, const(term("title_whole", form), weighing.TITLE_IS))
    build.part("author_is", plain, const(term("author_whole", whole), weighing.AUTHOR_IS))
    pairs = words.pairs(folded)
    if len(pairs) > 1:
        build.part("title_begins", plain,
                   const(sequence("title_pairs", pairs), weighing.TITLE_BEGINS))  # fmt: skip
        if len(pairs) > 2:
            build.part("title_has", plain,
                       boost(sequence("title_pairs", pairs[1:]), weighing.TITLE_HAS))  # fmt: skip
    _read_whole(plain, tokens(pinyin.typed(plain) or folded), build)
    return build.parts[begun:]


def _read_whole(plain: str, runs: Sequence[str], build: Build) -> None:
    letters = "".join(runs)
    if not (letters.isascii() and letters.isalnum()):
        return
    build.part("pinyin_is", plain, const(term("title_pinyin", letters), weighing.PINYIN_IS))
    for split in pinyin.readings(runs):
        if len(split) > 1:
            for place in weighing.READ:
                asked = boost(sequence(f"{place}_syllables", split), weighing.PINYIN[place])
                build.part(f"{place}_read", plain, asked)
            marked = [words.beginning(split[0]), *split]
            asked = const(sequence("title_syllables", marked), weighing.TITLE_BEGINS)
            build.part("pinyin_begins", plain, asked)
    if letters.isalpha() and _LEAST_INITIALS <= len(letters) <= _MOST_INITIALS:
        asked = const(sequence("title_initials", pinyin.triples(letters)),
                      weighing.INITIALS_BEGIN)  # fmt: skip
        build.part("initials", plain, asked)


def _named_number(node: syntax.Text) -> Asked:
    if node.field == syntax.CLASS:
        return _number(numbers.CLASS, numbers.class_key(node.text.rstrip("*")))
    if node.field == syntax.CALL:
        key = numbers.call_key(node.text)
        if node.begins or "/" not in key:
            return const(Asked.starts_query("call", key), weighing.NUMBER_IS)
        return _number(numbers.CALL, key)
    values: dict[str, Callable[[str], str]] = {
        syntax.ISBN: numbers.isbn13, syntax.ISSN: numbers.issn8,
        syntax.DOI: lambda text: text.lower().removeprefix("https://doi.org/"),
    }  # fmt: skip
    return _number(node.field, values[node.field](node.text))


def _number(kind: str, value: str) -> Asked:
    name = "class" if kind == numbers.CLASS else "number"
    if kind == numbers.CALL:
        # Where a library parts class and book number by a space, the key has no stroke.
        forms = dict.fromkeys((f"{kind}:{value}", f"{kind}:{value.replace('/', '', 1)}"))
        return const(any_of([term(name, form) for form in forms]), weighing.NUMBER_IS)
    points = weighing.NUMBER_IS / 4 if kind == numbers.CLASS else weighing.NUMBER_IS
    return const(term(name, f"{kind}:{value}"), points)


def years(first: int | None, last: int | None) -> Asked:
    return Asked.range_query(
        "year", -9999 if first is None else first, 9999 if last is None else last
    )


def chosen_values(name: str, values: Sequence[str]) -> Asked:
    """Records with any of these values of a facet."""
    if name == "year":
        spans = [syntax.SPAN.fullmatch(value) for value in values]
        found = [_span(one.groups()) for one in spans if one and any(one.groups())]
        return any_of(found or [Asked.empty_query()])
    if name == "clc":
        values = [path[-1] for value in values if (path := class_path([value]))]
    return Asked.term_set_query(fields.facet_field(name), list(values))


def _span(found: Sequence[str | None]) -> Asked:
    first, last, one = (int(text) if text else None for text in found)
    return years(one, one) if one is not None else years(first, last)


def term(name: str, text: str) -> Asked:
    return Asked.term_query(name, text)


def sequence(name: str, terms: Sequence[str]) -> Asked:
    """Terms one after another; the engine wants at least two for a phrase."""
    if len(terms) == 1:
        return term(name, terms[0])
    return Asked.phrase_query(name, terms)


def boost(asked: Asked, by: float) -> Asked:
    return Asked.boost_query(asked, by)


def const(asked: Asked, points: float) -> Asked:
    return Asked.const_score_query(asked, points)


def any_of(found: Sequence[Asked]) -> Asked:
    return Asked.disjunction_max_query(list(found), tie_breaker=weighing.TIE)


def at_least(found: Sequence[Asked], share: float) -> Asked:
    least = max(1, math.ceil(len(found) * share))
    return Asked.boolean_query(
        [(Occur.Should, one) for one in found], minimum_number_should_match=least
    )
