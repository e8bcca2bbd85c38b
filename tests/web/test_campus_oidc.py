"""Signing in by OpenID Connect, at a provider that really answers and at one that lies."""

from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from django.test import Client
from joserfc import jwt
from joserfc.jwk import RSAKey

from shuren.kernel.clock import now
from shuren.trust import sign_on
from shuren.trust.actions import create_account, pseudonymise
from shuren.trust.internals import identities
from shuren.trust.internals.sign_in_rows import CampusLink
from shuren.trust.models import Account
from shuren.web.sign_in import oidc
from tests.web.campus_servers import (
    SITE,
    at_oidc,
    by_oidc,
    by_public_key,
    campus,
    liar,
    oidc_server,
    path_of,
    unsigned,
)
from tests.web.conftest import PASSWORD

__all__ = ["campus", "liar", "oidc_server"]

CARD = "20230001"
WANG = {"affiliation": ["student", "member"], "card": CARD, "name": "王小明"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor(client, campus, oidc_server):
    campus(oidc=by_oidc(oidc_server))
    client.cookies["shuren_language"] = "en"
    return client


def begin(client, query=""):
    answer = client.get(f"/sign-in/oidc/{query}")
    assert answer.status_code == 302, answer.content.decode()
    return answer.headers["Location"]


def come_back(client, sub="u-1", query="", **claims):
    return client.get(path_of(at_oidc(begin(client, query), sub, **(claims or WANG))))


def refused(answer, said="did not confirm"):
    assert answer.status_code == 400
    assert said in answer.content.decode()


def is_signed_in(client):
    return client.get("/my/sessions/").status_code == 200


def test_the_page_offers_what_is_declared_and_nothing_else(client, campus, oidc_server):
    assert "/sign-in/oidc/" not in client.get("/sign-in/").content.decode()
    assert client.get("/sign-in/oidc/").status_code == 404
    campus(oidc=by_oidc(oidc_server, title_zh="统一认证"))
    page = client.get("/sign-in/").content.decode()
    assert "统一认证" in page
    assert "/sign-in/oidc/" in page
    assert "/sign-in/cas/" not in page
    assert client.get("/sign-in/cas/").status_code == 404


def test_a_student_comes_in_and_lands_where_the_own_things_are(visitor):
    assert come_back(visitor).headers["Location"] == "/my/"
    assert is_signed_in(visitor)
    assert "by campus account" in visitor.get("/my/sessions/").content.decode()


def test_the_card_number_becomes_a_pseudonym_and_the_name_goes_to_the_vault(visitor, settings):
    come_back(visitor)
    [account] = Account.objects.all()
    [link] = CampusLink.objects.all()
    assert account.reader_key == pseudonymise(settings.SITE, [CARD])[0]
    assert identities.read(settings.SITE, account.reader_key) == {
        "reader_id": CARD, "name": "王小明",
    }  # fmt: skip
    kept = f"{account.username} {account.display_name} {account.email} {link.subject}"
    assert CARD not in kept
    assert "王" not in kept
    assert "u-1" not in kept
    assert not account.has_usable_password()


def test_the_same_person_has_one_account_and_a_new_role_when_the_campus_says_so(visitor):
    come_back(visitor)
    come_back(visitor)
    assert Account.objects.get().role == "student"
    come_back(visitor, affiliation="librarian")
    assert Account.objects.get().role == "front_desk"


def test_who_has_an_account_with_this_card_already_comes_in_by_it(visitor, settings):
    reader = pseudonymise(settings.SITE, [CARD])[0]
    create_account("wang", PASSWORD, "alumni", reader_key=reader)
    come_back(visitor)
    [account] = Account.objects.all()
    assert (account.username, account.role) == ("wang", "alumni")


def test_a_card_never_leads_into_an_account_of_staff(visitor, settings):
    reader = pseudonymise(settings.SITE, [CARD])[0]
    create_account("boss", PASSWORD, "administrator", reader_key=reader)
    come_back(visitor)
    assert Account.objects.exclude(username="boss").get().role == "student"


def test_what_the_librarys_own_records_say_stays(visitor, settings):
    reader = pseudonymise(settings.SITE, [CARD])[0]
    identities.keep(settings.SITE, [(reader, {"name": "王晓明", "phone": "1"})])
    come_back(visitor)
    assert identities.read(settings.SITE, reader) == {
        "reader_id": CARD, "name": "王晓明", "phone": "1",
    }  # fmt: skip


def test_who_fits_no_rule_stays_outside(visitor):
    refused(come_back(visitor, affiliation="guest"), "nothing it says gives you a role")
    assert Account.objects.count() == 0


def test_a_closed_account_stays_closed(visitor):
    come_back(visitor)
    Account.objects.update(is_active=False)
    visitor.post("/sign-out/")
    refused(come_back(visitor), "closed")


def test_staff_who_come_by_the_campus_set_a_second_step_up_all_the_same(visitor):
    answer = come_back(visitor, affiliation="librarian")
    assert answer.headers["Location"] == "/sign-in/second-step/"
    assert not is_signed_in(visitor)


def test_who_denies_there_is_told_so_here(visitor):
    answer = httpx.post(begin(visitor), data={"action": "deny"})
    refused(visitor.get(path_of(answer.headers["Location"])), "changed your mind")


class TestTheWayThereAndBack:
    def test_it_says_state_nonce_and_challenge_and_no_secret(self, visitor):
        query = parse_qs(urlsplit(begin(visitor)).query)
        [sent] = visitor.session["campus_sign_in"].values()
        assert query["redirect_uri"] == [f"{SITE}/sign-in/oidc/return/"]
        assert query["code_challenge"] == [oidc.challenge(sent["verifier"])]
        assert query["code_challenge_method"] == ["S256"]
        assert query["nonce"] == [sent["nonce"]]
        assert sent["verifier"] not in str(query)

    def test_the_challenge_is_that_of_rfc_7636_appendix_b(self):
        assert (
            oidc.challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
            == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        )

    def test_an_answer_is_good_once(self, visitor):
        back = path_of(at_oidc(begin(visitor), "u-1", **WANG))
        assert visitor.get(back).status_code == 302
        visitor.post("/sign-out/")
        refused(visitor.get(back), "finished already")

    def test_an_answer_to_somebody_else_is_none(self, visitor):
        back = path_of(at_oidc(begin(visitor), "u-1", **WANG))
        other = Client()
        other.cookies["shuren_language"] = "en"
        refused(other.get(back), "not begun here")

    def test_ten_minutes_are_enough(self, visitor, monkeypatch):
        back = path_of(at_oidc(begin(visitor), "u-1", **WANG))
        later = now() + timedelta(minutes=10, seconds=1)
        monkeypatch.setenv("SHUREN_NOW", later.isoformat())
        refused(visitor.get(back), "took too long")

    def test_a_token_for_another_nonce_is_refused(self, visitor):
        back = path_of(at_oidc(begin(visitor), "u-1", **WANG))
        session = visitor.session
        for sent in session["campus_sign_in"].values():
            sent["nonce"] = "another"
        session.save()
        refused(visitor.get(back))
        assert not is_signed_in(visitor)

    def test_a_code_that_was_used_is_refused_by_the_provider(self, visitor):
        first = begin(visitor)
        code = parse_qs(urlsplit(at_oidc(first, "u-1", **WANG)).query)["code"][0]
        second = parse_qs(urlsplit(begin(visitor)).query)["state"][0]
        state = parse_qs(urlsplit(first).query)["state"][0]
        assert visitor.get(f"/sign-in/oidc/return/?code={code}&state={state}").status_code == 302
        refused(visitor.get(f"/sign-in/oidc/return/?code={code}&state={second}"))

    @pytest.mark.parametrize(
        "asked, led",
        [
            ("/spaces/?day=2", "/spaces/?day=2"),
            ("https://elsewhere.example/", "/my/"),
            ("//elsewhere.example/", "/my/"),
            ("javascript:alert(1)", "/my/"),
        ],
    )
    def test_it_ends_on_this_site(self, visitor, asked, led):
        answer = come_back(visitor, query=f"?{urlencode({'next': asked})}")
        assert answer.headers["Location"] == led

    def test_five_tabs_may_be_under_way(self, visitor):
        first = begin(visitor)
        for _tab in range(4):
            begin(visitor)
        assert visitor.get(path_of(at_oidc(first, "u-1", **WANG))).status_code == 302
        for _tab in range(6):
            begin(visitor)
        assert len(visitor.session["campus_sign_in"]) == 5


def test_signing_out_says_that_the_campus_goes_on(visitor, oidc_server):
    come_back(visitor)
    answer = visitor.post("/sign-out/", follow=True)
    page = answer.content.decode()
    assert "still signed in" in page
    assert f"{oidc_server}/oauth2/end_session?client_id=shuren" in page
    assert not is_signed_in(visitor)


def test_a_provider_that_is_away_is_a_sentence(client, campus):
    campus(oidc=by_oidc("http://localhost:9"))
    client.cookies["shuren_language"] = "en"
    answer = client.get("/sign-in/oidc/")
    assert answer.status_code == 503
    assert "does not answer" in answer.content.decode()


def signed_by(key):
    return lambda claims: jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)


