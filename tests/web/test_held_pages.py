"""What is held about a reader: seen whole, deleted one by one, taken along, erased with proof."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from shuren.service import queries
from shuren.service.internals.stores import every_store
from shuren.trust import consent
from shuren.trust.models import Account
from shuren.trust.queries import actor_of
from shuren.web.portal.held import store_titles
from shuren.web.portal.months import by_month
from tests.web.library import LETTERS, NAMES, READERS
from tests.web.test_privacy_panel import me, say, see

VERIFIER = Path(__file__).parents[2] / "docs" / "how-to" / "verify_ledger.py"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def reader(as_role, library):
    return as_role("student")


def test_every_store_is_on_the_panel_with_its_count(reader, library):
    page = see(reader, "/my/privacy/")
    for store in queries.held(library, me()):
        assert store.title in page, store.id
    assert "2 facts" in page, "two loans of the first reader"


def test_a_store_shows_each_fact_and_nobody_elses(reader):
    page = see(reader, "/my/privacy/held/?store=lake:loans")
    assert "三体" in page
    assert "活着" in page
    assert "线性代数" not in page
    pages = page + see(reader, "/my/privacy/") + see(reader, "/my/privacy/held/?store=identity")
    others = [one for one in READERS if one != LETTERS[0] and one in pages]
    assert others == []
    assert [name for one, name in NAMES.items() if one != LETTERS[0] and name in pages] == []
    assert not re.findall(r"\br_[a-z2-7]{26}\b", pages)


@pytest.mark.parametrize(
    "path",
    ["held/?store=nothing", "held/", "forget/?store=lake:loans&fact=none", "forget/",
     "certificates/E1/", "certificates/E1/file/"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(reader, path):
    assert reader.get(f"/my/privacy/{path}").status_code == 404


def test_one_fact_is_shown_once_more_before_it_goes(reader, library):
    address = re.search(r'href="(/my/privacy/forget/[^"]+)"',
                        see(reader, "/my/privacy/held/?store=lake:loans"))[1]  # fmt: skip
    page = see(reader, address.replace("&amp;", "&"))
    assert "cannot be brought back" in page
    fact = re.search(r'name="fact" value="([^"]+)"', page)[1]
    title = re.search(r'<h2 class="card-title">([^<]+)</h2>', page)[1]
    assert (
        reader.post("/my/privacy/forget/", {"store": "lake:loans", "fact": fact}).status_code == 302
    )
    page = see(reader, "/my/privacy/held/?store=lake:loans")
    assert title not in page
    say(reader, "yes", "reading_history")
    assert title not in see(reader, "/my/?show=past"), "gone from every page at once"


@pytest.mark.parametrize("form, start", [("json", b"{"), ("html", b"<!doctype html>")])
def test_the_copy_holds_every_store(reader, library, form, start):
    answer = reader.post("/my/privacy/export/", {"form": form})
    assert answer.status_code == 200
    assert answer.content.startswith(start)
    assert f".{form}" in answer.headers["Content-Disposition"]
    text = answer.content.decode()
    for store in queries.held(library, me()):
        assert store.title in text, store.id
    assert "三体" in text


@pytest.mark.parametrize("form", ["", "pdf", "../x"])
def test_another_form_is_refused(reader, form):
    assert reader.post("/my/privacy/export/", {"form": form}).status_code == 400


def test_erasing_says_first_what_goes_and_what_stays(reader):
    page = see(reader, "/my/privacy/erase/")
    assert "This goes" in page
    assert "This stays, and why" in page
    assert "way in to the basic services" in page


def test_one_tap_erases_and_the_certificate_is_verified_offline(reader, library, tmp_path):
    say(reader, "yes", "reading_history")
    before = me().reader_key
    assert "活着" in see(reader, "/my/?show=past")
    gone = reader.post("/my/privacy/erase/")
    assert gone.status_code == 302
    page = see(reader, gone.headers["Location"])
    assert "Certificate of erasure" in page
    assert me().reader_key != before
    assert not consent.given("reading_history", me().reader_key)
    say(reader, "yes", "reading_history")
    assert "活着" not in see(reader, "/my/?show=past"), "it begins empty"
    file = tmp_path / "certificate.json"
    file.write_bytes(reader.get(f"{gone.headers['Location']}file/").content)
    content = json.loads(file.read_text())
    key = content["proof"]["head"]["public_key"]
    assert verify(file, key) == 0
    content["statement"]["erased"] = {}
    file.write_text(json.dumps(content))
    assert verify(file, key) == 1, "nothing was erased, says somebody"


def verify(file, key):
    command = [sys.executable, "-I", str(VERIFIER), str(file), "--key", key]
    return subprocess.run(command, capture_output=True, cwd=file.parent, env={}).returncode


def test_nobody_else_sees_a_certificate(reader, as_role, library, client):
    address = reader.post("/my/privacy/erase/").headers["Location"]
    other = as_role("faculty")
    assert other.get(address).status_code == 404
    assert actor_of(Account.objects.get(username="a-faculty")) is not None


def test_months_between_are_drawn_empty_and_the_peak_is_said():
    from datetime import date

    chart = by_month([date(2026, 1, 3), date(2026, 1, 9), date(2026, 4, 1)])
    assert [bar["height"] for bar in chart["bars"]] == [28, 0, 0, 14]
    assert chart["label"].endswith("2")
    assert by_month([]) is None
    assert by_month([date(2026, 1, 3)]) is None, "one month compares with nothing"


def test_a_certificate_has_a_name_for_every_store(library):
    many = {"lake"}  # one name for each contract
    assert {one.id for one in every_store()} - many <= store_titles().keys()
