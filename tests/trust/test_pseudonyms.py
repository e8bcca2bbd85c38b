"""Pseudonyms: drawn by chance, the same for the same card, and nothing without the database."""

import base64
import hashlib
import hmac
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from shuren.kernel.keyfiles import key_bytes
from shuren.kernel.site import Site
from shuren.trust.actions import keep_identities, pseudonymise
from shuren.trust.erasing import list_pseudonyms, pseudonyms_unlisted
from shuren.trust.internals.surrogate_rows import LegacyPseudonym, Surrogate
from tests.early import make_site

pytestmark = pytest.mark.django_db


def hashed(site: Site, card: str) -> str:
    """A pseudonym as sites had it before there were surrogates."""
    digest = hmac.new(key_bytes(site, "pseudonym.key"), card.encode(), hashlib.sha256).digest()
    return "r_" + base64.b32encode(digest[:16]).decode().lower().rstrip("=")


def test_a_pseudonym_says_nothing_of_the_card(site):
    [name] = pseudonymise(site, [" 2019001 "])
    assert re.fullmatch(r"r_[a-z2-7]{26}", name)
    assert pseudonymise(site, ["2019001"]) == [name]
    stored = Surrogate.objects.get()
    assert stored.pseudonym == name
    assert "2019001" not in stored.blind
    Surrogate.objects.all().delete()
    assert pseudonymise(site, ["2019001"]) != [name]


def test_cards_keep_their_pseudonym_and_never_share_one(site):
    cards = [f"{number:010d}" for number in range(60_000)]
    first = pseudonymise(site, cards)
    assert len(set(first)) == len(cards)
    assert pseudonymise(site, cards[::-1])[::-1] == first


def test_repeats_and_order_survive(site):
    a, b, a_again, none = pseudonymise(site, ["a", "b", "a", "c"])
    assert a == a_again
    assert len({a, b, none}) == 3


@pytest.mark.parametrize("empty", ["", "  ", "\t", None], ids=["empty", "spaces", "tab", "none"])
def test_no_card_no_pseudonym(site, empty):
    assert pseudonymise(site, [empty]) == [""]


def test_no_cards_no_names(site):
    assert pseudonymise(site, []) == []


def test_another_site_gives_other_names(site, tmp_path):
    other = Site(make_site(tmp_path / "other"))
    assert not set(pseudonymise(site, ["1", "2"])) & set(pseudonymise(other, ["1", "2"]))


def test_asking_without_keeping_leaves_no_trace(site):
    [known] = pseudonymise(site, ["known"])
    assert pseudonymise(site, ["known", "stranger"], keep=False) == [known, ""]
    assert Surrogate.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_loads_at_the_same_time_give_a_card_one_pseudonym(site):
    cards = [f"{number:06d}" for number in range(3_000)]

    def look_up(turn: int) -> dict[str, str]:
        mine = cards[turn::2] + cards[::3] if turn % 2 else cards[::-1]
        try:
            return dict(zip(mine, pseudonymise(site, mine), strict=True))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(look_up, range(4)))
    names = dict(zip(cards, pseudonymise(site, cards), strict=True))
    assert all(names[card] == name for one in found for card, name in one.items())
    assert len(set(names.values())) == len(cards)


class TestSitesOfBefore:
    """Those whose pseudonyms are keyed hashes: data/secrets/pseudonym.key is there."""

    def test_what_lake_and_vault_know_keeps_its_pseudonym(self, site):
        in_lake, in_vault, nowhere = (hashed(site, card) for card in ("1", "2", "3"))
        keep_identities(site, [(in_vault, {"name": "x"})])
        assert pseudonyms_unlisted(site)
        list_pseudonyms([in_lake])
        assert not pseudonyms_unlisted(site)
        first, second, third = pseudonymise(site, ["1", "2", "3"])
        assert (first, second) == (in_lake, in_vault)
        assert third != nowhere
        assert set(LegacyPseudonym.objects.values_list("pk", flat=True)) == {"all"}
        assert pseudonymise(site, ["1", "2", "3"]) == [first, second, third]

    def test_before_the_lake_was_walked_nobody_changes_name(self, site):
        before = hashed(site, "1")
        assert pseudonymise(site, ["1"]) == [before]

    def test_a_new_site_has_nothing_to_list(self, site):
        pseudonymise(site, ["1"])
        assert not pseudonyms_unlisted(site)
