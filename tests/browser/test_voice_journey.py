"""A complaint that comes by two channels and is solved, as reader, desk, manager and oversight meet
it; every page of the reader's voice in four looks."""

import os
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from shuren.kernel.site import Site
from shuren.management import mailboxes, rating
from shuren.management.internals.voice_rows import Opinion, OpinionSource
from shuren.trust.actions import create_account, pseudonymise
from tests.browser.journeying import look
from tests.browser.pages import DESKTOP, PHONE, SMALLEST, visiting
from tests.management.imap_server import PASSWORD, USER, serving
from tests.management.test_mailboxes import letter
from tests.management.voice_people import DARK, DARK_TOO, LIBRARIAN, said, under_way

LOOKS = [
    (PHONE, "light", "zh-hans"),
    (PHONE, "dark", "en"),
    (DESKTOP, "light", "en"),
    (DESKTOP, "dark", "zh-hans"),
]
PHRASE = "a long enough phrase"
# Where pictures of the pages go, for whoever wants to look at them; nowhere as a rule.
PICTURES = os.environ.get("PICTURES_OF_PAGES", "")


@pytest.fixture
def people(live_server, transactional_db, site: Site, settings) -> dict[str, str]:
    """{role: session}"""
    settings.SITE = site
    found = {}
    for name, role in (
        ("ann", "student"), ("lin", "front_desk"), ("guan", "director"), ("du", "overseer"),
    ):  # fmt: skip
        client = Client()
        key = pseudonymise(site, ["2020001"])[0] if role == "student" else ""
        client.force_login(create_account(name, PHRASE, role, reader_key=key))
        found[role] = client.cookies["shuren_session"].value
    return found


@pytest.fixture
def mailbox(site, monkeypatch):
    """The curator's mailbox on a real server, empty."""
    with serving() as server:
        with open(site.settings_file, "a", encoding="utf-8") as file:
            file.write(
                f'[voice.curator]\nhost = "127.0.0.1"\nport = {server.port}\n'
                f'security = "none"\nuser = "{USER}"\n'
            )
        monkeypatch.setenv("SHUREN_SECRET_VOICE", PASSWORD)
        yield server


def split(page, *actions: tuple[str, str]) -> None:
    """Fill the rows of the plan in, and send it."""
    due = page.input_value("input[name='1-due']")
    for number, (title, owner) in enumerate(actions, 1):
        page.fill(f"input[name='{number}-title']", title)
        page.fill(f"input[name='{number}-owner']", owner)
        page.fill(f"input[name='{number}-due']", due)
    page.click("button:has-text('这样分解')")
    page.wait_for_selector("text=下一步由主管指定")


def handled(desk, chief, title: str) -> None:
    """The desk hands an outcome with its evidence in; the manager checks and closes it."""
    desk.open("/workbench/supervision/")
    desk.page.click(f"main a:has-text('{title}')")
    desk.page.fill("textarea[name=outcome]", f"{title}：已完成")
    desk.page.click("form button:has-text('提交处理结果')")
    desk.page.wait_for_selector(".notice-bad")  # not without evidence
    desk.said.clear()  # the browser tells of the refusal
    desk.page.fill("textarea[name=evidence]", "验收单 2026-31")
    desk.page.click("form button:has-text('提交处理结果')")
    desk.page.wait_for_selector("text=待核验")
    chief.open("/workbench/supervision/")
    chief.page.click(f"main a:has-text('{title}')")
    chief.page.click("button:has-text('核验通过')")
    chief.page.wait_for_selector("text=已办结")


