"""Requests nobody sends by mistake: each gets a page with a sentence, and gives nothing away."""

import csv
import io
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse

from shuren.data import queries
from shuren.data.actions import build, load_file
from shuren.kernel.site import open_site
from shuren.trust.actions import create_account
from shuren.trust.models import UseRecord
from tests.early import make_site
from tests.web.conftest import PASSWORD
from tests.web.library import OPERATOR

LONG = "9" * 5000
NUMBERS = ["²", "٣", "-1", "0", "1e3", LONG, "99999999", "", "\0"]
TEXTS = ["%", "_", "'\";--", "\0", "a" * 10_000, "😀", "%ED%A0%80", "<script>alert(1)</script>"]


@pytest.fixture
def librarian(as_role, library):
    return as_role("data_librarian")


@pytest.fixture
def load(library):
    return next(one for one in queries.receipts(library) if one.refused)


@pytest.mark.parametrize("number", NUMBERS, ids=ascii)
def test_a_page_number_that_is_none_is_the_nearest_page(librarian, load, number):
    for name, args in [("sources", []), ("quarantine-load", [load.id])]:
        answer = librarian.get(reverse(f"workbench:{name}", args=args), {"page": number})
        assert answer.status_code == 200, name
    assert librarian.get("/find/", {"q": "三", "page": number}).status_code == 200


@pytest.mark.parametrize("number", ["²", LONG, "x", ""], ids=ascii)
def test_ticks_that_are_no_rows_are_no_choice(librarian, load, number):
    address = reverse("workbench:quarantine-replay", args=[load.id])
    answer = librarian.post(address, {"scope": "rows", "row": number, "confirmed": "yes"})
    assert answer.headers["Location"].endswith("none=1")


@pytest.mark.parametrize(
    "load_id", ["..", "...", "a" * 400, "..%2f..%2fsecrets", "%00", "*", quote("L😀")]
)
def test_a_load_that_is_none_is_not_found(librarian, load_id):
    for address in (f"/workbench/loads/{load_id}/", f"/workbench/quarantine/{load_id}/"):
        assert librarian.get(address).status_code == 404, address


@pytest.mark.parametrize("suffix", ["/", ".csv"])
def test_a_figure_that_is_none_is_not_found(librarian, suffix):
    assert librarian.get(f"/workbench/insight/figures/nope{suffix}").status_code == 404


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text)[:12])
def test_any_text_is_a_value_and_never_a_command(client, librarian, text):
    assert client.get("/find/", {"q": text}).status_code == 200
    for name in ("campus", "college", "clc_main", "reader_kind"):
        answer = librarian.get(reverse("workbench:dashboard", args=["circulation"]), {name: text})
        assert answer.status_code == 200
        assert b"<script>alert" not in answer.content


@pytest.mark.parametrize(
    "month", ["2026-13", "2026-3", "x", "2026-01-01", "٢٠٢٦-٠١", "\0"], ids=ascii
)
def test_a_month_that_is_none_is_said_so(librarian, month):
    answer = librarian.get(reverse("workbench:dashboard", args=["circulation"]), {"from": month})
    assert answer.status_code == 400
    assert b"is not a month" in answer.content


def test_a_campus_that_is_none_shows_all(client, library, db):
    assert client.get("/spaces/", {"campus": "none"}).status_code == 200


@pytest.mark.parametrize("path", ["/my/", "/", "/find/?q=三体"])
def test_what_a_reader_is_shown_is_kept_by_nobody(as_role, library, path):
    answer = as_role("student").get(path)
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_what_staff_are_shown_is_kept_by_nobody(librarian, load):
    for address in (
        reverse("workbench:today"),
        reverse("workbench:figure-csv", args=["loans_by_month"]),
        reverse("workbench:load-json", args=[load.id]),
        "/no-such-page/",
    ):
        assert librarian.get(address).headers["Cache-Control"] == "private, no-store", address


def test_a_visitors_page_is_for_that_visitor(client, db):
    assert client.get("/").headers["Cache-Control"] == "private, no-cache"


