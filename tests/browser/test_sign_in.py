"""Signing in with a second step in a real browser: every page on the way, in every look."""

import pyotp
import pytest

from shuren.kernel.clock import now
from shuren.kernel.shapes import Actor
from shuren.trust import young
from shuren.trust.actions import create_account
from tests.browser.pages import DESKTOP, PHONE, visiting

PASSWORD = "a long enough phrase"
LOOKS = [
    (PHONE, "light", "zh-hans"),
    (PHONE, "dark", "en"),
    (DESKTOP, "light", "en"),
    (DESKTOP, "dark", "zh-hans"),
]


@pytest.fixture
def server(live_server, transactional_db, settings, site):
    settings.SITE = site
    create_account("desk", PASSWORD, "front_desk")
    for name in ("class-3-07", "class-3-08"):
        young.open_account(
            site, name, PASSWORD,
            under_14_until=f"{now().year + 2}-05", school_class="初一3班",
            actor=Actor("desk", "front_desk"),
        )  # fmt: skip
    young.record_consent(
        site, "class-3-08", guardian="form 17", version="1", actor=Actor("desk", "front_desk")
    )
    return live_server.url


@pytest.mark.browser
@pytest.mark.parametrize("size, theme, language", LOOKS, ids=lambda value: str(value))
def test_desk_sets_a_second_step_up_and_every_page_on_the_way_is_fit_to_be_seen(
    server, browser, axe_script, size, theme, language
):
    with visiting(browser, server, size=size, theme=theme, language=language) as visit:

        def look():
            assert visit.overflow == 0, visit.page.url
            assert visit.violations(axe_script) == [], visit.page.url
            assert not visit.outside
            assert not visit.said

        visit.open("/sign-in/")
        visit.page.fill("[name=username]", "desk")
        visit.page.fill("[name=password]", PASSWORD)
        visit.page.click(".sign-in-form .button-wide")
        visit.page.wait_for_url("**/sign-in/second-step/")
        look()
        secret = visit.page.inner_text(".secret-key").replace(" ", "")
        visit.page.fill("[name=code]", pyotp.TOTP(secret).at(now()))
        visit.page.click(".set-up .button-primary")
        visit.page.wait_for_selector(".recovery-codes")
        look()
        visit.page.click(".set-up .button-primary")
        visit.page.wait_for_url("**/workbench/")
        for path in ("/my/sessions/", "/workbench/pupils/"):
            visit.open(path)
            look()
        visit.page.click(".pupil-consent summary")
        look()


@pytest.mark.browser
def test_a_child_without_a_guardians_word_is_told_so_without_script(server, browser):
    with visiting(browser, server, language="en", javascript=False) as visit:
        visit.open("/sign-in/")
        visit.page.fill("[name=username]", "class-3-07")
        visit.page.fill("[name=password]", PASSWORD)
        visit.page.click(".sign-in-form .button-wide")
        visit.page.wait_for_url("**/my/")
        assert "Your guardian has not said yes yet" in visit.page.inner_text("main")
