"""Key files: for the owner's eyes, made once, never guessed anew."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from shuren.kernel.keyfiles import KeyUnusable, key_bytes, key_text, loose_permissions


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_key_is_made_on_first_use_for_its_owner_only(site):
    before = os.umask(0)  # the most careless machine
    try:
        key = key_bytes(site, "some.key")
    finally:
        os.umask(before)
    assert len(key) == 32
    assert mode(site.secrets) == 0o700
    assert mode(site.secrets / "some.key") == 0o600
    assert key_bytes(site, "some.key") == key
    assert loose_permissions(site) == []


def test_of_many_who_come_first_all_get_the_same_key(site):
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _n: key_bytes(site, "some.key"), range(64)))
    assert len(keys) == 1
    assert [path.name for path in site.secrets.iterdir()] == ["some.key"]


@pytest.mark.parametrize("content", ["", "abc", "zz" * 32, "ab" * 31], ids=str)
def test_a_file_that_holds_no_key_is_named_and_left(site, content):
    key_text(site, "some.key")
    path = site.secrets / "some.key"
    path.write_text(content)
    with pytest.raises(KeyUnusable, match=r"some\.key does not hold a key"):
        key_bytes(site, "some.key")
    assert path.read_text() == content


def test_keys_others_may_read_are_found(site):
    key_text(site, "some.key")
    (site.secrets / "some.key").chmod(0o640)
    assert loose_permissions(site) == [site.secrets / "some.key"]
