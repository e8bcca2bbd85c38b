"""An alumnus asks for an article: applies, is checked at the desk, finds it, asks, has it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from shuren.service import campaigns, cases
from shuren.service.internals.case_rows import Case
from shuren.trust.actions import create_account, pseudonymise
from tests.browser.pages import DESKTOP, PHONE, SMALLEST, visiting
from tests.service.circulating import LI
from tests.service.circulating import circulation_built as circulation_built
from tests.service.circulating import library as library
from tests.service.delivering import BYTES, NAME
from tests.web.having import PASSWORD
from tests.web.having import circulation_indexed as circulation_indexed
from tests.web.having import shelves as shelves

MOVE = "form:has(input[name='event'][value='{}'])"
ROSTER = "学号,姓名,入学年份,毕业年份,学院,学历\n9910203,韩伟,1999,2003,文学院,本科\n"
LOOKS = [
    (PHONE, "light", "zh-hans"),
    (PHONE, "dark", "en"),
    (DESKTOP, "light", "en"),
    (DESKTOP, "dark", "zh-hans"),
    (SMALLEST, "light", "zh-hans"),
]
IDS = [f"{size[0]}-{theme}-{language}" for size, theme, language in LOOKS]


@pytest.fixture
def han(live_server, transactional_db, shelves, client):
    """Address of the library and session of an alumnus."""
    [key] = pseudonymise(shelves, ["X0001"])
    client.force_login(create_account("han", PASSWORD, "alumni", reader_key=key))
    return live_server.url, client.cookies["shuren_session"].value


@pytest.fixture
def desk(han):
    """Session of the front desk, which has loaded the roster."""
    client = Client()
    client.force_login(create_account("li", PASSWORD, "front_desk"))
    file = SimpleUploadedFile("alumni.csv", ROSTER.encode(), "text/csv")
    assert client.post("/workbench/members/roster/", {"file": file}).status_code == 200
    return client.cookies["shuren_session"].value


def applies(page, cohort: str) -> None:
    page.fill("[name='number']", "9910203")
    page.fill("[name='name']", "韩伟")
    page.fill("[name='f-cohort']", cohort)
    page.check("[name='f-consent']")
    page.click("main button:has-text('申请会员')")


def test_an_alumnus_applies_is_checked_and_has_the_article(han, desk, shelves, browser):
    origin, session = han
    with (
        visiting(browser, origin, size=PHONE, session=session) as visit,
        visiting(browser, origin, session=desk) as at_desk,
    ):
        page = visit.page
        visit.open("/my/membership/")
        applies(page, "1998")  # one year off: a librarian looks
        page.wait_for_selector("text=核验中")

        at_desk.open("/workbench/members/")
        at_desk.page.click("table a")
        at_desk.page.fill("[name='number']", "9910203")
        at_desk.page.fill("[name='name']", "韩伟")
        at_desk.page.select_option("[name='document']", "degree")
        at_desk.page.click("button:has-text('与名册比对')")
        at_desk.page.wait_for_selector("text=可以通过这份申请了")
        assert "韩伟" not in at_desk.page.content()
        at_desk.page.click("button:has-text('通过')")
        at_desk.page.wait_for_selector("text=生效中")

        visit.open("/my/membership/")
        assert page.inner_text(".member-left") == "12"

        visit.open("/find/?q=活着")
        page.click(".books .offers a:has-text('文献传递')")  # one tap
        page.click("button:has-text('确认')")  # and one
        page.wait_for_url("**/my/cases/*/")
        case = page.url.rstrip("/").rsplit("/", 1)[1]
        visit.open("/my/membership/")
        assert page.inner_text(".member-left") == "11"

        supplied(at_desk, case)
        visit.open(f"/my/cases/{case}/")
        assert "已送达" in page.inner_text("main")
        assert fetched(visit) == (NAME, BYTES)
        assert visit.said == at_desk.said == []


def supplied(at_desk, case: str) -> None:
    """The desk takes the request up and supplies the file."""
    page = at_desk.page
    at_desk.open(f"/workbench/cases/{case}/")
    page.click(f"{MOVE.format('accept')} button")
    supply = MOVE.format("supply")
    page.click(f"details:has({supply}) summary")
    file = {"name": NAME, "mimeType": "application/pdf", "buffer": BYTES}
    page.set_input_files(f"{supply} input[type='file']", file)
    page.click(f"{supply} button")
    page.wait_for_selector("text=已送达")


def fetched(visit) -> tuple[str, bytes]:
    """Name and content of the file, after the note on copyright."""
    page = visit.page
    page.click("main a:has-text('取用文件')")
    page.wait_for_selector("text=著作权法")
    with page.expect_download() as waiting:
        page.click("main button.button-primary")
    return waiting.value.suggested_filename, waiting.value.path().read_bytes()


def test_what_did_not_come_is_given_back(han, desk, shelves, browser):
    origin, session = han
    with visiting(browser, origin, session=session, javascript=False) as visit:
        page = visit.page
        page.goto(f"{origin}/my/membership/")
        applies(page, "1999")
        assert page.inner_text(".member-left") == "12"
        page.goto(f"{origin}/find/?q=活着")
        page.click(".books .offers a:has-text('文献传递')")
        page.click("button:has-text('确认')")
        case = page.url.rstrip("/").rsplit("/", 1)[1]
        cases.act(shelves, case, "reject", actor=LI, note="已有全文")
        page.goto(f"{origin}/my/membership/")
        assert page.inner_text(".member-left") == "12"


@pytest.mark.parametrize("size, theme, language", LOOKS, ids=IDS)
def test_its_pages_fit_and_are_accessible(
    han, desk, shelves, browser, axe_script, size, theme, language
):
    origin, session = han
    faults = []
    look = {"size": size, "theme": theme, "language": language}
    with visiting(browser, origin, session=session, **look) as visit:
        visit.open("/my/membership/")
        faults += seen(visit, axe_script)
        applied = Client()
        applied.cookies["shuren_session"] = session
        said = {"do": "apply", "number": "1", "name": "x", "f-cohort": "1999",
                "f-consent": "true"}  # fmt: skip
        assert applied.post("/my/membership/", said).status_code == 302
        for path in ("/my/membership/", "/my/", "/services/document_delivery/"):
            visit.open(path)
            faults += seen(visit, axe_script)
    id = Case.objects.get().pk
    with visiting(browser, origin, session=desk, **look) as visit:
        campaigns.create(code="spring", title="春季来信", actor=LI)
        campaigns.count(shelves, "spring", clicks=50_000, applications=1_250, verified=1_000)
        for path in ("", f"{id}/", "roster/", "campaigns/", "campaigns/spring/"):
            visit.open(f"/workbench/members/{path}")
            faults += seen(visit, axe_script)
    assert faults == []


def seen(visit, axe_script: str) -> list[str]:
    faults = [f"{visit.page.url} {violation}" for violation in visit.violations(axe_script)]
    if visit.overflow > 0:
        faults.append(f"{visit.page.url} is {visit.overflow} px too wide")
    return faults + visit.said + visit.outside
