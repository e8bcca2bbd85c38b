"""The workbench in a real browser: sizes, themes, languages, keyboard, charts."""

import json
import shutil

import pytest
from django.urls import reverse

from shuren.kernel.site import open_site
from shuren.trust.actions import create_account
from tests.web.library import built  # noqa: F401 - a fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
LOOKS = [
    (PHONE, "light", "zh-hans"),
    (PHONE, "dark", "en"),
    (DESK, "light", "en"),
    (DESK, "dark", "zh-hans"),
]
LOOK_NAMES = ["phone light zh", "phone dark en", "desk light en", "desk dark zh"]


@pytest.fixture
def addresses(built):  # noqa: F811
    """One address for every page, by name."""
    load = built[1].id
    pages = {
        "today": [],
        "sources": [],
        "load": [load],
        "quarantine": [],
        "quarantine-load": [load],
        "quarantine-row": [load, 1],
        "contracts": [],
        "contract": ["readers"],
        "circulation": [],
        "figure": ["loans_by_month"],
    }
    return {name: reverse(f"workbench:{name}", args=args) for name, args in pages.items()}


@pytest.fixture
def open_page(browser, live_server, built, tmp_path, settings, client):  # noqa: F811
    """Opens an address as a data librarian, in one size, theme and language."""
    shutil.copytree(built[0].root, tmp_path / "copy")
    settings.SITE = open_site(tmp_path / "copy")
    client.force_login(create_account("librarian", "a long enough phrase", "data_librarian"))
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    contexts = []

    def open_(address, viewport=DESK, theme="light", language="en", script=True):
        context = browser.new_context(viewport=viewport, java_script_enabled=script)
        contexts.append(context)
        cookies = {
            settings.SESSION_COOKIE_NAME: session,
            "shuren_theme": theme,
            settings.LANGUAGE_COOKIE_NAME: language,
        }
        context.add_cookies(
            [{"name": n, "value": v, "url": live_server.url} for n, v in cookies.items()]
        )
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.complaints = []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on(
            "console",
            lambda m: page.complaints.append(m.text) if "Content Security" in m.text else None,
        )
        page.goto(live_server.url + address)
        return page

    yield open_
    for context in contexts:
        context.close()


@pytest.mark.parametrize("viewport, theme, language", LOOKS, ids=LOOK_NAMES)
def test_every_page_fits_and_is_accessible(
    open_page, addresses, axe_script, viewport, theme, language
):
    page = open_page(addresses["today"], viewport, theme, language)
    server = page.url.removesuffix(addresses["today"])
    for name, address in addresses.items():
        page.goto(server + address)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= viewport["width"], name
        page.evaluate(axe_script)
        found = page.evaluate("axe.run().then((result) => result.violations)")
        grave = [one for one in found if one["impact"] in ("serious", "critical")]
        assert not grave, f"{name}: {json.dumps(grave, ensure_ascii=False)[:2000]}"
        assert not page.complaints, name


def test_a_chart_is_drawn_over_its_table_and_gives_way_to_it(open_page, addresses):
    page = open_page(addresses["circulation"])
    figure = page.locator("#loans_by_month")
    assert figure.locator("canvas").count() == 1
    assert not figure.locator("table").is_visible()
    figure.locator("[data-chart-toggle]").click()
    assert figure.locator("table").is_visible()
    assert not figure.locator("canvas").is_visible()


def test_without_script_the_numbers_and_the_menu_are_there(open_page, addresses):
    page = open_page(addresses["circulation"], viewport=PHONE, script=False)
    assert page.locator("#loans_by_month table").is_visible()
    page.locator(".rail-menu summary").click()
    page.locator(".rail-menu a").nth(1).click()
    assert page.url.endswith(addresses["sources"])


def test_only_pages_with_charts_load_the_chart_library(open_page, addresses):
    assert open_page(addresses["today"]).locator('script[src*="echarts"]').count() == 0
    assert open_page(addresses["circulation"]).locator('script[src*="echarts"]').count() == 1


def test_g_and_a_key_go_to_a_place_and_a_question_mark_lists_the_keys(open_page, addresses):
    page = open_page(addresses["today"])
    page.keyboard.press("?")
    assert page.locator("dialog[data-shortcuts]").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("dialog[data-shortcuts]").is_visible()
    page.keyboard.press("g")
    page.keyboard.press("q")
    page.wait_for_url(f"**{addresses['quarantine']}")


def test_all_rows_are_ticked_at_once_and_asked_about_before_anything_happens(open_page, addresses):
    page = open_page(addresses["quarantine-load"])
    page.locator("[data-check-all]").check()
    boxes = page.locator('input[name="row"]')
    assert all(boxes.nth(n).is_checked() for n in range(boxes.count()))
    page.locator('button[value="rows"]').click()
    assert page.get_by_role("heading", level=1).inner_text() == "Check 5 rows again?"
