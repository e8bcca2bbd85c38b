"""Every portal page in a real browser: both sizes, themes and languages."""

from hashlib import md5

import pytest
from django.db import transaction

from shuren.data.actions import load_file
from shuren.kernel.site import open_site
from shuren.service.catalogue import OF_THE_LIBRARY
from shuren.service.definitions import services
from shuren.trust.actions import create_account, pseudonymise
from tests.browser.pages import DESKTOP, PHONE, SMALLEST, visiting
from tests.early import make_site
from tests.web.library import LETTERS, OPERATOR, load_and_build, remember_cards

PAGES = [
    "/",
    "/find/?q=三体",
    "/find/?q=zzzz",
    "/find/?q=三体 OR 活着&clc=I",
    "/find/?q=线性带数",
    "/find/shelf/?at=I247",
    "/services/",
    "/services/?for=all",
    "/services/?q=cx",
    "/services/novelty_search/",
    "/services/thesis_submission/ask/",
    "/services/talent_evaluation/",
    "/spaces/",
    "/sign-in/",
    "/privacy/",
    "/styleguide/",
]
# The page of 三体: its id is made of its title and call number.
TITLE = md5("call|三体|I247.55/7".encode()).hexdigest()
PAGES += [f"/find/{TITLE}/", f"/find/{TITLE}/review/"]
PAGES += [
    "/my/keys/",
    "/embed/search/?language=en&scope=kind%3Dbook",
    "/my/inbox/",
    "/my/messages/",
    "/my/searches/",
]
PAGES += [
    "/my/contributions/",
    "/my/",
    "/my/?show=past",
    "/my/?show=year",
    "/datasets/",
    "/my/sessions/",
    "/my/second-step/",
]
SETTINGS = [
    (PHONE, "light", "zh-hans"),
    (PHONE, "dark", "en"),
    (DESKTOP, "light", "en"),
    (DESKTOP, "dark", "zh-hans"),
]
ZONES = """\
zone_id,campus,building,floor,title,title_en,kind,seats,power,quiet_level,opens_at,closes_at
A1,江湾校区,江湾图书馆,1,书吧,Book bar,lounge,26,true,1,07:00,23:00
A2,江湾校区,江湾图书馆,2,文学借阅区,Literature,reading,164,false,2,07:00,23:00
A3,江湾校区,江湾图书馆,3,静音自习区,Silent study,study,320,true,3,07:00,23:00
B1,云溪校区,云溪图书馆,1,研讨间,Group rooms,discussion,48,true,1,08:00,22:00
B2,云溪校区,云溪图书馆,2,电子阅览区,Computers,digital,57,true,2,08:00,22:00
B3,云溪校区,云溪图书馆,-1,无障碍阅览室,Accessible room,accessible,9,true,2,08:00,22:00
"""
IDS = [f"{size[0]}-{theme}-{language}" for size, theme, language in SETTINGS]


@pytest.fixture(scope="session")
def library_with_seats(tmp_path_factory, django_db_setup, django_db_blocker):
    """Loaded and built once for all tests here; they only look at it."""
    folder = tmp_path_factory.mktemp("portal")
    site = open_site(make_site(folder / "site"))
    zones = folder / "zones.csv"
    zones.write_text(ZONES, "utf-8")
    with django_db_blocker.unblock(), transaction.atomic():
        load_file(site, "seat_zones", zones, actor=OPERATOR)
        load_and_build(site, folder)
        transaction.set_rollback(True)
    return site


@pytest.fixture
def portal(live_server, transactional_db, settings, library_with_seats, client):
    """Address and session of a reader in front of a small library."""
    site = settings.SITE = library_with_seats
    remember_cards(site)
    key = pseudonymise(site, [LETTERS[0]])[0]
    client.force_login(create_account("reader", "a long enough phrase", "student", reader_key=key))
    return live_server.url, client.cookies["shuren_session"].value


