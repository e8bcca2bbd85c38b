"""What a search server is sent, word for word, and that the published pages know all of it."""

import pytest

from shuren.discovery.internals import (
    asking,
    completing,
    counting,
    nearing,
    schema,
    syntax,
)
from shuren.discovery.internals.asked import Asked, Occur
from shuren.discovery.internals.opensearch import dsl, finding, form
from shuren.discovery.internals.store import Manifest
from shuren.discovery.search_shapes import Query
from tests.discovery import test_search as cases
from tests.discovery.dsl_pages import check_clause, check_search
from tests.discovery.serving import server_of, site_of

TERM = Asked.term_query("title", "三国")
WHOLE = Asked.term_query("title_whole", "三国")

# What is asked, and the clause. 2.2 is k1 + 1, which Lucene leaves out of BM25.
CLAUSES = {
    "a term that is ranked": (TERM, {"term": {"title": {"value": "三国", "boost": 2.2}}}),
    "a term that is not": (WHOLE, {"term": {"title_whole": {"value": "三国", "boost": 1.0}}}),
    "boosted": (Asked.boost_query(Asked.boost_query(TERM, 2.0), 5.0),
                {"term": {"title": {"value": "三国", "boost": 22.0}}}),
    "points whatever matches": (
        Asked.boost_query(Asked.const_score_query(WHOLE, 160.0), 0.5),
        {"constant_score": {"filter": {"term": {"title_whole": {"value": "三国", "boost": 1.0}}},
                            "boost": 80.0}}),
    "one after another": (
        Asked.phrase_query("title_pairs", ["三国", "国演"]),
        {"match_phrase": {"title_pairs": {"query": "三国 国演", "analyzer": "whitespace",
                                          "boost": 2.2}}}),
    "the last only begun": (
        Asked.phrase_prefix_query("title_syllables", ["^san", "san", "gu"]),
        {"match_phrase_prefix": {"title_syllables": {
            "query": "^san san gu", "analyzer": "whitespace", "max_expansions": 50,
            "boost": 2.2}}}),
    "one of several in a place": (
        Asked.phrase_of_any_query("title_syllables", [("zi", "zhi"), ("zhi",)]),
        {"intervals": {"title_syllables": {
            "all_of": {"ordered": True, "max_gaps": 0, "intervals": [
                {"any_of": {"intervals": [
                    {"match": {"query": "zi", "analyzer": "whitespace"}},
                    {"match": {"query": "zhi", "analyzer": "whitespace"}}]}},
                {"match": {"query": "zhi", "analyzer": "whitespace"}}]},
            "boost": 1.0}}}),
    "begins so": (Asked.starts_query("call", "I242.*"),
                  {"prefix": {"call": {"value": "I242.*", "boost": 1.0}}}),
    "nearly so": (
        Asked.fuzzy_term_query("title_whole", "cleancdoe", 2),
        {"fuzzy": {"title_whole": {
            "value": "cleancdoe", "fuzziness": 2, "prefix_length": 0, "transpositions": True,
            "rewrite": "constant_score", "boost": 1.0}}}),
    "any of these": (Asked.term_set_query("facet_kind", ["book", "journal"]),
                     {"terms": {"facet_kind": ["book", "journal"], "boost": 1.0}}),
    "years": (Asked.range_query("year", 1950, 1980),
              {"range": {"year": {"gte": 1950, "lte": 1980, "boost": 1.0}}}),
    "a stretch of shelf": (
        Asked.range_query("shelf", 255, (1 << 64) - 1),
        {"range": {"shelf": {"gte": "00000000000000ff", "lte": "ffffffffffffffff",
                             "boost": 1.0}}}),
    "all": (Asked.all_query(), {"match_all": {"boost": 1.0}}),
    "none": (Asked.empty_query(), {"match_none": {"boost": 1.0}}),
    "the best": (
        Asked.boost_query(Asked.disjunction_max_query([WHOLE, Asked.all_query()], 0.1), 3.0),
        {"dis_max": {"queries": [{"term": {"title_whole": {"value": "三国", "boost": 1.0}}},
                                 {"match_all": {"boost": 1.0}}],
                     "tie_breaker": 0.1, "boost": 3.0}}),
    "all, some and not": (
        Asked.boolean_query([(Occur.Must, WHOLE), (Occur.Should, Asked.all_query()),
                             (Occur.MustNot, Asked.empty_query())]),
        {"bool": {"must": [{"term": {"title_whole": {"value": "三国", "boost": 1.0}}}],
                  "should": [{"match_all": {"boost": 1.0}}],
                  "must_not": [{"match_none": {"boost": 1.0}}], "boost": 1.0}}),
    "at least two": (
        Asked.boolean_query([(Occur.Should, Asked.all_query())] * 3, 2),
        {"bool": {"should": [{"match_all": {"boost": 1.0}}] * 3, "minimum_should_match": 2,
                  "boost": 1.0}}),
}  # fmt: skip


@pytest.mark.parametrize("asked, clause", CLAUSES.values(), ids=CLAUSES)
def test_each_question_is_one_published_clause(asked: Asked, clause: dict[str, object]) -> None:
    assert dsl.clause(asked) == clause
    check_clause(clause)


