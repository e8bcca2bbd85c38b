"""The circulation page as a scanner uses it: keys only, at every size, without a script too."""

import pytest

from shuren.service.internals.circulation.rows import CopyMove
from shuren.trust.actions import create_account
from tests.browser.pages import DESKTOP, PHONE, SMALLEST, visiting
from tests.service.circulating import ANN, BEN
from tests.service.circulating import circulation_built as circulation_built
from tests.service.circulating import library as library

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGE = "/workbench/circulation/"


@pytest.fixture
def session(library, settings, client) -> str:
    client.force_login(create_account("li", "a long enough phrase", "front_desk"))
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


@pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without"])
def test_a_card_and_copies_are_scanned_without_a_mouse(live_server, browser, session, javascript):
    with visiting(
        browser, live_server.url, session=session, language="en", javascript=javascript
    ) as visit:
        visit.open(PAGE)
        assert visit.page.evaluate("document.activeElement.name") == "card"
        visit.page.keyboard.type(BEN)
        visit.page.keyboard.press("Enter")  # as the scanner sends it: no copy yet, so nothing goes
        assert not CopyMove.objects.exists()
        assert visit.page.evaluate("document.activeElement.name") == "items"
        visit.page.keyboard.type("B1")
        visit.page.keyboard.press("Enter")
        visit.page.keyboard.type("B6")
        visit.page.keyboard.press("Tab")
        while visit.page.evaluate("document.activeElement.tagName") != "BUTTON":
            visit.page.keyboard.press("Tab")
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_selector(".notice-good")
        assert "Lent, due" in visit.page.inner_text(".notice-good")
        assert "in the library only" in visit.page.inner_text(".notice-bad")
        assert BEN not in visit.page.content()


@pytest.mark.parametrize(
    "size, theme, language",
    [
        (PHONE, "light", "zh-hans"),
        (PHONE, "dark", "en"),
        (DESKTOP, "light", "en"),
        (DESKTOP, "dark", "zh-hans"),
        (SMALLEST, "light", "zh-hans"),
    ],
)
def test_what_became_of_each_copy_is_readable_everywhere(
    live_server, browser, session, axe_script, size, theme, language
):
    with visiting(
        browser, live_server.url, session=session, size=size, theme=theme, language=language
    ) as visit:
        visit.open(PAGE)
        visit.page.fill("#field-card", ANN)
        visit.page.fill("#field-items", "B1\nB6\nB99")
        visit.page.click("form .button-primary")
        visit.page.wait_for_selector(".notice-good")
        assert visit.overflow <= 0
        assert visit.violations(axe_script) == []
        assert visit.outside == []
        visit.open(f"{PAGE}?do=return")
        visit.page.fill("#field-items", "B4 B1")
        visit.page.click("form .button-primary")
        visit.page.wait_for_selector(".notice")
        assert visit.overflow <= 0
