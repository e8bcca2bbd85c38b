"""The second step as somebody meets it: set up on the first sign-in, asked for on the next."""

import re
from datetime import timedelta

import numpy as np
import pyotp
import pytest
from django.test import Client

from shuren.kernel.clock import now
from shuren.trust.actions import change_password, create_account
from shuren.trust.internals import second_step
from shuren.trust.internals.sign_in_rows import SecondStep
from tests.web.conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(monkeypatch):
    return lambda moment: monkeypatch.setenv("SHUREN_NOW", moment)


@pytest.fixture
def desk(client, at, site, settings):
    settings.SITE = site
    at("2026-11-22T09:00:00")
    client.cookies["shuren_language"] = "en"
    return create_account("desk", PASSWORD, "front_desk")


def sign_in(client, **more):
    return client.post("/sign-in/", {"username": "desk", "password": PASSWORD, **more})


def shown_secret(page):
    return re.search(r'class="secret-key"[^>]*>([A-Z2-7 ]+)<', page)[1].replace(" ", "")


def code(secret):
    return pyotp.TOTP(secret).at(now())


def is_signed_in(client):
    return client.get("/my/sessions/").status_code == 200


@pytest.fixture
def set_up(client, desk, at):
    """The secret of the authenticator, set up at the first sign-in; nobody is signed in."""
    sign_in(client)
    secret = shown_secret(client.get("/sign-in/second-step/").content.decode())
    client.post("/sign-in/second-step/", {"code": code(secret)})
    client.logout()
    at("2026-11-22T10:00:00")
    return secret


def test_the_first_sign_in_sets_it_up_and_shows_the_recovery_codes_once(client, desk):
    assert sign_in(client, next="/workbench/").headers["Location"] == "/sign-in/second-step/"
    assert not is_signed_in(client)
    page = client.get("/sign-in/second-step/").content.decode()
    assert "<svg" in page
    assert "http://" not in re.sub(r'xmlns="[^"]*"', "", page).replace("http://testserver", "")
    wrong = client.post("/sign-in/second-step/", {"code": "000000"})
    assert wrong.status_code == 400
    assert shown_secret(wrong.content.decode()) == shown_secret(page)
    assert not is_signed_in(client)
    done = client.post("/sign-in/second-step/", {"code": code(shown_secret(page))})
    codes = re.findall(r"<code>([a-z2-7-]{19})</code>", done.content.decode())
    assert len(codes) == 10
    assert 'href="/workbench/"' in done.content.decode()
    assert is_signed_in(client)
    assert codes[0] not in client.get("/my/sessions/").content.decode()
    assert client.get("/sign-in/second-step/").status_code == 302


def scanned(page):
    """What a camera reads from the drawing: its path painted, then read by OpenCV."""
    cv2 = pytest.importorskip("cv2", reason="a reader of QR codes, installed with the extra `ocr`")
    side = int(re.search(r'viewBox="0 0 (\d+) ', page)[1]) // 4
    picture = np.full((side, side), 255, np.uint8)
    x = y = 0.0
    path = re.search(r'stroke="#000" d="([^"]+)"', page)[1]
    for letter, numbers in re.findall(r"([Mmh])([^Mmh]+)", path):
        first, *second = [float(one) for one in numbers.split()]
        if letter == "h":
            picture[int(y), int(x) : int(x + first)] = 0
            x += first
        else:
            start = (0.0, 0.0) if letter == "M" else (x, y)
            x, y = start[0] + first, start[1] + second[0]
    large = cv2.resize(picture, None, fx=8, fy=8, interpolation=cv2.INTER_NEAREST)
    return cv2.QRCodeDetector().detectAndDecode(large)[0]


def test_the_drawing_says_what_the_text_says(client, desk, settings):
    sign_in(client)
    page = client.get("/sign-in/second-step/").content.decode()
    told = pyotp.parse_uri(scanned(page))
    assert told.secret == shown_secret(page)
    assert (told.name, told.issuer) == ("desk", settings.SITE_SETTINGS.name_en)


