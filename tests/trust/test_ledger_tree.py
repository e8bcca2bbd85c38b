"""The ledger as a tree: what is committed is in it, in one order, under a head that is signed."""

import json
import re

import pytest
from django.db import connection, transaction

from shuren.kernel.shapes import Actor
from shuren.trust import ledger
from shuren.trust.errors import NoSuchEntry, TreeDamaged
from shuren.trust.internals import merkle, signing
from shuren.trust.internals.ledger_rows import LedgerEntry, LedgerHead, LedgerTile
from shuren.trust.queries import uses_by_table, uses_of

CHEN = Actor("chen", "director")
READER = "r_" + "q" * 26
FRONT = Actor("desk", "front_desk")

pytestmark = pytest.mark.django_db


def add(count=1, kind="snapshot", **body):
    return [ledger.append(kind, {"n": at} | body, actor=CHEN) for at in range(count)]


def root_of(proof: ledger.Inclusion) -> str:
    path = [bytes.fromhex(step) for step in proof.path]
    leaf = merkle.leaf_hash(proof.leaf.encode())
    found = merkle.root_from_inclusion(leaf, proof.place, proof.head.size, path)
    return found.hex() if found else ""


def is_signed(head: ledger.Head) -> bool:
    return signing.is_signed(head.public_key, head.signature, head.size, head.moment, head.root)


def test_the_head_of_an_empty_ledger_is_signed_too():
    head = ledger.head()
    assert (head.size, head.root) == (0, merkle.EMPTY.hex())
    assert is_signed(head)
    assert head.public_key == ledger.public_key()


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 700])
def test_every_entry_is_proved_under_the_signed_head(size):
    numbers = ledger.append_many(ledger.NewEntry("snapshot", {"n": n}) for n in range(size))
    for number in {numbers[0], numbers[size // 2], numbers[-1]}:
        proof = ledger.inclusion(number)
        assert root_of(proof) == proof.head.root
        assert proof.head.size == size
        assert is_signed(proof.head)


def test_the_tree_grows_by_any_steps_to_the_same_root():
    heads = []
    for step in (1, 255, 1, 300, 1):
        add(step)
        heads.append(ledger.head())
    leaves = [row.leaf.encode() for row in LedgerEntry.objects.order_by("place")]

    def node(level, index):
        if level == 0:
            return merkle.leaf_hash(leaves[index])
        return merkle.node_hash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))

    for old in heads:
        assert merkle.root(old.size, node).hex() == old.root
        proof = ledger.consistency(old.size)
        assert (proof.old_root, proof.new_root) == (old.root, heads[-1].root)
        assert merkle.is_consistent(
            proof.old, bytes.fromhex(old.root), proof.new, bytes.fromhex(proof.new_root),
            [bytes.fromhex(step) for step in proof.path],
        )  # fmt: skip


def test_places_follow_the_order_of_the_entries_without_a_gap():
    numbers = add(3)

    def fail():
        with transaction.atomic():
            ledger.append("snapshot", {}, actor=CHEN)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    numbers += add(2)
    ledger.head()
    rows = LedgerEntry.objects.order_by("id").values_list("id", "place")
    assert list(rows) == list(zip(numbers, range(5), strict=True))


def test_heads_handed_out_are_remembered_once_each():
    add()
    first = ledger.head()
    assert ledger.head() == first
    add()
    assert [head.size for head in [first, ledger.head()]] == [1, 2]
    assert [head.size for head in ledger.heads_handed_out()] == [1, 2]


def test_moments_of_heads_ascend_while_the_clock_stands(clock):
    clock("2026-11-28T15:00")
    moments = []
    for _n in range(3):
        add()
        moments.append(ledger.head().moment)
    assert moments == sorted(set(moments))


@pytest.mark.parametrize("number", [0, 99])
def test_what_is_not_there_cannot_be_proved(number):
    add()
    with pytest.raises(NoSuchEntry, match=str(number)):
        ledger.inclusion(number)


@pytest.mark.parametrize("old, new", [(-1, None), (2, 1), (0, 9)])
def test_sizes_the_ledger_never_had_cannot_be_proved(old, new):
    add(2)
    with pytest.raises(NoSuchEntry):
        ledger.consistency(old, new)


@pytest.mark.django_db(transaction=True)
def test_a_head_is_never_made_inside_a_transaction_that_might_be_rolled_back():

    def too_early():
        with transaction.atomic():
            ledger.append("snapshot", {}, actor=CHEN)
            ledger.head()

    with pytest.raises(RuntimeError, match="durable"):
        too_early()
    assert ledger.head().size == 0


@pytest.mark.django_db(transaction=True)
def test_many_written_outside_a_transaction_are_sealed_at_once(operator):
    [first] = add()
    uses = {"purpose": "library_statistics", "table": "mart.loan_fact", "columns": [], "rows": 2}
    with transaction.atomic():  # waits, since it is inside
        [waiting] = ledger.append_many([ledger.NewEntry("snapshot", {})])
    numbers = ledger.append_many(ledger.NewEntry("use", uses, CHEN) for _n in range(300))
    assert not LedgerEntry.objects.filter(pk__in=numbers, place=None).exists()
    assert ledger.append_many([]) == []
    head = ledger.head()
    assert head.size == 302
    for number in (first, waiting, numbers[0], numbers[-1]):
        assert root_of(ledger.inclusion(number)) == head.root
    assert [(one.uses, one.rows) for one in uses_by_table(actor=operator)] == [(300, 600)]
    assert ledger.verify().ok


