"""What every engine must answer: the same assertions for the embedded one and for search servers.

The leg `named` runs against a real OpenSearch or Elasticsearch where TEST_SEARCH_URL names one;
where none is named, one skipped test says so.
"""

from collections.abc import Iterable

import pytest

from shuren.discovery.definitions import shelving
from shuren.discovery.internals import engines
from shuren.discovery.internals.analysis.folding import fold
from shuren.discovery.internals.spilling import number_of
from shuren.discovery.search_shapes import Answer, Query
from tests.discovery import test_search as cases
from tests.discovery.catalogue import CATALOGUE
from tests.discovery.serving import named_server

SERVERS = ["packaged", *(["named"] if named_server() else [])]


@pytest.fixture(params=["shelf", *SERVERS], ids=["embedded", *SERVERS])
def engine(request: pytest.FixtureRequest) -> engines.Engine:
    return engines.engine(request.getfixturevalue(request.param))


def test_a_real_server_is_named(request: pytest.FixtureRequest) -> None:
    assert request.getfixturevalue("named").root.is_dir()


def ids(answer: Answer) -> list[str]:
    return [hit.item.id for hit in answer.hits]


def counts(answer: Answer) -> dict[str, dict[str, int]]:
    return {one.id: {v.value: v.count for v in one.values if v.count} for one in answer.facets}


def every_query() -> Iterable[str]:
    for group in (cases.CASES, cases.NEAR, cases.SYNTAX):
        yield from (text for text, _wanted in group.values())


@pytest.mark.parametrize("text", ["三国演义", "三國演義", "sanguoyanyi", "san guo yan yi", "sgyy"])
def test_one_title_in_every_writing_stands_first(engine: engines.Engine, text: str) -> None:
    assert ids(engine.answer(Query(text)))[0] == "san"


@pytest.mark.parametrize("text, id", cases.CASES.values(), ids=cases.CASES)
def test_what_is_asked_for_stands_first(engine: engines.Engine, text: str, id: str) -> None:
    answer = engine.answer(Query(text))
    assert answer.hits[0].item.id == id
    assert not answer.near


@pytest.mark.parametrize("text, id", cases.NEAR.values(), ids=cases.NEAR)
def test_the_nearest_are_shown_and_what_was_meant_is_said(
    engine: engines.Engine, text: str, id: str
) -> None:
    answer = engine.answer(Query(text))
    assert answer.near
    assert answer.hits[0].item.id == id
    assert fold(answer.suggestion) == fold(answer.hits[0].item.title)


@pytest.mark.parametrize("text, found", cases.SYNTAX.values(), ids=cases.SYNTAX)
def test_a_query_says_exactly_what_it_wants(
    engine: engines.Engine, text: str, found: set[str]
) -> None:
    answer = engine.answer(Query(text))
    assert set(ids(answer)) == found
    assert answer.total == len(found)


@pytest.mark.parametrize("text", ["qqqqxxxx", "红楼梦 -曹雪芹", "", "《》", "NOT"])
def test_nothing_is_found_where_nothing_is(engine: engines.Engine, text: str) -> None:
    answer = engine.answer(Query(text))
    assert (answer.total, answer.hits, answer.facets) == (0, (), ())


def test_a_hit_says_why_it_stands_there(engine: engines.Engine) -> None:
    answer = engine.answer(Query("三国演义"))
    assert ids(answer) == ["san", "shi"]
    first, second = ([reason.kind for reason in hit.reasons] for hit in answer.hits)
    assert first[0] == "title_is"
    assert "title_is" not in second
    points = [reason.points for reason in answer.hits[0].reasons]
    assert points == sorted(points, reverse=True)
    assert points[0] == pytest.approx(160, abs=0.1)
    assert answer.hits[0].score > answer.hits[1].score > 0


def test_every_hit_is_counted_once_in_each_facet(engine: engines.Engine) -> None:
    found = counts(engine.answer(Query("三国")))
    assert found["kind"] == {"book": 3}
    assert found["clc"] == {"I": 2, "I2": 2, "I24": 1, "I242": 1, "I20": 1, "I207": 1,
                            "K": 1, "K2": 1, "K23": 1, "K236": 1}  # fmt: skip
    assert found["year"] == {"1959": 1, "1973": 1, "2002": 1}
    assert found["author"] == {"罗贯中": 1, "沈伯俊": 1, "陈寿": 1}
    assert found["publisher"] == {"中华书局": 1}
    assert found["availability"] == {"shelf": 3}


def test_years_stand_in_their_order(engine: engines.Engine) -> None:
    answer = engine.answer(Query("三国"))
    [years] = [one for one in answer.facets if one.id == "year"]
    assert [one.value for one in years.values] == ["1959", "1973", "2002"]


def test_choices_of_one_facet_widen_and_of_others_narrow_and_counts_say_what_a_choice_would_give(
    engine: engines.Engine,
) -> None:
    def chosen(**values: list[str]) -> Answer:
        return engine.answer(Query("三国 OR 重庆", values))

    one = chosen(campus=["沙坪坝"])
    assert ids(one) == ["qing"]
    assert one.total == 1
    assert counts(one)["campus"] == {"沙坪坝": 1, "虎溪": 3}
    assert "I" not in counts(one)["clc"]
    assert set(ids(chosen(campus=["沙坪坝", "虎溪"]))) == {"qing", "san", "shi", "zhi"}
    both = chosen(campus=["沙坪坝", "虎溪"], clc=["K"])
    assert set(ids(both)) == {"qing", "zhi"}
    assert counts(both)["clc"]["I"] == 2
    assert set(ids(chosen(year=["1955-1980"]))) == {"san", "zhi"}


