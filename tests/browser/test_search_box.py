"""The search box in another site's page: it searches from where it is declared, and shows nowhere
else; no other page of ours shows in a frame at all."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from shuren.web import search_box
from tests.browser.pages import visiting
from tests.browser.test_portal import library_with_seats as library_with_seats
from tests.browser.test_portal import portal as portal


@pytest.fixture
def college(portal, settings, rf):
    """A page of a college at 127.0.0.1, declared, and the same at localhost, which is not; each
    shows the form, the frame, and a frame of our home page."""
    origin = portal[0]
    settings.SITE_SETTINGS = settings.SITE_SETTINGS.model_copy(update={"public_url": origin})
    box = search_box.Box("en", "light", "")
    request = rf.get("/")
    page = (
        "<!doctype html><html lang=en><title>College</title><h1>College</h1>"
        f"{search_box.form_html(request, box)}{search_box.frame_html(request, box)}"
        f'<iframe title="home" src="{origin}/"></iframe></html>'
    ).encode()

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_said) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    port = server.server_address[1]
    settings.SITE_SETTINGS = settings.SITE_SETTINGS.model_copy(
        update={"embed_sites": (f"http://127.0.0.1:{port}",)}
    )
    yield f"http://127.0.0.1:{port}/", f"http://localhost:{port}/"
    server.shutdown()
    server.server_close()
    thread.join()


def shown(visit, name) -> bool:
    """Whether a frame with this title has a page of ours in it."""
    frame = visit.page.locator(f'iframe[title="{name}"]').element_handle().content_frame()
    return frame is not None and frame.locator("form[role=search]").count() > 0


def test_where_it_is_declared_the_frame_searches_in_a_window_of_its_own(portal, college, browser):
    with visiting(browser, portal[0]) as visit:
        visit.page.goto(college[0], wait_until="networkidle")
        assert shown(visit, "Search the library")
        assert not shown(visit, "home")
        frame = visit.page.frame_locator('iframe[title="Search the library"]')
        frame.get_by_role("searchbox").fill("三体")
        with visit.page.context.expect_page() as opened:
            frame.get_by_role("button").click()
        opened.value.wait_for_load_state()
        assert "/find/?q=" in opened.value.url
        assert "I247.55/7" in opened.value.content()


def test_where_it_is_not_declared_nothing_of_ours_shows(portal, college, browser):
    with visiting(browser, portal[0]) as visit:
        visit.page.goto(college[1], wait_until="networkidle")
        assert not shown(visit, "Search the library")
        assert not shown(visit, "home")


def test_the_plain_form_searches_from_anywhere(portal, college, browser):
    with visiting(browser, portal[0], javascript=False) as visit:
        visit.page.goto(college[1], wait_until="networkidle")
        visit.page.get_by_role("searchbox").first.fill("三体")
        visit.page.get_by_role("button", name="Search").first.click()
        visit.page.wait_for_url("**/find/?q=*")
        assert "I247.55/7" in visit.page.content()
