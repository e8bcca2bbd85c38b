"""Searching on the pages: hits and filters, one item, the shelf, files and completions."""

import json
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from shuren.discovery.internals import store
from shuren.discovery.search_shapes import Facet, FacetValue
from shuren.web.portal import narrowing
from tests.discovery.large import laid_out, lay_low
from tests.web.library import OPERATOR

pytestmark = pytest.mark.django_db


def see(client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return unescape(answer.content.decode())


def item_path(client) -> str:
    return re.search(r'href="(/find/[0-9a-f]{32}/)"', see(client, "/find/?q=三体"))[1]


def test_a_hit_leads_to_its_page_with_a_permanent_link_and_a_citation(client, library):
    path = item_path(client)
    page = see(client, path)
    assert f"http://testserver{path}" in page
    assert "三体[M]" in page
    assert "I247.55/7" in page


def test_numbers_that_are_about_right_are_said_to_be(client, library, monkeypatch):
    lay_low(monkeypatch)
    laid_out(library, 1)
    client.cookies["shuren_language"] = "en"
    page = see(client, "/find/?q=数据")
    total = re.search(r"About ([\d,]+) titles", page)[1]
    assert 3_000 <= int(total.replace(",", "")) <= 5_000
    assert f"1–20 of about {total}" in page
    assert "counted by a sample" in page
    exact = see(client, "/find/?q=数据通信 44")
    assert "About" not in re.search(r'<p role="status">.*?</p>', exact, re.S)[0]
    assert "counted by a sample" not in exact
    client.cookies["shuren_language"] = "zh-hans"
    assert f"约 {total} 种" in see(client, "/find/?q=数据")


def test_an_item_says_itself_to_machines_and_cannot_break_out_of_its_element(client, library):
    page = client.get(item_path(client)).content.decode()
    inner = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)[1]
    assert "<" not in inner
    content = json.loads(inner)
    assert (content["@context"], content["@type"]) == ("https://schema.org", "Book")
    assert content["name"] == "三体"


def test_an_item_that_is_not_there_is_not_found_and_says_what_to_do(client, library):
    client.cookies["shuren_language"] = "en"
    answer = client.get("/find/nothing/")
    assert answer.status_code == 404
    assert "Search for its title" in answer.content.decode()


def test_filters_lead_nowhere_for_crawlers_and_stay_links_for_people(client, library):
    page = see(client, "/find/?q=三体 OR 活着 OR 线性代数")
    facets = re.findall(r'<a rel="nofollow" href="/find/\?q=[^"]*clc=[^"]*"', page)
    assert len(facets) >= 2
    assert 'rel="nofollow"' not in re.search(r'<h2 class="book-title">.*?</h2>', page, re.S)[0]
    assert "X-Robots-Tag" not in client.get("/find/?q=三体").headers
    narrowed = client.get("/find/?q=三体&clc=I")
    assert narrowed.headers["X-Robots-Tag"] == "noindex, nofollow"
    robots = client.get("/robots.txt")
    assert robots.headers["Content-Type"].startswith("text/plain")
    assert "Disallow: /find/?" in robots.content.decode()


def test_a_filter_narrows_and_its_chip_takes_it_away(client, library):
    client.cookies["shuren_language"] = "en"
    both = see(client, "/find/?q=三体 OR 线性代数")
    assert "2 titles" in both
    page = see(client, "/find/?q=三体 OR 线性代数&clc=O")
    assert "1 title" in page
    assert "线性代数" in page
    assert "Class: O" in page
    assert "Remove all" in page


@pytest.mark.parametrize(
    "chosen, then",
    [
        ([], ["2010-2014"]),
        (["2010-2019"], ["2010-2014"]),
        (["2000-"], ["2010-2014"]),
        (["1990-1999"], ["1990-1999", "2010-2014"]),
        (["2010"], ["2010", "2010-2014"]),
        (["soon"], ["soon", "2010-2014"]),
    ],
    ids=["first", "inside a wider one", "inside an open one", "beside another", "a wider one", "?"],
)
def test_years_inside_a_chosen_span_take_its_place(chosen, then):
    years = [FacetValue(str(year), 3) for year in (1990, 2012, 2020, 2041)]
    asked = narrowing.Asked("三体", {"year": chosen} if chosen else {})
    values, _bars = narrowing._years(Facet("year", tuple(years)), asked)
    [url] = [one["url"] for one in values if one["label"] == "2010–2014"]
    assert parse_qs(urlsplit(url).query)["year"] == then


