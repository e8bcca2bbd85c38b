"""My year, on the page of a reader's loans: by consent, one's own only, also of 386 loans."""

from datetime import datetime, timedelta
from html import unescape

import pytest

from shuren.data.internals import building
from shuren.data.internals.models import load_models
from shuren.data.internals.receipts import all_receipts
from shuren.kernel.shapes import no_progress
from shuren.trust import consent
from shuren.trust.actions import create_account
from shuren.trust.queries import actor_of
from tests.data.raw_helper import put_raw, reader
from tests.web.conftest import PASSWORD

pytestmark = pytest.mark.django_db
MOST = 386


def loan(id, who, title, at):
    due, back = at + timedelta(days=30), at + timedelta(hours=4)
    return {
        "loan_id": id,
        "reader_id": reader(who),
        "title": title,
        "loaned_at": at.isoformat(),
        "due_at": due.isoformat(),
        "returned_at": back.isoformat(),
    }


@pytest.fixture
def at(site, settings, monkeypatch):
    """Alumnus 1 borrows 386 in 2025, two a day, and one in 2024; reader 2 one other."""
    monkeypatch.setenv("SHUREN_NOW", "2026-06-15T08:00")
    first = datetime(2025, 1, 1, 8)
    loans = [loan(f"m{n}", 1, f"书{n}", first + timedelta(hours=12 * n)) for n in range(MOST)]
    loans += [loan("old", 1, "旧书", datetime(2024, 5, 5, 9))]
    loans += [loan("b", 2, "别人的书", datetime(2025, 3, 3, 9))]
    kinds = [{"reader_id": reader(who), "kind": "alumni"} for who in (1, 2, 3)]
    put_raw(site, "readers", kinds, place=1)
    put_raw(site, "loans", loans, place=2)
    building.build_snapshot(site, load_models(site), all_receipts(site)[::-1], no_progress)
    settings.SITE = site
    return site


def signed_in(client, who):
    account = create_account(f"a{who}", PASSWORD, "alumni", reader_key=reader(who))
    client.force_login(account)
    client.cookies["shuren_language"] = "en"
    return account


def see(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_the_reader_with_386_loans_sees_the_year_and_only_the_own(at, client):
    consent.give("reading_history", actor=actor_of(signed_in(client, 1)), version=1)
    page = see(client, "/my/?show=year")
    assert "386 loans of 386 titles, 386 returns." in page
    assert "First: 书0, on 1 January 2025" in page
    assert "Busiest month: January 2025, 62 loans" in page
    assert "别人的书" not in page
    old = see(client, "/my/?show=year&year=2024")
    assert "1 loans of 1 titles, 1 returns." in old
    assert "旧书" in old
    assert "386 loans" in see(client, "/my/?show=year&year=nonsense"), "the newest year"


def test_a_year_needs_the_consent_to_a_history(at, client):
    signed_in(client, 1)
    page = see(client, "/my/?show=year")
    assert "listed only if you wish it" in page
    assert "386 loans" not in page


def test_who_never_borrowed_is_told_so(at, client):
    consent.give("reading_history", actor=actor_of(signed_in(client, 3)), version=1)
    assert "No year to sum up yet" in see(client, "/my/?show=year")