def test_filters_that_leave_nothing_are_answered_with_nothing(engine: engines.Engine) -> None:
    answer = engine.answer(Query("三国", {"language": ["ger"]}))
    assert (answer.total, answer.near, answer.hits) == (0, False, ())
    assert engine.answer(Query("三国", {"year": ["x"]})).total == 0
    assert engine.answer(Query("三国", {"clc": ["\x00"]})).total == 0


def test_newest_oldest_and_shelf_order(engine: engines.Engine) -> None:
    assert ids(engine.answer(Query("三国", sort="newest"))) == ["shi", "san", "zhi"]
    assert ids(engine.answer(Query("三国", sort="oldest"))) == ["zhi", "san", "shi"]
    assert ids(engine.answer(Query("class:TP", sort="shelf"))) == ["clrs", "clean", "c", "cpp"]


def test_pages_follow_each_other_without_gap_or_overlap(engine: engines.Engine) -> None:
    text = "class:I OR class:K OR class:TP"
    whole = ids(engine.answer(Query(text, limit=50)))
    assert len(whole) == len(set(whole)) == 13
    pages = [ids(engine.answer(Query(text, offset=n, limit=1))) for n in range(len(whole))]
    assert [page[0] for page in pages] == whole


def test_a_work_is_found_by_its_id_and_by_that_of_a_record_in_it(engine: engines.Engine) -> None:
    work = engine.item("san")
    assert work is not None
    assert (work.title, work.authors, work.call_number) == ("三国演义", ("罗贯中",), "I242.4/2")
    assert engine.item("san-t") == work
    assert engine.item("nobody") is None


COMPLETED = {
    "三": ("title", "三国演义"), "三國演": ("title", "三国演义"), "sang": ("title", "三国演义"),
    "sanguoy": ("title", "三国演义"), "sg": ("title", "三国演义"), "sgyy": ("title", "三国演义"),
    "luo": ("author", "罗贯中"), "罗": ("author", "罗贯中"), "lgz": ("author", "罗贯中"),
    "cheng": ("subject", "程序设计"), "clean c": ("title", "Clean Code"),
    "c语": ("title", "C语言程序设计"), "通史": ("title", "重庆通史"),
}  # fmt: skip


@pytest.mark.parametrize("typed, wanted", COMPLETED.items(), ids=COMPLETED)
def test_what_is_typed_is_completed(
    engine: engines.Engine, typed: str, wanted: tuple[str, str]
) -> None:
    assert wanted in [(one.kind, one.text) for one in engine.suggest(typed, 8)]


@pytest.mark.parametrize("typed", ["", " ", "\x00", "《》", ".*", "\\", "(" * 50, "q" * 300, "🙂"])
def test_nothing_typed_completes_to_nothing(engine: engines.Engine, typed: str) -> None:
    assert engine.suggest(typed, 8) == []


def test_the_shelf_is_walked_in_both_directions(engine: engines.Engine) -> None:
    def walk(at: str, size: int = 3, campus: str = "", backwards: bool = False) -> list[str]:
        page = engine.shelf(shelving(None), at, size, campus, backwards)
        return [item.call_number for item in page.items]

    assert walk("K236") == ["K236.042/1", "K248/2", "K297.19/2"]
    assert walk("K248/2", backwards=True) == ["I561.65/3", "K204.3/1", "K236.042/1"]
    assert walk("A", campus="沙坪坝") == ["K297.19/2"]
    whole = walk("A", 50)
    assert len(whole) == len(set(whole)) == 14


def test_what_a_search_finds_can_be_kept_and_compared(engine: engines.Engine) -> None:
    found = engine.matching(Query("三国"), 10)
    assert set(found.keys) == {number_of(id) for id in ("san", "shi", "zhi")}
    assert (found.total, found.version) == (3, engine.version())
    assert len(engine.matching(Query("三国"), 2).keys) == 2
    keys = [number_of("zhi"), 1, number_of("san")]
    assert [item.id for item in engine.items_of(keys)] == ["zhi", "san"]
    assert engine.items_of([]) == []


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_finds_and_counts_what_the_embedded_engine_does(
    name: str, request: pytest.FixtureRequest
) -> None:
    """Every query of the other tests, and each title with its author; points may differ a little:
    the engines do not average lengths over the same records."""
    ours = engines.engine(request.getfixturevalue("shelf"))
    theirs = engines.engine(request.getfixturevalue(name))
    asked = [*every_query(), *(f"{one.titles[0]} {' '.join(one.authors)}" for one in CATALOGUE)]
    for text in asked:
        one, other = ours.answer(Query(text)), theirs.answer(Query(text))
        assert (one.total, one.near, one.remarks) == (other.total, other.near, other.remarks), text
        assert set(ids(one)) == set(ids(other)), text
        assert counts(one) == counts(other), text
        for hit in other.hits:
            [same] = [mine for mine in one.hits if mine.item.id == hit.item.id]
            assert hit.item == same.item
            assert hit.score == pytest.approx(same.score, rel=0.35, abs=1), text