def test_who_knew_the_password_before_has_not_seen_the_secret(client, desk):
    """Somebody opens the page, and leaves; the owner's own secret is another one."""
    thief = Client()
    sign_in(thief)
    seen = shown_secret(thief.get("/sign-in/second-step/").content.decode())
    sign_in(client)
    own = shown_secret(client.get("/sign-in/second-step/").content.decode())
    assert own != seen
    assert client.post("/sign-in/second-step/", {"code": code(own)}).status_code == 200
    assert thief.post("/sign-in/second-step/", {"code": code(seen)}).status_code == 302
    assert not is_signed_in(thief)


def test_the_next_sign_in_asks_for_a_code(client, set_up):
    assert sign_in(client).headers["Location"] == "/sign-in/code/"
    assert not is_signed_in(client)
    assert client.post("/sign-in/code/", {"code": "000000"}).status_code == 400
    assert not is_signed_in(client)
    answer = client.post("/sign-in/code/", {"code": code(set_up)})
    assert answer.headers["Location"] == "/workbench/"
    assert is_signed_in(client)


def test_a_recovery_code_comes_in_too(client, set_up):
    account = SecondStep.objects.get().account
    [recovery, *_others] = second_step.new_recovery_codes(account)
    sign_in(client)
    assert client.post("/sign-in/code/", {"code": recovery}).status_code == 302
    assert is_signed_in(client)


def test_after_five_wrong_codes_everything_waits(client, set_up):
    sign_in(client)
    answers = [client.post("/sign-in/code/", {"code": "000000"}) for _try in range(5)]
    assert [one.status_code for one in answers] == [400, 400, 400, 400, 429]
    assert client.post("/sign-in/code/", {"code": code(set_up)}).status_code == 429
    assert sign_in(client).status_code == 429


def test_without_the_password_there_is_nothing_to_answer(client, set_up):
    answer = client.post("/sign-in/code/", {"code": code(set_up)})
    assert answer.headers["Location"] == "/sign-in/"
    assert not is_signed_in(client)


def test_the_code_waits_ten_minutes(client, set_up, at):
    sign_in(client)
    at((now() + timedelta(minutes=10, seconds=1)).isoformat())
    assert client.post("/sign-in/code/", {"code": code(set_up)}).headers["Location"] == "/sign-in/"
    assert not is_signed_in(client)


def test_a_password_changed_meanwhile_ends_it(client, set_up):
    sign_in(client)
    change_password("desk", "louder-river-43")
    assert client.post("/sign-in/code/", {"code": code(set_up)}).headers["Location"] == "/sign-in/"


def test_who_has_one_cannot_set_up_another_between_the_steps(client, set_up):
    sign_in(client)
    assert client.get("/sign-in/second-step/").headers["Location"] == "/sign-in/"


def test_a_reader_turns_it_on_and_off(client, desk, at):
    client.force_login(create_account("li", PASSWORD, "student"))
    page = client.get("/my/second-step/").content.decode()
    assert client.post("/my/second-step/", {"code": code(shown_secret(page))}).status_code == 200
    assert "10 recovery codes are left" in client.get("/my/sessions/").content.decode()
    at("2026-11-22T10:00:00")
    secret = shown_secret(page)
    renewed = client.post("/my/second-step/codes/", {"code": code(secret)})
    assert len(re.findall(r"<code>[a-z2-7-]{19}</code>", renewed.content.decode())) == 10
    assert client.post("/my/second-step/off/", {"code": code(secret)}).status_code == 400
    at("2026-11-22T10:01:00")
    assert client.post("/my/second-step/off/", {"code": code(secret)}).status_code == 302
    assert not SecondStep.objects.exists()


@pytest.mark.parametrize(
    "path", ["/my/second-step/codes/", "/my/second-step/off/", "/my/sessions/end/"]
)
def test_what_changes_something_wants_a_form_and_somebody_signed_in(client, desk, path):
    assert client.get(path).status_code == 405
    assert client.post(path).headers["Location"].startswith("/sign-in/")
