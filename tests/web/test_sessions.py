"""Where one is signed in: listed in plain words, ended one by one or all, gone with the account."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from shuren.kernel.clock import now
from shuren.trust import sign_on
from shuren.trust.actions import change_password, create_account, remove_account
from shuren.trust.internals.sign_in_rows import AccountSession
from shuren.trust.models import SignInCount
from shuren.web.sign_in.device import in_words, place_of, read_agent
from tests.web.conftest import PASSWORD

pytestmark = pytest.mark.django_db

PHONE = (
    "Mozilla/5.0 (Linux; Android 14; M2101K9C) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/119.0 Mobile Safari/537.36 MicroMessenger/8.0.44"
)
AGENTS = {
    PHONE: ("wechat", "Android"),
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0": (
        "Firefox", "Windows",
    ),
    "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0": (
        "Edge", "Windows",
    ),
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Safari/604.1": (
        "Safari", "iPhone",
    ),
    "Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 Chrome/114.0 HuaweiBrowser/5.0": (
        "Huawei", "HarmonyOS",
    ),
    "curl/8": ("", ""),
    "": ("", ""),
}  # fmt: skip


@pytest.mark.parametrize("agent, words", AGENTS.items(), ids=lambda value: str(value)[-30:])
def test_a_device_is_said_in_two_words(agent, words):
    assert read_agent(agent) == words


def test_what_is_not_known_is_left_out():
    assert in_words("Firefox", "") == "Firefox"
    assert in_words("", "Windows") == "Windows"
    assert in_words("", "") not in ("", " ")


@pytest.mark.parametrize(
    "address, networks, place",
    [
        ("10.1.2.3", ["10.1.0.0/16"], "network"),
        ("10.2.2.3", ["10.1.0.0/16"], "elsewhere"),
        ("2001:db8::1", ["10.1.0.0/16", "2001:db8::/32"], "network"),
        ("10.1.2.3", [], ""),
        ("unix:", ["10.1.0.0/16"], "elsewhere"),
    ],
)
def test_a_place_is_ours_elsewhere_or_not_said(address, networks, place):
    assert place_of(address, networks) == place


@pytest.fixture
def li(settings, site):
    settings.SITE = site
    return create_account("li", PASSWORD, "student")


def signed_in(agent="", address="192.0.2.7"):
    client = Client(headers={"user-agent": agent}, REMOTE_ADDR=address)
    client.cookies["shuren_language"] = "en"
    client.post("/sign-in/", {"username": "li", "password": PASSWORD})
    return client


def page(client):
    return client.get("/my/sessions/").content.decode()


def ids(client):
    return [one for one in re.findall(r'name="session" value="(\w+)"', page(client))
            if one != "others"]  # fmt: skip


def is_signed_in(client):
    return client.get("/my/sessions/").status_code == 200


def test_every_device_is_listed_and_nothing_finer_is_kept(li):
    phone = signed_in(PHONE)
    signed_in("Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/132.0")
    text = page(phone)
    assert "WeChat on Android" in text
    assert "Firefox on Windows" in text
    assert text.count("this device") == 1
    kept = " ".join(str(row.get_decoded()) for row in AccountSession.objects.all())
    for fine in ("192.0.2.7", "M2101K9C", "132.0", "Mozilla"):
        assert fine not in kept


def test_the_keys_of_sessions_are_not_in_the_page(li):
    one, two = signed_in(), signed_in()
    text = page(one)
    for client in (one, two):
        assert client.session.session_key not in text


def test_one_is_ended_and_the_others_go_on(li):
    one, two, three = signed_in(), signed_in(), signed_in()
    [_own, *others] = ids(one)
    one.post("/my/sessions/end/", {"session": others[0]})
    assert is_signed_in(one)
    assert [is_signed_in(two), is_signed_in(three)].count(True) == 1


def test_all_others_are_ended(li):
    one, two, three = signed_in(), signed_in(), signed_in()
    one.post("/my/sessions/end/", {"session": "others"})
    assert is_signed_in(one)
    assert not is_signed_in(two)
    assert not is_signed_in(three)


def test_ending_the_own_one_signs_out(li):
    one = signed_in()
    one.post("/my/sessions/end/", {"session": ids(one)[0]})
    assert not is_signed_in(one)


def test_nobody_ends_what_belongs_to_somebody_else(li):
    create_account("wu", PASSWORD, "student")
    one = signed_in()
    other = Client()
    other.post("/sign-in/", {"username": "wu", "password": PASSWORD})
    for name in [*ids(one), "others", "", "x" * 5000]:
        other.post("/my/sessions/end/", {"session": name})
    assert is_signed_in(one)


def test_a_new_password_ends_them_all_and_leaves_no_row(li):
    one, two = signed_in(), signed_in()
    change_password("li", "louder-river-43")
    assert not AccountSession.objects.filter(account=li).exists()
    assert not is_signed_in(one)
    assert not is_signed_in(two)


def test_they_go_with_the_account(li):
    one = signed_in()
    remove_account("li")
    assert not AccountSession.objects.exclude(account=None).exists()
    assert not is_signed_in(one)


def test_the_last_use_is_known_to_five_minutes(li, monkeypatch):
    one = signed_in()
    start = AccountSession.objects.get(account=li).last_used_at
    for minutes, moved in [(4, False), (6, True)]:
        monkeypatch.setenv("SHUREN_NOW", (start + timedelta(minutes=minutes)).isoformat())
        one.get("/privacy/")
        one.get("/my/sessions/")
        assert (AccountSession.objects.get(account=li).last_used_at > start) is moved


def test_expired_ones_are_not_listed_and_go_with_the_next_sign_in(li):
    signed_in()
    AccountSession.objects.update(expire_date=now() - timedelta(seconds=1))
    assert sign_on.sessions(li, None) == []
    signed_in()
    assert AccountSession.objects.count() == 1


def test_nothing_of_signing_in_outlives_its_time(li, monkeypatch):
    signed_in()
    Client().post("/sign-in/", {"username": "li", "password": "wrong"})
    assert sign_on.sweep() == 0
    monkeypatch.setenv("SHUREN_NOW", (now() + timedelta(days=1, minutes=1)).isoformat())
    assert sign_on.sweep() > 0
    assert not AccountSession.objects.exists()
    assert not SignInCount.objects.exists()
