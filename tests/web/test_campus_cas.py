"""Signing in by CAS 3.0, at a CAS server in a process of its own."""

import time

import httpx
import pytest

from shuren.trust.actions import pseudonymise
from shuren.trust.internals.sign_in_rows import AccountSession
from shuren.trust.models import Account
from shuren.web.sign_in import cas as protocol
from tests.web.campus_servers import at_cas, by_cas, campus, cas, path_of

__all__ = ["campus", "cas"]

STUDENT = "20230001"
pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor(client, campus, cas):
    campus(cas=by_cas(cas))
    client.cookies["shuren_language"] = "en"
    return client


@pytest.fixture
def browser():
    """The browser's side of the campus: its cookies there."""
    with httpx.Client() as client:
        yield client


def begin(client, query=""):
    answer = client.get(f"/sign-in/cas/{query}")
    assert answer.status_code == 302, answer.content.decode()
    return answer.headers["Location"]


def refused(answer, said="did not confirm"):
    assert answer.status_code == 400
    assert said in answer.content.decode()


def is_signed_in(client):
    return client.get("/my/sessions/").status_code == 200


def test_a_student_comes_in(visitor, browser, settings):
    back = at_cas(browser, begin(visitor, "?next=/spaces/"), STUDENT)
    assert visitor.get(path_of(back)).headers["Location"] == "/spaces/"
    assert is_signed_in(visitor)
    [account] = Account.objects.all()
    assert account.role == "student"
    assert account.reader_key == pseudonymise(settings.SITE, [STUDENT])[0]
    assert STUDENT not in account.username


def test_a_ticket_is_good_once(visitor, browser):
    back = at_cas(browser, begin(visitor), STUDENT)
    ticket = back.partition("ticket=")[2]
    assert visitor.get(path_of(back)).status_code == 302
    visitor.post("/sign-out/")
    refused(visitor.get(path_of(back)), "finished already")
    state = begin(visitor).partition("state%3D")[2]
    refused(visitor.get(f"/sign-in/cas/return/?state={state}&ticket={ticket}"))
    assert not is_signed_in(visitor)


def test_a_ticket_for_another_service_is_none(visitor, browser, cas):
    other = at_cas(browser, f"{cas}/login?service=http://testserver/elsewhere/", STUDENT)
    ticket = other.partition("ticket=")[2]
    state = begin(visitor).partition("state%3D")[2]
    refused(visitor.get(f"/sign-in/cas/return/?state={state}&ticket={ticket}"))


def test_a_made_up_ticket_is_none(visitor):
    state = begin(visitor).partition("state%3D")[2]
    refused(visitor.get(f"/sign-in/cas/return/?state={state}&ticket=ST-made-up"))


def test_who_fits_no_rule_stays_outside(visitor, browser):
    back = at_cas(browser, begin(visitor), "visiting")
    refused(visitor.get(path_of(back)), "nothing it says gives you a role")
    assert Account.objects.count() == 0


def test_an_answer_to_somebody_else_is_none(visitor, browser):
    from django.test import Client

    back = at_cas(browser, begin(visitor), STUDENT)
    refused(Client(headers={"cookie": "shuren_language=en"}).get(path_of(back)), "not begun here")


def test_a_server_that_is_away_is_a_sentence(visitor, campus):
    campus(cas=by_cas("http://localhost:9"))
    state = begin(visitor).partition("state%3D")[2]
    answer = visitor.get(f"/sign-in/cas/return/?state={state}&ticket=ST-1")
    assert answer.status_code == 503
    assert "does not answer" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_leaving_the_campus_leaves_the_library_too(live_server, client, campus, cas, browser):
    """Single log-out: the CAS server posts to us, over a real connection."""
    campus(public_url=live_server.url, cas=by_cas(cas))
    ours = httpx.Client(base_url=live_server.url)
    address = ours.get("/sign-in/cas/").headers["Location"]
    back = at_cas(browser, address, STUDENT)
    assert ours.get(path_of(back)).status_code == 302
    assert ours.get("/my/sessions/").status_code == 200
    assert browser.get(f"{cas}/logout").status_code == 200
    for _wait in range(100):
        if ours.get("/my/sessions/").status_code == 302:
            break
        time.sleep(0.05)
    assert ours.get("/my/sessions/").status_code == 302
    ours.close()


def logout_request(ticket):
    return (
        '<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="1" '
        f'Version="2.0"><samlp:SessionIndex>{ticket}</samlp:SessionIndex></samlp:LogoutRequest>'
    )


def test_a_log_out_names_its_own_session_only(visitor, browser):
    visitor.get(path_of(at_cas(browser, begin(visitor), STUDENT)))
    for text in ["", "<a", logout_request("ST-another"), logout_request("")]:
        assert visitor.post("/sign-in/cas/return/", {"logoutRequest": text}).status_code == 204
    assert is_signed_in(visitor)
    assert AccountSession.objects.exclude(campus="").count() == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no xml",
        '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        "<samlp:LogoutRequest/>",
        logout_request("x").replace("Logout", "Login"),
    ],
)
def test_what_is_no_log_out_request_names_no_ticket(text):
    assert protocol.ended_ticket(text) == ""


def test_a_log_out_request_names_its_ticket():
    assert protocol.ended_ticket(logout_request("ST-1")) == "ST-1"
