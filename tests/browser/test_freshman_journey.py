"""A freshman's first week on a phone: from signing in to a book, a seat, a course, a calendar."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from shuren.kernel.clock import now
from shuren.service import cases, events, ils, place_desk
from shuren.trust.actions import create_account
from tests.browser.journeying import PICTURES, look
from tests.browser.pages import DESKTOP, PHONE, visiting
from tests.browser.whole_library import PASSWORD
from tests.browser.whole_library import clock as clock
from tests.browser.whole_library import whole as whole
from tests.browser.whole_library import whole_built as whole_built
from tests.service.circulating import BEN, LI, reader_of
from tests.service.desk_of_cases import LIBRARIAN, MANAGER
from tests.service.places_library import DESK

PAGES = ["/", "/my/", "/my/cases/", "/my/bookings/", "/my/inbox/", "/my/messages/", "/services/",
         "/my/privacy/"]  # fmt: skip


@pytest.fixture
def course(whole) -> str:
    """The address of a course for newcomers, tomorrow."""
    starts = now() + timedelta(days=1)
    event = events.plan(
        whole, "reader_salon", title={"zh": "新生第一课", "en": "A first lesson"}, places=30,
        summary={"zh": "一小时认识图书馆。", "en": "The library in an hour."}, place="一楼报告厅",
        sessions=[(starts, starts + timedelta(hours=1))], actor=LIBRARIAN,
    )  # fmt: skip
    cases.act(whole, event.case, "approve", actor=MANAGER)
    cases.act(whole, event.case, "publish", actor=LIBRARIAN)
    return f"/events/{event.id}/"


@pytest.fixture
def freshman(whole):
    create_account("xin", PASSWORD, "student", reader_key=reader_of(whole, BEN).reader_key)


def test_a_freshmans_first_week(
    live_server, whole, course, freshman, clock, browser, axe_script, tmp_path
):
    with visiting(browser, live_server.url, size=PHONE) as visit:
        page = visit.page

        visit.open("/my/")  # not signed in: the way in, and back here
        page.fill("#field-username", "xin")
        page.fill("#field-password", PASSWORD)
        page.click(".sign-in-form .button-primary")
        page.wait_for_url("**/my/")
        look(visit, axe_script, "freshman-01-my")

        page.click("main a[href='/my/privacy/'] >> nth=0")
        page.click("#consent-reading_history button[value=yes]")
        page.wait_for_selector("#consent-reading_history:has-text('已同意')")
        assert page.locator(".consent .badge", has_text="未开启").count() == 3

        page.click("header a[href='/services/']")
        page.wait_for_selector(".tabs a[aria-current]:has-text('适用于我')")
        look(visit, axe_script, "freshman-02-services")
        page.fill("#service-words", "tsyy")
        page.keyboard.press("Enter")
        page.wait_for_url("**/services/?q=tsyy")
        page.click(".service-rows a:has-text('图书预约')")
        page.wait_for_selector("h1:has-text('图书预约')")
        look(visit, axe_script, "freshman-03-service")
        page.click(".service-go a")
        page.wait_for_url("**/find/**")

        page.fill("main input[type='search']", "huozhe")
        page.keyboard.press("Enter")
        page.click(".books .offers a:has-text('预约')")
        page.click("main button:has-text('确认')")
        page.wait_for_url("**/my/cases/*/")
        page.wait_for_selector("main :text('排队中')")
        look(visit, axe_script, "freshman-04-hold")

        page.click("header a[href='/spaces/']")
        page.click(".zone-name a:has-text('自习区')")
        page.select_option("#span-from", "10:00")
        page.select_option("#span-to", "12:00")
        page.click(".span-form button")
        page.click("a.seat[aria-label^='003']")
        page.click("#chosen button:has-text('预约')")
        page.wait_for_url("**/my/bookings/**")
        clock("03-10T10:00")
        visit.open("/my/bookings/")
        page.fill(".code-input", place_desk.code(whole, "A", actor=DESK).text)
        page.click("button:has-text('签到')")
        page.wait_for_selector("main :text('使用中')")
        look(visit, axe_script, "freshman-05-seat")

        visit.open("/my/")
        page.click("main a[href='/events/']")
        page.click(".event-title a:has-text('新生第一课')")
        page.click("main button:has-text('报名')")
        page.wait_for_selector(".event-code")
        assert len(page.inner_text(".event-code")) == 4
        look(visit, axe_script, "freshman-06-course")
        with page.expect_download() as waiting:
            page.click("main a[href$='.ics']")
        assert "新生第一课" in Path(waiting.value.path()).read_text("utf-8")

        assert ils.check_in(whole, "B4", actor=LI).goes_to == "hold_shelf"
        visit.open("/my/inbox/")
        look(visit, axe_script, "freshman-07-inbox")
        page.click(".message-title a:has-text('图书预约')")
        page.click("main a:has-text('打开服务单')")
        page.wait_for_url("**/my/cases/*/")
        page.wait_for_selector("main :text('可取书')")
        ils.check_out(whole, "B4", card=BEN, actor=LI)

        visit.open("/my/messages/")
        page.click("button[value=make]")
        address = page.inner_text("#calendar-address")
        look(visit, axe_script, "freshman-08-calendar")
        feed = page.request.get(live_server.url + urlsplit(address).path).text()
        feed = feed.replace("\r\n ", "")  # RFC 5545 folds long lines
        assert "BEGIN:VCALENDAR" in feed
        assert "自习区" in feed
        assert "活着" not in feed, "whoever has the address can read it"

        for theme, language, size in (("dark", "en", PHONE), ("dark", "zh-hans", DESKTOP)):
            again = page.context.cookies()
            session = next(one["value"] for one in again if one["name"] == "shuren_session")
            with visiting(
                browser, live_server.url, size=size, theme=theme, language=language,
                session=session,
            ) as other:  # fmt: skip
                for number, path in enumerate([*PAGES, course]):
                    other.open(path)
                    if PICTURES or path in (course, "/my/inbox/"):
                        look(other, axe_script, f"freshman-{theme}-{language}-{number}")
