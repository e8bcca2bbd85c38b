"""Webhooks to a real server: signed, tried again, told what happened and never to whom."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest

from shuren.kernel.errors import UsageError
from shuren.kernel.settings import read_settings
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import messages, outbox
from shuren.service.internals.messaging.rows import Delivery
from shuren.service.message_shapes import Work
from tests.service.hook_server import Hooked, hooked

pytestmark = pytest.mark.django_db

ANN = "r_" + "a" * 26
OPERATOR = Actor("cli:test", "administrator")
NOON = datetime(2026, 11, 30, 4, 0, tzinfo=UTC)
KEY = "correct horse"


@pytest.fixture
def server():
    with hooked() as one:
        yield one


def house_of(site: Site, settings, monkeypatch, url: str, more: str = "allow_private = true"):
    settings.SITE = site
    monkeypatch.setenv("SHUREN_NOW", NOON.isoformat())
    monkeypatch.setenv("SHUREN_SECRET_WEBHOOK", KEY)
    with open(site.settings_file, "a", encoding="utf-8") as file:
        file.write(f'[webhooks.campus]\nurl = "{url}"\n{more}\n')
    return site


@pytest.fixture
def house(site: Site, settings, monkeypatch, server: Hooked) -> Site:
    return house_of(site, settings, monkeypatch, server.url)


def told(site: Site, key: str = "k1") -> None:
    values = {"service": "图书预约", "state": "可取书", "subject": Work("三体", "b1"),
              "sentence": "", "note": "李馆员", "until": None}  # fmt: skip
    assert messages.tell(
        site, reader=ANN, template="case_moved", values=values,
        about={"kind": "case", "id": "C1"}, key=key,
    )  # fmt: skip


def send(site: Site, at: datetime = NOON) -> outbox.Sent:
    return outbox.send(site, actor=OPERATOR, at=at)


def hook() -> Delivery:
    return Delivery.objects.get(channel="webhook")


def test_what_is_told_is_signed_and_names_nobody(house: Site, server: Hooked) -> None:
    told(house)
    assert [send(house).sent, send(house).sent] == [1, 0]
    [(headers, content)] = server.taken
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + content
    digest = hmac.new(KEY.encode(), signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
    said = json.loads(content)
    assert said["type"] == "message.case"
    assert said["data"]["title"] == {"zh": "图书预约：可取书", "en": "图书预约: 可取书"}
    for word in (ANN, "三体", "李馆员"):
        assert word not in content.decode()


def test_a_server_in_trouble_is_told_again_under_the_same_id(house: Site, server: Hooked) -> None:
    server.codes = [503, 429]
    told(house)
    moment = NOON
    for _try in range(3):
        send(house, moment)
        moment = hook().due_at
    assert hook().state == "sent"
    assert len(server.taken) == 3
    assert len({headers["webhook-id"] for headers, _content in server.taken}) == 1


@pytest.mark.parametrize("code", [302, 400, 410])
def test_a_refusal_is_not_repeated_and_no_redirect_followed(
    house: Site, server: Hooked, code: int
) -> None:
    server.codes = [code]
    told(house)
    send(house)
    send(house, NOON + timedelta(days=1))
    assert (hook().state, hook().why, hook().code) == ("dead", "refused_hook", code)
    assert len(server.taken) == 1


def test_a_private_address_is_refused_unless_the_settings_allow_it(
    site: Site, settings, monkeypatch, server: Hooked
) -> None:
    house = house_of(site, settings, monkeypatch, server.url, more="")
    told(house)
    send(house)
    assert (hook().state, hook().why) == ("dead", "private_address")
    assert server.taken == []


def test_a_server_that_is_away_is_waited_for(site: Site, settings, monkeypatch) -> None:
    with hooked() as gone:
        url = gone.url
    house = house_of(site, settings, monkeypatch, url)
    told(house)
    told(house, "k2")
    assert send(house).is_away
    states = Delivery.objects.filter(channel="webhook").values_list("state", "attempts")
    assert list(states) == [("waiting", 0), ("waiting", 0)]


def test_only_the_kinds_that_were_asked_for(site: Site, settings, monkeypatch, server) -> None:
    house = house_of(
        site, settings, monkeypatch, server.url, 'allow_private = true\nkinds = ["notice"]'
    )
    told(house)
    assert not Delivery.objects.filter(channel="webhook").exists()


@pytest.mark.parametrize(
    "url", ["http://campus.example", "ftp://x.y", "https://user:word@x.y/", "https:///x"]
)
def test_an_address_that_is_not_safe_is_no_setting(site: Site, url: str) -> None:
    with open(site.settings_file, "a", encoding="utf-8") as file:
        file.write(f'[webhooks.campus]\nurl = "{url}"\n')
    with pytest.raises(UsageError, match="https://"):
        read_settings(site)
