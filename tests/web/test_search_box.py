"""The search box for other sites: framed by who is declared and by nobody else, and no other page
of ours by anybody."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from shuren.kernel.errors import UsageError
from shuren.kernel.settings import SiteSettings, read_settings
from shuren.web import search_box
from shuren.web.rules import EVERYBODY, routes
from tests.web.test_privacy_panel import see
from tests.web.test_workbench_access import EXAMPLES

BOX = "search-box"
SITES = ("https://cs.example.edu", "https://*.lab.example.edu")


@pytest.fixture
def at(library, settings, db):
    settings.SITE_SETTINGS = settings.SITE_SETTINGS.model_copy(update={"embed_sites": SITES})
    return library


def policy(answer) -> dict[str, str]:
    parts = [one.strip().partition(" ") for one in answer["Content-Security-Policy"].split(";")]
    return {name: value for name, _space, value in parts}


def test_the_box_may_be_framed_by_ourselves_and_by_who_is_declared(at):
    answer = Client().get(reverse(BOX))
    assert policy(answer)["frame-ancestors"] == f"'self' {' '.join(SITES)}"
    assert "X-Frame-Options" not in answer
    assert policy(answer)["default-src"] == "'none'"
    assert "script-src" not in policy(answer)
    assert not answer.cookies
    assert "<script" not in answer.content.decode()


def test_without_a_declared_site_only_ourselves_frame_it(library, db):
    assert policy(Client().get(reverse(BOX)))["frame-ancestors"] == "'self'"


def test_nothing_else_of_ours_may_be_framed(at):
    client, seen = Client(), 0
    for route in routes():
        if route.rule != EVERYBODY or route.name == BOX:
            continue
        wanted = set(route.pattern.pattern.converters) - route.pattern.default_args.keys()
        known = EXAMPLES | {"identifier": "10.1/nothing"}
        answer = client.get(reverse(route.name, kwargs={name: known[name] for name in wanted}))
        if answer.status_code >= 500:
            continue
        seen += 1
        assert answer["X-Frame-Options"] == "DENY", route.name
        assert "frame-ancestors" not in policy(answer) or policy(answer)[
            "frame-ancestors"
        ] == "'none'", route.name  # fmt: skip
    assert seen > 20


@pytest.mark.parametrize("language, word", [("zh-hans", "检索"), ("en", "Search")])
@pytest.mark.parametrize("look", search_box.LOOKS)
def test_it_speaks_the_language_and_has_the_colours_that_were_chosen(at, language, word, look):
    page = Client().get(reverse(BOX), {"language": language, "look": look}).content.decode()
    assert f">{word}<" in page
    assert f'data-theme="{look}"' in page
    assert ("dark.css" in page) is (look != "light")


def test_its_scope_narrows_the_search_and_what_is_no_scope_does_not(at):
    page = Client().get(reverse(BOX), {"scope": "kind=thesis"}).content.decode()
    assert '<input type="hidden" name="kind" value="thesis">' in page
    for odd in ("kind=x", 'kind="><script>', "q=x", "\x00"):
        page = Client().get(reverse(BOX), {"scope": odd}).content.decode()
        assert 'type="hidden"' not in page
        assert "<script" not in page


def test_a_librarian_makes_it_and_sees_it(at, as_role):
    client = as_role("front_desk")
    page = see(client, f"{reverse('workbench:search-box')}?language=en&scope=kind%3Dbook&look=dark")
    assert "&lt;form action=" in page
    assert "&lt;iframe src=" in page
    shown = re.search(r'<iframe class="box-shown" src="([^"]+)"', page)
    assert shown
    framed = client.get(shown[1].replace("&amp;", "&")).content.decode()
    assert 'value="book"' in framed
    assert 'data-theme="dark"' in framed
    for site in SITES:
        assert site in page


def test_the_form_is_plain_html_that_leads_to_our_search(at, rf):
    box = search_box.Box("en", "auto", "kind=book")
    html = search_box.form_html(rf.get("/"), box)
    assert 'action="http://testserver/find/"' in html
    assert "<script" not in html
    assert "style" not in html
    assert "http://testserver/embed/search/?language=en" in search_box.frame_html(rf.get("/"), box)


@pytest.mark.parametrize(
    "site",
    ["cs.example.edu", "https://cs.example.edu/", "https://a.edu https://b.edu", "*", "https:",
     "https://x;script-src *", "'unsafe-inline'"],
)  # fmt: skip
def test_what_is_no_site_is_refused_by_name(site, tmp_path, library):
    with open(library.settings_file, "a", encoding="utf-8") as file:
        file.write(f'embed_sites = ["{site}"]\n')
    with pytest.raises(UsageError, match="embed_sites"):
        read_settings(library)


def test_what_is_a_site_is_taken():
    assert SiteSettings(embed_sites=SITES).embed_sites == SITES
