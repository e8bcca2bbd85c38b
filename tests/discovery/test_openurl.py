"""OpenURLs of both versions lead to the places that hold the issue; readers' ids lead nowhere."""

import html
import re
from datetime import date
from urllib.parse import parse_qs

import pytest
from django.db import transaction

from shuren.data.actions import build, load_file
from shuren.discovery.internals.coverage import Stretch
from shuren.discovery.internals.openurl import look_up_keys, read_openurl
from shuren.discovery.queries import resolve
from shuren.kernel.shapes import Actor
from shuren.kernel.site import open_site
from tests.data.loading import OPERATOR
from tests.early import make_site

TODAY = date(2026, 11, 22)
VISITOR = Actor("", "anonymous")
NAMES = (
    "publication_title print_identifier online_identifier date_first_issue_online "
    "num_first_vol_online num_first_issue_online date_last_issue_online num_last_vol_online "
    "num_last_issue_online title_url first_author title_id embargo_info coverage_depth notes "
    "publisher_name publication_type access_type"
)


def write(folder, name, rows):
    """rows: values of the columns that matter, in the order title … access_type."""
    path = folder / name
    header = NAMES.split()
    text = ["\t".join(header)]
    for row in rows:
        text.append("\t".join(row.get(column, "") for column in header))
    path.write_text("\n".join(text) + "\n", "utf-8")
    return path


def serial(title, issn, first, last="", embargo="", depth="fulltext", access="P", url=""):
    return {"publication_title": title, "print_identifier": issn, "date_first_issue_online": first,
            "date_last_issue_online": last, "embargo_info": embargo, "coverage_depth": depth,
            "publication_type": "serial", "access_type": access,
            "title_url": url or f"https://v.example/{issn}"}  # fmt: skip


@pytest.fixture(scope="module")
def library(tmp_path_factory, django_db_setup, django_db_blocker):
    folder = tmp_path_factory.mktemp("openurl")
    site = open_site(make_site(folder / "site"))
    book = {"publication_title": "A Book of Hours", "online_identifier": "978-0-306-40615-7",
            "title_id": "10.1234/hours", "publication_type": "monograph", "access_type": "F",
            "coverage_depth": "fulltext", "title_url": "https://v.example/hours"}  # fmt: skip
    core = [serial("River & Bridge", "1234-5679", "2001"),
            serial("Old Paths", "2345-6784", "1990", "2005-06"),
            serial("Moving Wall", "3456-7895", "1950", embargo="P2Y"),
            serial("Bad Link", "4567-8902", "2001", url="javascript:alert(1)"), book]  # fmt: skip
    more = [serial("River & Bridge", "1234-5679", "1990", depth="abstracts"),
            serial("River & Bridge", "1234-5679", "1990", access="F", embargo="P1Y")]  # fmt: skip
    old = [serial("Taken Out", "5678-9014", "2001")]
    with django_db_blocker.unblock(), transaction.atomic():
        for name, rows in (("V_X_Core_2025-01-01.txt", old), ("V_X_Core_2026-01-01.txt", core),
                           ("W_X_More_2026-01-01.txt", more)):  # fmt: skip
            load_file(site, "eholdings", write(folder, name, rows), actor=OPERATOR)
        build(site, actor=OPERATOR)
        transaction.set_rollback(True)
    return site


def asked(site, text):
    return resolve(site, parse_qs(text), actor=VISITOR, today=TODAY)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text",
    [
        "url_ver=Z39.88-2004&rft.issn=2345-6784&rft.date=1999",
        "rft.eissn=23456784&rft.date=1999-05-01&rft_val_fmt=info:ofi/fmt:kev:mtx:journal",
        "rft_id=urn:ISSN:2345-6784&rft.date=1999",
        "genre=article&issn=2345-6784&date=1999",
        "title=old+paths.&date=1999",
        "rft.jtitle=Old%20Paths&rft.date=1999",
    ],
    ids=["1.0", "e-issn and day", "urn", "0.1", "0.1 by title", "1.0 by title"],
)
def test_a_journal_is_found_by_whatever_names_it(library, text):
    (place,) = asked(library, text).places
    assert (place.title, place.package, place.holds) == ("Old Paths", "Core", True)
    assert (place.first, place.last) == (date(1990, 1, 1), date(2005, 6, 30))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text",
    ["rft.isbn=9780306406157", "isbn=0-306-40615-2", "rft_id=urn:ISBN:978-0-306-40615-7",
     "rft_id=info:doi/10.1234/hours", "id=doi:10.1234/hours.ch03"],
    ids=["13", "10", "urn", "doi", "doi of a chapter"],
)  # fmt: skip
def test_a_book_is_found_by_any_form_of_its_number_and_by_doi(library, text):
    (place,) = asked(library, text).places
    assert (place.title, place.holds, place.free) == ("A Book of Hours", True, True)


