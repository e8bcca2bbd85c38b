"""A desk librarian's morning: one list over all queues, by keyboard alone and without a script."""

from typing import Any

import pytest
from django.urls import reverse

from shuren.service import cases
from shuren.service.internals.case_rows import Case
from shuren.trust.actions import create_account
from tests.browser.journeying import look
from tests.browser.pages import DESKTOP, PHONE, SMALLEST, visiting
from tests.browser.whole_library import PASSWORD, session_of
from tests.browser.whole_library import clock as clock
from tests.service.desk_of_cases import TITLE, reader

LIST = "/workbench/cases/"
SETTINGS = [
    (PHONE, "light", "zh-hans"),
    (PHONE, "dark", "en"),
    (DESKTOP, "light", "en"),
    (DESKTOP, "dark", "zh-hans"),
    (SMALLEST, "light", "en"),
]
IDS = [f"{size[0]}-{theme}-{language}" for size, theme, language in SETTINGS]
FOCUS = "document.activeElement"


@pytest.fixture
def desk(live_server, transactional_db, site, settings, clock) -> str:
    """The session of Lin, on a Wednesday morning: a question that is overdue since yesterday, an
    article and three holds."""
    settings.SITE = site
    ask = {"need": "怎样查某个作者的全部论文？"}
    cases.open_case(site, "reference_desk", actor=reader(site, "1"), fields=ask)
    clock("03-11T08:30")
    article = {"kind": "article", "id": "10.1/x", "title": "论河流"}
    study = {"personal_study": True}
    cases.open_case(
        site, "document_delivery", actor=reader(site, "2"), subject=article, fields=study
    )
    for card in ("3", "4", "5"):
        cases.open_case(site, "book_hold", actor=reader(site, card), subject=TITLE, branch="江湾")
    clock("03-11T09:30")
    create_account("bai", PASSWORD, "front_desk")
    return session_of("lin", "front_desk")


def tab_to(page: Any, wanted: str, most: int = 250) -> None:
    """Press Tab until what has the focus matches a selector; no trap on the way."""
    for _press in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(f"{FOCUS}.matches({wanted!r})"):
            return
    raise AssertionError(f"Tab never came to {wanted}")


def choose(page: Any, value: str) -> None:
    """Choose in the select that has the focus, by the arrow."""
    for _press in range(120):
        if page.evaluate(f"{FOCUS}.value") == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"no {value} to choose")


def test_a_morning_without_a_mouse(live_server, desk, browser, site):
    with visiting(browser, live_server.url, session=desk) as visit:
        page = visit.page
        visit.open(LIST)
        rows = page.locator(".case-table tbody tr")
        assert rows.count() == 5
        assert "参考咨询" in rows.first.inner_text()
        assert "已超时" in rows.first.locator(".badge-bad").inner_text()
        assert page.locator(".badge-good").count() == 4

        page.keyboard.press("?")
        keys = page.locator("dialog[data-shortcuts]")
        assert keys.is_visible()
        assert "打开服务单" in keys.inner_text()
        page.keyboard.press("j")  # the keys of the list rest while the dialog is open
        assert page.evaluate(f"{FOCUS}.closest('dialog') !== null")
        page.keyboard.press("Escape")
        assert not keys.is_visible()

        holds = set(Case.objects.filter(service="book_hold").values_list("pk", flat=True))
        page.keyboard.press("j")
        seen = []
        for _row in range(5):
            one = page.evaluate(f"{FOCUS}.value")
            seen.append(one)
            if one in holds:
                page.keyboard.press("x")
            page.keyboard.press("j")
        assert len(set(seen)) == 5, "j goes down, row by row"
        assert page.locator("input[name=case]:checked").count() == 3
        page.keyboard.press("k")
        assert page.evaluate(f"{FOCUS}.value") == seen[-2]
        page.keyboard.press("?")  # also while a box has the focus
        assert keys.is_visible()
        page.keyboard.press("Escape")

        tab_to(page, "button[value=choose]")
        page.keyboard.press("Enter")
        page.wait_for_selector(".case-chosen")
        assert page.locator(".case-chosen input:checked").count() == 3
        tab_to(page, "textarea[name=note]")
        page.keyboard.type("今天下午前调到")
        tab_to(page, "select[name=person]")
        choose(page, "bai")
        tab_to(page, "button[value=assign]")
        page.keyboard.press("Enter")
        page.wait_for_selector(".notice-good:has-text('3')")
        assert set(Case.objects.filter(pk__in=holds).values_list("assignee", flat=True)) == {"bai"}

        page.keyboard.press("g")
        page.keyboard.press("g")
        page.wait_for_selector(".case-table")  # the address was the same
        tab_to(page, "select[name=desk]")
        choose(page, "reference")
        tab_to(page, ".filters button")
        page.keyboard.press("Enter")
        page.wait_for_url("**desk=reference**")
        assert rows.count() == 1
        tab_to(page, ".desk-keep summary")
        page.keyboard.press("Enter")
        tab_to(page, "#view-name")
        page.keyboard.type("咨询台")
        page.keyboard.press("Enter")
        page.wait_for_selector(".desk-views a[aria-current]:has-text('咨询台')")

        page.keyboard.press("j")
        page.keyboard.press("o")
        page.wait_for_url("**/workbench/cases/C*/")
        tab_to(page, "button[value=take]")
        page.keyboard.press("Enter")
        page.wait_for_selector("button[value=give_back]")
        tab_to(page, "details:has(button[value=note]) > summary")
        page.keyboard.press("Enter")
        tab_to(page, "#note-only")
        page.keyboard.type("要问一问数据馆员")
        tab_to(page, "button[value=note]")
        page.keyboard.press("Enter")
        page.wait_for_selector(".trace :text('要问一问数据馆员')")
        tab_to(page, "details:has(select[name=desk]) > summary")
        page.keyboard.press("Enter")
        tab_to(page, "select[name=desk]")
        choose(page, "data_librarian")
        tab_to(page, "button[value=hand_over]")
        page.keyboard.press("Enter")
        page.wait_for_selector(".trace :text('转交：数据馆员')")
        assert visit.said == []
    case = Case.objects.get(service="reference_desk")
    assert (case.desk, case.assignee) == ("data_librarian", "")


