"""Whatever is typed is answered; what makes no sense as syntax is said in a sentence."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from shuren.discovery.internals.syntax import Group, Text, Years, parse
from shuren.kernel.site import Site
from tests.discovery.catalogue import asked

PIECES = st.sampled_from(
    ["三国", "演义", "sanguo", "C++", "AND", "OR", "NOT", "-", "(", ")", "（", "）", '"', "“", "”",
     "《", "》", "「", "题名:", "作者：", "year:", "1990-2000", "isbn:", "10.1/x", "call:TP", "*",
     ":", " ", "的", "一", "\x00", "'", "\\", "^", "~", "[", "]", "é", "ひらがな", "한국어",
     "TP312/9",
     "&&", "||", "非", "978704039663", "𠮷", "\ud7ff", "🙂", "ß", "İ", "class:", "lang:zh"]
)  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.one_of(st.lists(PIECES, max_size=14).map("".join), st.text(max_size=60)))
@example("NOT NOT NOT a")
@example("((((((((((")
@example('题名:"')
@example("a* b* *")
@example("-" * 300)
@example("( OR ) AND ( NOT )")
@example("年:(三国)")
@example("year:(a OR NOT b)")
def test_no_query_breaks_the_search(shelf: Site, text: str) -> None:
    answer = asked(shelf, text)
    assert len(answer.hits) <= 20
    assert answer.total >= len(answer.hits)
    assert all(remark.endswith((".", "?", "。", "？")) for remark in answer.remarks)


@pytest.mark.parametrize(
    "text, says",
    [
        ('题名:"三国', "A quotation mark is not closed"),
        ("(三国 OR 水浒", "A bracket is not closed"),
        ("三国 OR 水浒)", "A bracket is closed that was never opened"),
        ("三国 OR", "A word is missing beside OR"),
        ("三国 AND", "A word is missing beside AND"),
        ("三国 NOT", "A word is missing after NOT"),
        ("-三国", "Say what to look for as well"),
        ("三国 年:(水浒)", "“水浒” is no year"),
        ("三国 作者:", "Nothing stands behind “author:”"),
        ("year:soon 三国", "“soon” is no year"),
        (
            "tilte:三国",
            "There is no field “tilte”, it was searched as a word. Did you mean",
        ),
        ("校区:虎溪", "There is no field “校区”, it was searched as a word. There are title"),
        ("Abstract:三国", "There is no field “Abstract”"),
        ("a " * 80, "Only the first 60 words were searched"),
    ],
)
def test_a_slip_in_the_syntax_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, text: str, says: str
) -> None:
    monkeypatch.setenv("SHUREN_LANG", "en")
    assert any(remark.startswith(says) for remark in parse(text).remarks)


@pytest.mark.parametrize(
    "text, node",
    [
        ("高等数学（上册）", Text("高等数学（上册）")),
        ("非诚勿扰", Text("非诚勿扰")),
        ("a-b", Text("a-b")),
        ("year:2015-2010", Years(2010, 2015)),
        ("题名:(a OR b)", Group("or", (Text("a", "title"), Text("b", "title")))),
        ("a -b", Group("and", (Text("a"), Group("not", (Text("b"),))))),
        ("三国 or 水浒", Group("or", (Text("三国"), Text("水浒")))),
        (
            "三国 not (水浒 or 红楼)",
            Group(
                "and", (Text("三国"), Group("not", (Group("or", (Text("水浒"), Text("红楼"))),)))
            ),
        ),
        ("pride and 偏见", Group("and", (Text("pride"), Text("and"), Text("偏见")))),
        ("and", Text("and")),
        (
            "标题:三国 and 出版：中华书局",
            Group("and", (Text("三国", "title"), Text("中华书局", "publisher"))),
        ),
        ("三体：黑暗森林", Text("三体：黑暗森林")),
        ("a OR b c", Group("or", (Text("a"), Group("and", (Text("b"), Text("c")))))),
    ],
)
def test_how_a_query_is_read(text: str, node: object) -> None:
    assert parse(text).node == node


def test_single_characters_with_spaces_between_are_a_title_not_operators() -> None:
    assert [part.text for part in parse("非 诚 勿 扰").node.parts] == ["非", "诚", "勿", "扰"]