def test_what_comes_near_is_said_to_be_near_and_what_was_meant(client, library):
    client.cookies["shuren_language"] = "en"
    page = see(client, "/find/?q=线性带数")
    assert "No record has all of this" in page
    assert re.search(r'Did you mean <a href="[^"]+">线性代数</a>', page)


def test_a_search_that_only_came_near_counts_as_one_that_found_nothing(
    client, library, monkeypatch
):
    kept = []
    from shuren.web.portal import finding

    monkeypatch.setattr(finding, "record_event", lambda site, id, row: kept.append(row))
    see(client, "/find/?q=线性带数")
    see(client, "/find/?q=三体")
    see(client, "/find/?q=三体&clc=I")  # narrowing is no new search
    assert [(row["words"], row["hits"]) for row in kept] == [("线性带数", 0), ("三体", 1)]


def test_a_slip_in_the_syntax_is_said_and_answered_all_the_same(client, library):
    client.cookies["shuren_language"] = "en"
    page = see(client, '/find/?q="三体')
    assert "A quotation mark is not closed" in page
    assert "1 title" in page


def test_completions_are_json_that_leads_on(client, library):
    found = client.get("/find/suggest/", {"q": "sant"}).json()["suggestions"]
    assert [(one["kind"], one["text"]) for one in found] == [("title", "三体")]
    assert client.get(found[0]["url"]).status_code == 200
    assert client.get("/find/suggest/").json() == {"suggestions": []}


@pytest.mark.parametrize("form, start", [
    ("ris", "TY  - BOOK"), ("bibtex", "@book{"), ("gbt7714", "[1] "), ("csv", "\ufeffid,kind"),
    ("csl", '[\n {\n  "id"'),
])  # fmt: skip
def test_hits_and_an_item_are_files(client, library, form, start):
    for query in (f"q=三体&format={form}", f"id={item_path(client)[6:-1]}&format={form}"):
        answer = client.get(f"/find/export/?{query}")
        assert answer.status_code == 200
        assert answer.content.decode().startswith(start)
        assert answer.headers["Content-Disposition"].startswith("attachment")
    assert client.get(f"/find/export/?q=三体&format={form}x").status_code == 400


def test_the_shelf_is_walked_in_both_directions(client, library):
    page = see(client, "/find/shelf/?at=I247")
    assert page.index("I247.55/7") < page.index("I247.57/1") < page.index("O151.2/3")
    assert "B516.54/2" not in page
    earlier = re.search(r'rel="prev nofollow" href="([^"]+)"', page)
    assert earlier is None or "B516.54/2" in see(client, earlier[1])


def test_without_an_index_pages_say_which_command_makes_one(client, library):
    (store.home(library) / store.POINTER).unlink()
    for path in ("/find/?q=三体", "/find/shelf/?at=I"):
        assert "shuren index" in see(client, path)
    assert client.get("/find/suggest/?q=a").json() == {"suggestions": []}
    assert client.get("/find/export/?q=三体").status_code == 503


def test_an_index_of_another_form_is_named_and_breaks_no_page(client, library):
    manifest = store.home(library) / store.live_name(library) / store.MANIFEST
    content = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(content | {"schema": 0}))
    client.cookies["shuren_language"] = "en"
    page = see(client, "/find/?q=三体")
    assert "form 0" in page
    assert "shuren index" in page


def test_operators_index_what_was_built(library):
    from shuren.discovery.actions import index

    made = index(library, actor=OPERATOR)
    assert (made.written, made.removed, made.rebuilt) == (0, 0, False)
