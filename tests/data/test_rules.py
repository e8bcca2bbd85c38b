"""Each rule by hand, on files of a few lines."""

import pytest

from shuren.data.definitions import contract
from shuren.data.rules import RULES, reason
from tests.data.loading import LOANS, accepted, load, refusals

pytestmark = pytest.mark.django_db

GOOD = "1,s1,b1,红楼梦,2025-03-01 10:00:00,2025-04-01,2025-03-20 09:00:00,0,A"


@pytest.mark.parametrize(
    "row, rule, field",
    [
        ("1,,b1,红楼梦,2025-03-01,,,0,A", "R01", "reader_id"),
        ("1,  ,b1,红楼梦,2025-03-01,,,0,A", "R01", "reader_id"),
        ("1,NULL,b1,红楼梦,2025-03-01,,,0,A", "R01", "reader_id"),
        ("1,s1,b1,红楼梦,,,,0,A", "R01", "loaned_at"),
        ("1,s1,b1,红楼梦,2025-13-01,,,0,A", "R02", "loaned_at"),
        ("1,s1,b1,红楼梦,2025-02-29,,,0,A", "R02", "loaned_at"),
        ("1,s1,b1,红楼梦,epoch,,,0,A", "R02", "loaned_at"),
        ("1,s1,b1,红楼梦,2025-03-01,,,1.5,A", "R02", "renewals"),
        ("1,s1,b1,红楼梦,2025-03-01,,,often,A", "R02", "renewals"),
        ("1,s 1,b1,红楼梦,2025-03-01,,,0,A", "R03", "reader_id"),
        ("1,s1,b1,红楼梦,2025-03-01,,,0," + "A" * 101, "R03", "campus"),
        ("1,s1,b1,红楼梦,1925-03-01,,,0,A", "R04", "loaned_at"),
        ("1,s1,b1,红楼梦,2025-03-01,,,-1,A", "R04", "renewals"),
        ("1,s1,b1,红楼梦,2025-03-01,2025-02-01,,0,A", "R07", ""),
        ("1,s1,b1,红楼梦,2025-03-01,,2025-02-01,0,A", "R07", ""),
        ("1,2.01902E+11,b1,红楼梦,2025-03-01,,,0,A", "R07", ""),
        ("1,s1,6.90123E+12,红楼梦,2025-03-01,,,0,A", "R07", ""),
        ("1,s1,b1,红楼梦,2025-03-01,,", "S03", ""),
        ('1,s1,b1,"红楼梦,2025-03-01,,,0,A', "S02", ""),
        ("1,s1,b1,红\0楼梦,2025-03-01,,,0,A", "S04", ""),
    ],
)
def test_a_row_is_refused_for_the_first_rule_it_breaks(site, row, rule, field):
    # The good row comes after, so that an open quote is seen to swallow nothing.
    receipt = load(site, "loans", LOANS + row + "\n" + GOOD.replace("1,", "2,", 1) + "\n")
    assert refusals(site, receipt) == [(2, rule, field)]
    assert (receipt.records, receipt.accepted, receipt.refused) == (2, 1, 1)
    assert [r["_line"] for r in accepted(site, receipt)] == [3]


@pytest.mark.parametrize(
    "text, read",
    [
        ("2025-03-01", "2025-03-01 00:00:00"),
        ("2025-03-01 10:05:06", "2025-03-01 10:05:06"),
        ("2025-03-01T10:05:06", "2025-03-01 10:05:06"),
        ("2025-03-01T10:05:06+08:00", "2025-03-01 10:05:06"),
        ("2025/3/1", "2025-03-01 00:00:00"),
        ("2025/3/1 8:05", "2025-03-01 08:05:00"),
        ("20250301", "2025-03-01 00:00:00"),
        ("20250301080506", "2025-03-01 08:05:06"),
        ("2025.3.1", "2025-03-01 00:00:00"),
        ("2025年3月1日", "2025-03-01 00:00:00"),
        ("　2025-03-01 ", "2025-03-01 00:00:00"),
    ],
)
def test_moments_are_read_in_the_forms_that_systems_write(site, text, read):
    receipt = load(site, "loans", f"reader_id,title,loaned_at\ns1,红楼梦,{text}\n")
    assert [str(row["loaned_at"]) for row in accepted(site, receipt)] == [read]


