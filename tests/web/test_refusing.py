"""A reader says no: nothing more is kept on any channel, and every basic service is the same."""

import re
from collections import Counter
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection

from shuren.data import actions
from shuren.data.internals.feeds import own_events
from shuren.data.queries import current_snapshot
from shuren.kernel.clock import now
from shuren.service import messages, outbox, queries, search_alerts
from shuren.service.internals.search_rows import SavedSearch
from shuren.trust import consent
from shuren.trust.actions import create_account, keep_identities, pseudonymise
from shuren.trust.models import Account
from shuren.trust.queries import actor_of
from tests.data.loading import load
from tests.service.post_office import post_office
from tests.web.api_tools import program as program
from tests.web.library import LETTERS, MATHEMATICS, OPERATOR

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough phrase"
BASIC = ["/", "/find/?q=三体", "/spaces/", "/my/", "/my/?show=past", "/datasets/", "/resolve/"]
ZONES = (
    "zone_id,campus,building,floor,title,kind,seats,power,quiet_level,opens_at,closes_at\n"
    "A1,江湾校区,江湾图书馆,1,书吧,lounge,26,true,1,07:00,23:00\n"
)
LOANS = (
    "借阅流水号,读者证号,题名,索书号,借出时间,应还时间,归还时间\n"
    + "".join(f"n{n},{one},平凡的世界,I247.5/9,2026-03-28 10:00:00,2026-05-28 23:59:59,\n"
              for n, one in enumerate([LETTERS[0], MATHEMATICS[0]]))
)  # fmt: skip


@pytest.fixture
def reader(client_of):
    return client_of("reader", LETTERS[0])


@pytest.fixture
def client_of(client, library):
    """`client_of(name, card)`: a browser of its own, signed in as that reader."""

    def sign_in(name, card):
        key = pseudonymise(library, [card])[0]
        browser = type(client)()
        browser.force_login(create_account(name, PASSWORD, "student", reader_key=key))
        browser.cookies["shuren_language"] = "en"
        return browser

    return sign_in


@pytest.fixture
def borrowed(library, monkeypatch):
    """Two readers have borrowed a book: the export of their loans is loaded and built."""
    monkeypatch.setenv("SHUREN_NOW", "2026-04-20T08:00")
    load(library, "loans", LOANS, "new-loans.csv")
    load(library, "seat_zones", ZONES, "zones.csv")
    actions.build(library, actor=OPERATOR)
    return library


def actor(name="reader"):
    return actor_of(Account.objects.get(username=name))


def agree_to_all(name="reader"):
    for one in consent.states(actor(name)):
        consent.give(one.purpose.id, actor=actor(name), version=one.version)


def refuse_all(browser):
    assert browser.post("/my/privacy/consent/", {"answer": "none"}).status_code == 302


def shown(browser, path):
    """A page without what differs at each request."""
    answer = browser.get(path)
    assert answer.status_code == 200, path
    page = answer.content.decode()
    own = r'name="csrfmiddlewaretoken" value="[^"]*"|(Sign out|Signing in:) \w+|title="\w+"'
    return re.sub(own, "", page)


def test_who_refuses_everything_borrows_finds_and_sits_like_everybody(borrowed, client_of):
    """Two readers with the same loan, one agreeing to all and one to nothing."""
    yes, no = client_of("yes", LETTERS[0]), client_of("no", MATHEMATICS[0])
    agree_to_all("yes")
    refuse_all(no)
    assert not any(one.is_given for one in consent.states(actor("no")))
    for path in BASIC:
        page = shown(no, path)
        if "past" not in path:  # the one page that consent adds something to
            assert page == shown(yes, path)
    assert "平凡的世界" in shown(no, "/my/")
    assert "三体" in shown(no, "/find/?q=三体")
    assert "书吧" in shown(no, "/spaces/")
    assert "last 30 days" in shown(no, "/my/?show=past")
    panel = shown(no, "/my/privacy/")
    assert "Refuse every profile and keep every basic service" in panel


def traces(site, key):
    """Where the pseudonym stands: {file or table: how often}."""
    found = Counter()
    for path in site.data.rglob("*"):
        if path.is_file() and (count := path.read_bytes().count(key.encode())):
            found[str(path.relative_to(site.data))] = count
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            cells = (str(cell) for row in cursor.fetchall() for cell in row)
            if count := sum(cell.count(key) for cell in cells):
                found[table] = count
    return found


def replay(browser, program, site, key, words):
    """One reader's session on every channel there is."""
    for path in ["/", "/find/", f"/find/?q={words}", "/spaces/", "/my/", "/my/?show=past"]:
        assert browser.get(path).status_code == 200
    browser.get("/my/interests/")
    browser.post("/my/interests/", {"subject": ["I2"]})  # refused without consent, kept with it
    said = {"words": words, "hits": 1, "place": "portal", "reader_id": key}
    actions.record_event(site, "reader_searches", said)
    event = {"reader_id": key, "scheme": "clc", "interest": "I2", "is_withdrawn": False}
    actions.record_event(site, "declared_interests", event)
    assert program().get("/catalogue").status_code == 200