@pytest.mark.parametrize("size, theme, language", SETTINGS, ids=IDS)
def test_every_page_fits_is_accessible_and_stays_at_home(
    portal, browser, axe_script, size, theme, language
):
    origin, session = portal
    faults = []
    with visiting(
        browser, origin, size=size, theme=theme, language=language, session=session
    ) as visit:
        for path in PAGES:
            visit.open(path)
            if visit.overflow > 0:
                faults.append(f"{path} is {visit.overflow} px too wide")
            faults += [f"{path} {violation}" for violation in visit.violations(axe_script)]
        faults += visit.said + visit.outside
    assert faults == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_smallest_phone_scrolls_down_only(portal, browser, language):
    origin, session = portal
    with visiting(browser, origin, size=SMALLEST, language=language, session=session) as visit:
        wide = []
        for path in PAGES:
            visit.open(path)
            if visit.overflow > 0:
                wide.append(path)
    assert wide == []


def test_the_directory_is_folded_on_a_phone_and_a_link_to_a_category_opens_it(portal, browser):
    with visiting(browser, portal[0], size=PHONE, javascript=False) as visit:
        page = visit.page
        visit.open("/services/?for=all")
        rows = page.locator(".service-group .service-row h3 a")
        ours = [one for one in services(None).values() if OF_THE_LIBRARY not in one.audiences]
        assert rows.count() == len(ours) >= 67, "all from one page"
        assert not rows.first.is_visible()
        page.locator(".service-group summary").first.click()
        assert rows.first.is_visible()  # one tap, and the next opens it
        assert not rows.last.is_visible()
        category = page.locator(".service-group .service-rows").last.get_attribute("id")
        visit.open("/privacy/")
        visit.open(f"/services/?for=all#{category}")
        assert rows.last.is_visible()
        assert not rows.first.is_visible()


def test_the_directory_stands_open_with_room(portal, browser):
    with visiting(browser, portal[0]) as visit:
        visit.open("/services/?for=all")
        page = visit.page
        assert all(one.is_visible() for one in page.locator(".service-row h3 a").all())
        assert not any(one.is_visible() for one in page.locator(".service-group summary").all())


def test_slash_goes_to_the_search_box(portal, browser):
    with visiting(browser, portal[0]) as visit:
        visit.open("/privacy/")
        visit.page.keyboard.press("/")
        visit.page.keyboard.type("三体")
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_url("**/find/?q=*")
        assert "I247.55/7" in visit.page.content()


def test_without_script_one_signs_in_switches_and_signs_out(portal, browser):
    with visiting(browser, portal[0], javascript=False) as visit:
        visit.open("/my/")
        visit.page.fill("#field-username", "reader")
        visit.page.fill("#field-password", "a long enough phrase")
        visit.page.click(".sign-in-form .button-primary")
        assert "/my/" in visit.page.url
        visit.page.click("text=English")
        assert "Your loans" in visit.page.content()
        assert "/my/" in visit.page.url
        visit.page.click("form[action='/theme/'] button")
        assert visit.page.get_attribute("html", "data-theme") == "light"
        visit.page.click("form[action='/sign-out/'] button")
        visit.open("/my/")
        assert "/sign-in/" in visit.page.url


def test_the_skip_link_comes_first(portal, browser):
    with visiting(browser, portal[0]) as visit:
        visit.open("/spaces/")
        visit.page.keyboard.press("Tab")
        assert visit.page.evaluate("document.activeElement.className") == "skip"
        visit.page.keyboard.press("Enter")
        assert visit.page.evaluate("document.activeElement.id") == "main"


def test_the_first_page_weighs_less_than_200_kb_with_all_it_loads(portal, browser):
    with visiting(browser, portal[0], session="", size=PHONE) as visit:
        weights: dict[str, int] = {}
        visit.page.on("response", lambda answer: weights.update({answer.url: len(answer.body())}))
        visit.open("/")
        assert visit.outside == []
        assert len(weights) > 3
        assert sum(weights.values()) < 200_000, weights
