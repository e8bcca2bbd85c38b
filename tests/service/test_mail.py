"""Mails by a real SMTP server: sent once, at the right hour, to who wants them, saying no more than
a mail may."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from django.db import connection

from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import messages, outbox
from shuren.service.internals.messaging.rows import Delivery
from shuren.service.message_definitions import templates
from shuren.service.message_shapes import Choices, Work
from shuren.trust import consent
from shuren.trust.actions import keep_identities
from shuren.trust.errors import NotAllowed
from shuren.trust.queries import Use, uses
from tests.approving import approve_all
from tests.service.post_office import PostOffice, post_office

pytestmark = pytest.mark.django_db

ANN = Actor("ann", "student", "r_" + "a" * 26)
BEN = Actor("ben", "student", "r_" + "b" * 26)
OPERATOR = Actor("cli:test", "administrator")
NOON = datetime(2026, 11, 30, 4, 0, tzinfo=UTC)  # a Monday, 12:00 in the library
LEASE = timedelta(minutes=16)


def opened(site: Site, office: PostOffice, more: str = 'security = "none"') -> Site:
    with open(site.settings_file, "a", encoding="utf-8") as file:
        file.write(
            f'public_url = "https://lib.example.edu"\n[mail]\nhost = "127.0.0.1"\n'
            f'port = {office.port}\nsender = "library@example.edu"\n{more}\n'
        )
    keep_identities(
        site,
        [
            (ANN.reader_key, {"name": "安", "email": "ann@example.edu"}),
            (BEN.reader_key, {"email": "ben@example.edu"}),
        ],
    )
    return site


@pytest.fixture
def office():
    with post_office() as one:
        yield one


@pytest.fixture
def house(site: Site, settings, office: PostOffice, monkeypatch) -> Site:
    settings.SITE = site
    monkeypatch.setenv("SHUREN_NOW", NOON.isoformat())
    return opened(site, office)


def told(site: Site, key: str = "k1", actor: Actor = ANN, template: str = "case_moved", **more):
    values = {
        "service": {"zh": "图书预约", "en": "Holds"},
        "state": {"zh": f"可取书 {key}", "en": f"Ready {key}"},
        "subject": Work("抑郁症自救", "b1"), "sentence": "", "note": "李馆员：请到三楼",
        "until": None,
    }  # fmt: skip
    assert messages.tell(
        site, reader=actor.reader_key, template=template, values=more.get("values", values),
        about={"kind": "case", "id": "C1"}, key=key,
    )  # fmt: skip


def send(site: Site, at: datetime = NOON) -> outbox.Sent:
    return outbox.send(site, actor=OPERATOR, at=at)


def states() -> list[tuple[str, str]]:
    return list(Delivery.objects.order_by("pk").values_list("state", "why"))


def looks() -> list[Use]:
    """The looks at addresses that the ledger has."""
    return [use for use in uses(actor=OPERATOR) if use.table == "trust.identity"]


def text(office: PostOffice, number: int = 0) -> str:
    return office.taken[number][1].get_content()


# --- what a mail says ---------------------------------------------------------


def test_a_mail_comes_once_to_the_address_of_the_vault(house: Site, office: PostOffice) -> None:
    told(house)
    assert [send(house).sent, send(house).sent] == [1, 0]
    [(address, mail)] = office.taken
    assert (address, mail["To"]) == ("ann@example.edu", "ann@example.edu")
    assert mail["Subject"] == "图书预约：可取书 k1"
    assert "https://lib.example.edu/my/inbox/" in text(office)
    assert states() == [("sent", "")]


def test_a_mail_has_no_sensitive_title_no_remark_and_no_pseudonym(
    house: Site, office: PostOffice
) -> None:
    told(house)
    send(house)
    whole = office.taken[0][1].as_string() + text(office)
    for word in ("抑郁症", "李馆员", ANN.reader_key, "安"):
        assert word not in whole


def test_a_title_stands_in_a_mail_only_where_its_class_is_known_and_harmless(
    house: Site, office: PostOffice, monkeypatch
) -> None:
    from tests.discovery.catalogue import book, indexed

    indexed(house, [book("harmless", "三体", "刘慈欣", "I247.55/1"),
                    book("private", "抑郁症自救", "某某", "R749.4/1")])  # fmt: skip
    for key, title in (("harmless", "三体"), ("private", "抑郁症自救"), ("nowhere", "无此书")):
        values = {"service": "x", "state": key, "subject": Work(title, key), "sentence": "",
                  "note": "", "until": None}  # fmt: skip
        told(house, key, values=values)
        send(house)
    assert ["《" in text(office, number) for number in range(3)] == [True, False, False]


def test_each_look_at_an_address_is_in_the_ledger_and_none_in_a_log(
    house: Site, office: PostOffice, caplog
) -> None:
    told(house)
    send(house)
    assert [(use.purpose, use.columns, use.rows) for use in looks()] == [
        ("reader_messages", ("email",), 1)
    ]
    office.refuse = lambda address: f"550 no such user {address}"
    told(house, "k2")
    send(house)
    kept = str(list(Delivery.objects.values())) + caplog.text
    assert "example.edu" not in kept


def test_a_mail_says_how_to_stop_by_one_click(house: Site, office: PostOffice) -> None:
    told(house)
    send(house)
    mail = office.taken[0][1]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = str(mail["List-Unsubscribe"]).strip("<>").replace("\n", "").replace(" ", "")
    assert link.startswith("https://lib.example.edu/stop/")
    token = link.removeprefix("https://lib.example.edu/stop/").strip("/")
    assert ANN.reader_key not in token
    assert messages.stopped_by(token) == "case"
    assert messages.stopped_by(token[:-1] + ("a" if token[-1] != "a" else "b")) == ""
    assert messages.stop(token) == "case"
    assert messages.choices(ANN).ways["case"] == "off"
    told(house, "k2")
    assert send(house).sent == 0
    assert messages.inbox(house, ANN).total == 2


def test_a_link_stops_nothing_once_its_reader_is_erased(house: Site, office: PostOffice) -> None:
    from shuren.service.internals.messaging import store

    told(house)
    send(house)
    token = str(office.taken[0][1]["List-Unsubscribe"]).rstrip("/>").rpartition("/")[2]
    store.erase(ANN)
    assert messages.stop(token) == ""


def test_who_may_not_send_does_not(house: Site) -> None:
    told(house)
    with pytest.raises(NotAllowed):
        outbox.send(house, actor=Actor("lin", "front_desk"))


# --- refusals ------------------------------------------------------------------


def test_a_refused_address_is_dead_and_can_be_sent_again(house: Site, office: PostOffice) -> None:
    office.refuse = lambda address: "550 5.1.1 no such user" if "ann" in address else ""
    told(house)
    told(house, actor=BEN)
    assert send(house).sent == 1
    assert states() == [("dead", "refused_address"), ("sent", "")]
    assert outbox.troubles(OPERATOR) == 1
    office.refuse = lambda address: ""
    [dead] = Delivery.objects.filter(state="dead")
    assert outbox.send_again([dead.pk], actor=OPERATOR) == 1
    assert send(house).sent == 1


def test_a_greylisted_mail_waits_longer_each_time(house: Site, office: PostOffice) -> None:
    office.refuse = lambda address: "451 greylisted"
    told(house)
    moment, waits = NOON, []
    for _try in range(3):
        send(house, moment)
        [row] = Delivery.objects.all()
        waits.append((row.due_at - moment) // timedelta(minutes=1))
        assert send(house, row.due_at - timedelta(minutes=1)).sent == 0
        moment = row.due_at
    assert waits == [5, 15, 60]
    assert len(office.asked) == 3
    office.refuse = lambda address: ""
    assert send(house, moment).sent == 1


def test_a_mail_that_is_put_off_for_ever_ends(house: Site, office: PostOffice) -> None:
    office.refuse = lambda address: "452 mailbox full"
    told(house)
    for _try in range(12):
        row = Delivery.objects.get()
        if row.state != "waiting":
            break
        send(house, row.due_at)
    assert states()[0][0] in ("dead", "late")
    assert len(office.asked) <= 9


def test_a_server_that_is_away_costs_no_attempt_and_no_look_at_an_address(
    site: Site, settings, monkeypatch
) -> None:
    settings.SITE = site
    monkeypatch.setenv("SHUREN_NOW", NOON.isoformat())
    with post_office() as gone:
        pass
    opened(site, gone)
    told(site)
    told(site, "k2")
    found = send(site)
    assert (found.sent, found.is_away) == (0, True)
    first = Delivery.objects.order_by("pk")[0]
    assert (first.state, first.why, first.attempts) == ("waiting", "away", 0)
    assert looks() == []


def test_without_a_server_set_everything_stays_in_the_outbox(site: Site, settings) -> None:
    settings.SITE = site
    told(site)
    assert send(site).sent == 0
    found = outbox.outbox(site, actor=OPERATOR)
    assert (found.is_set, found.counts["waiting"]) == (False, 1)
    assert not outbox.is_due(site)


def test_what_was_held_up_for_days_is_not_sent_any_more(house: Site, office: PostOffice) -> None:
    told(house)
    send(house, NOON + timedelta(hours=73))
    assert (states(), office.taken) == ([("late", "late")], [])


def test_a_reader_without_an_address_has_the_inbox(house: Site, office: PostOffice) -> None:
    keep_identities(house, [(ANN.reader_key, {"name": "安"})])
    told(house)
    send(house)
    assert states() == [("stopped", "no_address")]


@pytest.mark.parametrize(
    "address", ["a@b.c\r\nBcc: x@y.z", "a b@c.d", "a@b@c", "<a@b.c>", "a@b.c, d@e.f", "", "a"]
)
def test_what_is_no_single_address_is_never_written_to(
    house: Site, office: PostOffice, address: str
) -> None:
    keep_identities(house, [(ANN.reader_key, {"email": address})])
    told(house)
    send(house)
    assert (states(), office.asked) == ([("stopped", "no_address")], [])


# --- when and how much ---------------------------------------------------------


def test_nothing_comes_at_night(house: Site, office: PostOffice) -> None:
    told(house)
    night = datetime(2026, 11, 30, 15, 0, tzinfo=UTC)  # 23:00
    send(house, night)
    assert office.taken == []
    send(house, datetime(2026, 11, 30, 23, 59, tzinfo=UTC))  # 07:59
    assert office.taken == []
    send(house, datetime(2026, 12, 1, 0, 0, tzinfo=UTC))  # 08:00
    assert len(office.taken) == 1


def test_quiet_hours_are_the_readers_own(house: Site, office: PostOffice) -> None:
    ways = messages.choices(ANN).ways
    messages.choose(Choices(ways, "11:00", "13:00"), actor=ANN)
    told(house)
    send(house)
    assert office.taken == []
    messages.choose(Choices(ways, "00:00", "00:00"), actor=ANN)
    send(house, datetime(2026, 11, 30, 19, 0, tzinfo=UTC))  # 03:00: none are quiet
    assert len(office.taken) == 1


def test_mails_of_a_day_come_in_one(house: Site, office: PostOffice) -> None:
    ways = {**messages.choices(ANN).ways, "case": "daily"}
    messages.choose(Choices(ways), actor=ANN)
    told(house)
    told(house, "k2")
    told(house, actor=BEN)
    send(house)
    assert [address for address, _mail in office.taken] == ["ben@example.edu"]
    send(house, datetime(2026, 12, 1, 0, 0, tzinfo=UTC))
    assert len(office.taken) == 2
    assert "可取书 k1" in text(office, 1)
    assert "可取书 k2" in text(office, 1)


def test_what_is_over_the_days_measure_comes_together_the_next_day(
    house: Site, office: PostOffice
) -> None:
    messages.choose(Choices(messages.choices(ANN).ways, most=2), actor=ANN)
    for number in range(5):
        told(house, f"k{number}")
    send(house)
    send(house, NOON + timedelta(hours=2))
    assert len(office.taken) == 2
    send(house, datetime(2026, 12, 1, 0, 0, tzinfo=UTC))
    assert len(office.taken) == 3
    assert all(f"可取书 k{number}" in text(office, 2) for number in (2, 3, 4))


def test_a_choice_counts_for_what_waits_already(house: Site, office: PostOffice) -> None:
    told(house)
    ways = {**messages.choices(ANN).ways, "case": "off"}
    messages.choose(Choices(ways), actor=ANN)
    send(house)
    assert (states(), office.taken) == ([("stopped", "not_wanted")], [])


def test_the_language_of_mails_is_the_readers(house: Site, office: PostOffice) -> None:
    messages.choose(Choices(messages.choices(ANN).ways, language="en"), actor=ANN)
    told(house)
    send(house)
    assert office.subjects == ["Holds: Ready k1"]


# --- consent -------------------------------------------------------------------

OFFER = """id: news
kind: offer
title: {zh: 新书 {n}, en: "New {n}"}
body: {zh: "看看 {n}", en: "Look {n}"}
values: {n: number}
purpose: declared_interests
useful_hours: 400
"""


@pytest.fixture
def offers(house: Site) -> Site:
    folder = house.definitions / "messages"
    folder.mkdir(parents=True)
    (folder / "news.yaml").write_text(OFFER.replace("{zh: 新书 {n}", '{zh: "新书 {n}"'), "utf-8")
    templates.cache_clear()
    approve_all(house)
    messages.choose(Choices({**messages.choices(ANN).ways, "offer": "now"}), actor=ANN)
    return house


def offered(site: Site, number: int) -> bool:
    return messages.tell(
        site, reader=ANN.reader_key, template="news", values={"n": number}, key=f"n{number}"
    )


def test_an_offer_is_told_to_nobody_who_did_not_agree(offers: Site) -> None:
    assert not offered(offers, 1)
    assert messages.inbox(offers, ANN).total == 0


def test_after_a_withdrawal_nothing_goes_that_was_waiting(offers: Site, office: PostOffice) -> None:
    consent.give("declared_interests", actor=ANN, version=1)
    assert offered(offers, 1)
    consent.withdraw("declared_interests", actor=ANN)
    send(offers)
    assert (states(), office.taken) == ([("stopped", "no_consent")], [])


def test_offers_come_once_a_day_and_three_times_in_seven_days(
    offers: Site, office: PostOffice
) -> None:
    consent.give("declared_interests", actor=ANN, version=1)
    went = []
    for number in range(8):
        assert offered(offers, number)
        before = len(office.taken)
        send(offers, NOON + timedelta(days=number))
        send(offers, NOON + timedelta(days=number, hours=1))
        went.append(len(office.taken) - before)
    assert max(went) == 1
    assert sum(went[:7]) == 3
    assert went[7] == 1


# --- encryption and sign-in -----------------------------------------------------


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> tuple[trustme.CA, Path]:
    made = trustme.CA()
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    made.cert_pem.write_to_path(str(path))
    return made, path


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_mail_goes_encrypted_and_signed_in(
    site: Site, settings, monkeypatch, authority, security: str
) -> None:
    import ssl

    settings.SITE = site
    monkeypatch.setenv("SHUREN_NOW", NOON.isoformat())
    monkeypatch.setenv("SHUREN_SECRET_SMTP", "open sesame")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority[0].issue_cert("127.0.0.1").configure_cert(context)
    direct = security == "tls"
    with post_office(context, from_first_byte=direct, with_user=True) as office:
        known = f'security = "{security}"\nuser = "library"\nca_file = "{authority[1]}"'
        opened(site, office, known)
        assert outbox.try_server(site, actor=OPERATOR).state == "done"
        told(site)
        assert send(site).sent == 1
        assert set(office.signed_in) == {"library"}
        monkeypatch.setenv("SHUREN_SECRET_SMTP", "wrong")
        assert outbox.try_server(site, actor=OPERATOR).why == "refused_user"
        told(site, "k2")
        send(site)
        assert states()[1] == ("waiting", "refused_user")


def test_a_server_nobody_vouches_for_gets_nothing(
    site: Site, settings, monkeypatch, authority
) -> None:
    import ssl

    settings.SITE = site
    monkeypatch.setenv("SHUREN_NOW", NOON.isoformat())
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority[0].issue_cert("127.0.0.1").configure_cert(context)
    with post_office(context) as office:
        opened(site, office, "")
        told(site)
        send(site)
        assert states() == [("waiting", "no_trust")]
        assert office.taken == []


def test_a_server_without_encryption_gets_nothing_unless_it_is_allowed(
    site: Site, settings, monkeypatch, office: PostOffice
) -> None:
    settings.SITE = site
    monkeypatch.setenv("SHUREN_NOW", NOON.isoformat())
    opened(site, office, "")
    told(site)
    send(site)
    assert (states(), office.taken) == ([("waiting", "not_supported")], [])


# --- killed on its way ----------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_sender_that_is_killed_loses_nothing(house: Site, office: PostOffice, when: str) -> None:
    """Before the mail was handed over it comes once; between that and its being written down,
    twice, under one Message-ID: SMTP has no way to ask."""
    told(house)
    worker = []

    def kill(*_said: object) -> str:
        os.kill(worker[0].pid, signal.SIGKILL)
        return "451 x"

    if when == "before":
        office.refuse = kill
    else:
        office.at_data = kill
    name = str(connection.settings_dict["NAME"])
    env = {**os.environ, "SHUREN_SITE": str(house.root), "SHUREN_NOW": NOON.isoformat()}
    env["DJANGO_SETTINGS_MODULE"] = "shuren.settings"
    started = [sys.executable, "-m", "tests.service.mail_worker", name, NOON.isoformat()]
    worker.append(subprocess.Popen(started, env=env, stdout=subprocess.DEVNULL))
    assert worker[0].wait(120) == -signal.SIGKILL
    office.refuse, office.at_data = (lambda address: ""), (lambda: "")
    assert states() == [("sending", "")]
    assert send(house, NOON + timedelta(minutes=5)).sent == 0, "somebody may still be at it"
    assert send(house, NOON + LEASE).sent == 1
    assert send(house, NOON + 2 * LEASE).sent == 0
    ids = {str(mail["Message-ID"]) for _address, mail in office.taken}
    assert (len(office.taken), len(ids)) == ((1 if when == "before" else 2), 1)