def test_tab_goes_through_the_list_in_the_order_of_the_page_and_out_again(
    live_server, desk, browser
):
    with visiting(browser, live_server.url, session=desk) as visit:
        visit.open(LIST)
        page = visit.page
        page.evaluate("window.met = []")
        for _press in range(250):
            page.keyboard.press("Tab")
            if not page.evaluate(
                """() => {
                    const one = document.activeElement;
                    if (one === document.body || window.met.includes(one)) return false;
                    return window.met.push(one) > 0;
                }"""
            ):
                break
        met = page.evaluate("window.met.length")
        assert 40 < met < 250, "Tab comes to an end, so nothing keeps it"
        assert page.evaluate(
            """() => window.met.every((one, at) => !at || Boolean(
                window.met[at - 1].compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING
            ))"""
        )


def test_the_same_morning_without_a_script(live_server, desk, browser):
    with visiting(
        browser, live_server.url, size=PHONE, session=desk, javascript=False, language="en"
    ) as visit:
        page = visit.page
        visit.open(LIST)
        assert not page.locator("[data-keys-hint]").is_visible()
        page.click(".filters summary")
        page.select_option("select[name=service]", "book_hold")
        page.click(".filters button")
        page.click(".desk-keep summary")
        page.fill("#view-name", "Holds")
        page.click("button[value=save_view]")
        assert page.locator(".desk-views a[aria-current]").inner_text() == "Holds"
        for box in page.locator("input[name=case]").all():
            box.check()
        page.click("button[value=choose]")
        page.select_option("select[name=desk]", "reference")
        page.click("button[value=hand_over]")
        assert "Done with 3 cases." in page.inner_text(".notice-good")
        page.fill("textarea[name=note]", "Back tomorrow")
        page.click("button:has-text('A copy is free (3)')")
        assert "Done with 3 cases." in page.inner_text(".notice-good")
        visit.open(LIST)
        page.click(".desk-views a")
        assert page.locator(".case-table tbody tr", has_text="Reference").count() == 3
        page.click(".desk-keep summary")
        page.click("button[value=forget_view]")
        assert page.locator(".desk-views").count() == 0
    states = Case.objects.filter(service="book_hold").values_list("state", "desk")
    assert set(states) == {("in_transit", "reference")}


@pytest.mark.parametrize("size, theme, language", SETTINGS, ids=IDS)
def test_the_pages_of_the_desk_fit_and_are_accessible(
    live_server, desk, browser, axe_script, size, theme, language
):
    name = f"desk-{theme}-{language}"
    with visiting(
        browser, live_server.url, size=size, theme=theme, language=language, session=desk
    ) as visit:
        page = visit.page
        visit.open(f"{LIST}?show=free")
        page.locator(".desk-keep summary").click()
        page.fill("#view-name", "没人接的" if language != "en" else "Nobody's yet")
        page.click("button[value=save_view]")
        page.wait_for_selector(".desk-views a[aria-current]")
        page.locator(".desk-keep summary").click()
        look(visit, axe_script, f"{name}-1-list")
        for box in page.locator("input[name=case]").all():
            box.check()
        page.click("button[value=choose]")
        page.wait_for_selector(".case-chosen")
        look(visit, axe_script, f"{name}-2-together")
        page.click("button[value=note]")  # without a note: told where it is missing
        page.wait_for_selector("#field-note-error")
        page.fill("textarea[name=note]", "已看")
        page.click("button[value=take]")
        page.wait_for_selector(".notice-good")
        visit.said.clear()  # the browser tells of the refusal, a 400
        look(visit, axe_script, f"{name}-3-done")
        one = Case.objects.get(service="reference_desk")
        visit.open(reverse("workbench:case", args=[one.pk]))
        page.locator("details:has(select[name=desk]) > summary").click()
        look(visit, axe_script, f"{name}-4-case")
