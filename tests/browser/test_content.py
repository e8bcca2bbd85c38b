"""A page image that we drew, in a real browser: its words are found and marked where they stand."""

import pytest
from django.urls import reverse

from shuren.data import actions, content
from shuren.kernel.site import Site
from shuren.trust.actions import create_account
from tests.browser.pages import DESKTOP, PHONE, visiting
from tests.data import documents
from tests.data.loading import OPERATOR
from tests.data.test_content_index import publish

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def session(site: Site, settings, client) -> str:
    settings.SITE = site
    said = b"file,title,rights\nhours.png,Opening hours,open\n"
    picture = documents.as_bytes(documents.drawn())
    path = site.root.parent / "scan.zip"
    path.write_bytes(documents.archive({"hours.png": picture, "documents.csv": said}))
    actions.load_file(site, "content_units", path, actor=OPERATOR)
    publish(site)
    assert content.make_index(site, actor=OPERATOR).promoted
    client.force_login(create_account("data", "a long enough phrase", "data_librarian"))
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


def test_a_hit_is_marked_on_the_page_where_its_words_were_drawn(
    browser, live_server, session, axe_script
):
    for size, theme, language in ((DESKTOP, "light", "en"), (PHONE, "dark", "zh-hans")):
        with visiting(
            browser, live_server.url, size=size, theme=theme, language=language, session=session
        ) as visit:
            visit.open(reverse("workbench:content") + "?q=ten")
            assert visit.violations(axe_script) == []
            visit.page.click(".hits a >> nth=0")
            visit.page.wait_for_load_state("networkidle")
            mark, page = (
                visit.page.locator(where).bounding_box() for where in (".page-mark", "image")
            )
            left = (mark["x"] - page["x"]) / page["width"]
            top = (mark["y"] - page["y"]) / page["height"]
            # `Reading rooms close at ten.` was drawn from 60 px on, 32 px high, at 130 px of 500.
            assert 0.26 < top + mark["height"] / page["height"] / 2 < 0.34
            assert 0.35 < left < 0.55
            chosen = visit.page.locator(".document-lines [aria-current]")
            assert chosen.inner_text() == "Reading rooms close at ten."
            visit.page.locator(".document-lines a").first.press("Enter")
            visit.page.wait_for_load_state("networkidle")
            chosen = visit.page.locator(".document-lines [aria-current]")
            assert chosen.inner_text() == "The library opens at eight."
            assert visit.violations(axe_script) == []
            assert visit.overflow <= 0
            assert (visit.said, visit.outside) == ([], [])


def test_without_scripts_a_line_can_still_be_chosen(browser, live_server, session):
    with visiting(browser, live_server.url, session=session, javascript=False) as visit:
        visit.open(reverse("workbench:content"))
        visit.page.click("tbody a >> nth=0")
        visit.page.click(".document-lines a >> nth=2")
        assert visit.page.locator(".page-line-chosen").count() == 1
