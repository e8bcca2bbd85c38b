"""What the first search of a process would otherwise wait for: dictionaries and the index."""

from shuren.discovery.errors import NoIndex, OldIndex
from shuren.discovery.internals import completing, searching, store
from shuren.discovery.internals.analysis import folding, pinyin
from shuren.discovery.search_shapes import Query
from shuren.kernel.site import Site

# Between them they come through segmenter, stemmer, pinyin, both scripts and the facets.
_QUERIES = ("圖書館", "tushuguan", "libraries 第二版")


def warm(site: Site) -> None:
    pinyin.syllables_known()
    for text in _QUERIES:
        pinyin.syllables(folding.fold(text))
    try:
        reader = store.reader(site)
    except (NoIndex, OldIndex):
        return
    for text in _QUERIES:
        searching.answer(reader, Query(text))
        completing.complete(reader, text, 8)