def test_every_look_at_figures_is_written_to_the_ledger(librarian):
    address = reverse("workbench:figure", args=["loans_by_college"])
    for _ in range(2):
        before = UseRecord.objects.count()
        librarian.get(address)
        assert UseRecord.objects.count() > before


def test_a_reader_looking_at_the_own_loans_is_written_to_the_ledger(as_role, library):
    client = as_role("student")
    before = UseRecord.objects.count()
    client.get("/my/")
    assert UseRecord.objects.filter(purpose="own_records").count() > 0
    assert UseRecord.objects.count() > before


def test_signing_in_gives_a_new_session(client, db):
    session = client.session
    session["kept"] = "by somebody else"
    session.save()
    known = session.session_key
    create_account("li", PASSWORD, "student")
    client.post("/sign-in/", {"username": "li", "password": PASSWORD})
    cookie = client.cookies["shuren_session"]
    assert cookie.value not in ("", known)
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "/\\evil.example", "https:evil.example", "javascript:alert(1)", "\x00//e.x"],
)
def test_no_way_leads_off_this_site(client, db, target):
    answer = client.post("/language/", {"language": "en", "next": target})
    assert answer.headers["Location"] == "/"
    assert target.encode() not in client.get("/sign-in/", {"next": target}).content


def test_posts_want_the_forms_own_token(db):
    strict = Client(enforce_csrf_checks=True)
    for address in ("/sign-in/", "/sign-out/", "/language/", "/theme/"):
        assert strict.post(address).status_code == 403, address


HOSTILE = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "=CMD('calc')", "@SUM(1)"]
MARCH = "?month=2026-03"


@pytest.fixture
def hostile_library(settings, db, tmp_path):
    """Titles and colleges that are markup or formulas, each borrowed by five readers."""
    site = settings.SITE = open_site(make_site(tmp_path / "hostile"))
    readers, loans = tmp_path / "readers.csv", tmp_path / "loans.csv"
    with readers.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["读者证号", "姓名", "读者类型", "学院", "校区"])
        for nth, text in enumerate(HOSTILE):
            lines.writerows([f"20{nth}00{n}", "某人", "student", text, text] for n in range(5))
    with loans.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["读者证号", "题名", "索书号", "借出时间"])
        for nth, text in enumerate(HOSTILE):
            for n in range(5):
                day = f"2026-03-{1 + nth * 5 + n:02} 10:00:00"
                lines.writerow([f"20{nth}00{n}", text, f"I24{nth}", day])
        lines.writerow(["2000000", HOSTILE[0], "I240", "no day"])
    load_file(site, "readers", readers, actor=OPERATOR)
    load_file(site, "loans", loans, actor=OPERATOR)
    build(site, actor=OPERATOR)
    return site


def test_markup_in_data_is_shown_as_text(client, hostile_library, as_role):
    librarian = as_role("data_librarian")
    refused = next(one for one in queries.receipts(hostile_library) if one.refused)
    pages = ["/", "/find/?q=script", "/find/?q=img"]
    pages += [reverse(f"workbench:{name}") for name in ("today", "sources")]
    pages += [reverse("workbench:dashboard", args=["circulation"])]
    pages += [reverse("workbench:figure", args=["top_titles_monthly"]) + MARCH]
    pages += [reverse("workbench:quarantine-load", args=[refused.id])]
    for page in pages:
        text = librarian.get(page).content.decode()
        assert "<script>alert" not in text, page
        assert "<img src=x" not in text, page
    dashboard = librarian.get(reverse("workbench:dashboard", args=["circulation"])).content.decode()
    assert "&lt;script&gt;alert(1)" in dashboard


@pytest.mark.parametrize("figure", ["top_titles_monthly", "loans_by_college"])
def test_a_formula_in_data_is_no_formula_in_a_spreadsheet(as_role, hostile_library, figure):
    answer = as_role("director").get(reverse("workbench:figure-csv", args=[figure]) + MARCH)
    rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    cells = [cell for row in rows for cell in row]
    assert "'=CMD('calc')" in cells
    assert "'@SUM(1)" in cells
    assert not [cell for cell in cells if cell[:1] in ("=", "@", "+", "\t", "\r")]
