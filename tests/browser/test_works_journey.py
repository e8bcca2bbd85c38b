"""A teacher orders a novelty search and gives the report to somebody who verifies it; a student
goes to an event. Every page of it in four looks and on the smallest phone."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shuren.kernel.clock import now
from shuren.service import cases, commissions, documents, events, shift_desk, shifts
from shuren.service.internals.event_rows import Event
from shuren.service.internals.shift_rows import Shift, ShiftTurn
from shuren.trust.actions import create_account, pseudonymise
from shuren.trust.models import Account
from shuren.trust.queries import actor_of
from tests.browser.journeying import look
from tests.browser.pages import DESKTOP, PHONE, SMALLEST, visiting
from tests.service.desk_of_cases import LIBRARIAN, MANAGER, SECOND
from tests.service.on_duty import on_duty
from tests.service.test_commissions import NOVELTY
from tests.web.library import LETTERS, remember_cards
from tests.web.library import built as built

SETTINGS = [
    (PHONE, "light", "zh-hans"),
    (PHONE, "dark", "en"),
    (DESKTOP, "light", "en"),
    (DESKTOP, "dark", "zh-hans"),
]
IDS = [f"{size[0]}-{theme}-{language}" for size, theme, language in SETTINGS]
ASKED = {
    "project_title": "古籍断代的图像方法", "reason": "proposal", "scope": "world",
    "points": "以纸张纹理断代", "outline": "采集纸张纹理，训练模型，给出年代区间。",
}  # fmt: skip


def session_of(name: str, role: str, key: str = "") -> str:
    client = Client()
    client.force_login(create_account(name, "a long enough phrase", role, reader_key=key))
    return client.cookies["shuren_session"].value


@pytest.fixture
def people(live_server, transactional_db, settings, built):
    """(address, sessions of a teacher, two librarians and the director)"""
    site = settings.SITE = built[0]
    remember_cards(site)
    key = pseudonymise(site, [LETTERS[0]])[0]
    return live_server.url, {
        "teacher": session_of("teacher", "faculty", key),
        LIBRARIAN.id: session_of(LIBRARIAN.id, "front_desk"),
        SECOND.id: session_of(SECOND.id, "front_desk"),
        MANAGER.id: session_of(MANAGER.id, "director"),
    }


def ordered(settings) -> str:
    actor = actor_of(Account.objects.get(username="teacher"))
    return cases.open_case(settings.SITE, "novelty_search", actor=actor, fields=ASKED).id


def move(visit, event: str, **fields: str) -> None:
    """Open the move, fill its form and press its button, as the page offers them."""
    form = visit.page.locator(f"form:has(input[name='event'][value='{event}'])")
    details = visit.page.locator(f"details:has(input[name='event'][value='{event}'])")
    if details.count() and details.first.get_attribute("open") is None:
        details.first.locator("summary").click()
    for name, value in fields.items():
        form.locator(f"[name='f-{event}-{name}']").fill(value)
    form.locator("button").last.click()
    visit.page.wait_for_load_state("networkidle")


def order(visit, axe_script: str) -> str:
    """Find the service, fill its form in, send it: the id of the case."""
    page = visit.page
    visit.open("/services/?q=cx")
    page.click(".service-rows a:has-text('科技查新')")
    page.click(".service-go a")
    page.wait_for_selector(".service-form")
    look(visit, axe_script, "teacher-1-form")
    for name, value in ASKED.items():
        kind = "select_option" if name in ("reason", "scope") else "fill"
        getattr(page, kind)(f"[name='f-{name}']", value)
    page.click(".service-form .button-primary")
    page.wait_for_url("**/my/cases/*/")
    assert "已提交" in page.inner_text("main")
    look(visit, axe_script, "teacher-2-case")
    return str(page.url.rstrip("/").rsplit("/", 1)[1])


def test_a_teacher_orders_a_novelty_search_and_anybody_verifies_it(
    people, settings, browser, axe_script
):
    origin, sessions = people
    with visiting(browser, origin, session=sessions["teacher"]) as visit:
        case = order(visit, axe_script)
    desk = f"/workbench/cases/{case}/"
    with visiting(browser, origin, session=sessions[LIBRARIAN.id]) as visit:
        visit.open("/workbench/cases/")
        visit.page.click(".case-table a:has-text('科技查新')")
        move(visit, "accept_quote", quote_cny="800")
        assert "已议定" in visit.page.content()
    with visiting(browser, origin, session=sessions[MANAGER.id]) as visit:
        visit.open(desk)
        move(visit, "assign")
        assert "办理中" in visit.page.content()
    with visiting(browser, origin, session=sessions[LIBRARIAN.id]) as visit:
        visit.open(desk)
        visit.page.click("a:has-text('报告')")
        for part in ("databases", "strategy", "comparison", "conclusion"):
            visit.page.fill(f"textarea[name='{part}']", NOVELTY[part])
        visit.page.fill("input[name='findings-0-title']", "古籍修复的图像识别")
        visit.page.click("button:has-text('保存草稿')")
        visit.page.wait_for_url("**kept=1")
        visit.open(desk)
        move(visit, "draft_done")
        assert "复核中" in visit.page.content()
        look(visit, axe_script, "teacher-3-review")
        assert visit.page.locator("input[name='event'][value='sign_off']").count() == 0
    with visiting(browser, origin, session=sessions[SECOND.id]) as visit:
        visit.open(desk)
        move(visit, "sign_off")
        assert "已交付" in visit.page.content()
    with visiting(browser, origin, session=sessions["teacher"]) as visit:
        visit.open("/my/inbox/")
        visit.page.click(".message-title a:has-text('科技查新') >> nth=0")
        visit.page.click("main a:has-text('打开服务单')")
        visit.page.wait_for_url(f"**/my/cases/{case}/")
        look(visit, axe_script, "teacher-4-delivered")
        with visit.page.expect_download() as waiting:
            visit.page.click(".document-row a:has-text('PDF') >> nth=0")
        held = Path(waiting.value.path()).read_bytes()
        code = visit.page.inner_text(".document-row a[href^='/verify/']").split(" ", 1)[1]
    with visiting(browser, origin, javascript=False) as visit:
        visit.open("/verify/")
        visit.page.fill("input[name='code']", code.lower())
        visit.page.click("main button:has-text('验证')")
        assert "本馆以此验证码签发过文件" in visit.page.content()
        file = {"name": "report.pdf", "mimeType": "application/pdf", "buffer": held}
        visit.page.set_input_files("input[name='file']", file)
        visit.page.click("button:has-text('比对')")
        assert "文件真实" in visit.page.content()
    with visiting(browser, origin, size=PHONE, session=sessions["teacher"]) as visit:
        visit.open(f"/my/cases/{case}/")
        move(visit, "confirm", rating="5")
        assert "已办结" in visit.page.content()
        look(visit, axe_script, "teacher-5-rated")
    assert cases.case(settings.SITE, case, MANAGER).fields["rating"] == 5


def _on_shift(site, teacher) -> str:
    """A student librarian with a shift worked, one at hand, one offered; the day to look from.

    The teacher's account stands for the student's: the role decides who may apply, not who works.
    """
    student = replace(teacher, role="student")
    fields = {"kind": "volunteer", "week_hours": "4"}
    applied = cases.open_case(site, "student_librarians", actor=student, fields=fields)
    cases.act(site, applied.id, "approve", actor=LIBRARIAN)
    first = now() + timedelta(minutes=10)
    turns = []
    for hours in (0, 26, 50, 74):
        one = shift_desk.add(
            site, "student_librarians", title={"zh": "三楼阅览室晚间值班", "en": "Reading room 3"},
            place={"zh": "江湾图书馆三楼服务台", "en": "Jiangwan Library, desk on floor 3"},
            starts_at=first + timedelta(hours=hours), ends_at=first + timedelta(hours=hours + 1),
            people=2, actor=LIBRARIAN,
        )  # fmt: skip
        if hours < 74:
            turns.append(shifts.take(site, one.id, actor=student))
    shifts.offer(site, turns[-1].id, "swap", actor=student)
    done = ShiftTurn.objects.get(pk=turns[1].id)
    done.state, done.seconds = "done", 3600
    begun, ended = first - timedelta(hours=2), first - timedelta(hours=1)
    done.spans = [[begun.isoformat(), ended.isoformat()]]
    done.save()
    day = timezone.localtime(begun).date()
    Shift.objects.filter(pk=done.shift_id).update(starts_at=begun, ends_at=ended, day=day)
    return f"{timezone.localtime(first):%Y-%m-%d}"


@pytest.fixture
def furnished(people, settings):
    """A report that is signed, one in work, and an event somebody is in."""
    site = settings.SITE
    teacher = actor_of(Account.objects.get(username="teacher"))
    paths = []
    for is_signed in (True, False):
        case = ordered(settings)
        cases.act(site, case, "accept_quote", actor=LIBRARIAN)
        cases.act(site, case, "assign", actor=MANAGER)
        commissions.save_draft(site, case, NOVELTY, actor=LIBRARIAN)
        if is_signed:
            cases.act(site, case, "draft_done", actor=LIBRARIAN)
            cases.act(site, case, "sign_off", actor=SECOND)
            paths.append(f"/my/cases/{case}/")
        paths.append(f"/workbench/cases/{case}/report/")
    [line] = documents.own_documents(teacher)
    starts = now() + timedelta(days=1)
    event = events.plan(
        site, "reader_salon", title={"zh": "与馆长面对面：自习室怎样用", "en": "Meet the director"},
        summary={"zh": "说说您的想法。", "en": "Say what you think."}, place="一楼报告厅",
        sessions=[(starts, starts + timedelta(hours=2))], places=40, certificate=100,
        actor=LIBRARIAN,
    )  # fmt: skip
    cases.act(site, event.case, "approve", actor=MANAGER)
    cases.act(site, event.case, "publish", actor=LIBRARIAN)
    events.enrol(site, event.id, actor=teacher)
    month = f"{timezone.localtime(starts):%Y-%m}"
    paths += ["/my/documents/", "/verify/", reverse("verify-code", args=[line.code])]
    paths += [f"/events/?month={month}", f"/events/{event.id}/"]
    paths += ["/workbench/events/", f"/workbench/events/{event.id}/"]
    paths += ["/my/shifts/", "/my/duty/", "/workbench/shifts/?from=" + _on_shift(site, teacher)]
    paths += ["/my/contributions/"]
    student = replace(teacher, role="student")
    on_duty(site, student, begins=now() + timedelta(minutes=80))  # its page is open
    return people[0], people[1], paths


@pytest.mark.parametrize("size, theme, language", SETTINGS, ids=IDS)
def test_every_page_of_it_fits_and_is_accessible(
    furnished, browser, axe_script, size, theme, language
):
    origin, sessions, paths = furnished
    faults = []
    for who in ("teacher", LIBRARIAN.id):
        with visiting(
            browser, origin, size=size, theme=theme, language=language, session=sessions[who]
        ) as visit:
            for path in paths:
                if path.startswith("/workbench/") != (who == LIBRARIAN.id):
                    continue
                visit.open(path)
                if visit.overflow > 0:
                    faults.append(f"{path} is {visit.overflow} px too wide")
                faults += [f"{path} {one}" for one in visit.violations(axe_script)]
            faults += visit.said + visit.outside
    assert faults == []


def test_the_smallest_phone_scrolls_down_only(furnished, browser):
    origin, sessions, paths = furnished
    wide = []
    with visiting(browser, origin, size=SMALLEST, session=sessions["teacher"]) as visit:
        for path in paths:
            if not path.startswith("/workbench/"):
                visit.open(path)
                if visit.overflow > 0:
                    wide.append(path)
    assert wide == []


def test_a_student_enrols_shows_a_number_and_gives_the_place_back(people, settings, browser):
    origin, sessions = people
    starts = now() + timedelta(days=1)
    event = events.plan(
        settings.SITE, "reader_salon", title={"zh": "沙龙", "en": "Salon"}, places=1,
        sessions=[(starts, starts + timedelta(hours=2))], actor=LIBRARIAN,
    )  # fmt: skip
    cases.act(settings.SITE, event.case, "approve", actor=MANAGER)
    cases.act(settings.SITE, event.case, "publish", actor=LIBRARIAN)
    with visiting(browser, origin, session=sessions["teacher"], javascript=False) as visit:
        visit.open(f"/events/{event.id}/")
        visit.page.click("main button:has-text('报名')")
        assert len(visit.page.inner_text(".event-code")) == 4
        visit.page.click("button:has-text('退出报名')")
        assert visit.page.locator(".event-code").count() == 0
    assert Event.objects.get().taken == 0
