"""Readers under 14: a guardian's consent first, and never a profile."""

import pytest

from shuren.kernel.errors import UsageError
from shuren.kernel.shapes import Actor
from shuren.trust import actions, consent, definitions, ledger, queries, young
from shuren.trust.errors import NotAllowed
from shuren.trust.internals.sign_in_rows import AccountSession, YoungReader
from shuren.trust.internals.young_readers import forget

PASSWORD = "quiet-river-42"
CARD = "S2026001"
DESK = Actor("desk", "front_desk")

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened(site, settings, clock):
    """Opens an account as the desk does, on 2026-11-22."""
    settings.SITE = site
    clock("2026-11-22T09:00:00")

    def make(name="xiaoming", month="2029-05", card=CARD):
        return young.open_account(
            site,
            name,
            PASSWORD,
            under_14_until=month,
            school_class="初一3班",
            card=card,
            actor=DESK,
        )

    return make


def agree(site, name="xiaoming", guardian="form 17", version="1", actor=DESK):
    young.record_consent(site, name, guardian=guardian, version=version, actor=actor)


def test_before_a_guardian_consents_the_account_is_a_visitors(opened, site):
    account = opened()
    assert queries.actor_of(account) == Actor("xiaoming", "anonymous", "")
    assert not queries.may(queries.actor_of(account), "my_library.read")
    agree(site)
    actor = queries.actor_of(account)
    assert (actor.role, actor.reader_key) == ("school_pupil", account.reader_key)
    assert queries.may(actor, "my_library.read")


def test_a_consent_taken_back_counts_at_once_and_ends_sign_ins(opened, site, client):
    account = opened()
    agree(site)
    client.force_login(account)
    young.withdraw_consent("xiaoming", actor=DESK)
    assert queries.actor_of(account).role == "anonymous"
    assert not AccountSession.objects.filter(account=account).exists()


def test_who_when_and_which_text_are_kept_and_entered_in_the_ledger(opened, site):
    account = opened()
    agree(site, version="2026-1")
    [row] = YoungReader.objects.all()
    assert (row.recorded_by, row.version) == ("desk", "2026-1")
    assert row.guardian.startswith("r_")
    [entry] = [e for e in ledger.entries_about(account.reader_key) if e.kind == "consent"]
    assert (entry.actor, entry.role) == ("desk", "front_desk")
    assert entry.body["version"] == "2026-1"
    assert entry.body["given"] is True
    assert entry.body["guardian"] == ledger.alias(row.guardian)
    young.withdraw_consent("xiaoming", actor=DESK)
    newest = ledger.entries_about(account.reader_key)[0]
    assert newest.body["given"] is False


def test_no_birth_date_and_no_name_of_the_guardian_is_kept(opened, site):
    opened()
    agree(site, guardian="王大明 13800000000")
    [row] = YoungReader.objects.all()
    kept = " ".join(str(getattr(row, f.name)) for f in YoungReader._meta.fields)
    assert "王" not in kept
    assert "138" not in kept
    assert row.under_14_until.day == 1


class TestNoProfile:
    def purposes(self):
        return [p for p in definitions.purposes(None).values() if p.is_profile]

    def test_there_is_something_to_refuse(self):
        assert {"declared_interests", "reading_history"} <= {p.id for p in self.purposes()}

    @pytest.mark.parametrize("agreed", [False, True], ids=["waits", "guardian consents"])
    def test_none_can_be_agreed_to_with_or_without_a_guardian(self, opened, site, agreed):
        account = opened()
        if agreed:
            agree(site)
        assert consent.has_no_profile(account.reader_key)
        for actor in (
            queries.actor_of(account),
            Actor("xiaoming", "student", account.reader_key),
        ):
            for purpose in self.purposes():
                with pytest.raises(NotAllowed):
                    consent.give(purpose.id, actor=actor, version=purpose.consent_version)
                assert not consent.given(purpose.id, account.reader_key)

    def test_what_was_agreed_to_before_counts_no_more(self, opened, site):
        reader = actions.pseudonymise(site, [CARD])[0]
        grown = Actor("old", "student", reader)
        purpose = definitions.purposes(None)["declared_interests"]
        consent.give(purpose.id, actor=grown, version=purpose.consent_version)
        assert consent.given(purpose.id, reader)
        opened()
        assert not consent.given(purpose.id, reader)

    def test_at_14_they_are_asked_like_everybody_and_nothing_is_agreed_to(
        self, opened, site, clock
    ):
        account = opened()
        agree(site)
        clock("2029-04-30T12:00:00")
        assert not young.come_of_age(account)
        clock("2029-05-01T12:00:00")
        assert young.come_of_age(account)
        assert not YoungReader.objects.exists()
        assert not consent.has_no_profile(account.reader_key)
        assert not any(consent.given(p.id, account.reader_key) for p in self.purposes())
        assert queries.actor_of(account).role == "school_pupil"

    def test_who_never_signs_in_becomes_14_all_the_same(self, opened, clock):
        opened()
        clock("2030-01-01T00:00:00")
        assert young.all_come_of_age() == 1
        assert young.all_come_of_age() == 0


@pytest.mark.parametrize(
    "month", ["2026-11", "2026-01", "2040-12", "2029", "2029-13", "soon", "", "2029-05-17"]
)
def test_a_month_that_cannot_be_is_a_sentence(opened, month):
    with pytest.raises(UsageError) as error:
        opened(month=month)
    assert error.value.fix
    assert not YoungReader.objects.exists()


@pytest.mark.parametrize(
    "guardian, version",
    [("", "1"), ("  ", "1"), ("form 17", ""), ("form 17", "a b"), ("form 17", "13800000000")],
)
def test_a_consent_needs_both_and_a_version_is_short(opened, site, guardian, version):
    opened()
    with pytest.raises(UsageError, match="guardian"):
        agree(site, guardian=guardian, version=version)


@pytest.mark.parametrize("role", ["student", "director", "data_librarian", "anonymous"])
def test_only_who_may_manage_pupils_does(opened, site, role):
    opened()
    actor = Actor("somebody", role)
    for act in (
        lambda: agree(site, actor=actor),
        lambda: young.withdraw_consent("xiaoming", actor=actor),
        lambda: young.pupils(actor=actor),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_an_ordinary_account_has_no_guardian(opened, site):
    actions.create_account("li", PASSWORD, "student")
    with pytest.raises(NotAllowed, match="under 14"):
        agree(site, name="li")


def test_with_the_account_goes_all_that_was_kept(opened, site):
    account = opened()
    agree(site)
    guardian = YoungReader.objects.get().guardian
    named = ledger.alias(guardian)
    actions.remove_account("xiaoming")
    assert not YoungReader.objects.exists()
    assert ledger.alias(guardian) != named
    assert consent.has_no_profile(account.reader_key)


def test_one_guardian_of_two_children_stays_while_one_does(opened, site):
    first, _second = opened(), opened("xiaohong", card="S2026002")
    agree(site)
    agree(site, name="xiaohong")
    named = ledger.alias(YoungReader.objects.first().guardian)
    forget(first.pk)
    assert ledger.alias(YoungReader.objects.get().guardian) == named


def test_a_class_can_be_opened_without_cards(opened, site):
    account = opened(card="")
    assert account.reader_key == ""
    agree(site)
    assert queries.actor_of(account).role == "school_pupil"
    [line] = young.pupils(actor=DESK)
    assert (line.username, line.has_consent) == ("xiaoming", True)
