"""The workbench in a real browser: sizes, themes, languages, keyboard, charts."""

import json
import re
import shutil

import pytest
from django.db import transaction
from django.urls import reverse

from shuren.data.actions import build, load_file, measure_quality
from shuren.data.models import Task
from shuren.kernel.site import open_site
from shuren.trust.actions import create_account, create_api_key
from tests.web.library import OPERATOR, built  # noqa: F401 - a fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SMALLEST = {"width": 360, "height": 740}
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
LOOKS = [
    (PHONE, "light", "zh-hans"),
    (PHONE, "dark", "en"),
    (DESK, "light", "en"),
    (DESK, "dark", "zh-hans"),
]
LOOK_NAMES = ["phone light zh", "phone dark en", "desk light en", "desk dark zh"]


@pytest.fixture
def addresses(built):  # noqa: F811
    """One address for every page, by name."""
    load = built[1].id
    pages = {
        "today": [],
        "sources": [],
        "load": [load],
        "quarantine": [],
        "quarantine-load": [load],
        "quarantine-row": [load, 1],
        "contracts": [],
        "contract": ["readers"],
        "figure": ["loans_by_month"],
        "coverage": [],
        "quality": [],
        "quality-contract": ["loans"],
        "tasks": [],
        "suggestions": [],
        "suppliers": [],
        "search-box": [],
        "catalogue": [],
        "table": ["mart.loan_fact"],
        "lineage": [],
        "rows-behind": ["loans_by_month"],
        "row": [load, 2],
        "governance": [],
        "indicators": [],
        "indicator": ["loans_per_capita"],
        "decisions": [],
        "datasets": [],
        "records": [],
        "gift-copies": [],
        "knowledge": [],
        "knowledge-entry": ["K1"],
        "dataset": ["loans_by_class"],
        "service-flows": [],
    }
    found = {name: reverse(f"workbench:{name}", args=args) for name, args in pages.items()}
    for dashboard in ("circulation", "space", "e-resources", "services"):
        found[dashboard] = reverse("workbench:dashboard", args=[dashboard])
    found["lineage of a table"] = found["lineage"] + "?node=mart.loan_fact"
    found["decision-new"] = reverse("workbench:decision-new") + "?indicator=loans_per_capita"
    found["impact"] = reverse("workbench:impact") + "?owner=loans&field=title"
    return found | {"resolver": reverse("resolve"), "interface": reverse("api-docs")}


VISITS = """\
馆舍,校区,钟点,进馆人次,出馆人次
江湾图书馆,江湾校区,2026-03-02 08:00:00,40,3
江湾图书馆,江湾校区,2026-03-02 09:00:00,25,9
江湾图书馆,江湾校区,2026-03-03 08:00:00,38,5
云溪图书馆,云溪校区,2026-03-03 09:00:00,12,30
"""

ENTRIES = """\
编号,类型,标题,英文标题,内容,英文内容,出处,网址,复查日期,责任部门,状态
K1,问答,怎么续借？,How to renew?,在自助机办理,At a machine,规则,https://lib.example.edu.cn/rules/lending,2020-01-01,流通部,已核准
K2,指南,,Printing,,On the ground floor,,,,,草稿
"""


@pytest.fixture(scope="session")
def furnished(built, tmp_path_factory, django_db_setup, django_db_blocker):  # noqa: F811
    """The tiny library with counters at its doors, so that each kind of chart is drawn, and with
    entries in its knowledge base."""
    folder = tmp_path_factory.mktemp("furnished")
    shutil.copytree(built[0].root, folder / "site")
    site, visits = open_site(folder / "site"), folder / "visits.csv"
    entries = folder / "entries.csv"
    visits.write_text(VISITS, "utf-8")
    entries.write_text(ENTRIES, "utf-8")
    with django_db_blocker.unblock(), transaction.atomic():
        load_file(site, "visit_counts", visits, actor=OPERATOR)
        load_file(site, "knowledge_entries", entries, actor=OPERATOR)
        build(site, actor=OPERATOR)
        transaction.set_rollback(True)
    return site