def test_a_complaint_by_two_channels_is_solved(
    live_server, people, browser, axe_script, site, mailbox
):
    origin, lamps = live_server.url, ("三楼东区加装台灯", "后勤")
    with (
        visiting(browser, origin, size=PHONE, session=people["student"]) as reader,
        visiting(browser, origin, session=people["front_desk"]) as desk,
        visiting(browser, origin, session=people["director"]) as chief,
    ):
        reader.open("/voice/")
        reader.page.fill("textarea[name=text]", DARK)
        reader.page.check("input[name=agreed]")
        reader.page.click("button:has-text('提交')")
        reader.page.wait_for_url("**/voice/own/**")
        assert "已收到" in reader.page.inner_text("main")
        first = Opinion.objects.get().pk
        mailbox.put(letter(1, DARK_TOO))
        assert mailboxes.look(site, "curator").taken == 1
        page = desk.page
        desk.open("/workbench/voice/")
        page.click(".case-table tr:has-text('馆长信箱') a")
        assert "可能是同一问题" in page.inner_text("main")
        page.click("button:has-text('是同一问题')")
        page.wait_for_url(f"**/workbench/voice/{first}/")
        assert page.locator(".voice-sources > li").count() == 2
        assert {"网页", "馆长信箱"} <= set(page.locator(".voice-sources strong").all_inner_texts())
        split(page, lamps, ("检查二楼灯光", "物业"))
        look(desk, axe_script, "voice-1-split")
        chief.open(f"/workbench/voice/{first}/")
        chief.page.click("button:has-text('纳入督办')")
        chief.page.wait_for_selector(".task-card a:has-text('检查二楼灯光')")
        with visiting(browser, origin, session=people["overseer"]) as oversight:
            oversight.open("/workbench/supervision/")
            look(oversight, axe_script, "voice-2-board")
            oversight.page.click(f"main a:has-text('{lamps[0]}')")
            assert oversight.page.locator("main form").count() == 0, "a role that only looks"
        for title in (lamps[0], "检查二楼灯光"):
            handled(desk, chief, title)
        desk.open(f"/workbench/voice/{first}/")
        page.fill("textarea[name=outcome]", "三楼东区加装了二十盏台灯。")
        page.fill("textarea[name=evidence]", "验收单 2026-31")
        page.select_option("select[name=resolution]", "fixed")
        page.click("button:has-text('答复并邀请评价')")
        page.wait_for_selector("text=待评价")
        reader.open("/my/opinions/")
        assert "请评价答复" in reader.page.inner_text("main")
        reader.page.click(".case-title a")
        rate(reader, "5")
        assert "非常满意" in reader.page.inner_text("main")
        assert reader.said == []
        written = OpinionSource.objects.get(channel="curator")
        with visiting(browser, origin, size=PHONE, javascript=False) as writer:
            writer.open(f"/voice/own/{rating.token_of(written.pk)}/")
            assert "二十盏台灯" in writer.page.inner_text("main")
            rate(writer, "4")
            assert writer.overflow <= 0
        desk.open(f"/workbench/voice/{first}/")
        assert "已办结" in page.inner_text(".case-marks")
        look(desk, axe_script, "voice-4-over")
    assert Opinion.objects.get(pk=first).rating == 4


def rate(visit, score: str) -> None:
    visit.page.check(f"input[name=score][value='{score}']")
    visit.page.click("button:has-text('提交评价')")
    visit.page.wait_for_selector("text=评价已记下")


@pytest.fixture
def pages(people, site) -> list[tuple[str, str]]:
    """(role, address) of every page, with something on each."""
    taken = said(site, DARK)
    other = said(site, DARK_TOO, LIBRARIAN, channel="phone")
    from shuren.kernel.clock import now
    from shuren.management.supervision import due_after

    two = said(site, "知网在校外总是登录不上")
    [task] = under_way(site, two.case_id, "资源建设部", due=due_after(site, now(), 1))
    return [
        ("", "/voice/"),
        ("", reverse("voice-own", args=[rating.token_of(taken.source_id)])),
        ("student", "/my/opinions/"),
        ("front_desk", reverse("workbench:voice")),
        ("front_desk", reverse("workbench:voice-new")),
        ("front_desk", reverse("workbench:opinion", args=[other.case_id])),
        ("director", reverse("workbench:opinion", args=[two.case_id])),
        ("overseer", reverse("workbench:supervision")),
        ("director", reverse("workbench:supervised-new")),
        ("front_desk", reverse("workbench:supervised", args=[task])),
    ]


@pytest.mark.parametrize("size, theme, language", LOOKS)
def test_every_page_of_the_voice_fits_and_is_accessible(
    live_server, people, pages, browser, axe_script, size, theme, language
):
    faults = []
    for role, path in pages:
        with visiting(
            browser, live_server.url, size=size, theme=theme, language=language,
            session=people.get(role, ""),
        ) as visit:  # fmt: skip
            visit.open(path)
            if PICTURES:
                name = f"{path.strip('/').split('/C')[0][:24].replace('/', '-')}-{size[0]}-{theme}"
                visit.page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)
            if visit.overflow > 0:
                faults.append(f"{path} is {visit.overflow} px too wide")
            faults += [f"{path} {violation}" for violation in visit.violations(axe_script)]
            faults += visit.said + visit.outside
    assert faults == []


def test_the_smallest_phone_scrolls_down_only(live_server, people, pages, browser):
    wide = []
    for role, path in pages:
        with visiting(
            browser, live_server.url, size=SMALLEST, language="en", session=people.get(role, "")
        ) as visit:
            visit.open(path)
            if visit.overflow > 0:
                wide.append(path)
    assert wide == []
