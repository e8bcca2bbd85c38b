"""What the published pages of the query language allow, written down for what we send.

Each entry names the page and the parameters it lists, of which ours may use some. Checked on
2026-11-28 against https://docs.opensearch.org/latest/; the pages of Elasticsearch
(https://www.elastic.co/docs/reference/query-languages/querydsl) list the same.
"""

from typing import Any

_BASE = "https://docs.opensearch.org/latest"
QUERY_DSL, AGGREGATIONS = f"{_BASE}/query-dsl", f"{_BASE}/aggregations"

# Clauses whose body is {field: {parameter: value}}, with the page of each.
BY_FIELD = {
    "term": (f"{QUERY_DSL}/term/term/", {"value", "boost", "_name", "case_insensitive"}),
    "prefix": (f"{QUERY_DSL}/term/prefix/", {"value", "boost", "_name", "case_insensitive",
                                             "rewrite"}),
    "fuzzy": (f"{QUERY_DSL}/term/fuzzy/", {"value", "boost", "_name", "fuzziness",
                                           "max_expansions", "prefix_length", "rewrite",
                                           "transpositions"}),
    "range": (f"{QUERY_DSL}/term/range/", {"gte", "gt", "lte", "lt", "format", "relation", "boost",
                                           "time_zone", "_name"}),
    "match_phrase": (f"{QUERY_DSL}/full-text/match-phrase/", {"query", "analyzer", "slop",
                                                              "zero_terms_query", "boost",
                                                              "_name"}),
    "match_phrase_prefix": (f"{QUERY_DSL}/full-text/match-phrase-prefix/", {
        "query", "analyzer", "max_expansions", "slop", "zero_terms_query", "boost", "_name"}),
}  # fmt: skip
# Others: their own parameters.
WHOLE = {
    "match_all": (f"{QUERY_DSL}/match-all/", {"boost", "_name"}),
    "match_none": (f"{QUERY_DSL}/match-all/", {"boost", "_name"}),
    "ids": (f"{QUERY_DSL}/term/ids/", {"values", "boost", "_name"}),
    "bool": (f"{QUERY_DSL}/compound/bool/", {"must", "should", "must_not", "filter",
                                             "minimum_should_match", "boost", "_name"}),
    "dis_max": (f"{QUERY_DSL}/compound/disjunction-max/", {"queries", "tie_breaker", "boost",
                                                           "_name"}),
    "constant_score": (f"{QUERY_DSL}/compound/constant-score/", {"filter", "boost", "_name"}),
    "function_score": (f"{QUERY_DSL}/compound/function-score/", {
        "query", "field_value_factor", "boost_mode", "score_mode", "functions", "boost",
        "max_boost", "min_score", "_name"}),
}  # fmt: skip
TERMS = f"{QUERY_DSL}/term/terms/"
INTERVALS = f"{QUERY_DSL}/full-text/intervals/"
_RULES = {
    "match": {"query", "analyzer", "filter", "max_gaps", "ordered", "use_field"},
    "all_of": {"intervals", "filter", "max_gaps", "ordered"},
    "any_of": {"intervals", "filter"},
}
_COUNTS = {
    "terms": (f"{AGGREGATIONS}/bucket/terms/", {
        "field", "size", "shard_size", "include", "exclude", "order", "min_doc_count", "missing",
        "show_term_doc_count_error"}),
    "histogram": (f"{AGGREGATIONS}/bucket/histogram/", {
        "field", "interval", "min_doc_count", "keyed", "missing", "offset", "order"}),
}  # fmt: skip
SEARCH = (f"{_BASE}/api-reference/search-apis/search/", {
    "query", "from", "size", "sort", "aggs", "post_filter", "track_total_hits", "_source",
    "search_after", "docvalue_fields"})  # fmt: skip


def check_search(body: dict[str, Any]) -> None:
    """A request body; AssertionError with the page that does not know what is in it."""
    _only(body, SEARCH)
    if "query" in body:
        check_clause(body["query"])
    if "post_filter" in body:
        check_clause(body["post_filter"])
    for counted in body.get("aggs", {}).values():
        check_counts(counted)


def check_clause(clause: dict[str, Any]) -> None:
    [(kind, said)] = clause.items()
    if kind in BY_FIELD:
        [(field, parameters)] = said.items()
        assert isinstance(field, str)
        _only(parameters, BY_FIELD[kind])
    elif kind == "terms":
        [values] = [value for name, value in said.items() if name not in ("boost", "_name")]
        assert isinstance(values, list), TERMS
    elif kind == "intervals":
        [rule] = said.values()
        check_rule({name: value for name, value in rule.items() if name not in ("boost", "_name")})
    else:
        assert kind in WHOLE, f"no page lists the clause {kind}"
        _only(said, WHOLE[kind])
        for one in _inner(said):
            check_clause(one)


def check_rule(rule: dict[str, Any]) -> None:
    [(kind, said)] = rule.items()
    assert kind in _RULES, INTERVALS
    assert said.keys() <= _RULES[kind], INTERVALS
    for one in said.get("intervals", ()):
        check_rule(one)


def check_counts(counted: dict[str, Any]) -> None:
    inner = counted.get("aggs", {})
    [(kind, said)] = [(name, value) for name, value in counted.items() if name != "aggs"]
    if kind == "filter":
        check_clause(said)
    else:
        _only(said, _COUNTS[kind])
    for one in inner.values():
        check_counts(one)


def _inner(said: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for name in ("must", "should", "must_not", "filter", "queries", "query"):
        value = said.get(name)
        if value is not None:
            found += value if isinstance(value, list) else [value]
    return found


def _only(said: dict[str, Any], known: tuple[str, set[str]]) -> None:
    page, parameters = known
    assert said.keys() <= parameters, f"{page} does not list {sorted(said.keys() - parameters)}"