@pytest.fixture
def open_page(browser, live_server, furnished, tmp_path, settings, client):
    """Opens an address as somebody of a role, in one size, theme and language."""
    shutil.copytree(furnished.root, tmp_path / "copy")
    shutil.rmtree(tmp_path / "copy/data/quality")
    site = settings.SITE = open_site(tmp_path / "copy")
    assert measure_quality(site, actor=OPERATOR)  # a task, in the database of this test
    create_api_key("portal", owner="Campus", scopes=["figures:read"], created_by=OPERATOR)
    contexts, sessions = [], {}

    def session_of(role):
        if role not in sessions:
            client.force_login(create_account(role, "a long enough phrase", role))
            sessions[role] = client.cookies[settings.SESSION_COOKIE_NAME].value
        return sessions[role]

    def open_(address, viewport=DESK, theme="light", language="en", script=True, role=""):
        context = browser.new_context(viewport=viewport, java_script_enabled=script)
        contexts.append(context)
        cookies = {
            settings.SESSION_COOKIE_NAME: session_of(role or "data_librarian"),
            "shuren_theme": theme,
            settings.LANGUAGE_COOKIE_NAME: language,
        }
        context.add_cookies(
            [{"name": n, "value": v, "url": live_server.url} for n, v in cookies.items()]
        )
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.complaints = complaints(page, live_server.url)
        page.goto(live_server.url + address)
        return page

    yield open_
    for context in contexts:
        context.close()


def complaints(page, origin):
    """What the page says in the console, and what it asks of other machines, as it comes."""
    found = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda m: found.append(m.text) if m.type == "error" else None)
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((origin, "data:", "blob:"))
            else found.append(request.url)
        ),
    )
    return found


def faults(page, address, axe_script):
    """What is wrong with a page: its answer, its width, its accessibility, its console."""
    answer = page.goto(address)
    found = [] if answer.ok else [f"{address} answers {answer.status}"]
    wide = page.evaluate("document.documentElement.scrollWidth") - page.viewport_size["width"]
    if wide > 0:
        found.append(f"{address} is {wide} px too wide")
    page.evaluate(axe_script)
    violations = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    found += [
        f"{address} {one['id']}: {json.dumps(one['nodes'], ensure_ascii=False)[:600]}"
        for one in violations
        if one["impact"] in ("serious", "critical")
    ]
    found += [f"{address} {said}" for said in page.complaints]
    page.complaints.clear()
    return found


@pytest.mark.parametrize("viewport, theme, language", LOOKS, ids=LOOK_NAMES)
def test_every_page_fits_and_is_accessible(
    open_page, addresses, live_server, axe_script, viewport, theme, language
):
    page = open_page(addresses["today"], viewport, theme, language)
    wrong = []
    task = reverse("workbench:task", args=[Task.objects.first().pk])
    for address in (*addresses.values(), task):
        wrong += faults(page, live_server.url + address, axe_script)
    page = open_page(addresses["today"], viewport, theme, language, role="administrator")
    for name in ("keys", "ledger"):
        wrong += faults(page, live_server.url + reverse(f"workbench:{name}"), axe_script)
    assert wrong == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_smallest_phone_scrolls_down_only(open_page, addresses, live_server, language):
    page = open_page(addresses["today"], SMALLEST, language=language)
    wide = []
    for name, address in addresses.items():
        page.goto(live_server.url + address)
        if page.evaluate("document.documentElement.scrollWidth") > SMALLEST["width"]:
            wide.append(name)
    page = open_page(reverse("workbench:ledger"), SMALLEST, "light", language, role="administrator")
    wide += ["ledger"] * (page.evaluate("document.documentElement.scrollWidth") > SMALLEST["width"])
    assert wide == []


def test_a_heat_map_is_drawn_over_its_table_and_gives_way_to_it(open_page, addresses):
    page = open_page(addresses["space"])
    figure = page.locator("#visits_heat")
    assert figure.locator("canvas").first.is_visible()
    assert not figure.locator("table").is_visible()
    figure.locator("[data-chart-toggle]").click()
    assert figure.locator("table").is_visible()
    assert not figure.locator("canvas").first.is_visible()
    # On 2 March 2026, a Monday, 40 came from eight o'clock on and 25 from nine.
    assert figure.locator("table td", has_text="40").count() >= 1


def test_a_chart_is_drawn_over_its_table_and_gives_way_to_it(open_page, addresses):
    page = open_page(addresses["circulation"])
    figure = page.locator("#loans_by_month")
    assert figure.locator("canvas").count() == 1
    assert not figure.locator("table").is_visible()
    figure.locator("[data-chart-toggle]").click()
    assert figure.locator("table").is_visible()
    assert not figure.locator("canvas").is_visible()


