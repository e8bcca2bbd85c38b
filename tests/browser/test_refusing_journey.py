"""A reader who refuses every purpose borrows, books, gets articles, finds, asks and complains."""

import pytest

from shuren.service.internals.case_rows import Case
from shuren.trust import consent
from shuren.trust.actions import create_account
from shuren.trust.models import Account
from shuren.trust.queries import actor_of
from tests.browser.journeying import look
from tests.browser.pages import PHONE, visiting
from tests.browser.whole_library import PASSWORD
from tests.browser.whole_library import clock as clock
from tests.browser.whole_library import whole as whole
from tests.browser.whole_library import whole_built as whole_built
from tests.service.circulating import BEN, reader_of


@pytest.fixture
def reader(whole, client) -> str:
    key = reader_of(whole, BEN).reader_key
    client.force_login(create_account("ben", PASSWORD, "student", reader_key=key))
    return str(client.cookies["shuren_session"].value)


@pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without"])
def test_with_every_purpose_refused_every_basic_service_works(
    live_server, whole, reader, browser, axe_script, javascript
):
    with visiting(
        browser, live_server.url, size=PHONE, session=reader, javascript=javascript
    ) as visit:
        page = visit.page

        visit.open("/my/privacy/")
        page.click("#consent-reading_history button[value=yes]")
        page.wait_for_selector("#consent-reading_history:has-text('已同意')")
        page.click("button:has-text('全部拒绝')")
        page.wait_for_selector("#consent-reading_history:has-text('未开启')")
        assert page.locator(".consent .badge", has_text="已同意").count() == 0
        ben = actor_of(Account.objects.get(username="ben"))
        assert not any(one.is_given for one in consent.states(ben))

        visit.open("/find/?q=huozhe")  # search
        assert page.inner_text(".book-title a >> nth=0") == "活着"
        page.click(".books .offers a:has-text('预约')")  # borrowing
        page.click("main button:has-text('确认')")
        page.wait_for_url("**/my/cases/*/")
        assert "排队中" in page.inner_text("main")

        visit.open("/spaces/")  # booking
        page.click(".zone-name a:has-text('自习区')")
        page.select_option("#span-from", "10:00")
        page.select_option("#span-to", "12:00")
        page.click(".span-form button")
        page.click("a.seat[aria-label^='003']")
        page.click("#chosen button:has-text('预约')")
        page.wait_for_url("**/my/bookings/**")
        assert "自习区 003" in page.inner_text("main")

        visit.open("/find/?q=huozhe")
        page.click(".books .offers a:has-text('文献传递')")  # delivery, two taps from the hit
        page.click("main button:has-text('确认')")
        page.wait_for_url("**/my/cases/*/")
        assert "文献传递" in page.inner_text(".case-service")

        visit.open("/services/reference_desk/")  # asking
        page.click(".service-go a")
        page.fill("[name='f-need']", "怎样查某个作者的全部论文？")
        page.click("main .service-form button")
        page.wait_for_url("**/my/cases/*/")
        assert "参考咨询" in page.inner_text("h1")

        visit.open("/voice/")  # complaining
        page.fill("textarea[name=text]", "三楼东区自习座位的灯光太暗了，建议加装台灯。")
        page.click("main button:has-text('提交')")
        page.wait_for_url("**/voice/own/**")
        assert "已收到" in page.inner_text("main")

        visit.open("/my/cases/")
        if javascript:  # axe-core is a script
            look(visit, axe_script, "refused-cases")
    services = set(Case.objects.exclude(flow="supervision").values_list("service", flat=True))
    assert services >= {"book_hold", "document_delivery", "reference_desk"}
