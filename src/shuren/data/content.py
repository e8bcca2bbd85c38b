"""Content of documents: its index made, passages found by words and by meaning, pages seen."""

import io
from collections.abc import Sequence

from shuren.data.content_shapes import PURPOSE, Found, Indexed, Mark
from shuren.data.internals import snapshots
from shuren.data.internals.content import indexing, media, running, searching
from shuren.data.internals.door import check_covered
from shuren.data.internals.resolution import cards
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.trust import queries as trust

DOCUMENTS = "conformed.document"
SEGMENTS, LINES = "conformed.text_segment", "conformed.text_line"
# Pixels of the longer side of a page that is shown.
LARGEST = 2_000


def make_index(site: Site, *, actor: Actor) -> Indexed:
    """Make the index over the passages of the live snapshot, put it to use if it passes the gate of
    all models, and load the entities found, for the next build.

    raises  NoSnapshot; trust's NotAllowed
    """
    return running.run(site, actor)


def search(site: Site, words: str, *, actor: Actor, limit: int = 20, document: str = "") -> Found:
    """Passages of the index in use: those with the words first, then those near in meaning.

    document  only of this one
    raises    trust's NotAllowed

    Of a document whose rights are not open only a snippet is given. `version` is "" where no index
    is in use.
    """
    _require(actor, SEGMENTS)
    used = indexing.in_use(site)
    if used is None:
        return Found()
    card, index = used
    hits = searching.search(index, words, limit, document) if words.strip() else []
    return Found(tuple(hits), card.version, card.snapshot, tuple(cards.why_not(site, card)))


def marks(site: Site, document: str, page: int, words: str, *, actor: Actor) -> Sequence[Mark]:
    """Where words stand on a page; [] without an index. raises trust's NotAllowed"""
    _require(actor, LINES)
    used = indexing.in_use(site)
    return searching.marks_of(used[1], document, page, words) if used and words.strip() else []


def page_picture(
    site: Site, document: str, page: int, *, actor: Actor, longest: int = 1_200
) -> bytes | None:
    """A page as PNG; None where its rights are not open, or there is nothing to see.

    raises  trust's NotAllowed
    """
    _require(actor, DOCUMENTS)
    if not _is_open(site, document):
        return None
    image = media.picture(site, document, page, min(longest, LARGEST))
    if image is None:
        return None
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def _require(actor: Actor, table: str) -> None:
    """Raise trust's NotAllowed, or NotOpen if the purpose's file does not list the table."""
    check_covered(trust.require_purpose(actor, PURPOSE), table, (), persons=False)


def _is_open(site: Site, document: str) -> bool:
    snapshot = snapshots.current(site)
    if snapshot is None or DOCUMENTS not in snapshot.tables:
        return False
    source = snapshots.source(site, snapshot, DOCUMENTS)
    sql = f"SELECT rights FROM {source} WHERE document_id = ?"
    return snapshots.query(site, sql, [document]) == [("open",)]
