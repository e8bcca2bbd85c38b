"""The workbench on a tiny library whose every figure can be counted by hand."""

import csv
import io
import re
import shutil
from html import unescape

import pytest
from django.urls import reverse

from shuren.data import queries
from shuren.kernel.shapes import Actor
from shuren.kernel.site import open_site
from shuren.trust.actions import create_account
from tests.web.library import (
    ACCEPTED,
    BAD_DATE,
    BAD_DATE_LINE,
    NAMES,
    READERS,
    REFUSED,
    built,  # noqa: F401 - a fixture
)


@pytest.fixture
def librarian(client, db, settings, built, tmp_path):  # noqa: F811
    """A data librarian in front of a copy of the library; `load` is its loans' receipt."""
    site, receipt = built
    shutil.copytree(site.root, tmp_path / "copy")
    settings.SITE = open_site(tmp_path / "copy")
    client.force_login(create_account("librarian", "a long enough phrase", "data_librarian"))
    client.cookies["shuren_language"] = "en"
    client.load = receipt
    return client


def see(client, name, *args, **query):
    answer = client.get(reverse(f"workbench:{name}", args=args), query)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def table_of(page, figure):
    """[label, *cells] of each row of one figure's table, header first."""
    part = page[page.index(f'id="{figure}"') :]
    rows = re.findall(r"<tr>(.*?)</tr>", part[: part.index("</table>")], re.S)
    return [
        [text.strip() for text in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in rows
    ]


def test_the_receipt_adds_up_and_leads_to_its_refused_rows(librarian):
    page = see(librarian, "load", librarian.load.id)
    assert f">{ACCEPTED + REFUSED}</span> records" in page
    assert f">{ACCEPTED}</span> accepted" in page
    assert f">{REFUSED}</span> refused" in page
    assert reverse("workbench:quarantine-load", args=[librarian.load.id]) in page


def test_the_receipt_can_be_forwarded_as_text_and_json(librarian):
    text = librarian.get(reverse("workbench:load-text", args=[librarian.load.id]))
    assert f"{ACCEPTED + REFUSED} records = {ACCEPTED} accepted + {REFUSED} refused" in (
        text.content.decode()
    )
    json = librarian.get(reverse("workbench:load-json", args=[librarian.load.id])).json()
    assert json["accepted"] + json["refused"] == json["records"] == ACCEPTED + REFUSED


def test_sources_say_for_each_contract_what_came_and_what_waits(librarian):
    page = see(librarian, "sources")
    row = re.search(r"<tr>(?:(?!</tr>).)*?contracts/loans/.*?</tr>", page, re.S).group()
    assert re.findall(r'<td class="number[^>]*>(.*?)</td>', row) == ["30", "25", "5"]


def test_the_first_page_names_the_next_step(librarian):
    assert "5 refused rows wait for a decision." in see(librarian, "today")


@pytest.mark.parametrize(
    "figure, rows",
    [
        ("loans_by_month", [["2026-03", "17", "12"], ["2026-04", "8", "8"]]),
        ("loans_by_class", [["I Literature", "17", "12"]]),
    ],
    ids=["by month", "by class"],
)
def test_a_figure_counts_what_a_hand_counts(librarian, figure, rows):
    page = see(librarian, "dashboard", "circulation")
    assert table_of(page, figure)[1 : len(rows) + 1] == rows


@pytest.mark.parametrize("figure", ["loans_by_month", "top_titles_monthly", "loans_by_class"])
def test_the_csv_says_what_the_table_says(librarian, figure):
    page = see(librarian, "figure", figure)
    answer = librarian.get(reverse("workbench:figure-csv", args=[figure]))
    text = answer.content.decode("utf-8-sig")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(text))) == table_of(page, figure)


def test_two_readers_are_too_few_to_be_shown(librarian):
    page = see(librarian, "dashboard", "circulation")
    assert "哲学系" not in str(table_of(page, "loans_by_college"))
    assert "存在与时间" not in str(table_of(page, "top_titles_monthly"))
    part = page[page.index('id="loans_by_college"') :]
    assert "fewer than five people" in part[: part.index("</figure>")]


def test_a_month_that_is_still_growing_is_said_to_be(librarian):
    page = see(librarian, "dashboard", "circulation")
    assert page.count('data-unfinished="2026-04"') == 1
    assert "2026-04" in page[page.index('class="chart-foot"') :][:400]
    until_march = see(librarian, "dashboard", "circulation", to="2026-03")
    assert 'data-unfinished="2026-0' not in until_march


