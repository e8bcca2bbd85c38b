"""What happens by itself, and an erasure that is stopped at any step goes on where it was."""

import json
from datetime import timedelta

import pytest

from shuren.data import erasing as lake
from shuren.data.actions import build
from shuren.data.errors import Overtaken
from shuren.data.internals import building, loading
from shuren.kernel.clock import now
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import actions
from shuren.service.internals import clocks, erasing
from shuren.service.queries import certificates, held
from shuren.trust import erasing as trust
from shuren.trust import ledger
from shuren.trust.internals import sealing
from shuren.trust.internals.surrogate_rows import Erased, Erasure
from shuren.trust.models import Account, Identity
from tests.data.loading import OPERATOR, load
from tests.service.library import CARD, HEAD, fill

pytestmark = pytest.mark.django_db(transaction=True)


class Killed(BaseException):
    pass


@pytest.fixture
def actor(site: Site, settings) -> Actor:
    settings.SITE = site
    actor = fill(site)
    build(site, actor=OPERATOR)
    return actor


def now_of(actor: Actor) -> Actor:
    return Actor(actor.id, actor.role, Account.objects.get(username=actor.id).reader_key)


@pytest.mark.parametrize(
    "room, name",
    [
        (lake, "forget_readers"),
        (trust, "erase_person"),
        (erasing.certificates, "fingerprint"),
        (lake, "forget_events"),
        (erasing.certificates, "write"),
    ],
    ids=["before the lake", "in the database", "before the ledger", "before events", "at the end"],
)
def test_an_erasure_stopped_anywhere_goes_on(
    actor: Actor, site: Site, monkeypatch, room, name
) -> None:
    with monkeypatch.context() as patch:

        def killed(*args: object, **kwargs: object) -> None:
            raise Killed

        patch.setattr(room, name, killed)
        with pytest.raises(Killed):
            actions.erase(site, actor)
    # Either all of the database's part happened, or nothing of it.
    assert (Identity.objects.filter(pk=actor.reader_key).count() == 1) == (
        Account.objects.get(username="ann").reader_key == actor.reader_key
    )
    clocks.work(site, OPERATOR)
    assert Erasure.objects.get().state == "gone"
    [certificate] = certificates(now_of(actor))
    assert certificate.content["statement"]["erased"]["lake:loans"] == 2
    assert not [one for one in held(site, now_of(actor)) if one.id.startswith("lake:")]


def test_tapping_twice_is_one_erasure(actor: Actor, site: Site) -> None:
    first = actions.erase(site, actor)
    actions.erase(site, now_of(actor))
    assert Erasure.objects.count() == 2  # the second has nothing but the empty new surrogate
    assert first.content["statement"]["erased"]["lake:loans"] == 2
    assert "lake:loans" not in actions.erase(site, now_of(actor)).content["statement"]["erased"]


def test_a_load_that_an_erasure_overtakes_is_refused_and_comes_in_when_tried_again(
    actor: Actor, site: Site, monkeypatch
) -> None:
    real = loading.keep_identities

    def meanwhile(*args: object) -> int:
        monkeypatch.setattr(loading, "keep_identities", real)
        actions.erase(site, actor)
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(loading, "keep_identities", meanwhile)
    new = HEAD + f"L8,{CARD},B8,呐喊,2026-11-27 10:00:00,2027-01-03,\n"
    with pytest.raises(Overtaken):
        load(site, "loans", new, "late.csv")
    assert load(site, "loans", new, "late.csv").accepted == 1


def test_the_disk_follows_by_itself_within_a_day(actor: Actor, site: Site, monkeypatch) -> None:
    actions.erase(site, actor)
    assert "disk" not in actions.work(site, actor=OPERATOR)
    monkeypatch.setattr(clocks, "DAY", timedelta(0))  # as if a day had gone by
    assert "disk" in actions.work(site, actor=OPERATOR)
    assert certificates(now_of(actor))[0].state == "rewritten"
    monkeypatch.setattr(building, "MINIMUM_AGE", timedelta(0))
    (site.data / "work.json").unlink()
    assert "disk" in actions.work(site, actor=OPERATOR)
    assert certificates(now_of(actor))[0].state == "done"
    assert lake.oldest_forgotten(site) is None


