"""How many records a query finds, guessed from how many have its words; nothing is asked."""

import math

import tantivy

from shuren.discovery.internals.asked import Asked, Occur


def most(searcher: tantivy.Searcher, asked: Asked) -> float:
    """What a query finds is not more than this."""
    inner = [(occur, most(searcher, one)) for occur, one in asked.clauses]
    match asked.kind:
        case "term":
            return searcher.doc_freq(asked.name, str(asked.values[0]))
        case "phrase":
            return min(searcher.doc_freq(asked.name, str(one)) for one in asked.values)
        case "among":
            return sum(searcher.doc_freq(asked.name, str(one)) for one in asked.values)
        case "nothing":
            return 0
        case "boost" | "constant":
            return inner[0][1]
        case "best":
            return sum(count for _occur, count in inner)
        case "boolean":
            must = [count for occur, count in inner if occur is Occur.Must]
            return min(must) if must else sum(n for occur, n in inner if occur is Occur.Should)
    return math.inf


def surely(searcher: tantivy.Searcher, asked: Asked) -> int:
    """What a query finds is not less than this; records that were removed lately count too."""
    inner = [(occur, surely(searcher, one)) for occur, one in asked.clauses]
    match asked.kind:
        case "term":
            return searcher.doc_freq(asked.name, str(asked.values[0]))
        case "boost" | "constant":
            return inner[0][1]
        case "best":
            return max((count for _occur, count in inner), default=0)
        case "boolean" if not asked.number:
            needed = [count for occur, count in inner if occur is Occur.Must]
            if any(occur is Occur.MustNot for occur, _count in inner) or len(needed) > 1:
                return 0
            return needed[0] if needed else max((count for _occur, count in inner), default=0)
    return 0