def test_a_filter_narrows_every_figure_and_stays_in_the_address(librarian):
    page = see(librarian, "dashboard", "circulation", **{"from": "2026-04", "to": "2026-04"})
    assert [row[0] for row in table_of(page, "loans_by_month")[1:]] == ["2026-04"]
    assert re.search(r"figures/loans_by_month\.csv\?[^\"]*from=2026-04", page)


def test_the_definition_names_its_query_and_the_loads_behind_it(librarian):
    page = see(librarian, "figure", "loans_by_month")
    assert "mart.loan_fact" in page
    assert reverse("workbench:load", args=[librarian.load.id]) in page


def test_refused_rows_stand_with_line_rule_and_reason(librarian):
    page = see(librarian, "quarantine-load", librarian.load.id)
    assert f"Line {BAD_DATE_LINE}" in page
    assert "2026-13-45 10:00:00" in page
    assert len(re.findall('class="refused-row"', page)) == REFUSED


def test_a_row_is_mended_and_replayed_and_the_receipt_says_so(librarian, settings):
    rows = queries.refused_rows(
        settings.SITE, librarian.load.id, actor=_librarian(), offset=0, limit=50
    )
    bad = next(row for row in rows if row.line == BAD_DATE_LINE)
    address = reverse("workbench:quarantine-row", args=[librarian.load.id, bad.row])
    assert READERS[0] not in librarian.get(address).content.decode()
    mended = bad.shown.replace("2026-13-45", "2026-03-30")
    answer = librarian.post(address, {"text": mended}, follow=True)
    page = answer.content.decode()
    assert ">1</span> records" in page
    assert ">1</span> accepted" in page
    assert "4 rows still wait there." in page
    assert librarian.get(address).status_code == 404


def test_rows_are_replayed_together_only_after_saying_what_will_happen(librarian, settings):
    address = reverse("workbench:quarantine-replay", args=[librarian.load.id])
    asked = librarian.post(address, {"scope": "all"})
    assert "Check 5 rows again?" in unescape(asked.content.decode())
    assert len(queries.receipts(settings.SITE, "loans")) == 1
    done = librarian.post(address, {"scope": "all", "confirmed": "yes"}, follow=True)
    assert ">5</span> refused" in done.content.decode()
    assert "Nothing waits there any more." in done.content.decode()
    assert len(queries.receipts(settings.SITE, "loans")) == 2


def test_asking_for_no_row_says_so(librarian):
    address = reverse("workbench:quarantine-replay", args=[librarian.load.id])
    answer = librarian.post(address, {"scope": "rows"}, follow=True)
    assert "No row was ticked." in unescape(answer.content.decode())


def test_a_contract_page_says_how_each_column_is_kept(librarian):
    page = see(librarian, "contract", "readers")
    assert "as a pseudonym" in page
    assert "sealed in the vault" in page
    assert "conformed.reader" in page
    whole = see(librarian, "contracts")
    assert all(f'id="{id_}"' in whole for id_ in ("items", "loans", "readers", "seat_zones"))


def test_a_contract_can_be_downloaded_as_it_is_written(librarian):
    answer = librarian.get(reverse("workbench:contract-odcs", args=["loans"]))
    assert answer.content.decode().count("apiVersion: v3.1.0") == 1


def test_no_page_shows_who_anybody_is(librarian, settings):
    pages = [see(librarian, name) for name in ("today", "sources", "quarantine")]
    pages.append(see(librarian, "dashboard", "circulation"))
    for receipt in queries.receipts(settings.SITE):
        pages.append(see(librarian, "load", receipt.id))
        pages.append(
            librarian.get(reverse("workbench:load-text", args=[receipt.id])).content.decode()
        )
        pages.append(
            librarian.get(reverse("workbench:quarantine-load", args=[receipt.id])).content.decode()
        )
    for figure in ("loans_by_month", "top_titles_monthly", "loans_by_college"):
        pages.append(see(librarian, "figure", figure))
        pages.append(librarian.get(reverse("workbench:figure-csv", args=[figure])).content.decode())
    everything = "\n".join(pages)
    assert BAD_DATE.split(",")[0] in READERS
    for secret in (*READERS, *NAMES.values()):
        assert secret not in everything
    assert not re.search(r"r_[a-z2-7]{26}", everything)


def _librarian():
    return Actor("librarian", "data_librarian")
