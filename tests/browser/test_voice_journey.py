"""A complaint that comes by two channels and is solved, as reader, desk, manager and oversight meet
it; every page of the reader's voice in four looks."""

import os
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from shuren.kernel.site import Site
from shuren.management.internals.voice_rows import Opinion, Task
from shuren.trust.actions import create_account, pseudonymise
from tests.browser.pages import DESKTOP, PHONE, SMALLEST, visiting
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


def test_a_complaint_by_two_channels_is_solved(live_server, people, browser, site):
    origin = live_server.url
    with visiting(browser, origin, size=PHONE, session=people["student"]) as reader:
        reader.open("/voice/")
        reader.page.fill("textarea[name=text]", DARK)
        reader.page.check("input[name=agreed]")
        reader.page.click("button:has-text('提交')")
        reader.page.wait_for_url("**/voice/own/**")
        assert "已收到" in reader.page.inner_text("main")
        first = Opinion.objects.get().pk
        with visiting(browser, origin, session=people["front_desk"]) as desk:
            page = desk.page
            desk.open("/workbench/voice/new/")
            page.fill("form:has(input[value=phone]) textarea[name=text]", DARK_TOO)
            page.click("button:has-text('登记') >> nth=0")
            page.wait_for_url("**/workbench/voice/C*/")
            assert "可能是同一问题" in page.inner_text("main")
            page.click("button:has-text('是同一问题')")
            page.wait_for_url(f"**/workbench/voice/{first}/")
            assert page.locator(".voice-sources > li").count() == 2
            page.fill("input[name='1-title']", "三楼东区加装台灯")
            page.fill("input[name='1-owner']", "后勤")
            page.click("button:has-text('这样分解')")
            page.wait_for_selector("text=下一步由主管指定")
            with visiting(browser, origin, session=people["director"]) as chief:
                chief.open(f"/workbench/voice/{first}/")
                chief.page.click("button:has-text('纳入督办')")
                chief.page.wait_for_selector(".task-card a:has-text('三楼东区加装台灯')")
                task = Task.objects.get().pk
                desk.open(f"/workbench/supervision/{task}/")
                page.fill("textarea[name=outcome]", "加装二十盏台灯")
                page.fill("textarea[name=evidence]", "验收单 2026-31")
                page.click("form button:has-text('提交处理结果')")
                page.wait_for_selector("text=待核验")
                chief.open("/workbench/supervision/")
                chief.page.click("a:has-text('三楼东区加装台灯')")
                chief.page.click("button:has-text('核验通过')")
                chief.page.wait_for_selector("text=已办结")
            desk.open(f"/workbench/voice/{first}/")
            page.fill("textarea[name=outcome]", "三楼东区加装了二十盏台灯。")
            page.fill("textarea[name=evidence]", "验收单 2026-31")
            page.select_option("select[name=resolution]", "fixed")
            page.click("button:has-text('答复并邀请评价')")
            page.wait_for_selector("text=待评价")
            assert desk.said == []
        reader.open("/my/opinions/")
        assert "请评价答复" in reader.page.inner_text("main")
        reader.page.click(".case-title a")
        reader.page.check("input[name=score][value='5']")
        reader.page.click("button:has-text('提交评价')")
        reader.page.wait_for_selector("text=评价已记下")
        assert "非常满意" in reader.page.inner_text("main")
        assert reader.said == []
    assert Opinion.objects.get(pk=first).rating == 5


@pytest.fixture
def pages(people, site) -> list[tuple[str, str]]:
    """(role, address) of every page, with something on each."""
    from shuren.management import rating

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