@pytest.mark.parametrize(
    "body",
    [
        {"who": READER},
        {"card": "2019001122"},
        {"mail": "li.lei@example.edu.cn"},
        {"text": "x" * 201},
        {"deep": {"er": {"and": {"deeper": {"still": 1}}}}},
        {"bytes": b"x"},
        {1: "x"},
    ],
    ids=["pseudonym", "long number", "address", "long text", "too deep", "bytes", "key"],
)
def test_values_about_persons_are_refused(body):
    with pytest.raises(ValueError, match=r"ledger|entry|keys"):
        ledger.append("consent", body, actor=CHEN)
    assert not LedgerEntry.objects.exists()


def test_unknown_kinds_are_refused():
    with pytest.raises(ValueError, match="no entries of kind"):
        ledger.append("gossip", {})


@pytest.mark.parametrize("subject", ["2019001122", "li", "r_short"])
def test_only_a_pseudonym_is_a_subject(subject):
    with pytest.raises(ValueError, match="as subject"):
        ledger.append("consent", {}, subject=subject)


def test_a_leaf_says_what_the_columns_say_and_has_a_salt():
    ledger.append("consent", {"purpose": "own_records", "given": True}, actor=FRONT, subject=READER)
    ledger.append("consent", {"purpose": "own_records", "given": True}, actor=FRONT, subject=READER)
    one, two = (json.loads(row.leaf) for row in LedgerEntry.objects.order_by("id"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", one["at"])
    assert (one["kind"], one["actor"], one["role"]) == ("consent", "desk", "front_desk")
    assert one["subject"] == ledger.alias(READER)
    assert one["body"] == {"purpose": "own_records", "given": True}
    assert one["salt"] != two["salt"]


class TestForgetting:
    def test_what_is_about_a_reader_is_found_until_the_alias_is_gone(self):
        ledger.append("consent", {"purpose": "a"}, actor=FRONT, subject=READER)
        ledger.append("consent", {"purpose": "b"}, actor=FRONT, subject=READER)
        ledger.append("consent", {"purpose": "c"}, actor=FRONT)
        about = ledger.entries_about(READER)
        assert [entry.body["purpose"] for entry in about] == ["b", "a"]
        assert len(ledger.entries_about(READER, limit=1)) == 1
        name = ledger.alias(READER)
        assert ledger.forget_alias(READER) == name
        assert ledger.entries_about(READER) == []
        assert ledger.forget_alias(READER) == ""
        assert ledger.alias(READER) != name

    def test_the_entries_stay_and_their_proofs_hold(self):
        number = ledger.append("erasure", {"stores": 3}, actor=FRONT, subject=READER)
        before = ledger.inclusion(number)
        ledger.forget_alias(READER)
        after = ledger.inclusion(number)
        assert after.leaf == before.leaf
        assert root_of(after) == after.head.root

    def test_an_entry_may_still_name_a_forgotten_alias(self):
        name = ledger.alias(READER)
        ledger.forget_alias(READER)
        ledger.append("erasure", {}, subject=name)
        assert LedgerEntry.objects.get().subject == name


def test_uses_are_counted_the_same_before_and_after_they_are_sealed(operator):
    from shuren.trust.actions import record_use

    def use(actor, rows):
        record_use(actor, "library_statistics", "mart.loan_fact", [], rows)

    def counted():
        return [(one.actor, one.uses, one.rows) for one in uses_by_table(actor=operator)]

    use(CHEN, 3)
    use(CHEN, 4)
    use(Actor("a", "student", READER), 1)
    use(Actor("b", "student", "r_" + "b" * 26), 1)
    expected = [("chen", 2, 7), ("student", 2, 2)]
    assert counted() == expected
    ledger.head()
    assert counted() == expected
    use(CHEN, 1)
    assert counted() == [("chen", 3, 8), ("student", 2, 2)]
    ledger.head()
    [chen, _readers] = uses_of("mart.loan_fact", actor=operator)[::-1]
    assert {chen.actor, _readers.actor} == {"chen", "student"}
    assert uses_of("mart.other", actor=operator) == []
    only_roles = uses_of("mart.loan_fact", actor=Actor("x", "data_librarian"))
    assert {one.actor for one in only_roles} == {"director", "student"}


def test_a_proof_as_a_file_can_be_read_back():
    [number] = add()
    content = json.loads(ledger.inclusion(number).as_json())
    assert content["format"] == "shuren-ledger-proof-1"
    assert content["head"]["size"] == 1
    assert json.loads(content["leaf"])["kind"] == "snapshot"


def test_a_tree_with_lost_hashes_proves_nothing():
    number, _other = add(2)
    ledger.head()
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {LedgerTile._meta.db_table}")
    with pytest.raises(TreeDamaged):
        ledger.inclusion(number)
    add(2)
    with pytest.raises(TreeDamaged):
        ledger.head()
    assert LedgerHead.objects.count() == 1
    assert LedgerEntry.objects.filter(place=None).count() == 2
