"""Pseudonyms: the same for the same card, and nothing without the key."""

import base64
import hashlib
import hmac
import re

import pytest

from shuren.kernel.site import Site
from shuren.trust.actions import pseudonymise
from tests.early import make_site


def test_a_pseudonym_is_the_keyed_hash_of_the_trimmed_card(site):
    [name] = pseudonymise(site, [" 2019001 "])
    key = bytes.fromhex((site.secrets / "pseudonym.key").read_text())
    digest = hmac.new(key, b"2019001", hashlib.sha256).digest()[:16]
    assert name == "r_" + base64.b32encode(digest).decode().lower().rstrip("=")
    assert re.fullmatch(r"r_[a-z2-7]{26}", name)


def test_cards_keep_their_pseudonym_and_never_share_one(site):
    cards = [f"{number:010d}" for number in range(200_000)]
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
    """Without this site's key, trying all card numbers leads nowhere."""
    other = Site(make_site(tmp_path / "other"))
    assert not set(pseudonymise(site, ["1", "2"])) & set(pseudonymise(other, ["1", "2"]))
