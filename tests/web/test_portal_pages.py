"""What readers see, and what nobody sees."""

import re
from html import unescape

import pytest
from django.urls import get_resolver

from shuren.data.errors import NoSuchTable
from shuren.kernel.errors import ShurenError, UsageError
from shuren.trust import consent
from shuren.trust.definitions import STAFF
from shuren.trust.errors import NotAllowed
from shuren.trust.models import Account
from shuren.trust.queries import actor_of, roles
from shuren.web.errors import status_of
from shuren.web.rules import OPEN
from tests.web.library import NAMES, READERS

OPEN_TO_ALL = [
    "/",
    "/find/",
    "/find/?q=三体",
    "/find/?q=zzzz",
    "/find/shelf/?at=I247",
    "/spaces/",
    "/privacy/",
    "/resolve/",
    "/datasets/",
    "/sign-in/",
]
OPEN_TO_ALL += ["/styleguide/", "/no-such-page/"]
SWITCHES = ["language/", "theme/", "sign-in/", "sign-out/", "oai"]
# Each dataset says who may have it: tests/web/test_dataset_pages.py.
BY_DATASET = ("datasets/<", "id/<")
# Files and answers to programmes, and one item: tests/web/test_find_pages.py.
NOT_PAGES = ("find/suggest/", "find/export/", "find/<", "robots.txt")
INLINE = re.compile(
    r"""<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:""", re.IGNORECASE
)


def see(client, path):
    return unescape(client.get(path).content.decode())


@pytest.mark.django_db
@pytest.mark.parametrize("path", OPEN_TO_ALL)
def test_pages_open_to_all_open_on_an_empty_site(client, path):
    assert client.get(path).status_code == (404 if "no-such" in path else 200)


@pytest.mark.django_db
@pytest.mark.parametrize("path", OPEN_TO_ALL)
@pytest.mark.parametrize("language, lang", [("zh-hans", "zh-Hans"), ("en", "en")])
def test_pages_say_their_language_and_hold_no_inline_script_or_style(
    client, library, path, language, lang
):
    client.cookies["shuren_language"] = language
    answer = client.get(path)
    text = answer.content.decode()
    assert f'<html lang="{lang}"' in text
    assert not INLINE.findall(text)
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Language"] == lang


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/find/?q=三体", "/spaces/", "/sign-in/"])
def test_a_page_asks_nothing_of_another_machine(client, library, path):
    addresses = re.findall(r'(?:src|href|action)="(https?://|//)', see(client, path))
    assert addresses == []


@pytest.mark.django_db
def test_the_first_page_is_light(client, library):
    assert len(client.get("/").content) < 60_000


@pytest.mark.django_db
def test_an_empty_library_teaches_the_two_commands(client):
    page = see(client, "/")
    assert "shuren load loans loans.csv\nshuren build" in page


@pytest.mark.django_db
def test_the_shelf_shows_the_ranking_and_no_title_of_fewer_than_five_readers(client, library):
    page = see(client, "/")
    shelf = page[page.index('class="shelf"') : page.index('id="stock"')]
    assert shelf.index("三体") < shelf.index("活着")
    assert "12" in shelf
    assert "存在与时间" not in shelf


@pytest.mark.django_db
def test_a_title_is_found_with_its_call_number(client, library):
    page = see(client, "/find/?q=三体")
    assert "I247.55/7" in page
    assert "存在与时间" not in page


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999", "2"])
def test_a_page_number_that_is_none_shows_no_fault(client, library, page):
    assert client.get("/find/", {"q": "三", "page": page}).status_code == 200


@pytest.mark.django_db
def test_finding_nothing_says_what_to_try(client, library):
    client.cookies["shuren_language"] = "en"
    page = see(client, "/find/?q=zzzz")
    assert "Nothing found for “zzzz”" in page
    assert "Try fewer words" in page


@pytest.mark.django_db
def test_what_was_asked_is_shown_as_text_never_as_markup(client, library):
    page = client.get("/find/", {"q": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert" not in page


def test_nobody_signed_in_is_sent_to_sign_in_and_comes_back(client, db):
    answer = client.get("/my/?show=past")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/sign-in/?next=%2Fmy%2F%3Fshow%3Dpast"


# A pupil has no history to agree to; tests of the young are elsewhere.
GROWN = sorted(r.id for r in roles().values() if "reading_history" in r.purposes)


@pytest.mark.parametrize("role", GROWN)
def test_a_reader_sees_the_own_loans_and_no_others(as_role, library, role):
    client = as_role(role)
    consent.give("reading_history", actor=actor_of(Account.objects.get()), version=1)
    page = see(client, "/my/") + see(client, "/my/?show=past")
    assert "三体" in page
    assert "活着" in page
    assert "线性代数" not in page
    assert "存在与时间" not in page


@pytest.mark.parametrize("role", sorted(r.id for r in roles().values() if r.kind == STAFF))
def test_staff_without_a_card_are_told_so_kindly(as_role, library, role):
    page = see(as_role(role), "/my/")
    assert "No library card belongs to this account" in page


@pytest.mark.parametrize("role", sorted(r.id for r in roles().values() if r.kind != "visitor"))
def test_the_workbench_is_in_the_menu_of_who_may_open_it(as_role, role):
    page = see(as_role(role), "/privacy/")
    menu = page[page.index('<nav class="nav"') : page.index("</nav>")]
    assert ("Workbench" in menu) == ("workbench.open" in roles()[role].permissions)


@pytest.mark.parametrize("role", ["student", "public_reader", "director", "administrator"])
def test_no_card_number_no_name_and_no_pseudonym_is_on_any_page(as_role, library, role):
    client = as_role(role)
    pages = "".join(see(client, path) for path in [*OPEN_TO_ALL, "/my/", "/my/?show=past"])
    assert not [reader for reader in READERS if reader in pages]
    assert not [name for name in NAMES.values() if name in pages]
    assert not re.findall(r"\br_[a-z2-7]{26}\b", pages)


def test_every_address_not_listed_as_open_wants_a_sign_in(client, db):
    listed = {path.split("?")[0].lstrip("/") for path in OPEN_TO_ALL} | set(SWITCHES)
    for pattern in get_resolver().url_patterns:
        route = str(pattern.pattern)
        if (
            route in listed
            or hasattr(pattern, "url_patterns")
            or route.startswith(BY_DATASET + NOT_PAGES)
        ):
            continue
        if pattern.name in OPEN:
            continue
        path = "/" + re.sub(
            r"<slug:(\w+)>", r"\1", re.sub(r"<int:\w+>", "1", route)
        )  # other converters take their own name
        answer = client.get(path)
        if answer.status_code == 405:  # forms are sent there, and nothing is shown
            answer = client.post(path)
        assert answer.headers.get("Location", "").startswith("/sign-in/"), route


@pytest.mark.parametrize(
    "error, status",
    [
        (UsageError("x"), 400),
        (NotAllowed("x"), 403),
        (NoSuchTable("table", "x", []), 404),
        (ShurenError("x"), 503),
    ],
    ids=["wrong request", "not allowed", "no such thing", "not ready"],
)
def test_an_error_has_its_status(error, status):
    assert status_of(error) == status


def test_an_error_is_a_page_with_a_sentence(as_role):
    answer = as_role("data_librarian").get("/workbench/contracts/loan/")
    assert answer.status_code == 404
    assert "<h1>Not found</h1>" in answer.content.decode()
