"""Sealed bytes open under their key and context, and under no other."""

import pytest

from shuren.kernel.keyfiles import KeyUnusable
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.trust.actions import add_vault_key, keep_identities, seal, unseal
from shuren.trust.errors import NotAllowed, SealBroken
from shuren.trust.models import Identity, UseRecord
from shuren.trust.queries import identity
from tests.early import make_site

ME, OTHER = "r_" + "a" * 26, "r_" + "b" * 26
CLERK = Actor("wang", "front_desk", doing="desk.serve")
READER = Actor("li", "student", reader_key=ME)
RECORD = {"name": "李雷", "phone": "13800000000"}


def test_what_was_sealed_opens_again(site):
    assert unseal(site, seal(site, b"\x00bytes", "load:1"), "load:1") == b"\x00bytes"


def test_the_same_bytes_never_look_the_same(site):
    assert seal(site, b"same", "here") != seal(site, b"same", "here")


@pytest.mark.parametrize("place", [0, 1, 13, -1], ids=["version", "nonce", "body", "tag"])
def test_one_changed_bit_is_noticed(site, place):
    sealed = bytearray(seal(site, b"secret text", "load:1"))
    sealed[place] ^= 1
    with pytest.raises(SealBroken):
        unseal(site, bytes(sealed), "load:1")


@pytest.mark.parametrize("data", [b"", b"\x01", b"\x01" * 28], ids=["empty", "one byte", "short"])
def test_a_cut_seal_is_noticed(site, data):
    with pytest.raises(SealBroken):
        unseal(site, data, "load:1")


def test_a_seal_opens_only_in_its_place(site):
    with pytest.raises(SealBroken, match="belongs elsewhere"):
        unseal(site, seal(site, b"x", "load:1"), "load:2")


def test_another_site_cannot_open_it(site, tmp_path):
    with pytest.raises(SealBroken):
        unseal(Site(make_site(tmp_path / "other")), seal(site, b"x", "c"), "c")


def test_old_seals_open_after_a_new_key_and_new_ones_use_it(site):
    old = seal(site, b"old", "c")
    assert add_vault_key(site) == 2
    new = seal(site, b"new", "c")
    assert (old[0], new[0]) == (1, 2)
    assert (unseal(site, old, "c"), unseal(site, new, "c")) == (b"old", b"new")


def test_a_key_version_we_do_not_have_is_named(site, tmp_path):
    sealed = seal(site, b"x", "c")
    with pytest.raises(SealBroken, match="does not have"):
        unseal(site, bytes([9]) + sealed[1:], "c")


@pytest.mark.parametrize("text", ["", "1 abc", "x " + "0" * 64, "0 " + "0" * 64])
def test_a_damaged_key_file_is_never_replaced(site, text):
    seal(site, b"x", "c")
    path = site.secrets / "vault.key"
    path.write_text(text)
    with pytest.raises(KeyUnusable, match=r"vault\.key does not hold a key"):
        seal(site, b"x", "c")
    assert path.read_text() == text


@pytest.mark.django_db
class TestIdentities:
    def test_the_desk_learns_who_a_reader_is_and_the_ledger_knows(self, site):
        keep_identities(site, [(ME, RECORD)])
        assert identity(site, ME, actor=CLERK, purpose="service_operation") == RECORD
        use = UseRecord.objects.get()
        assert (use.actor, use.purpose, use.columns, use.rows) == (
            "wang",
            "service_operation",
            "name phone",
            1,
        )

    def test_nothing_readable_is_stored(self, site):
        keep_identities(site, [(ME, RECORD)])
        stored = bytes(Identity.objects.get().sealed)
        assert not [v for v in RECORD.values() if v.encode() in stored]

    def test_a_later_record_replaces_the_earlier_within_a_batch_and_across(self, site):
        assert keep_identities(site, [(ME, {"name": "a"}), (ME, {"name": "b"})]) == 1
        keep_identities(site, [(ME, {"name": "c"})])
        assert identity(site, ME, actor=READER, purpose="own_records") == {"name": "c"}

    def test_many_are_kept(self, site):
        rows = ((f"r_{n:026d}", {"n": str(n)}) for n in range(1_201))
        assert keep_identities(site, rows) == Identity.objects.count() == 1_201

    def test_a_reader_nobody_described_has_no_record(self, site):
        assert identity(site, OTHER, actor=CLERK, purpose="service_operation") == {}
        assert UseRecord.objects.get().rows == 0

    @pytest.mark.parametrize(
        "actor, purpose",
        [
            (Actor("li", "student", reader_key=OTHER), "own_records"),
            (Actor("d", "director"), "library_statistics"),
            (Actor("d", "director"), "service_operation"),
            (CLERK, "public_information"),
            (Actor("t", "technical_librarian"), "data_quality"),
        ],
        ids=["another reader", "statistics", "purpose not granted", "public", "technician"],
    )
    def test_nobody_else_learns_it(self, site, actor, purpose):
        keep_identities(site, [(ME, RECORD)])
        with pytest.raises(NotAllowed):
            identity(site, ME, actor=actor, purpose=purpose)
        assert not UseRecord.objects.exists()

    def test_a_record_moved_to_another_reader_does_not_open(self, site):
        keep_identities(site, [(ME, RECORD), (OTHER, {"name": "x"})])
        Identity.objects.filter(pk=OTHER).update(sealed=Identity.objects.get(pk=ME).sealed)
        with pytest.raises(SealBroken):
            identity(site, OTHER, actor=CLERK, purpose="service_operation")