@pytest.mark.django_db
def test_places_that_hold_it_come_first_full_text_before_abstracts(library):
    places = asked(library, "issn=1234-5679&date=2010").places
    assert [(p.depth, p.free, p.holds) for p in places] == [
        ("fulltext", True, True), ("fulltext", False, True), ("abstracts", False, True),
    ]  # fmt: skip
    this_year = asked(library, "issn=1234-5679&date=2026").places
    assert [(p.depth, p.free, p.holds) for p in this_year[-1:]] == [("fulltext", True, False)]


@pytest.mark.django_db
def test_of_a_package_only_the_newest_list_counts(library):
    assert asked(library, "issn=5678-9014").places == ()


@pytest.mark.django_db
def test_nobody_is_sent_to_an_address_that_is_no_web_page(library):
    (place,) = asked(library, "issn=4567-8902&date=2010").places
    assert place.url == ""


@pytest.mark.parametrize(
    "stretch, wanted, holds",
    [
        (Stretch("2001", "2005"), "2001", True),
        (Stretch("2001", "2005"), "2000", False),
        (Stretch("2001-06", ""), "2001", None),
        (Stretch("2001-06", ""), "2001-05-31", False),
        (Stretch("2001", ""), "", None),
        (Stretch("1950", "", "P2Y"), "2024", True),
        (Stretch("1950", "", "P2Y"), "2025", False),
        (Stretch("1950", "", "R1Y"), "2026-03", True),
        (Stretch("1950", "", "R1Y"), "2025-12", False),
        (Stretch("", "", "P6M"), "2026-05", True),
        (Stretch("", "", "P6M"), "2026-06", False),
        (Stretch("", "", "R10Y;P30D"), "2016", False),
        (Stretch("", "", "R10Y;P30D"), "2017", True),
        (Stretch("", "", "R10Y;P30D"), "2026-11-01", False),
        (Stretch("", "", "P30D"), "2026-10-23", True),
    ],
)
def test_coverage_and_embargo(stretch, wanted, holds):
    """Today is 22 November 2026. 30 days: 23 November back to 24 October is not there."""
    assert stretch.holds(wanted, TODAY) is holds


@pytest.mark.parametrize(
    "today, rule, first, last",
    [
        # One day, one month, one year held back: today's day, month and year.
        ("2026-11-22", "P1D", None, "2026-11-21"),
        ("2026-11-22", "P1M", None, "2026-10-31"),
        ("2026-11-22", "P1Y", None, "2025-12-31"),
        # The first and last day of a month and a year say the same as those between.
        ("2026-11-01", "P1M", None, "2026-10-31"),
        ("2026-11-30", "P1M", None, "2026-10-31"),
        ("2026-01-01", "P1M", None, "2025-12-31"),
        ("2026-12-31", "P1Y", None, "2025-12-31"),
        ("2027-01-01", "P1Y", None, "2026-12-31"),
        # Twelve months are not a year, nor 365 days.
        ("2026-11-22", "P12M", None, "2025-11-30"),
        ("2026-11-22", "P365D", None, "2025-11-22"),
        ("2026-11-22", "P13M", None, "2025-10-31"),
        # February, in a leap year and after it.
        ("2028-02-29", "P1D", None, "2028-02-28"),
        ("2028-03-01", "P1D", None, "2028-02-29"),
        ("2028-03-31", "P1M", None, "2028-02-29"),
        ("2029-03-31", "P1M", None, "2029-02-28"),
        # The latest stretch alone is there.
        ("2026-11-22", "R1D", "2026-11-22", None),
        ("2026-11-22", "R1M", "2026-11-01", None),
        ("2026-01-31", "R2M", "2025-12-01", None),
        ("2026-11-22", "R10Y", "2017-01-01", None),
        # Both, in either order and either letter case.
        ("2026-11-22", "R10Y;P30D", "2017-01-01", "2026-10-23"),
        ("2026-11-22", "p30d;r10y", "2017-01-01", "2026-10-23"),
        # Longer than there are years, and what is no rule.
        ("2026-11-22", "R9999Y", None, None),
        ("2026-11-22", "", None, None),
        ("2026-11-22", "after a while", None, None),
    ],
)
def test_what_may_be_read_today_at_the_edges_of_an_embargo(today, rule, first, last):
    bounds = Stretch(embargo=rule).bounds(date.fromisoformat(today))
    assert bounds == (
        date.fromisoformat(first) if first else date.min,
        date.fromisoformat(last) if last else date.max,
    )