def test_a_return_on_the_day_of_the_loan_is_good_when_only_the_day_is_known(site):
    text = "reader_id,title,loaned_at,returned_at\ns1,红楼梦,2025-03-01 10:00:00,2025-03-01\n"
    assert load(site, "loans", text).accepted == 1


def test_words_of_the_source_become_values_of_the_contract(site):
    text = "读者证号,姓名,读者类型,状态\nx1,张三,硕士研究生,有效\nx2,李四,外星人,有效\n"
    receipt = load(site, "readers", text)
    assert [(r["kind"], r["status"]) for r in accepted(site, receipt)] == [("student", "active")]
    assert refusals(site, receipt) == [(3, "R05", "kind")]


@pytest.mark.parametrize(
    "isbn, good",
    [("9787020002207", True), ("978-7-02-000220-7", True), ("702000220X", True), ("12345", False)],
)
def test_the_form_of_an_isbn(site, isbn, good):
    receipt = load(site, "items", f"条码号,题名,ISBN\nb1,红楼梦,{isbn}\n")
    assert receipt.accepted == int(good)


def test_a_row_that_repeats_another_names_the_line_of_the_first(site):
    other = GOOD.replace("红楼梦", "西游记")
    receipt = load(site, "loans", LOANS + "\n".join([GOOD, "", GOOD, other]) + "\n")
    assert refusals(site, receipt) == [(4, "R06", ""), (5, "R06", "")]
    assert receipt.blank_lines == 1
    reasons = _reasons(site, receipt)
    assert reasons == [
        "Repeats line 2 word for word.",
        "Has the key of line 2 with other content.",
    ]


def test_a_refused_row_is_not_the_first_of_its_repeats(site):
    broken = GOOD.replace("2025-03-01 10:00:00", "2025-13-01")
    receipt = load(site, "loans", LOANS + f"{broken}\n{GOOD}\n")
    assert [row["_line"] for row in accepted(site, receipt)] == [3]


def test_a_mapping_may_keep_rows_that_repeat_word_for_word(site):
    from tests.data.loading import mapping

    mapping(site, "till", "contract: loans\nduplicates: keep\n")
    text = "reader_id,title,loaned_at\n" + "s1,红楼梦,2025-03-01\n" * 3
    receipt = load(site, "loans", text, mapping_id="till")
    rows = accepted(site, receipt)
    assert len(rows) == 3
    assert len({row["_key"] for row in rows}) == 3


def test_all_broken_rules_of_a_row_are_told(site):
    from shuren.data.queries import refused_rows
    from tests.data.loading import OPERATOR

    receipt = load(site, "loans", LOANS + "1,,b1,红楼梦,2025-13-01,,,-1,A\n" + GOOD)
    (row,) = refused_rows(site, receipt.id, actor=OPERATOR)
    assert row.rule == "R01"
    assert row.also == ("R01", "R02", "R04")


@pytest.mark.parametrize("code", RULES)
def test_every_rule_has_a_sentence_in_both_languages(code):
    loans = contract(None, "loans")
    detail = {"kind": "same", "line": 3, "row_rule": "due_not_before_loan"}
    texts = reason(loans, code, "renewals", detail)
    assert set(texts) == {"zh", "en"}
    assert all(text.strip() and "%(" not in text for text in texts.values())


def _reasons(site, receipt):
    from shuren.data.queries import refused_rows
    from tests.data.loading import OPERATOR

    return [row.reason["en"] for row in refused_rows(site, receipt.id, actor=OPERATOR)]


@pytest.mark.parametrize(
    "contract_id, text",
    [
        ("readers", "读者证号,姓名\n2.01902E+11,甲\n20190201,乙\n"),
        ("items", "条码号,题名\n6.90123E+12,三体\n6901234567892,三体\n"),
    ],
)
def test_a_number_that_a_spreadsheet_rounded_is_refused(site, contract_id, text):
    receipt = load(site, contract_id, text)
    assert refusals(site, receipt) == [(2, "R07", "")]
    assert receipt.accepted == 1