class TestWhatATokenMustSay:
    """The provider keeps to the protocol, and the token is wrong in one thing each."""

    @pytest.fixture
    def asked(self, client, campus, liar):
        campus(oidc=by_oidc(liar.issuer))
        client.cookies["shuren_language"] = "en"
        return client

    def enter(self, client, liar, **changes):
        query = parse_qs(urlsplit(begin(client)).query)
        liar.challenge = query["code_challenge"][0]
        moment = int(now().timestamp())
        good = {
            "iss": liar.issuer, "aud": "shuren", "sub": "u-1", "nonce": query["nonce"][0],
            "iat": moment, "exp": moment + 300, "affiliation": "student",
        }  # fmt: skip
        liar.claims = {k: v for k, v in (good | changes).items() if v is not None}
        return client.get(f"/sign-in/oidc/return/?code=c&state={query['state'][0]}")

    def test_the_good_one_is_believed(self, asked, liar):
        assert self.enter(asked, liar).status_code == 302
        assert is_signed_in(asked)

    @pytest.mark.parametrize(
        "changes",
        [
            {"iss": "https://elsewhere.example"},
            {"aud": "another"},
            {"aud": ["shuren", "another"]},
            {"azp": "another"},
            {"nonce": "another"},
            {"nonce": None},
            {"sub": None},
            {"exp": None},
            {"exp": 1_700_000_000},
            {"iat": 4_000_000_000},
        ],
        ids=lambda changes: str(changes),
    )
    def test_a_wrong_one_is_not(self, asked, liar, changes):
        refused(self.enter(asked, liar, **changes))
        assert not is_signed_in(asked)
        assert Account.objects.count() == 0

    def test_nor_one_signed_by_another_key(self, asked, liar):
        liar.token = signed_by(RSAKey.generate_key(2048, parameters={"kid": "one"}))
        refused(self.enter(asked, liar))

    def test_nor_one_signed_with_the_public_key_as_a_secret(self, asked, liar):
        liar.token = lambda claims: by_public_key(liar.key, claims)
        refused(self.enter(asked, liar))

    def test_nor_one_without_a_signature(self, asked, liar):
        liar.token = unsigned
        refused(self.enter(asked, liar))

    def test_a_key_that_is_new_since_the_last_look_is_found(self, asked, liar):
        assert self.enter(asked, liar).status_code == 302
        asked.post("/sign-out/")
        liar.key = RSAKey.generate_key(2048, parameters={"kid": "two"})
        liar.published = [liar.key]
        liar.token = lambda claims: jwt.encode({"alg": "RS256", "kid": "two"}, claims, liar.key)
        assert self.enter(asked, liar).status_code == 302

    def test_the_verifier_and_the_secret_go_to_the_token_endpoint_only(self, asked, liar):
        self.enter(asked, liar)
        [form] = liar.seen
        assert oidc.challenge(form["code_verifier"]) == liar.challenge
        assert "client_secret" not in form


def test_what_a_session_keeps_of_a_ticket_is_not_the_ticket():
    assert "ST-1" not in sign_on.campus_session("ST-1")
