"""The second step: codes by RFC 6238, each good once, and counted like passwords."""

import base64
from datetime import timedelta

import pytest

from shuren.kernel.clock import now
from shuren.kernel.site import open_site
from shuren.trust import actions, sign_on
from shuren.trust.errors import NotAllowed, SignInLocked, SignInRefused
from shuren.trust.internals import second_step
from shuren.trust.internals.sign_in_rows import AccountSession, RecoveryCode, SecondStep

PASSWORD = "quiet-river-42"
HERE = "192.0.2.1"

# RFC 6238, appendix B, SHA-1, of the secret "12345678901234567890": eight digits there, and the
# last six of them here, because the code is the number modulo a power of ten.
RFC = base64.b32encode(b"12345678901234567890").decode()
VECTORS = {
    59: "94287082",
    1111111109: "07081804",
    1111111111: "14050471",
    1234567890: "89005924",
    2000000000: "69279037",
    20000000000: "65353130",
}


@pytest.mark.parametrize("seconds, code", VECTORS.items(), ids=lambda value: str(value))
def test_codes_are_those_of_the_rfc(seconds, code):
    assert second_step.code_at(RFC, seconds // 30) == code[-6:]


@pytest.fixture
def desk(db, clock, site, settings):
    settings.SITE = site
    clock("2026-11-22T09:00:00")
    return actions.create_account("desk", PASSWORD, "front_desk")


def code(account, after=0):
    """What the authenticator of the account shows `after` seconds from now."""
    from django.conf import settings

    step = SecondStep.objects.get(account=account)
    secret = second_step.secret_of(settings.SITE, step)
    return second_step.code_at(secret, second_step.period_of(now() + timedelta(seconds=after)))


def confirm(site, account):
    told = sign_on.begin_second_step(site, account)
    shown = second_step.code_at(told.secret, second_step.period_of(now()))
    return sign_on.confirm_second_step(site, account, told.waiting, shown, HERE)


@pytest.fixture
def set_up(desk, site):
    """Returns (account, recovery codes); the code of 09:00:00 is used by this."""
    return desk, confirm(site, desk)


def check(site, account, text, address=HERE):
    sign_on.check_second_step(site, account, text, address)


def refused(site, account, text, address=HERE):
    with pytest.raises(SignInRefused):
        check(site, account, text, address)


def test_nothing_is_asked_before_the_first_code_was_right(desk, site):
    told = sign_on.begin_second_step(site, desk)
    with pytest.raises(SignInRefused):
        sign_on.confirm_second_step(site, desk, told.waiting, "000000", HERE)
    assert not sign_on.asks_second_step(desk)
    assert not SecondStep.objects.exists()
    confirm(site, desk)
    assert sign_on.asks_second_step(desk)


def test_a_page_loaded_twice_shows_the_same_secret_and_another_browser_never(desk, site):
    told = sign_on.begin_second_step(site, desk)
    assert sign_on.begin_second_step(site, desk, told.waiting).secret == told.secret
    assert sign_on.begin_second_step(site, desk).secret != told.secret
    assert told.secret not in bytes.fromhex(told.waiting).decode("latin-1")


@pytest.mark.parametrize("waiting", ["", "zz", "00" * 40])
def test_what_was_not_begun_here_is_not_confirmed(desk, site, waiting):
    told = sign_on.begin_second_step(site, desk)
    shown = second_step.code_at(told.secret, second_step.period_of(now()))
    with pytest.raises(SignInRefused):
        sign_on.confirm_second_step(site, desk, waiting, shown, HERE)
    other = actions.create_account("other", PASSWORD, "front_desk")
    with pytest.raises(SignInRefused):
        sign_on.confirm_second_step(site, other, told.waiting, shown, HERE)


def test_the_secret_is_sealed_for_this_account_alone(set_up, desk, site):
    told = SecondStep.objects.get(account=desk)
    secret = second_step.secret_of(site, told)
    assert secret.encode() not in bytes(told.sealed)
    other = actions.create_account("other", PASSWORD, "front_desk")
    moved = SecondStep.objects.create(account=other, sealed=told.sealed, created_at=now())
    with pytest.raises(Exception, match="belongs elsewhere"):
        second_step.secret_of(site, moved)


@pytest.mark.parametrize(
    "after, fits",
    [(-60, False), (-30, True), (0, True), (30, True), (60, False)],
    ids=["a minute late", "half a minute late", "now", "half a minute early", "a minute early"],
)
def test_a_clock_may_be_half_a_minute_off(desk, site, clock, after, fits, set_up):
    clock("2026-11-22T10:00:00")
    if fits:
        check(site, desk, code(desk, after))
    else:
        refused(site, desk, code(desk, after))


def test_a_code_is_good_once(set_up, desk, site, clock):
    refused(site, desk, code(desk))  # it confirmed the set-up
    clock("2026-11-22T09:00:30")
    check(site, desk, code(desk))
    refused(site, desk, code(desk))
    refused(site, desk, code(desk, -30))  # older than one that was used
    clock("2026-11-22T09:01:00")
    check(site, desk, code(desk))


@pytest.mark.parametrize(
    "text", ["", "12345", "1234567", "abcdef", "１２３４５６", "-12345", "0" * 5000, "a\0b"]
)
def test_what_is_no_code_is_refused_in_a_sentence(set_up, desk, site, text):
    refused(site, desk, text)


def test_a_code_with_a_space_in_the_middle_is_understood(set_up, desk, site, clock):
    clock("2026-11-22T10:00:00")
    text = code(desk)
    check(site, desk, f" {text[:3]} {text[3:]} ")


class TestRecoveryCodes:
    def test_ten_are_shown_and_only_hashes_kept(self, set_up, desk):
        codes = set_up[1]
        assert len(set(codes)) == 10
        kept = " ".join(RecoveryCode.objects.values_list("digest", flat=True))
        assert not any(one in kept or one.replace("-", "") in kept for one in codes)

    def test_each_is_good_once_however_it_is_typed(self, set_up, desk, site):
        first, second = set_up[1][:2]
        check(site, desk, first)
        refused(site, desk, first)
        check(site, desk, f" {second.upper().replace('-', ' ')} ")
        assert sign_on.recovery_codes_left(desk) == 8

    def test_new_ones_void_the_old(self, set_up, desk, site, clock):
        clock("2026-11-22T10:00:00")
        new = sign_on.renew_recovery_codes(site, desk, code(desk), HERE)
        refused(site, desk, set_up[1][0])
        check(site, desk, new[0])

    def test_they_are_nobody_elses(self, set_up, site, clock):
        other = actions.create_account("other", PASSWORD, "front_desk")
        confirm(site, other)
        refused(site, other, set_up[1][0])


class TestGuessing:
    def test_wrong_codes_count_like_wrong_passwords(self, set_up, desk, site):
        for _try in range(5):
            refused(site, desk, "000000")
        with pytest.raises(SignInLocked):
            check(site, desk, set_up[1][0])
        with pytest.raises(SignInLocked):
            actions.check_sign_in("desk", PASSWORD, HERE)

    def test_the_right_password_in_between_does_not_begin_anew(self, set_up, desk, site):
        for _round in range(2):
            actions.check_sign_in("desk", PASSWORD, HERE)
            refused(site, desk, "000000")
        actions.check_sign_in("desk", PASSWORD, HERE)
        with pytest.raises(SignInLocked):
            check(site, desk, "000000")

    def test_ten_wrong_codes_from_ten_addresses_close_the_account(self, set_up, desk, site):
        for number in range(10):
            refused(site, desk, "000000", f"192.0.2.{number}")
        with pytest.raises(SignInLocked, match="wrong codes"):
            check(site, desk, set_up[1][0], "192.0.2.99")

    def test_a_whole_sign_in_begins_anew(self, set_up, desk, site, clock):
        for minute in range(1, 9):
            clock(f"2026-11-22T09:{minute:02}:00")
            actions.check_sign_in("desk", PASSWORD, HERE)
            check(site, desk, code(desk))


class TestWhoMust:
    def site(self, settings, **changes):
        sign_in = settings.SITE_SETTINGS.sign_in.model_copy(update=changes)
        return settings.SITE_SETTINGS.model_copy(update={"sign_in": sign_in})

    @pytest.mark.parametrize(
        "wanted, expected",
        [
            ("personal", {"administrator", "data_librarian", "front_desk"}),
            ("staff", None),
            ("nobody", set()),
        ],
    )
    def test_the_setting_decides(self, db, settings, wanted, expected):
        from shuren.trust.queries import roles

        settings.SITE_SETTINGS = self.site(settings, second_step=wanted)
        found = set()
        for role in [one for one in roles().values() if one.kind != "visitor"]:
            account = actions.create_account(f"a-{role.id}", PASSWORD, role.id)
            if sign_on.must_have_second_step(account):
                found.add(role.id)
        staff = {one.id for one in roles().values() if one.kind == "staff"}
        if expected is None:
            assert found == staff
        else:
            assert expected <= found <= staff

    def test_a_demo_asks_nobody_not_even_who_set_one_up(self, set_up, desk, settings):
        demo = settings.SITE_SETTINGS.model_copy(update={"demo": True})
        settings.SITE_SETTINGS = demo
        assert not sign_on.must_have_second_step(desk)
        assert not sign_on.asks_second_step(desk)

    def test_readers_may_and_need_not(self, db):
        assert not sign_on.must_have_second_step(actions.create_account("li", PASSWORD, "student"))


def test_turning_it_off_takes_a_code_and_the_codes_with_it(set_up, desk, site, clock):
    with pytest.raises(SignInRefused):
        sign_on.end_second_step(site, desk, "000000", HERE)
    assert sign_on.has_second_step(desk)
    clock("2026-11-22T10:00:00")
    sign_on.end_second_step(site, desk, code(desk), HERE)
    assert not sign_on.has_second_step(desk)
    assert RecoveryCode.objects.count() == 0


def test_the_operator_resets_a_lost_one_and_open_sessions_end(set_up, desk, operator, client):
    client.force_login(desk)
    assert AccountSession.objects.filter(account=desk).exists()
    sign_on.reset_second_step("Desk", actor=operator)
    assert not sign_on.has_second_step(desk)
    assert not AccountSession.objects.filter(account=desk).exists()
    with pytest.raises(NotAllowed, match="no second step"):
        sign_on.reset_second_step("desk", actor=operator)


def test_a_second_one_is_not_set_up_over_the_first(set_up, desk, site):
    with pytest.raises(NotAllowed, match="already"):
        sign_on.begin_second_step(site, desk)


def test_a_site_that_lost_its_keys_says_so(set_up, desk, tmp_path):
    from tests.early import make_site

    other = open_site(make_site(tmp_path / "other"))
    with pytest.raises(Exception, match="sealed"):
        check(other, desk, "123456")
