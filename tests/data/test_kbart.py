"""Title lists: real heads of JSTOR, Portico, LOCKSS, CLOCKSS and Annual Reviews, and made ones."""

import pytest

from shuren.data import queries
from shuren.data.actions import load_file, replay
from shuren.data.internals.kbart_source import list_of
from tests.data.loading import OPERATOR, accepted, refusals

pytestmark = pytest.mark.django_db

PHASE_1 = (
    "publication_title\tprint_identifier\tonline_identifier\tdate_first_issue_online\t"
    "num_first_vol_online\tnum_first_issue_online\tdate_last_issue_online\tnum_last_vol_online\t"
    "num_last_issue_online\ttitle_url\tfirst_author\ttitle_id\tembargo_info\tcoverage_depth\t"
    "coverage_notes\tpublisher_name"
)


@pytest.mark.parametrize(
    "name, loaded, refused",
    [
        ("chocula/kbart_CLOCKSS.txt", 24, {}),
        ("chocula/kbart_JSTOR.txt", 24, {}),
        ("chocula/kbart_LOCKSS.txt", 24, {}),
        ("chocula/kbart_Portico.txt", 21, {"S03": 2}),  # two lines begin with a tab too many
        (
            "folio-agreements/service/src/integration-test/resources/packages/packageSyncSpec/"
            "Testdata_KBART_AnnualReviews.tsv",
            71,  # below them 73 lines of tabs
            {},
        ),
    ],
)
def test_real_lists_load_and_every_line_is_accounted_for(site, shared_data, name, loaded, refused):
    path = shared_data("kbart-erm") / name
    receipt = load_file(site, "eholdings", path, actor=OPERATOR)
    assert receipt.source == "kbart"
    assert (receipt.accepted, receipt.rules) == (loaded, refused)
    lines = path.read_bytes().removesuffix(b"\n").count(b"\n")
    assert receipt.records + receipt.blank_lines == lines


def test_the_package_stands_in_the_name_and_in_every_row(site, tmp_path):
    path = tmp_path / "Vendor_Asia_Core_2026-05-01.txt"
    rows = ["山城学报\t1234-5679\t\t2001\t1\t1\t\t\t\thttps://v.example/1\t\tt1\tR1Y\tFulltext\t停刊\tV",
            "坏刊\t\t\t二〇〇一\t\t\t\t\t\t\t\tt2"]  # fmt: skip
    path.write_bytes(("\ufeff" + "\r\n".join([PHASE_1, *rows]) + "\r\n").encode("utf-16-le"))
    receipt = load_file(site, "eholdings", path, actor=OPERATOR)
    (row,) = accepted(site, receipt)
    assert (row["provider"], row["region"], row["package"]) == ("Vendor", "Asia", "Core")
    assert row["listed_on"].isoformat() == "2026-05-01"
    assert (row["coverage_depth"], row["notes"]) == ("fulltext", "停刊")
    assert refusals(site, receipt) == [(3, "R03", "date_first_issue_online")]
    (bad,) = queries.refused_rows(site, receipt.id, actor=OPERATOR)
    again = replay(
        site, receipt.id, actor=OPERATOR, corrections={1: bad.shown.replace("二〇〇一", "2001")}
    )
    (mended,) = accepted(site, again)
    assert (mended["publication_title"], mended["package"]) == ("坏刊", "Core")


@pytest.mark.parametrize(
    "name, expected",
    [
        ("JSTOR_Global_AllArchive_2026-01-01.txt", ("JSTOR", "Global", "AllArchive", "2026-01-01")),
        ("Wiley_All_2026-01-01.tsv.gz", ("Wiley", "", "All", "2026-01-01")),
        ("A_B_Big_Deal_20260101.csv", ("A", "B", "Big_Deal", "2026-01-01")),
        ("holdings.txt", ("", "", "holdings", "")),
        ("A_B_C_2026-13-01.txt", ("", "", "A_B_C_2026-13-01", "")),
    ],
)
def test_what_a_file_name_says(name, expected):
    assert tuple(list_of(name).values()) == expected
