"""Accounts, passwords, and the brake on guessing."""

import pytest
from django.contrib.auth.hashers import get_hasher
from django.contrib.auth.models import AnonymousUser

from shuren.kernel.errors import UsageError
from shuren.kernel.shapes import Actor
from shuren.trust import actions, queries
from shuren.trust.errors import (
    AccountExists,
    NoSuchAccount,
    SignInLocked,
    SignInRefused,
    UnknownName,
    WeakPassword,
)
from shuren.trust.models import SignInCount

PASSWORD = "quiet-river-42"
HERE, THERE = "192.0.2.1", "192.0.2.2"

pytestmark = pytest.mark.django_db


@pytest.fixture
def li():
    return actions.create_account("li", PASSWORD, "student", reader_key="r_" + "a" * 26)


def sign_in(password=PASSWORD, address=HERE, name="li"):
    return actions.check_sign_in(name, password, address)


def fail(times, address=HERE, name="li"):
    for _attempt in range(times):
        with pytest.raises(SignInRefused):
            sign_in("wrong", address, name)


def test_one_account_of_each_role():
    known = [role for role in queries.roles().values() if role.kind != "visitor"]
    for role in known:
        actions.create_account(f"one-{role.id}", PASSWORD, role.id)
        account = sign_in(name=f"one-{role.id}")
        assert queries.actor_of(account) == Actor(f"one-{role.id}", role.id)
    assert len(queries.accounts()) == len(known)


@pytest.mark.parametrize(
    "name, password, role, error, said",
    [
        ("LI", PASSWORD, "student", AccountExists, "already"),
        ("a b", PASSWORD, "student", UsageError, "letters, digits"),
        ("", PASSWORD, "student", UsageError, "letters, digits"),
        ("wu", PASSWORD, "studnet", UnknownName, "Did you mean 'student'"),
        ("wu", PASSWORD, "anonymous", UnknownName, "no role"),
        ("wu", "short-1", "student", WeakPassword, "at least 10"),
        ("wu", "1234567890", "student", WeakPassword, "digits only"),
        ("wangxiaoming", "wangxiaoming1", "student", WeakPassword, "like the account name"),
    ],
    ids=["taken", "space", "empty", "role", "visitor", "short", "digits", "like the name"],
)
def test_a_wrong_account_is_refused_in_a_sentence(li, name, password, role, error, said):
    with pytest.raises(error) as refusal:
        actions.create_account(name, password, role)
    assert said in str(refusal.value)
    assert len(queries.accounts()) == 1


def test_the_password_is_not_stored(li):
    assert PASSWORD not in li.password


def test_passwords_are_hashed_with_memory_hard_scrypt():
    import shuren.settings

    assert shuren.settings.PASSWORD_HASHERS[0].endswith("ScryptPasswordHasher")


def test_a_changed_password_replaces_the_old_one(li):
    actions.change_password("Li", "louder-river-43")
    fail(1)
    assert sign_in("louder-river-43") == li


def test_a_removed_account_is_gone(li):
    actions.remove_account("li")
    assert not queries.account_exists("li")
    with pytest.raises(NoSuchAccount, match="'li'"):
        actions.remove_account("li")


def test_a_wrong_name_and_a_wrong_password_sound_the_same(li):
    messages = []
    for name, password in [("li", "wrong"), ("nobody", PASSWORD)]:
        with pytest.raises(SignInRefused) as refusal:
            sign_in(password, name=name)
        messages.append(str(refusal.value))
    assert messages[0] == messages[1]


def test_an_inactive_account_stays_outside(li):
    li.is_active = False
    li.save()
    fail(1)
    assert queries.actor_of(li) is None


def test_nobody_is_no_actor():
    assert queries.actor_of(AnonymousUser()) is None


class TestGuessing:
    def test_five_wrong_passwords_close_the_account_even_to_the_right_one(self, li):
        fail(5)
        with pytest.raises(SignInLocked, match="5 minutes"):
            sign_in()

    def test_four_do_not(self, li):
        fail(4)
        assert sign_in() == li

    def test_the_right_password_begins_anew(self, li):
        fail(4)
        sign_in()
        fail(4)
        assert sign_in() == li

    def test_other_addresses_and_other_names_stay_open(self, li):
        actions.create_account("wu", PASSWORD, "student")
        fail(5)
        assert sign_in(address=THERE) == li
        assert sign_in(name="wu").username == "wu"

    def test_another_spelling_of_the_name_does_not_help(self, li):
        fail(3)
        fail(2, name=" LI ")
        with pytest.raises(SignInLocked):
            sign_in()

    def test_after_five_minutes_it_opens(self, li, clock):
        clock("2026-11-22T09:00:00")
        fail(5)
        clock("2026-11-22T09:04:59")
        with pytest.raises(SignInLocked, match="1 minute"):
            sign_in()
        clock("2026-11-22T09:05:00")
        assert sign_in() == li

    def test_trying_while_closed_does_not_prolong_it(self, li, clock):
        clock("2026-11-22T09:00:00")
        fail(5)
        clock("2026-11-22T09:03:00")
        with pytest.raises(SignInLocked):
            sign_in()
        clock("2026-11-22T09:05:00")
        assert sign_in() == li

    def test_names_and_addresses_are_not_kept_and_old_counts_go(self, li, clock):
        clock("2026-11-22T09:00:00")
        fail(1)
        counts = list(SignInCount.objects.all())
        assert len(counts) == 2  # of the pair, and of the address
        assert not any(count.key == "li" or HERE in count.key for count in counts)
        clock("2026-11-23T09:00:01")
        fail(1, name="wu", address=THERE)
        assert SignInCount.objects.count() == 2

    def test_fifty_wrong_passwords_from_one_address_close_it_for_every_name(self, li, clock):
        clock("2026-11-22T09:00:00")
        for name in range(50):
            fail(1, name=f"name-{name}")
        clock("2026-11-22T09:14:59")
        with pytest.raises(SignInLocked, match="from this address"):
            sign_in()
        assert sign_in(address=THERE) == li
        clock("2026-11-22T09:15:00")
        assert sign_in() == li

    def test_a_campus_behind_one_address_signs_in_all_day(self, li):
        for _reader in range(60):
            assert sign_in() == li

    def test_a_few_slips_an_hour_never_add_up(self, li, clock):
        for hour in range(8):
            for minute in range(0, 60, 10):
                clock(f"2026-11-22T{9 + hour:02}:{minute:02}:00")
                fail(2, name=f"name-{hour}-{minute}")
        assert sign_in() == li

    @pytest.mark.parametrize("name", ["li", "nobody", "campus"])
    def test_who_is_known_cannot_be_told_by_the_time_it_takes(self, li, name, monkeypatch):
        campus = actions.create_account("campus", PASSWORD, "student")
        campus.set_unusable_password()
        campus.save()
        hashed = []
        hasher = get_hasher()
        encode = type(hasher).encode
        monkeypatch.setattr(
            type(hasher), "encode", lambda *a, **k: hashed.append(1) or encode(*a, **k)
        )
        fail(1, name=name)
        assert len(hashed) == 1
