"""The tree of RFC 9162, held against the vectors of the reference implementation.

Leaves, roots and proofs are those that certificate-transparency has used since RFC 6962; here as
they stand in github.com/transparency-dev/merkle, proof/verify_test.go (Apache-2.0, its leaf
numbers begin at 1).
"""

from functools import cache

import pytest

from shuren.trust.internals import merkle

LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
A, B, C = (
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
)
D, E, F = (
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
)
G = "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f"
INCLUSION = [
    (1, 1, []),
    (1, 8, [A, B, C]),
    (6, 8, [D, E, ROOTS[3]]),
    (3, 3, [ROOTS[1]]),
    (2, 5, [ROOTS[0], B, D]),
]
CONSISTENCY = [
    (1, 1, []),
    (1, 8, [A, B, C]),
    (6, 8, [F, E, ROOTS[3]]),
    (2, 5, [B, D]),
    (6, 7, [F, G, ROOTS[3]]),
]


@cache
def node(level: int, index: int) -> bytes:
    if level == 0:
        return merkle.leaf_hash(LEAVES[index])
    return merkle.node_hash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))


def test_of_no_leaf_the_root_is_the_hash_of_nothing():
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert merkle.root(0, node).hex() == empty


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_are_those_of_the_reference(size):
    assert merkle.root(size, node).hex() == ROOTS[size - 1]


@pytest.mark.parametrize("leaf, size, path", INCLUSION)
def test_inclusion_proofs_are_those_of_the_reference(leaf, size, path):
    assert [step.hex() for step in merkle.inclusion(leaf - 1, size, node)] == path


@pytest.mark.parametrize("old, new, path", CONSISTENCY)
def test_consistency_proofs_are_those_of_the_reference(old, new, path):
    assert [step.hex() for step in merkle.consistency(old, new, node)] == path


@pytest.mark.parametrize("size", range(1, 9))
def test_every_leaf_of_every_tree_is_proved_and_nothing_else_is(size):
    root = bytes.fromhex(ROOTS[size - 1])
    for index in range(size):
        path, leaf = merkle.inclusion(index, size, node), node(0, index)
        assert merkle.root_from_inclusion(leaf, index, size, path) == root
        for wrong in broken(path):
            assert merkle.root_from_inclusion(leaf, index, size, wrong) != root
        assert merkle.root_from_inclusion(leaf, size, size, path) is None
        for other in set(range(size)) - {index}:
            assert merkle.root_from_inclusion(leaf, other, size, path) != root


@pytest.mark.parametrize("new", range(9))
def test_every_tree_goes_on_from_every_smaller_one_and_from_no_other(new):
    roots = [merkle.EMPTY, *map(bytes.fromhex, ROOTS)]
    for old in range(new + 1):
        path = merkle.consistency(old, new, node)
        assert merkle.is_consistent(old, roots[old], new, roots[new], path)
        assert not merkle.is_consistent(old, b"?" * 32, new, roots[new], path)
        if old:
            assert not merkle.is_consistent(old, roots[old], new, b"?" * 32, path)
        for wrong in broken(path):
            assert not merkle.is_consistent(old, roots[old], new, roots[new], wrong)


@pytest.mark.parametrize("old, new", [(-1, 3), (4, 3)])
def test_a_tree_does_not_go_on_from_a_larger_one(old, new):
    with pytest.raises(ValueError, match="does not go on"):
        merkle.consistency(old, new, node)
    assert not merkle.is_consistent(old, b"", new, b"", [])


def broken(path: list[bytes]):
    """Wrong forms of a path: a bit turned in each step, a step too many on either side, one too
    few."""
    for at, step in enumerate(path):
        yield [*path[:at], bytes([step[0] ^ 8]) + step[1:], *path[at + 1 :]]
    yield [*path, merkle.EMPTY]
    yield [merkle.EMPTY, *path]
    if path:
        yield path[:-1]
        yield path[1:]
