"""Alerts of saved searches: by consent, for the searches chosen, no word of them in a mail."""

from datetime import timedelta

import pytest

from shuren.discovery.search_shapes import Query
from shuren.kernel.clock import now
from shuren.kernel.errors import UsageError
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import messages, search_alerts, searches
from shuren.service.actions import withdraw_consent
from shuren.service.errors import UnknownName
from shuren.service.internals.messaging.rows import Delivery, Message
from shuren.service.internals.search_rows import SavedSearch
from shuren.trust import consent
from shuren.trust.errors import ConsentMissing
from shuren.trust.queries import uses
from tests.discovery.catalogue import CATALOGUE, book, indexed

pytestmark = pytest.mark.django_db

ANN = Actor("ann", "student", "r_" + "a" * 26)
BEN = Actor("ben", "student", "r_" + "b" * 26)
WARS = book("chu", "三国史话", "吕思勉", "K236/3", years=[2020])


@pytest.fixture
def shelf(site: Site, settings) -> Site:
    settings.SITE = site
    return indexed(site)


def agree(actor: Actor = ANN) -> None:
    consent.give(search_alerts.PURPOSE, actor=actor, version=1)


def watched(site: Site, alert: str = "daily", words: str = "三国") -> int:
    number = searches.save(site, Query(words), actor=ANN)
    search_alerts.choose(number, alert, actor=ANN)
    return number


def test_nothing_is_watched_without_consent_and_without_the_readers_choice(shelf: Site) -> None:
    number = searches.save(shelf, Query("三国"), actor=ANN)
    with pytest.raises(ConsentMissing):
        search_alerts.choose(number, "daily", actor=ANN)
    agree()
    indexed(shelf, [*CATALOGUE, WARS])
    assert search_alerts.tell_due(shelf, now() + timedelta(days=30)) == 0


def test_what_came_is_told_once_when_its_time_has_come(shelf: Site) -> None:
    agree()
    watched(shelf)
    indexed(shelf, [*CATALOGUE, WARS])
    day = now() + timedelta(days=1, minutes=1)
    assert search_alerts.tell_due(shelf) == 0
    assert search_alerts.tell_due(shelf, day) == 1
    assert search_alerts.tell_due(shelf, day) == 0
    assert search_alerts.tell_due(shelf, day + timedelta(days=1, minutes=1)) == 0
    [one] = messages.inbox(shelf, ANN).messages
    assert one.title["zh"] == "检索订阅：新到 1 条"
    assert one.body["zh"] == "检索词：三国\n三国史话"


def test_a_mail_says_how_many_and_no_word_more(shelf: Site) -> None:
    agree()
    watched(shelf)
    indexed(shelf, [*CATALOGUE, WARS])
    search_alerts.tell_due(shelf, now() + timedelta(days=2))
    [row] = Message.objects.all()
    assert (row.mail, row.mail_named) == ({"zh": "", "en": ""}, {"zh": "", "en": ""})
    assert Delivery.objects.get().is_bundled


def test_weekly_is_after_a_week(shelf: Site) -> None:
    agree()
    watched(shelf, "weekly")
    indexed(shelf, [*CATALOGUE, WARS])
    assert search_alerts.tell_due(shelf, now() + timedelta(days=6)) == 0
    assert search_alerts.tell_due(shelf, now() + timedelta(days=7, minutes=1)) == 1


def test_what_the_reader_has_seen_is_no_news(shelf: Site) -> None:
    agree()
    number = watched(shelf)
    indexed(shelf, [*CATALOGUE, WARS])
    searches.saved(shelf, actor=ANN)
    searches.mark_seen(number, actor=ANN)
    assert search_alerts.tell_due(shelf, now() + timedelta(days=2)) == 0


def test_after_a_withdrawal_nothing_is_looked_for_told_or_sent(shelf: Site) -> None:
    agree()
    watched(shelf)
    indexed(shelf, [*CATALOGUE, WARS])
    search_alerts.tell_due(shelf, now() + timedelta(days=2))
    withdraw_consent(shelf, search_alerts.PURPOSE, actor=ANN)
    assert [one.state for one in Delivery.objects.all()] == ["stopped"]
    row = SavedSearch.objects.get()
    assert (row.alert, row.next_alert) == ("", None)
    # A search that a process had taken up before is not told either.
    row.alert, row.next_alert, row.alerted = "daily", now(), b""
    row.save()
    assert search_alerts.tell_due(shelf, now() + timedelta(days=9)) == 0
    assert Message.objects.count() == 1
    assert SavedSearch.objects.get().alert == ""


def test_each_look_is_in_the_ledger_for_its_reader(shelf: Site) -> None:
    agree()
    watched(shelf)
    indexed(shelf, [*CATALOGUE, WARS])
    search_alerts.tell_due(shelf, now() + timedelta(days=2))
    seen = [one for one in uses(actor=Actor("x", "administrator"))
            if one.purpose == search_alerts.PURPOSE]  # fmt: skip
    assert [(one.table, one.rows) for one in seen] == [("service.saved_search", 1)]


def test_a_search_is_watched_by_its_reader_only_and_by_known_words(shelf: Site) -> None:
    agree()
    agree(BEN)
    number = searches.save(shelf, Query("三国"), actor=ANN)
    with pytest.raises(UnknownName):
        search_alerts.choose(number, "daily", actor=BEN)
    with pytest.raises(UsageError):
        search_alerts.choose(number, "hourly", actor=ANN)


def test_turning_it_off_needs_no_consent(shelf: Site) -> None:
    agree()
    number = watched(shelf)
    consent.withdraw(search_alerts.PURPOSE, actor=ANN)
    search_alerts.choose(number, "", actor=ANN)
    assert SavedSearch.objects.get().next_alert is None
