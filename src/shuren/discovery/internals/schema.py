"""The fields of the index. Texts are analysed before they come here: every text field splits at
spaces and no more.

VERSION is written beside the index; another version is refused, with advice. One line a step:
1  first form: words, pairs, pinyin, initials, numbers, facets, shelf rank
2  ids of all places online among the members; nothing empty in what is shown
3  indexes that cover a journal; harvested records with the record of their DOI
4  authors, subjects, publishers and sources are counted by numbers that stand for them
"""

from functools import cache

import tantivy

VERSION = 4

# Fields with positions, searched by words or phrases.
TEXTS = (
    "title", "title_pairs", "title_syllables", "title_initials", "rest", "rest_pairs",
    "author", "author_pairs", "author_syllables", "author_initials",
    "subject", "subject_pairs", "subject_syllables",
    "publisher", "publisher_pairs", "publisher_syllables",
    "series", "series_pairs", "text", "text_pairs",
)  # fmt: skip
# Bags of tokens, without positions: what comes near a misspelt query.
BAGS = ("title_characters", "author_characters", "title_letters")
# One term a value, as it is.
WHOLE = ("id", "member", "title_whole", "author_whole", "title_pinyin", "number", "class", "call",
         "complete", "facet_name")  # fmt: skip
FACETS = ("kind", "clc", "language", "campus", "availability", "subject", "author", "publisher",
          "source", "indexed")  # fmt: skip
# Of these there are so many values that the engine cuts each segment's list of counts short, which
# makes the counts wrong, or reads so many names that it is slow. Numbers are counted exactly.
NUMBERED = ("subject", "author", "publisher", "source")


def facet_field(name: str) -> str:
    return f"facet_{name}"


def number_field(name: str) -> str:
    return f"number_{name}"


@cache
def schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in TEXTS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    for name in BAGS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    for name in WHOLE:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in FACETS:
        builder.add_text_field(
            facet_field(name), fast=name not in NUMBERED, tokenizer_name="raw", index_option="basic"
        )
    for name in NUMBERED:
        builder.add_unsigned_field(number_field(name), fast=True)
    builder.add_integer_field("year", fast=True, indexed=True)
    builder.add_unsigned_field("shelf", fast=True, indexed=True)
    builder.add_unsigned_field("key", fast=True, indexed=True)
    builder.add_unsigned_field("print", fast=True)
    builder.add_float_field("weight", fast=True)
    builder.add_bytes_field("shown", stored=True)
    return builder.build()