def test_without_script_the_numbers_and_the_menu_are_there(open_page, addresses):
    page = open_page(addresses["circulation"], viewport=PHONE, script=False)
    assert page.locator("#loans_by_month table").is_visible()
    page.locator(".rail-menu summary").click()
    page.locator(f".rail-menu a[href='{addresses['sources']}']").click()
    assert page.url.endswith(addresses["sources"])


def test_only_pages_with_charts_load_the_chart_library(open_page, addresses):
    assert open_page(addresses["today"]).locator('script[src*="echarts"]').count() == 0
    assert open_page(addresses["circulation"]).locator('script[src*="echarts"]').count() == 1


def test_g_and_a_key_go_to_a_place_and_a_question_mark_lists_the_keys(open_page, addresses):
    page = open_page(addresses["today"])
    page.keyboard.press("?")
    assert page.locator("dialog[data-shortcuts]").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("dialog[data-shortcuts]").is_visible()
    page.keyboard.press("g")
    page.keyboard.press("q")
    page.wait_for_url(f"**{addresses['quarantine']}")


def test_all_rows_are_ticked_at_once_and_asked_about_before_anything_happens(open_page, addresses):
    page = open_page(addresses["quarantine-load"])
    page.locator("[data-check-all]").check()
    boxes = page.locator('input[name="row"]')
    assert all(boxes.nth(n).is_checked() for n in range(boxes.count()))
    page.locator('button[value="rows"]').click()
    assert page.get_by_role("heading", level=1).inner_text() == "Check 5 rows again?"


def settled(page):
    page.wait_for_selector("[data-lineage-host][data-drawn]")
    return page


def test_from_a_dropped_column_to_the_figure_and_on_to_the_row_its_file_and_back(
    open_page, addresses
):
    """The walk of the lineage: every step is a click that a person makes."""
    page = settled(open_page(addresses["lineage"] + "?node=names:readers.college"))
    page.get_by_role("link", name="What breaks if it changes").click()
    page.get_by_role("link", name="Loans by college").first.click()
    settled(page)
    assert "figure%3Aloans_by_college" in page.url
    page.get_by_role("link", name="Open the thing itself").click()
    page.get_by_role("link", name="Rows behind it").click()
    page.locator("main table a[href*='/lineage/loads/']").first.click()
    assert re.search(r"/lineage/loads/L[\w-]+/\d+/$", page.url)
    row = page.url
    page.locator("main a[href*='/workbench/loads/']").first.click()
    assert page.get_by_text("loans.csv").first.is_visible()
    page.goto(row)
    page.locator("main a[href*='node=figure%3Aloans_by_college']").first.click()
    assert "Loans by college" in settled(page).get_by_role("heading", level=1).inner_text()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_the_picture_of_the_lineage_is_there_and_its_boxes_are_links(open_page, addresses, script):
    page = open_page(addresses["lineage"], language="zh-hans", script=script)
    box = page.locator("[data-box] > a", has_text="借阅事实表").first
    assert box.locator("rect").bounding_box()["width"] >= 100
    assert page.locator(".lineage-layers a", has_text="借阅事实表").is_visible()
    box.click()
    page.wait_for_url("**node=mart.loan_fact")


def test_the_picture_is_made_larger_and_whole_and_its_columns_come_when_near(open_page, addresses):
    page = settled(open_page(addresses["lineage"] + "?all=1"))
    page.wait_for_selector("[data-lineage-host][data-columns='there']")
    drawn = page.locator(".lineage-line").count()
    assert drawn > 0
    width = "document.querySelector('[data-lineage-host] svg').getBoundingClientRect().width"
    before = page.evaluate(width)
    page.get_by_role("button", name="Larger").click()
    assert page.evaluate(width) == pytest.approx(before * 1.3, rel=0.01)
    page.get_by_role("button", name="Whole picture").click()
    assert page.evaluate(width) < before
    page.evaluate("document.querySelector('[data-lineage-host]').scrollTo(9e9, 0)")


def test_what_decides_rows_looks_otherwise_and_says_so_in_the_list(open_page, addresses):
    page = settled(open_page(addresses["lineage"] + "?node=figure:loans_by_college.loans&rows=1"))
    dashes = "p => getComputedStyle(p).strokeDasharray"
    value, rows = (page.locator(f"svg path.{kind}").first for kind in "vr")
    assert value.evaluate(dashes) == "none"
    assert rows.evaluate(dashes) != "none"
    assert page.locator(".lineage-layers li", has_text="decides rows").count() > 0