def test_a_clock_that_fails_holds_up_no_other_and_is_due_again(
    actor: Actor, site: Site, monkeypatch
) -> None:
    def broken(site: Site, actor: Actor) -> None:
        raise OSError("disk")

    good = clocks.Clock("good", clocks.DAY, lambda site, actor: None)
    monkeypatch.setattr(clocks, "CLOCKS", (clocks.Clock("bad", clocks.DAY, broken), good))
    monkeypatch.setattr(clocks, "clocks_above", tuple)
    assert clocks.work(site, OPERATOR) == ["good"]
    assert clocks.work(site, OPERATOR) == []
    assert list(json.loads((site.data / "work.json").read_text())) == ["good"]


def test_of_two_workers_one_works(actor: Actor, site: Site) -> None:
    with clocks._alone(site) as mine:
        assert mine
        assert clocks.work(site, OPERATOR) == []


def test_cards_are_kept_out_no_longer_than_any_row_would_be_kept(
    actor: Actor, site: Site, monkeypatch
) -> None:
    actions.erase(site, actor)
    until = Erased.objects.get().until
    assert (until - now().date()).days == lake.longest_term(site) == 3650
    trust.clear_past_terms(until)
    assert Erased.objects.exists()
    trust.clear_past_terms(until + timedelta(days=1))
    assert not Erased.objects.exists()


def test_a_new_key_of_the_vault_seals_everything_anew_and_the_old_one_goes(
    actor: Actor, site: Site, monkeypatch
) -> None:
    before = held(site, actor)
    old = (site.secrets / "vault.key").read_text().split()

    def stopped(*args: object) -> int:
        raise OSError("stopped")

    with monkeypatch.context() as patch:
        patch.setattr(lake, "reseal_quarantine", stopped)
        with pytest.raises(OSError, match="stopped"):
            actions.rotate_vault(site, actor=OPERATOR)
    assert len((site.secrets / "vault.key").read_text().splitlines()) == 2
    rows, files, ended = actions.rotate_vault(site, actor=OPERATOR)
    assert (rows, files, ended) == (0, 2, True)
    [line] = (site.secrets / "vault.key").read_text().splitlines()
    assert line.split()[0] == "2"
    assert old[1] not in line
    told = {one.id: one.count for one in held(site, actor) if one.id != "ledger"}
    assert told == {one.id: one.count for one in before if one.id != "ledger"}


def test_the_vaults_key_may_come_from_the_environment(site: Site, monkeypatch) -> None:
    from shuren.trust.actions import seal, unseal
    from shuren.trust.errors import SealBroken

    monkeypatch.setenv("SHUREN_VAULT_KEY", f"1 {'ab' * 32}")
    sealed = seal(site, b"x", "here")
    assert not (site.secrets / "vault.key").exists()
    monkeypatch.setenv("SHUREN_VAULT_KEY", f"1 {'ab' * 32}, 2 {'cd' * 32}")
    assert unseal(site, sealed, "here") == b"x"
    assert seal(site, b"x", "here")[0] == 2
    monkeypatch.setenv("SHUREN_VAULT_KEY", f"1 {'ef' * 32}")
    with pytest.raises(SealBroken):
        unseal(site, sealed, "here")


def test_what_waits_to_be_sealed_in_the_ledger_is_sealed(site, monkeypatch):
    monkeypatch.setattr(sealing, "_EVERY", float("inf"))  # no commit seals by itself
    ledger.append("restored", {"entries": 1})
    assert ledger.waits()
    assert "ledger" in clocks.work(site, OPERATOR)
    assert not ledger.waits()
