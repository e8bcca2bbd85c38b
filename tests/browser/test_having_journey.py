"""From a search by pinyin to a book in the hand, as a reader and the desk meet it."""

import re

import pytest
from django.test import Client

from shuren.service import ils
from shuren.trust.actions import create_account
from tests.browser.pages import DESKTOP, PHONE, SMALLEST, visiting
from tests.service.circulating import ANN, BEN, EAST, LI, reader_of
from tests.service.circulating import circulation_built as circulation_built
from tests.service.circulating import library as library
from tests.web.having import PASSWORD
from tests.web.having import circulation_indexed as circulation_indexed
from tests.web.having import shelves as shelves

SETTINGS = [
    (PHONE, "light", "zh-hans"),
    (PHONE, "dark", "en"),
    (DESKTOP, "light", "en"),
    (DESKTOP, "dark", "zh-hans"),
]
IDS = [f"{size[0]}-{theme}-{language}" for size, theme, language in SETTINGS]


@pytest.fixture
def reader(live_server, transactional_db, shelves, client):
    """Address of the library and session of Ben."""
    key = reader_of(shelves, BEN).reader_key
    client.force_login(create_account("ben", PASSWORD, "student", reader_key=key))
    return live_server.url, client.cookies["shuren_session"].value


@pytest.fixture
def desk(reader):
    """Session of the front desk."""
    client = Client()
    client.force_login(create_account("li", PASSWORD, "front_desk"))
    return client.cookies["shuren_session"].value


def circulate(at_desk, form="", **said):
    """Scan at the desk's page, and wait for what became of it."""
    at_desk.open(f"/workbench/circulation/{form}")
    for name, text in said.items():
        at_desk.page.fill(f"#field-{name}", text)
    at_desk.page.click("main form .button-primary")
    at_desk.page.wait_for_selector("main .notice")


def test_from_pinyin_to_the_book_in_the_hand(reader, desk, shelves, browser):
    origin, session = reader
    with visiting(browser, origin, session=session) as visit:
        page = visit.page
        visit.open("/")
        page.fill("input[type='search']", "huozhe OR santi")
        page.keyboard.press("Enter")
        page.wait_for_url("**/find/?q=huozhe**")
        assert page.locator(".book-title").count() == 2
        page.click(".find-facets a:has-text('全部借出')")
        page.wait_for_url("**availability=**")
        assert page.locator(".book-title").count() == 1
        page.click(".book-title a:has-text('活着')")
        assert "在借" in page.inner_text("#where")
        page.click(".offers a:has-text('预约')")
        page.click("button:has-text('确认')")
        page.wait_for_url("**/my/cases/*/")
        case = page.url.removeprefix(origin)
        assert "排队中" in page.inner_text("main")
        visit.open("/my/cases/")
        assert "活着" in page.inner_text("main")
        assert visit.said == []

        with visiting(browser, origin, session=desk) as at_desk:
            at_desk.open("/workbench/cases/")
            assert "活着" in at_desk.page.inner_text("main")
            circulate(at_desk, "?do=return", items="B4")
            assert "预约" in at_desk.page.inner_text(".notice")
            visit.open(case)
            assert "可取书" in page.inner_text("main")
            circulate(at_desk, card=BEN, items="B4")
            visit.open(case)
            assert "已取书" in page.inner_text("main")
            at_desk.open("/workbench/cases/")
            assert "活着" not in at_desk.page.inner_text("main")


def test_a_check_out_comes_to_the_open_page_of_hits_by_itself(reader, shelves, browser):
    """Nobody touches the page; it asks every two seconds (M3: within five)."""
    origin, session = reader
    with visiting(browser, origin, session=session, language="en") as visit:
        visit.open("/find/?q=佛教史")
        assert f"{EAST}: 1 of 1 in" in visit.page.inner_text(".books")
        ils.check_out(shelves, "B8", card=ANN, actor=LI)
        visit.page.wait_for_selector(f"text={EAST}: 0 of 1 in")
        assert "Place a hold" in visit.page.inner_text(".books")
        assert visit.said == []


def test_without_script_two_taps_open_the_case(reader, browser):
    origin, session = reader
    with visiting(browser, origin, size=PHONE, session=session, javascript=False) as visit:
        visit.page.goto(f"{origin}/find/?q=活着")
        visit.page.click(".books .offers a:has-text('预约')")
        visit.page.click("button:has-text('确认')")
        assert re.search(r"/my/cases/[^/]+/$", visit.page.url)


def test_without_script_two_taps_lead_from_a_search_in_vain_to_a_suggestion(reader, browser):
    origin, session = reader
    with visiting(browser, origin, size=SMALLEST, session=session, javascript=False) as visit:
        visit.page.goto(f"{origin}/find/?q=嵌入式系统")
        visit.page.click(".wish a:has-text('荐购')")
        assert visit.page.input_value("[name='book_title']") == "嵌入式系统"
        visit.page.click("button:has-text('确认')")
        assert re.search(r"/my/cases/[^/]+/$", visit.page.url)


@pytest.mark.parametrize("size, theme, language", SETTINGS, ids=IDS)
def test_every_page_on_the_way_fits_and_is_accessible(
    reader, shelves, browser, axe_script, size, theme, language
):
    origin, session = reader
    faults = []
    with visiting(
        browser, origin, size=size, theme=theme, language=language, session=session
    ) as visit:
        visit.open("/find/?q=活着")
        item = visit.page.get_attribute(".book-title a", "href")
        article = "genre=article&atitle=On+Rivers&title=Waters&issn=1234-5679&date=2020"
        for path in (
            "/find/?q=三体 OR 活着",
            item,
            f"{item}ask/hold/",
            f"{item}ask/transfer/",
            f"/resolve/?{article}",
            f"/resolve/ask/delivery/?{article}",
        ):
            visit.open(path)
            if visit.page.locator(".offers-why summary").count():
                visit.page.locator(".offers-why summary").first.click()
            if visit.overflow > 0:
                faults.append(f"{path} is {visit.overflow} px too wide")
            faults += [f"{path} {violation}" for violation in visit.violations(axe_script)]
        faults += visit.said + visit.outside
    assert faults == []


def test_the_smallest_phone_shows_every_copy_without_scrolling_sideways(reader, browser):
    """The state of a copy stands beside its number, not in a column to be scrolled to."""
    origin, session = reader
    with visiting(browser, origin, size=SMALLEST, session=session) as visit:
        visit.open("/find/?q=活着")
        visit.page.click(".book-title a")
        states = visit.page.locator("#where .copy-state")
        assert states.count() == 2
        for place in range(2):
            box = states.nth(place).bounding_box()
            assert box["x"] + box["width"] <= SMALLEST[0]
        assert visit.overflow <= 0
