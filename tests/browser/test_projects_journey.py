"""A book goes abroad by its milestones, and a teacher asks the librarian of their college; every
page of both in four looks and on the smallest phone."""

import pytest

from shuren.service import cases, projects, stations
from shuren.service.case_shapes import Incoming
from shuren.trust.actions import pseudonymise
from shuren.trust.models import Account
from shuren.trust.queries import actor_of
from tests.browser.pages import SMALLEST, visiting
from tests.browser.test_works_journey import IDS, SETTINGS, session_of
from tests.service.desk_of_cases import LIBRARIAN, MANAGER
from tests.service.test_stations import SUBJECT
from tests.web.library import LETTERS, remember_cards
from tests.web.library import built as built

PDF = b"%PDF-1.4\nwords"


@pytest.fixture
def people(live_server, transactional_db, settings, built):
    """(address, sessions of a teacher, a librarian, the director and a subject librarian)"""
    site = settings.SITE = built[0]
    remember_cards(site)
    key = pseudonymise(site, [LETTERS[0]])[0]
    return live_server.url, {
        "teacher": session_of("teacher", "faculty", key),
        LIBRARIAN.id: session_of(LIBRARIAN.id, "front_desk"),
        MANAGER.id: session_of(MANAGER.id, "director"),
        SUBJECT.id: session_of(SUBJECT.id, SUBJECT.role),
    }


def begun(site) -> str:
    """A project with its people, one milestone done and one handed in."""
    teacher = actor_of(Account.objects.get(username="teacher"))
    made = cases.open_case(
        site, "translation_publishing", actor=teacher,
        fields={"book_title": "三峡史话", "language": "法语"},
    ).id  # fmt: skip
    for event, who in (("scope", LIBRARIAN), ("agree", MANAGER), ("start", LIBRARIAN)):
        cases.act(site, made, event, actor=who)
    projects.appoint(site, made, "coordinator", account=LIBRARIAN.id, actor=LIBRARIAN)
    projects.appoint(site, made, "approver", account=MANAGER.id, actor=LIBRARIAN)
    projects.appoint(site, made, "translator", name="让·杜邦", actor=LIBRARIAN)
    for milestone, document, who in (
        ("topic", "proposal", LIBRARIAN), ("rights", "licence", teacher),
    ):  # fmt: skip
        given = Incoming(f"{document}.pdf", len(PDF), lambda: [PDF])
        projects.add_paper(site, made, milestone, document, given, actor=who)
        projects.hand_in(site, made, milestone, actor=who)
    projects.approve(site, made, "topic", agrees=True, actor=MANAGER)
    return made


def opened(site) -> None:
    title = {"zh": "文学院", "en": "School of Letters"}
    stations.make(site, "letters", "文学院", title, actor=SUBJECT)
    said = {
        "about": {"zh": "为文学院师生服务。", "en": "For the teachers and students of letters."},
        "guide": {"zh": "先查目录。\n\n再约咨询。", "en": "The catalogue first.\n\nThen ask us."},
        "links": "统一检索 Search | /find/",
    }
    stations.write(site, "letters", said, expected_version=0, actor=SUBJECT)
    shown = {
        "shown": {"zh": "宋老师", "en": "Ms Song"},
        "place": {"zh": "四楼学科服务台", "en": "4th floor, subject desk"},
        "hours": {"zh": "周一下午", "en": "Monday afternoons"},
    }
    stations.appoint(site, "letters", SUBJECT.id, shown, actor=SUBJECT)


def test_team_and_teacher_bring_a_book_on_by_the_pages(people, settings, browser, tmp_path):
    origin, sessions = people
    made = begun(settings.SITE)
    file = tmp_path / "样稿.pdf"
    file.write_bytes(PDF)
    with visiting(browser, origin, session=sessions[LIBRARIAN.id], language="en") as desk:
        desk.open("/workbench/projects/")
        desk.page.click("tbody a")
        block = desk.page.locator("#milestone-translator")
        block.locator("summary:has-text('Add a document')").click()
        block.locator("input[type=file]").set_input_files(str(file))
        block.locator("select[name=document]").select_option("sample")
        block.locator("details[open] button").click()
        desk.page.wait_for_load_state("networkidle")
        block.locator("summary:has-text('Hand in')").click()
        block.locator("details[open] form:has(textarea) button").click()
        desk.page.wait_for_load_state("networkidle")
        assert "Done" in block.locator(".case-marks").inner_text()
    with visiting(browser, origin, session=sessions["teacher"], language="en") as home:
        home.open(f"/my/cases/{made}/")
        home.page.click("text=Milestones and documents")
        assert "Sample translation" in home.page.locator("#milestone-translator").inner_text()
        assert "让" not in home.page.content()
    with visiting(browser, origin, session=sessions[LIBRARIAN.id], language="en") as desk:
        desk.open(f"/workbench/cases/{made}/")
        assert desk.page.locator("input[value='checkpoint']").count() == 1
        assert desk.page.locator("input[value='deliver']").count() == 0  # milestones are open


def test_a_teacher_asks_the_librarian_of_their_college(people, settings, browser):
    origin, sessions = people
    opened(settings.SITE)
    with visiting(browser, origin, session=sessions["teacher"], language="en") as home:
        home.open("/stations/")
        home.page.click("text=School of Letters")
        home.page.click("text=Ask my subject librarian")
        home.page.fill("[name=f-topic]", "唐诗")
        home.page.fill("[name=f-need]", "怎样查综述")
        home.page.click("main .button-primary")
        home.page.wait_for_url("**/my/cases/*/")
    with visiting(browser, origin, session=sessions[SUBJECT.id], language="en") as desk:
        desk.open("/workbench/cases/?show=mine")
        assert "Subject consultation" in desk.page.content()
        desk.open("/stations/letters/")
        assert "Open cases of the college" in desk.page.content()


def _pages(people, settings):
    """[(whose session, path)] of every page of ours, and of the forms when they are open."""
    made = begun(settings.SITE)
    opened(settings.SITE)
    return [
        ("teacher", f"/my/cases/{made}/project/"),
        (LIBRARIAN.id, f"/workbench/cases/{made}/project/"),
        (LIBRARIAN.id, "/workbench/projects/"),
        ("", "/stations/"),
        ("", "/stations/letters/"),
        (SUBJECT.id, "/stations/letters/"),
        (SUBJECT.id, "/workbench/stations/"),
        (SUBJECT.id, "/workbench/stations/letters/"),
        ("teacher", "/services/subject_consultation/ask/?station=letters"),
    ]


@pytest.mark.parametrize("size, theme, language", SETTINGS, ids=IDS)
def test_every_page_fits_is_accessible_and_stays_at_home(
    people, settings, browser, axe_script, size, theme, language
):
    faults: list[str] = []
    for who, path in _pages(people, settings):
        session = people[1].get(who, "")
        with visiting(
            browser, people[0], size=size, theme=theme, language=language, session=session
        ) as visit:
            visit.open(path)
            visit.page.evaluate(
                "document.querySelectorAll('main details').forEach(d => d.open = 1)"
            )
            if visit.overflow > 0:
                faults.append(f"{path} is {visit.overflow} px too wide")
            faults += [f"{path} {violation}" for violation in visit.violations(axe_script)]
            faults += visit.said + visit.outside
    assert faults == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_smallest_phone_scrolls_down_only(people, settings, browser, language):
    wide = []
    for who, path in _pages(people, settings):
        session = people[1].get(who, "")
        with visiting(
            browser, people[0], size=SMALLEST, language=language, session=session
        ) as visit:
            visit.open(path)
            if visit.overflow > 0:
                wide.append(path)
    assert wide == []
