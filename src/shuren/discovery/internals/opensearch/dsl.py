"""The question of `asked` in the query language of OpenSearch and Elasticsearch.

source  https://docs.opensearch.org/latest/query-dsl/ ; the same clauses are at
        https://www.elastic.co/docs/reference/query-languages/querydsl
"""

from typing import Any

from shuren.discovery.internals import asked as forms
from shuren.discovery.internals import schema
from shuren.discovery.internals.asked import Asked

Clause = dict[str, Any]

# Both engines rank by BM25 with k1 = 1.2 and b = 0.75. Lucene has left out the factor k1 + 1 since
# version 8; the points of our weights are measured with it.
BM25 = 2.2
# Numbers kept as text of one length: their order is that of the numbers.
HEX = ("shelf", "key", "print")
_ANALYSER = "whitespace"


def clause(asked: Asked, by: float = 1.0) -> Clause:
    """One clause of a query; by: what its points are multiplied by."""
    inner = [one for _occur, one in asked.clauses]
    match asked.kind:
        case forms.BOOST:
            return clause(inner[0], by * asked.number)
        case forms.CONSTANT:
            return {"constant_score": {"filter": clause(inner[0]), "boost": by * asked.number}}
        case forms.BEST:
            queries = [clause(one) for one in inner]
            return {"dis_max": {"queries": queries, "tie_breaker": asked.number, "boost": by}}
        case forms.BOOLEAN:
            return _boolean(asked, by)
        case forms.EVERYTHING:
            return {"match_all": {"boost": by}}
        case forms.NOTHING:
            return {"match_none": {"boost": by}}
    return _leaf(asked, by)


def _boolean(asked: Asked, by: float) -> Clause:
    body: Clause = {}
    for occur, one in asked.clauses:
        body.setdefault(occur.value, []).append(clause(one))
    if asked.number:
        body["minimum_should_match"] = int(asked.number)
    return {"bool": body | {"boost": by}}


def _leaf(asked: Asked, by: float) -> Clause:
    name, values = asked.name, asked.values
    ranked = by * BM25 if name in schema.TEXTS or name in schema.BAGS else by
    text = " ".join(str(value) for value in values)
    match asked.kind:
        case forms.TERM:
            return {"term": {name: {"value": values[0], "boost": ranked}}}
        case forms.PHRASE:
            said = {"query": text, "analyzer": _ANALYSER, "boost": ranked}
            return {"match_phrase": {name: said}}
        case forms.OPENING:
            said = {"query": text, "analyzer": _ANALYSER, "max_expansions": 50, "boost": ranked}
            return {"match_phrase_prefix": {name: said}}
        case forms.ALIKE:
            places = [_any_of(str(value).split("|")) for value in values]
            rule = {"ordered": True, "max_gaps": 0, "intervals": places}
            return {"intervals": {name: {"all_of": rule, "boost": by}}}
        case forms.STARTS:
            return {"prefix": {name: {"value": values[0], "boost": by}}}
        case forms.FUZZY:
            said = {"value": values[0], "fuzziness": int(asked.number), "prefix_length": 0,
                    "transpositions": True, "rewrite": "constant_score", "boost": by}  # fmt: skip
            return {"fuzzy": {name: said}}
        case forms.AMONG:
            return {"terms": {name: list(values), "boost": by}}
    low, high = (_number(name, int(value)) for value in values)
    return {"range": {name: {"gte": low, "lte": high, "boost": by}}}


def _any_of(alternatives: list[str]) -> Clause:
    found = [{"match": {"query": one, "analyzer": _ANALYSER}} for one in alternatives]
    return {"any_of": {"intervals": found}} if len(found) > 1 else found[0]


def _number(name: str, value: int) -> int | str:
    return hexed(value) if name in HEX else value


def hexed(value: int) -> str:
    """Sixteen digits, in the order of the numbers."""
    return f"{value:016x}"


def weighed(query: Clause) -> Clause:
    """Its points multiplied by what popularity, recency and a copy that is in add."""
    weight = {"field": "weight", "factor": 1, "missing": 1}
    return {
        "function_score": {"query": query, "field_value_factor": weight, "boost_mode": "multiply"}
    }
