"""Consent: off until given, for the text that was read, gone at once when taken back."""

import pytest

from shuren.kernel.errors import DefinitionError
from shuren.kernel.shapes import Actor
from shuren.trust import consent, definitions, ledger, queries
from shuren.trust.errors import ConsentMissing, ConsentTextChanged, NotAllowed, UnknownName
from tests.approving import approve_all

pytestmark = pytest.mark.django_db

ANN = Actor("ann", "student", "r_" + "a" * 26)
BEN = Actor("ben", "student", "r_" + "b" * 26)
ASKING = [one.id for one in definitions.purposes(None).values() if one.basis == consent.BASIS]

MORE = """why: {zh: 丙, en: C}
tables: {mart.loan_fact: [loan_id, reader_key]}
whose: [readers]
keep_days: 0
legal_basis: {article: PIPL 13, zh: 丁, en: D}
approved_by: ethics_board
approved_until: withdrawn
review_by: 2099-01-01
"""


def state(purpose, actor=ANN):
    return next(one for one in consent.states(actor) if one.purpose.id == purpose)


def entries(actor=ANN):
    return [
        (one.body["purpose"], one.body["given"], one.body["version"])
        for one in ledger.entries_about(actor.reader_key)
        if one.kind == "consent"
    ]


def new_text(settings, site, purpose, version, zh="新的文字"):
    """A site's own file of the purpose, with another text."""
    folder = site.definitions / "purposes"
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        f"id: {purpose}", "title: {zh: 甲, en: A}", "description: {zh: 乙, en: B}",
        "basis: consent", "highest_class: 4", "own_rows_only: true", "is_profile: true",
        f"consent: {{version: {version}, zh: {zh}, en: New text}}",
    ]  # fmt: skip
    (folder / f"{purpose}.yaml").write_text("\n".join(lines) + f"\n{MORE}", "utf-8")
    settings.SITE = site
    approve_all(site)


@pytest.mark.parametrize("purpose", ASKING)
def test_nothing_is_agreed_to_until_somebody_says_so(purpose):
    assert not consent.given(purpose, ANN.reader_key)
    assert not queries.purpose_allowed(ANN, purpose)
    with pytest.raises(ConsentMissing, match="needs your consent"):
        queries.require_purpose(ANN, purpose)


@pytest.mark.parametrize("purpose", ASKING)
def test_it_is_taken_back_as_easily_as_given_and_counts_at_once(purpose):
    consent.give(purpose, actor=ANN, version=1)
    assert queries.purpose_allowed(ANN, purpose)
    assert not queries.purpose_allowed(BEN, purpose)
    assert state(purpose).is_given
    consent.withdraw(purpose, actor=ANN)
    assert not queries.purpose_allowed(ANN, purpose)
    assert not state(purpose).is_given


def test_each_change_is_an_entry_and_no_change_is_none():
    consent.withdraw("reading_history", actor=ANN)
    for _again in range(2):
        consent.give("reading_history", actor=ANN, version=1)
    for _again in range(2):
        consent.withdraw("reading_history", actor=ANN)
    assert sorted(entries()) == [("reading_history", False, 1), ("reading_history", True, 1)]
    assert entries(BEN) == []


def test_no_entry_names_the_reader():
    consent.give("reading_history", actor=ANN, version=1)
    [entry] = ledger.entries_about(ANN.reader_key)
    assert ANN.reader_key not in str(entry.body)
    assert ANN.id not in str(entry.body).split()


@pytest.mark.parametrize("version, zh", [(2, "新的文字"), (1, "悄悄改了")], ids=["new", "quietly"])
def test_a_changed_text_asks_again(settings, site, version, zh):
    new_text(settings, site, "reading_history", 1, zh="旧的文字")
    consent.give("reading_history", actor=ANN, version=1)
    new_text(settings, site, "reading_history", version, zh=zh)
    assert not consent.given("reading_history", ANN.reader_key)
    assert consent.givers("reading_history") == []
    assert (state("reading_history").is_given, state("reading_history").asks_again) == (False, True)
    consent.give("reading_history", actor=ANN, version=version)
    assert consent.given("reading_history", ANN.reader_key)


