"""A reader says no, borrows, says yes, looks, takes along, erases and verifies the proof."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from shuren.data import actions, queries
from shuren.kernel.shapes import Actor
from shuren.kernel.site import open_site
from shuren.trust.actions import create_account, pseudonymise
from tests.browser.pages import DESKTOP, PHONE, SMALLEST, visiting
from tests.data.loading import load
from tests.early import make_site
from tests.web.library import LETTERS, OPERATOR, load_and_build

VERIFIER = Path(__file__).parents[2] / "docs" / "how-to" / "verify_ledger.py"
DESK = Actor("desk", "front_desk", doing="desk.serve")
HEAD = "借阅流水号,读者证号,题名,索书号,借出时间,应还时间,归还时间\n"
OUT = f"a1,{LETTERS[0]},平凡的世界,I247.5/9,2026-06-01 10:00:00,2026-07-31 23:59:59,\n"
BACK = (
    f"a2,{LETTERS[0]},围城,I246.5/2,2026-01-05 10:00:00,2026-03-05 23:59:59,2026-02-01 09:00:00\n"
)
LATER = (
    f"a3,{LETTERS[0]},边城,I246.7/1,2026-02-05 10:00:00,2026-04-05 23:59:59,2026-03-01 09:00:00\n"
)
PAGES = ["/my/privacy/", "/my/privacy/held/?store=lake:loans", "/my/privacy/erase/",
         "/my/interests/", "/my/?show=past", "/find/"]  # fmt: skip


@pytest.fixture
def library(tmp_path, settings, transactional_db, monkeypatch):
    """A library of this test's own, for it is changed."""
    monkeypatch.setenv("SHUREN_NOW", "2026-06-15T08:00")
    site = settings.SITE = open_site(make_site(tmp_path / "site"))
    load_and_build(site, tmp_path)
    return site


@pytest.fixture
def portal(live_server, library, client):
    """Address and session of the reader."""
    key = pseudonymise(library, [LETTERS[0]])[0]
    client.force_login(create_account("reader", "a long enough phrase", "student", reader_key=key))
    return live_server.url, client.cookies["shuren_session"].value


def comes_in(site, text, name):
    load(site, "loans", HEAD + text, name)
    actions.build(site, actor=OPERATOR)


def looked_at_by_the_desk(site):
    key = pseudonymise(site, [LETTERS[0]])[0]
    queries.read(
        site, "mart.loan_fact", columns=["title_id", "due_at"], purpose="service_operation",
        where=[("reader_key", "=", key)], actor=DESK,
    )  # fmt: skip


def saved(page, tmp_path, what):
    with page.expect_download() as download:
        page.click(what)
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_from_no_to_a_certificate(portal, library, browser, axe_script, tmp_path):
    origin, session = portal
    with visiting(browser, origin, size=PHONE, session=session) as visit:
        page = visit.page
        visit.open("/my/privacy/")
        assert "拒绝画像仍可享基础服务" in page.inner_text("main")
        assert page.locator(".consent .badge", has_text="未开启").count() == 4
        comes_in(library, OUT + BACK, "first.csv")
        visit.open("/my/")
        assert "平凡的世界" in page.inner_text("main"), "borrowing needs no consent"
        visit.open("/my/?show=past")
        assert "围城" not in page.inner_text("main")
        page.click("#consent-reading_history button[value=yes]")
        assert "围城" in page.inner_text("main")
        comes_in(library, LATER, "later.csv")
        visit.open("/my/?show=past")
        assert "边城" in page.inner_text("main"), "the history grows"
        looked_at_by_the_desk(library)
        visit.open("/my/privacy/")
        assert "前台馆员查看了：您的借阅" in page.inner_text("#used")
        faults = visit.violations(axe_script)
        copy = saved(page, tmp_path, "button[value=html]")
        assert "围城" in copy.read_text("utf-8")
        held = json.loads(saved(page, tmp_path, "button[value=json]").read_text("utf-8"))
        assert "平凡的世界" in json.dumps(held, ensure_ascii=False)
        page.click("text=看看会抹去什么")
        assert "书还没有还回" in page.inner_text("main"), "the open loan stays, and it says why"
        faults += visit.violations(axe_script)
        page.click("text=全部抹去")
        page.wait_for_url("**/certificates/**")
        assert "抹除凭证" in page.inner_text("h1")
        faults += visit.violations(axe_script)
        proof = saved(page, tmp_path, "text=下载凭证")
        visit.open("/my/?show=past")
        assert "围城" not in page.inner_text("main")
        visit.open("/my/")
        assert "还有 1 册未还，暂未列在这里" in page.inner_text("main")
        faults += visit.violations(axe_script)
        actions.build(library, actor=OPERATOR)
        visit.open("/my/")
        assert "平凡的世界" in page.inner_text("main"), "the open loan is still one's own"
        assert "暂未列在这里" not in page.inner_text("main")
        faults += visit.said + visit.outside
    assert faults == []
    key = json.loads(proof.read_text("utf-8"))["proof"]["head"]["public_key"]
    command = [sys.executable, "-I", str(VERIFIER), str(proof), "--key", key]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env={})
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "size, theme, language",
    [(PHONE, "light", "zh-hans"), (PHONE, "dark", "en"), (DESKTOP, "light", "en"),
     (DESKTOP, "dark", "zh-hans"), (SMALLEST, "light", "en")],
)  # fmt: skip
def test_every_page_of_ones_privacy_fits_and_is_accessible(
    portal, library, browser, axe_script, size, theme, language
):
    origin, session = portal
    looked_at_by_the_desk(library)
    faults = []
    with visiting(
        browser, origin, size=size, theme=theme, language=language, session=session
    ) as visit:
        for agreed in (False, True):
            for path in PAGES:
                visit.open(path)
                if visit.overflow > 0:
                    faults.append(f"{path} is {visit.overflow} px too wide")
                faults += [f"{path} {violation}" for violation in visit.violations(axe_script)]
            if not agreed:
                visit.open("/my/privacy/")
                for place in range(3):
                    visit.page.locator(".consent button").nth(place).click()
        faults += visit.said + visit.outside
    assert faults == []


def test_without_script_one_agrees_and_takes_it_back(portal, browser):
    origin, session = portal
    with visiting(browser, origin, session=session, javascript=False, language="en") as visit:
        visit.open("/my/privacy/")
        visit.page.click("#consent-reading_history button")
        assert "Agreed" in visit.page.inner_text("#consent-reading_history")
        visit.page.click("#consent-reading_history button")
        assert "Off" in visit.page.inner_text("#consent-reading_history")
