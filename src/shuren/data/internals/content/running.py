"""The run behind `shuren content --index`: entities into the lake, an index made and put to use."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from shuren.data.content_shapes import Indexed
from shuren.data.errors import NotPromoted
from shuren.data.internals import measuring, openlineage, snapshots
from shuren.data.internals.content import entities, indexing
from shuren.data.internals.content.indexing import read_rows
from shuren.data.internals.resolution import cards, landing
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.trust import queries as trust

ENTITIES = "content_entities"


def run(site: Site, actor: Actor) -> Indexed:
    """The index of the live snapshot, in use if it passes the gate of all models; the entities are
    loaded for the next build. raises  NoSnapshot; trust's NotAllowed"""
    actor = trust.require(actor, "loads.run")
    found = _run(site, actor)
    openlineage.note_loads(site)
    return found


def _run(site: Site, actor: Actor) -> Indexed:
    with landing.lock(site), snapshots.pinned(site):
        snapshots.required(site)
        landing.sweep(site)
        measuring.measure_new(site)
        card = indexing.make(site)
        notes: tuple[str, ...] = ()
        try:
            cards.promote(site, card)
        except NotPromoted as error:
            notes = (error.message,)
        indexing.sweep(site)
        rows = list(entity_rows(site))
        before = landing.standing(site, ENTITIES)
        _changed, load = landing.land(site, ENTITIES, rows, "found_at", actor, before)
    return Indexed(
        version=card.version,
        segments=card.records,
        evaluation=card.evaluation,
        promoted=not notes,
        notes=notes,
        entities=dict(sorted(Counter(str(row["entity_kind"]) for row in rows).items())),
        load=load,
    )


def entity_rows(site: Site) -> Iterable[dict[str, Any]]:
    """One row for each line, kind and way of writing. A name may run over the end of a line."""
    names, titles = _known(site)
    segments, lines = indexing.read_texts(site)
    texts = {
        (row["document_id"], row["page_no"], row["line_no"]): row["full_text"] for row in lines
    }
    counted: Counter[tuple[Any, ...]] = Counter()
    said: dict[tuple[Any, ...], entities.Entity] = {}
    for segment in segments:
        page = (segment["document_id"], segment["page_no"])
        text, starts = "", []
        for line in range(segment["first_line"], segment["last_line"] + 1):
            content = texts.get((*page, line), "")
            wide = not text or ord(text[-1]) > 0x2E7F or ord(content[:1] or " ") > 0x2E7F
            text += "" if wide or text.endswith("-") else " "
            starts.append((len(text), line))
            text += content
        for entity in entities.find(text, names, titles):
            line = next(no for start, no in reversed(starts) if start <= entity.start)
            key = (*page, line, entity.kind, entity.text)
            counted[key] += 1
            said[key] = entity
    for key, count in sorted(counted.items()):
        document, number, line, kind, written = key
        yield {
            "document_id": document, "page_no": number, "line_no": line, "entity_kind": kind,
            "entity_text": written, "normal_form": said[key].normal, "stands_for": said[key].ref,
            "occurrences": count,
        }  # fmt: skip


def _known(site: Site) -> tuple[entities.Names, dict[str, str]]:
    """Headings and authors to look for, and the titles held."""
    headings = read_rows(
        site, "conformed.authority", ("authority_id", "heading", "other_forms"), "authority_id"
    )
    authors = read_rows(site, "conformed.bib_record", ("bib_id", "authors"), "bib_id")
    titles = read_rows(site, "conformed.title", ("title_id", "title"), "title_id DESC")
    names = entities.known_names(
        ((row["authority_id"], row["heading"], row["other_forms"]) for row in headings),
        (row["authors"] for row in authors if row["authors"]),
    )
    return entities.Names(names), {row["title"]: row["title_id"] for row in titles}
