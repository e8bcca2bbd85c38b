"""A seat from the plan to leaving it, on a phone, as its reader and the desk meet it."""

import os
from pathlib import Path

import pytest
from django.test import Client

from shuren.service import bookings, place_desk
from shuren.service.cases import fire_timers
from shuren.trust.actions import create_account
from tests.browser.pages import DESKTOP, PHONE, SMALLEST, visiting
from tests.service.places_library import DESK, at
from tests.service.places_library import clock as clock
from tests.service.places_library import library as library
from tests.service.places_library import places_built as places_built
from tests.service.places_library import reader as reader_of

PASSWORD = "a long enough phrase"
SETTINGS = [
    (PHONE, "light", "zh-hans"),
    (PHONE, "dark", "en"),
    (DESKTOP, "light", "en"),
    (DESKTOP, "dark", "zh-hans"),
    (SMALLEST, "light", "en"),
]
IDS = [f"{size[0]}-{theme}-{language}" for size, theme, language in SETTINGS]
PAGES = [
    "/spaces/", "/spaces/zones/A/", "/spaces/zones/A/?seat=A-004#chosen", "/spaces/zones/B/",
    "/spaces/rooms/", "/spaces/rooms/?room=R1&people=3#chosen", "/my/bookings/",
    "/my/bookings/credit/",
]  # fmt: skip
STAFF_PAGES = ["/workbench/bookings/?zone=A", "/workbench/bookings/code/A/"]


@pytest.fixture
def ann(live_server, transactional_db, library, clock, client):
    """Address of the library, Ann's session, Ann."""
    actor = reader_of(library)
    client.force_login(create_account("ann", PASSWORD, "student", reader_key=actor.reader_key))
    return live_server.url, client.cookies["shuren_session"].value, actor


@pytest.fixture
def desk(ann):
    client = Client()
    client.force_login(create_account("lin", PASSWORD, "front_desk"))
    return client.cookies["shuren_session"].value


def furnish(site, clock, ann) -> None:
    """A booking that was not kept, one that runs, some of others, a wish, a block."""
    missed = bookings.book(site, "A-001", at("11-16T10:00"), at("11-16T11:00"), actor=ann)
    clock("11-16T10:30")
    fire_timers(site)
    assert missed
    for number in range(2, 10):
        other = reader_of(site, number)
        bookings.book(site, f"A-{number + 5:03}", at("11-16T11:00"), at("11-16T14:00"),
                      actor=other)  # fmt: skip
    for number in range(10, 14):
        other = reader_of(site, number)
        bookings.book(site, f"B-{number - 9:03}", at("11-16T10:30"), at("11-16T15:00"),
                      actor=other)  # fmt: skip
    bookings.book(site, "R2", at("11-17T10:00"), at("11-17T12:00"), actor=other, people=8)
    bookings.wait(site, "B", at("11-16T10:45"), at("11-16T15:00"), actor=ann)
    place_desk.block(site, "A-020", at("11-16T10:00"), at("11-17T10:00"), "灯坏了", actor=DESK)
    opened = bookings.book(site, "A-003", at("11-16T15:00"), at("11-16T17:00"), actor=ann)
    assert opened


@pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without"])
def test_from_the_plan_to_leaving(ann, library, clock, browser, javascript):
    origin, session, _actor = ann
    with visiting(browser, origin, size=PHONE, session=session, javascript=javascript) as visit:
        page = visit.page
        page.set_default_timeout(15_000)
        visit.open("/spaces/")
        page.click(".zone-name a:has-text('自习区')")
        page.select_option("#span-from", "10:00")
        page.select_option("#span-to", "12:00")
        page.click(".span-form button")
        page.click("a.seat[aria-label^='003']")
        page.click("#chosen button:has-text('预约')")
        page.wait_for_url("**/my/bookings/**")
        assert "自习区 003" in page.inner_text("main")
        assert "10:00–12:00" in page.inner_text("main")
        clock("11-16T10:05")
        visit.open("/my/bookings/")
        page.fill(".code-input", "AAAAAA")
        page.click("button:has-text('签到')")
        assert "不是现场现在显示的码" in page.inner_text("main")
        page.fill(".code-input", place_desk.code(library, "A", actor=DESK).text)
        page.click("button:has-text('签到')")
        page.wait_for_url("**done=check_in")
        assert "使用中" in page.inner_text("main")
        page.click("button:has-text('暂离')")
        page.wait_for_url("**done=step_out")
        assert "保留到 10:35" in page.inner_text("main")
        page.click("button:has-text('我回来了')")
        page.wait_for_url("**done=come_back")
        page.click("button:has-text('续时')")
        page.wait_for_url("**done=extend")
        assert "10:05–12:30" in page.inner_text("main") or "10:00–12:30" in page.inner_text("main")
        page.click("button:has-text('离开')")
        page.wait_for_url("**done=leave")
        assert "您还没有预约" in page.inner_text("main")
        assert visit.said == [] or all("40" in one for one in visit.said)


def test_the_desk_checks_in_who_stands_there(ann, desk, library, clock, browser):
    origin, _session, actor = ann
    bookings.book(library, "A-003", at("11-16T10:00"), at("11-16T12:00"), actor=actor)
    clock("11-16T10:00")
    with visiting(browser, origin, session=desk) as visit:
        page = visit.page
        visit.open("/workbench/bookings/")
        page.click("a:has-text('自习区')")
        page.click("button:has-text('签到')")
        page.wait_for_load_state()
        assert "使用中" in page.inner_text("main")
        visit.open("/workbench/bookings/code/A/")
        assert page.inner_text(".code") == place_desk.code(library, "A", actor=DESK).text


@pytest.mark.parametrize("size, theme, language", SETTINGS, ids=IDS)
def test_every_page_fits_and_is_accessible(
    ann, desk, library, clock, browser, axe_script, size, theme, language
):
    origin, session, actor = ann
    furnish(library, clock, actor)
    shots = os.environ.get("SHOTS")
    looks = [(session, PAGES), (desk, STAFF_PAGES)]
    for who, paths in looks:
        with visiting(
            browser, origin, size=size, theme=theme, language=language, session=who
        ) as visit:
            for number, path in enumerate(paths):
                visit.open(path)
                assert visit.overflow <= 0, path
                assert visit.violations(axe_script) == [], path
                if shots:
                    name = f"{size[0]}-{theme}-{language}-{who == desk:d}{number}.png"
                    visit.page.screenshot(path=str(Path(shots) / name), full_page=True)
