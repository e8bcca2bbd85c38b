"""What two spellings have in common after analysis."""

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pypinyin import lazy_pinyin

from shuren.discovery.internals import terms
from shuren.discovery.internals.analysis import numbers, pinyin, words
from shuren.discovery.internals.analysis.folding import fold, squeezed, tokens
from shuren.discovery.internals.analysis.numerals import with_digits


@pytest.mark.parametrize(
    "one, other",
    [
        ("中華書局", "中华书局"),
        ("重慶", "重庆"),
        ("Ｐｙｔｈｏｎ　３", "python 3"),
        ("Müller", "muller"),
        ("Straße", "strasse"),
        ("峯", "峰"),
        ("図書館の歴史", "图书馆の历史"),
        ("ﾄﾖﾀ", "トヨタ"),
    ],
)
def test_these_are_written_alike_afterwards(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize("text", ["乾隆", "皇后", "著作", "三国"])
def test_what_only_looks_like_a_variant_stays(text: str) -> None:
    assert fold(text) == text


def test_punctuation_parts_tokens_and_signs_of_names_stay() -> None:
    assert tokens(fold("C++与C#：.NET（第2版）")) == ["c++", "与", "c#", ".net", "第", "2", "版"]
    assert squeezed(fold("资本论（第一卷）")) == "资本论第一卷"


@pytest.mark.parametrize(
    "text, digits",
    [
        ("第二版", "第2版"),
        ("二十一世纪", "21世纪"),
        ("一九八四", "1984"),
        ("二〇〇八年", "2008年"),
        ("一百二十回", "120回"),
        ("明朝那些事儿(壹)", "明朝那些事儿(1)"),
        ("三国", "三国"),
        ("四书五经", "四书五经"),
        ("百科全书", "百科全书"),
    ],
)
def test_numerals_that_count_are_digits_and_words_stay_words(text: str, digits: str) -> None:
    assert with_digits(text) == digits


def test_pairs_find_what_the_segmenter_cuts_otherwise() -> None:
    assert words.pairs("三国演义") == ["^三", "三国", "国演", "演义"]
    assert words.pairs("c语言") == ["^c", "c", "语言"]
    assert words.pairs("") == []


def test_pinyin_of_a_word_and_of_its_characters() -> None:
    assert pinyin.syllables("重庆") == ["chong", "qing"]
    assert ["zhong", "qing"] in pinyin.other_readings("重庆")
    assert pinyin.initials(pinyin.syllables("三国演义")) == "sgyy"


@pytest.mark.parametrize(
    "letters, splits",
    [
        ("sanguo", {("san", "guo")}),
        ("xian", {("xian",), ("xi", "an")}),
        ("fangan", {("fan", "gan"), ("fang", "an")}),
        ("lvxing", {("lv", "xing")}),
        ("python", set()),
        ("sgyy", set()),
        ("", set()),
        ("sān", set()),
    ],
)
def test_letters_are_read_as_whole_syllables_or_not_at_all(
    letters: str, splits: set[tuple[str, ...]]
) -> None:
    assert set(pinyin.splits(letters)) == splits


@pytest.mark.parametrize(
    "text, plain",
    [
        ("san1 guo2", "san guo"),
        ("San1guo2yan3yi4", "sanguoyanyi"),
        ("gen1wo3xue2python", "genwoxuepython"),
        ("nǚxìng", "nvxing"),
        ("Lüxing", "lvxing"),
        ("mp3", ""),
        ("python3", ""),
        ("sān guó", ""),
        ("三国", ""),
    ],
)
def test_tones_and_ü_are_typed_in_several_ways(text: str, plain: str) -> None:
    assert pinyin.typed(text) == plain


@pytest.mark.parametrize(
    "text, rest, said",
    [
        ("红楼梦第三版", "红楼梦", ["第三版"]),
        ("数据结构 2版", "数据结构", ["2版"]),
        ("概论(第12版)", "概论(", ["第12版"]),
        ("考研英语2019版", "考研英语2019版", []),
        ("premiere cs3版", "premiere cs3版", []),
        ("第一版画展", "第一版画展", []),
        ("第二版", "第二版", []),
    ],
)
def test_what_is_said_of_an_edition_is_told_from_the_title(
    text: str, rest: str, said: list[str]
) -> None:
    found, editions = words.editions(text)
    assert (found.rstrip(" )"), editions) == (rest, said)


def test_spaces_say_where_syllables_end() -> None:
    assert pinyin.readings(["fang", "an"]) == [("fang", "an"), ("fan", "gan")]
    assert pinyin.readings(["fangan"])[0] in {("fan", "gan"), ("fang", "an")}
    assert pinyin.readings(["python"]) == []


def test_a_syllable_that_is_begun_is_known() -> None:
    assert pinyin.begun("sanguoy")[0] == (("san", "guo"), "y")
    assert (("san",), "g") in pinyin.begun("sang")
    assert ((), "sang") in pinyin.begun("sang")
    assert pinyin.begun("hlm") == []


def test_syllables_that_are_easily_confused() -> None:
    assert {"zhang", "zan", "zhan"} <= set(pinyin.alike("zang"))
    assert "nan" in pinyin.alike("lan")
    assert "ban" not in pinyin.alike("lan")


# Check digits by docs of ISO 2108 and ISO 3297; vectors of the standards page of the field.
@pytest.mark.parametrize(
    "text, kind, value, sure",
    [
        ("9780306406157", "isbn", "9780306406157", True),
        ("978-7-111-22633-8", "isbn", "9787111226338", True),
        ("ISBN 0306406152", "isbn", "9780306406157", True),
        ("080442957X", "isbn", "9780804429573", True),
        ("9780306406158", "isbn", "9780306406157", False),
        ("2049-3630", "issn", "20493630", True),
        ("2434-561X", "issn", "2434561X", True),
        ("20493631", "issn", "20493631", False),
        ("doi:10.1145/582415.582418", "doi", "10.1145/582415.582418", True),
        ("TP391.4/123", "call", "TP391.4/123", True),
        ("i247.5/l623=2", "call", "I247.5/L623=2", True),
        ("TP391.41", "class", "TP39141", False),
        ("９７８－７－１１１－２２６３３－８", "isbn", "9787111226338", True),
        ("ISBN 978-7-111-22633-8.", "isbn", "9787111226338", True),
        ("DOI 10.1145/582415.582418", "doi", "10.1145/582415.582418", True),
        ("索书号：TP391.4/123", "call", "TP391.4/123", True),
        ("TP312JA 78-2", "call", "TP312JA/78-2", False),
        ("OS/2", "call", "OS/2", False),
    ],
)
def test_a_number_is_recognised(text: str, kind: str, value: str, sure: bool) -> None:
    assert numbers.recognise(text) == numbers.Number(kind, value, sure)


@pytest.mark.parametrize("text", ["三国", "python", "C++", "2019", "h", "", "and/or", "1984"])
def test_what_is_no_number(text: str) -> None:
    found = numbers.recognise(text)
    assert found is None or not found.sure


HAN = some.text(
    some.sampled_from("重庆长行乐曾单三国演义的数学分析王伟芳大学〇重㐀𠀀"), min_size=1, max_size=8
)


@given(HAN)
def test_a_word_is_read_as_pypinyin_reads_it(word: str) -> None:
    assert list(pinyin.of_word(word)) == lazy_pinyin(word, errors="ignore")


@given(some.text(some.sampled_from("三国演义重庆大学abc+#.N1 ，（）がカ한국"), max_size=20))
def test_a_text_taken_apart_once_is_what_it_is_taken_apart_piece_by_piece(text: str) -> None:
    runs = tokens(fold(text))
    apart = terms.taken_apart(runs)
    assert apart.words == words.words_of(runs)
    assert apart.pairs == words.pairs_of_all(runs)
    assert apart.read == pinyin.syllables_of(runs)
    assert list(dict.fromkeys(apart.characters)) == words.characters_of(runs)