def test_a_page_of_hits_is_one_request_that_counts_every_facet_without_its_own_choice() -> None:
    query = Query("x", {"kind": ["book"], "year": ["1990-1999"]}, offset=40, limit=20)
    body = finding.page_body(TERM, query.chosen, query)
    check_search(body)
    kind = {"terms": {"facet_kind": ["book"], "boost": 1.0}}
    years = {"dis_max": {
        "queries": [{"range": {"year": {"gte": 1990, "lte": 1999, "boost": 1.0}}}],
        "tie_breaker": 0.1, "boost": 1.0}}  # fmt: skip
    assert body["query"] == {"function_score": {
        "query": {"term": {"title": {"value": "三国", "boost": 2.2}}},
        "field_value_factor": {"field": "weight", "factor": 1, "missing": 1},
        "boost_mode": "multiply"}}  # fmt: skip
    assert (body["from"], body["size"], body["track_total_hits"]) == (40, 20, True)
    assert body["sort"] == [{"_score": "desc"}, {"key": {"order": "asc"}}]
    assert body["post_filter"] == {"bool": {"filter": [kind, years]}}
    assert body["aggs"]["kind"] == {
        "filter": {"bool": {"filter": [years]}},
        "aggs": {"counted": {"terms": {"field": "facet_kind", "size": 20, "shard_size": 20_000}}},
    }
    assert body["aggs"]["year"] == {
        "filter": {"bool": {"filter": [kind]}},
        "aggs": {"counted": {"histogram": {"field": "year", "interval": 1, "min_doc_count": 1}}},
    }
    assert body["aggs"]["author"]["filter"] == {"bool": {"filter": [kind, years]}}
    assert body["aggs"]["unfiltered"] == {"filter": {"match_all": {}}}
    assert set(body["aggs"]) == {"unfiltered", *counting.FACETS}


def test_another_order_is_asked_of_the_field() -> None:
    body = finding.page_body(TERM, {}, Query("x", sort="newest"))
    check_search(body)
    assert body["sort"] == [{"year": {"order": "desc", "missing": "_last"}},
                            {"key": {"order": "asc"}}]  # fmt: skip
    assert "post_filter" not in body
    assert body["query"] == dsl.clause(TERM)


def test_names_that_begin_so_are_counted_by_a_pattern_whose_signs_stand_for_themselves() -> None:
    body = finding.names_body("author\x1fc++.")
    check_search(body)
    terms = body["aggs"]["names"]["terms"]
    assert terms["include"] == "author\x1fc\\+\\+\\..*"
    assert body["query"]["constant_score"]["filter"]["prefix"]["complete"]["value"] == (
        "author\x1fc++."
    )


def test_whatever_is_typed_is_sent_in_published_clauses() -> None:
    groups = (cases.CASES, cases.NEAR, cases.SYNTAX, cases.SYNTAX)
    typed = [text for group in groups for text, _wanted in group.values()]
    for text in [*typed, "题名:(a OR b*) -c year:-1990", "索书号:I242*", "语言:英文 文学"]:
        parsed = syntax.parse(text)
        assert parsed.node is not None
        asked, parts = asking.strict(parsed)
        check_search(finding.page_body(asked, {"clc": ["I"]}, Query(text)))
        for part in parts:
            check_search(finding.points_body(part.asked, ["1"]))
        nearest = nearing.near(parsed.plain)
        if nearest is not None:
            check_search(finding.page_body(nearest[0], {}, Query(text)))
        completed = completing.read(text)
        assert completed is not None
        for one in completed.titles:
            check_search(finding.title_body(one, 24))


def test_the_fields_are_those_of_the_embedded_index_and_texts_are_split_at_spaces_only() -> None:
    made = form.mapping()
    fields = made["properties"]
    text = {"type": "text", "analyzer": "whitespace"}
    assert all(fields[name] == text for name in schema.TEXTS)
    assert fields["title_letters"] == text | {"index_options": "freqs"}
    assert all(fields[name] == {"type": "keyword"} for name in (*schema.WHOLE, "shelf", "key"))
    assert all(fields[f"facet_{name}"] == {"type": "keyword"} for name in schema.FACETS)
    assert fields["shown"] == {"type": "object", "enabled": False}
    assert (made["dynamic"], made["_source"]) == (False, {"includes": ["shown"]})
    assert made["_meta"] == {"shuren": {"schema": schema.VERSION}}


def test_what_a_finished_index_says_of_itself() -> None:
    said = form.meta(Manifest(schema.VERSION, "S1", 17, "2026-11-28T12:00:00+00:00"))
    assert said == {"_meta": {"shuren": {"schema": schema.VERSION, "snapshot": "S1", "records": 17,
                                         "made_at": "2026-11-28T12:00:00+00:00"}}}  # fmt: skip
    assert form.manifest_of({"mappings": said}).records == 17


def test_a_new_index_shows_nothing_by_itself_and_has_the_parts_that_were_wished(tmp_path) -> None:
    site = site_of(tmp_path / "site", url="https://search.example.org", shards=3, replicas=1)
    said = form.settings(server_of(site))
    assert said == {"number_of_shards": 3, "number_of_replicas": 1, "refresh_interval": "-1",
                    "max_result_window": 20_000}  # fmt: skip