@pytest.mark.parametrize(
    "stretch, wanted, holds, embargoed",
    [
        (Stretch("1950", "", "P2Y"), "2024-12-31", True, False),
        (Stretch("1950", "", "P2Y"), "2025-01-01", False, True),
        (Stretch("1950", "2020", "P2Y"), "2025", False, False),
        (Stretch("1950", "", "R1Y"), "1949", False, False),
        (Stretch("1950", "", "R1Y"), "2025-12-31", False, True),
        (Stretch("2025", "", "P2Y"), "2025", False, True),
        (Stretch("2025-06", "", "P20M"), "2025", False, True),
        (Stretch("2024", "2024", "P2Y"), "2024", True, False),
        (Stretch("2026", "", "P2M"), "2026", None, False),
        (Stretch("", "", "P1Y"), "", None, False),
    ],
    ids=[
        "last day before", "first day within", "over before the embargo", "before it began",
        "older than the latest year", "began within the embargo", "begins after it ends",
        "all of it is old enough", "half a year of a year", "no date asked",
    ],
)  # fmt: skip
def test_an_embargo_is_told_from_a_gap_in_coverage(stretch, wanted, holds, embargoed):
    """Today is 22 November 2026."""
    assert stretch.holds(wanted, TODAY) is holds
    assert stretch.is_embargoed(wanted, TODAY) is embargoed


def test_a_readers_id_is_never_read():
    query = parse_qs("issn=1234-5679&req_id=mailto:a@b.c&req.emplid=2019&pid=card%3D123&x=1")
    citation = read_openurl(query)
    assert citation.dropped
    assert "2019" not in repr(citation)
    assert "a@b.c" not in repr(citation)


@pytest.mark.parametrize(
    "text", ["", "date=2020", "rft.issn=12", "isbn=xyz", "rft.date=99999", "id=" + "9" * 5000]
)
def test_what_names_no_work_looks_nothing_up(text):
    assert look_up_keys(read_openurl(parse_qs(text))) == []


@pytest.mark.django_db
def test_the_page_drops_a_readers_id_before_it_answers(client, settings, library):
    settings.SITE = library
    answer = client.get("/resolve/?issn=2345-6784&date=1999&req_id=2019000101&pid=7")
    assert (answer.status_code, answer["Location"]) == (302, "/resolve/?issn=2345-6784&date=1999")
    page = client.get(answer["Location"]).content.decode()
    # The way to a place leads over our door, which asks the licence.
    doors = [html.unescape(one) for one in re.findall(r'href="(/online/[^"]+)"', page)]
    assert "https://v.example/2345-6784" in [client.get(one).headers["Location"] for one in doors]
    assert "2019000101" not in page
    assert "Old Paths" in page


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", "?rft.title=Nowhere", "?issn=%00&title=%27%22%3Cscript%3E"])
def test_the_page_answers_whatever_is_asked(client, settings, library, query):
    settings.SITE = library
    answer = client.get(f"/resolve/{query}")
    assert answer.status_code == 200
    assert "<script>" not in answer.content.decode().replace("<script src", "")
