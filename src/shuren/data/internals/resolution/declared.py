"""What each matcher reads and writes: its part of the lineage, and what its card says of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from shuren.data.content_shapes import INDEX
from shuren.data.internals.resolution.records import BIB_COLUMNS, TITLE_COLUMNS
from shuren.data.resolution import AUTHORITIES, CLASSES, READERS, WORKS

BIBS, TITLES = "conformed.bib_record", "conformed.title"


@dataclass(frozen=True)
class Matcher:
    """inputs   columns it reads, `table.column`; of the vault by the names of the lineage
    outputs  {`contract.field` it writes: the inputs that is made from; () for all of them}
    learned  by a model with a card; else by rules alone"""

    title: dict[str, str]
    inputs: tuple[str, ...]
    outputs: Mapping[str, tuple[str, ...]]
    learned: bool = True


def _of(table: str, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{table}.{name}" for name in names)


CLASS_COLUMNS = ("bib_id", "title", "title_rest", "subjects", "class_number")
AUTHORITY_COLUMNS = ("authority_id", "heading", "life_dates", "other_forms")
_NAMES = f"{BIBS}.authors"
CARDS = "conformed.reader"
CARD_COLUMNS = (
    "reader_key", "source_system", "other_key", "kind", "college", "major", "grade", "campus",
)  # fmt: skip
SEALED, SEALED_FIELDS = "vault:identity.readers", ("name", "phone", "email")

MATCHERS: dict[str, Matcher] = {
    WORKS: Matcher(
        title={"zh": "作品归并模型", "en": "Model that finds works"},
        inputs=(*_of(BIBS, BIB_COLUMNS), *_of(TITLES, TITLE_COLUMNS)),
        outputs={
            "work_links.record_id": (f"{BIBS}.bib_id", f"{TITLES}.title_id"),
            "work_links.work_id": (),
            "work_links.method": (),
            "work_links.probability": (),
        },
    ),
    CLASSES: Matcher(
        title={"zh": "分类建议模型", "en": "Model that suggests classes"},
        inputs=_of(BIBS, CLASS_COLUMNS),
        outputs={
            "suggestions.record_id": (f"{BIBS}.bib_id",),
            "suggestions.suggested": (),
            "suggestions.confidence": (),
        },
    ),
    AUTHORITIES: Matcher(
        title={"zh": "责任者规范匹配", "en": "Matching of names with authorities"},
        inputs=(f"{BIBS}.bib_id", _NAMES, *_of("conformed.authority", AUTHORITY_COLUMNS)),
        outputs={
            "suggestions.record_id": (f"{BIBS}.bib_id",),
            "suggestions.place": (_NAMES,),
            "suggestions.given": (_NAMES,),
            "suggestions.suggested": (),
            "suggestions.suggested_ref": (),
            "suggestions.confidence": (),
            "suggestions.method": (),
        },
        learned=False,
    ),
    READERS: Matcher(
        title={"zh": "读者归并模型", "en": "Model that finds one person's cards"},
        inputs=(*_of(CARDS, CARD_COLUMNS), *_of(SEALED, SEALED_FIELDS)),
        outputs={
            "reader_links.reader_id": (f"{CARDS}.reader_key",),
            "reader_links.person_id": (),
            "reader_links.method": (),
            "reader_links.probability": (),
            "reader_pairs.reader_id": (f"{CARDS}.reader_key",),
            "reader_pairs.other_id": (f"{CARDS}.reader_key",),
            "reader_pairs.reason": (),
            "reader_pairs.probability": (),
        },
    ),
}

_WHOLE = "conformed.text_line_search.full_text"
# What is learned or found in the text of documents, by runs of its own.
CONTENT: dict[str, Matcher] = {
    INDEX: Matcher(
        title={"zh": "文献内容索引", "en": "Index of content"},
        inputs=(
            _WHOLE,
            "conformed.text_line.confidence",
            "conformed.text_segment.text_from",
            "conformed.text_segment.rights",
        ),
        outputs={},
    ),
    "entities": Matcher(
        title={"zh": "文献中的实体识别", "en": "Finding of entities in documents"},
        inputs=(
            _WHOLE,
            "conformed.authority.heading",
            "conformed.authority.other_forms",
            _NAMES,
            f"{TITLES}.title",
        ),
        outputs={
            "content_entities.entity_text": (_WHOLE,),
            "content_entities.normal_form": (),
            "content_entities.stands_for": (),
        },
        learned=False,
    ),
}