def test_after_taking_everything_back_a_replayed_session_leaves_nothing(
    library, reader, program, monkeypatch
):
    """Web, API, events and e-mail: no file, no table and no message has more of the reader."""
    key = actor().reader_key
    agree_to_all()
    replay(reader, program, library, key, "有痕之词")
    spool = "".join(path.read_text("utf-8") for path in (library.data / "events").rglob("*.jsonl"))
    assert key in spool, "with consent the search is kept: the test can see it"
    refuse_all(reader)
    assert not waiting(library, key), "what was kept by consent alone went with it"
    before = traces(library, key)
    replay(reader, program, library, key, "无痕之词")
    assert traces(library, key) == before
    assert mail.outbox == []
    monkeypatch.setattr(own_events, "GRACE", -own_events.SPAN * 2)
    actions.collect(library, "own-events", actor=OPERATOR)
    actions.build(library, actor=OPERATOR)
    assert searched_by(library, key).isdisjoint({"无痕之词"})
    assert "无痕之词" in anonymous(library), "counted, and not whose it was"


def test_after_taking_everything_back_no_mail_goes_that_consent_had_asked_for(library, reader):
    """Alerts of saved searches by a real mail server: with consent they come, without it nothing
    is looked for, told or sent, whatever waited."""
    key = actor().reader_key
    keep_identities(library, [(key, {"email": "reader@example.edu"})])
    agree_to_all()
    reader.post("/my/searches/save/", {"q": "三体"})
    row = SavedSearch.objects.get()
    reader.post(f"/my/searches/{row.pk}/alert/", {"alert": "daily"})

    def something_comes(after):
        SavedSearch.objects.update(seen=b"", index="an earlier state", alerted=b"")
        return search_alerts.tell_due(library, now() + timedelta(days=after))

    noon = (now() + timedelta(days=4)).replace(hour=4, minute=0)  # 12:00 in the library
    with post_office() as office:
        with open(library.settings_file, "a", encoding="utf-8") as file:
            file.write(
                f'public_url = "https://lib.example.edu"\n[mail]\nhost = "127.0.0.1"\n'
                f'port = {office.port}\nsecurity = "none"\nsender = "library@example.edu"\n'
            )
        assert something_comes(2) == 1
        assert outbox.send(library, actor=OPERATOR, at=noon).sent == 1, "the test can see it"
        assert something_comes(4) == 1
        refuse_all(reader)
        SavedSearch.objects.update(alert="daily", next_alert=now())
        assert something_comes(6) == 0
        assert outbox.send(library, actor=OPERATOR, at=noon + timedelta(days=3)).sent == 0
        assert len(office.taken) == 1
    assert messages.inbox(library, actor()).total == 2


def waiting(site, key):
    """Events of the reader in the spool."""
    files = (site.data / "events").rglob("*.jsonl")
    return [path for path in files if key in path.read_text("utf-8")]


def test_what_was_taken_in_by_consent_is_forgotten_with_it(library, reader, monkeypatch):
    monkeypatch.setattr(own_events, "GRACE", -own_events.SPAN * 2)
    agree_to_all()
    key = actor().reader_key
    reader.get("/find/?q=有痕之词")
    reader.post("/my/interests/", {"subject": ["I2"]})
    actions.collect(library, "own-events", actor=OPERATOR)
    actions.build(library, actor=OPERATOR)
    assert searched_by(library, key) == {"有痕之词"}
    assert "有痕之词" in reader.get("/find/").content.decode()
    refuse_all(reader)
    held = {one.id: one.count for one in queries.held(library, actor())}
    assert not held.get("lake:reader_searches")
    assert not held.get("lake:declared_interests")
    assert not held["interests"]
    agree_to_all()
    assert "有痕之词" not in reader.get("/find/").content.decode(), "a new yes begins empty"
    actions.build(library, actor=OPERATOR)
    assert searched_by(library, key) == set()


def searched_by(site, key):
    from shuren.data.internals import snapshots

    info = current_snapshot(site)
    source = snapshots.source(site, info, "conformed.reader_search")
    sql = f"SELECT words FROM {source} WHERE reader_key = ?"
    return {row[0] for row in snapshots.query(site, sql, [key])}


def anonymous(site):
    from shuren.data.internals import snapshots

    source = snapshots.source(site, current_snapshot(site), "conformed.search_event")
    return {row[0] for row in snapshots.query(site, f"SELECT words FROM {source}", [])}