def test_a_yes_to_a_text_that_was_replaced_meanwhile_is_refused():
    with pytest.raises(ConsentTextChanged, match="newer one"):
        consent.give("reading_history", actor=ANN, version=7)
    assert not consent.given("reading_history", ANN.reader_key)


def test_taking_back_names_the_text_that_was_agreed_to(settings, site):
    new_text(settings, site, "reading_history", 1)
    consent.give("reading_history", actor=ANN, version=1)
    new_text(settings, site, "reading_history", 2)
    consent.withdraw("reading_history", actor=ANN)
    assert ("reading_history", False, 1) in entries()


@pytest.mark.parametrize(
    "actor",
    [Actor("li", "student"), Actor("d", "director", "r_" + "d" * 26), Actor("", "anonymous")],
)
def test_nobody_but_a_reader_consents(actor):
    with pytest.raises(NotAllowed):
        consent.give("reading_history", actor=actor, version=1)


def test_a_purpose_that_does_not_ask_cannot_be_agreed_to():
    with pytest.raises(UnknownName):
        consent.give("own_records", actor=ANN, version=1)


@pytest.mark.parametrize("why", consent.REASONS)
def test_who_may_have_no_profile_has_none_whatever_was_agreed(why):
    consent.give("reading_history", actor=ANN, version=1)
    consent.bar_profile(ANN.reader_key, why)
    assert consent.has_no_profile(ANN.reader_key)
    assert not consent.given("reading_history", ANN.reader_key)
    assert state("reading_history").is_barred
    with pytest.raises(NotAllowed, match="No profile"):
        consent.give("reading_history", actor=ANN, version=1)
    consent.unbar_profile(ANN.reader_key)
    assert not consent.given("reading_history", ANN.reader_key), "old enough is not agreed"


def test_everything_said_is_forgotten_but_that_no_profile_may_be_made():
    for purpose in ASKING:
        consent.give(purpose, actor=ANN, version=1)
    consent.give("reading_history", actor=BEN, version=1)
    assert consent.forget(ANN.reader_key) == len(ASKING)
    assert not any(one.is_given or one.changed_at for one in consent.states(ANN))
    assert consent.given("reading_history", BEN.reader_key)
    consent.bar_profile(ANN.reader_key, consent.MINOR)
    consent.forget(ANN.reader_key)
    assert consent.has_no_profile(ANN.reader_key)


def test_a_question_is_one_look_into_the_database(django_assert_num_queries):
    with django_assert_num_queries(2):  # the yes, and that a profile may be made at all
        consent.given("reading_history", ANN.reader_key)


@pytest.mark.parametrize(
    "change, said",
    [
        ("basis: consent", "'consent' must be"),
        ("basis: consent\nconsent: {version: 0, zh: 甲, en: A}", "'consent' must be"),
        ("basis: consent\nconsent: {version: 1, zh: 甲}", "'consent' must be"),
        ("basis: service\nconsent: {version: 1, zh: 甲, en: A}", "only a purpose with"),
        ("basis: service\nis_profile: true", "only a purpose with"),
    ],
    ids=["no text", "no version", "one language", "text without basis", "profile without consent"],
)
def test_a_purpose_file_says_what_is_agreed_to_or_does_not_load(site, change, said):
    folder = site.definitions / "purposes"
    folder.mkdir(parents=True)
    text = "id: mine\ntitle: {zh: 甲, en: A}\ndescription: {zh: 乙, en: B}\n"
    (folder / "mine.yaml").write_text(f"{text}{change}\n{MORE}", "utf-8")
    with pytest.raises(DefinitionError, match=said):
        definitions.purposes(site)
