#!/usr/bin/env python3
"""Verifies an export or a proof of the ledger. Needs Python 3.8 or newer and nothing else.

    python3 verify_ledger.py FILE [--key PUBLIC_KEY] [--head HEAD.json]

FILE    an export (`shuren ledger export`), a proof or certificate (`shuren ledger proof`), or a PDF
        that the library signed
--key   the ledger's public key as you noted it before; else the file's own is used and printed
--head  a signed head you kept from before (`shuren ledger head --json`): the export must go on
        from it

Exit code 0: everything holds. 1: something does not; it is named. 2: the file is no such file.
Merkle tree: RFC 9162, section 2.1. Signed head: TreeHeadDataV2 of section 4.9 under Ed25519,
RFC 8032, written out below. 验证台账的导出文件或证明：只需 Python，不需要任何其他软件。
"""

import argparse
import base64
import gzip
import hashlib
import json
import pathlib
import re
import struct
import sys

# ---- Ed25519, RFC 8032 section 5.1 ----

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)


def recover(encoded):
    """The point (X, Y, Z, T) of 32 bytes, or None."""
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_1 % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def add(one, two):
    a = (one[1] - one[0]) * (two[1] - two[0]) % P
    b = (one[1] + one[0]) * (two[1] + two[0]) % P
    c, d = 2 * one[3] * two[3] * D % P, 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number, point):
    result = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = add(result, point)
        point, number = add(point, point), number >> 1
    return result


def is_signed(public, message, signature):
    base_y = 4 * pow(5, P - 2, P) % P
    base, key = recover(base_y.to_bytes(32, "little")), recover(public)
    if len(public) != 32 or len(signature) != 64 or key is None:
        return False
    nonce, s = recover(signature[:32]), int.from_bytes(signature[32:], "little")
    if nonce is None or s >= ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    left = times(s, base)
    right = add(nonce, times(int.from_bytes(digest, "little") % ORDER, key))
    same_x = (left[0] * right[2] - right[0] * left[2]) % P == 0
    return same_x and (left[1] * right[2] - right[1] * left[2]) % P == 0


# ---- the Merkle tree, RFC 9162 section 2.1 ----


def leaf_hash(leaf):
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """Grows leaf by leaf; keeps only the roots of perfect subtrees on its right edge."""

    def __init__(self):
        self.size, self.edge = 0, []

    def push(self, value):
        size, self.size = self.size, self.size + 1
        while size & 1:
            value, size = node_hash(self.edge.pop(), value), size >> 1
        self.edge.append(value)

    def root(self):
        if not self.edge:
            return hashlib.sha256(b"").digest()
        root = self.edge[-1]
        for left in reversed(self.edge[:-1]):
            root = node_hash(left, root)
        return root


def root_from_path(value, place, size, path):
    """Section 2.1.3.2; None if the path has not the tree's shape."""
    last = size - 1
    if not 0 <= place <= last:
        return None
    for step in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            value = node_hash(step, value)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            value = node_hash(value, step)
        place, last = place >> 1, last >> 1
    return value if last == 0 else None


# ---- files ----


def head_problem(head, key):
    """Why a signed head does not hold, or ""."""
    root = bytes.fromhex(head["root"])
    signed = struct.pack(">QQB", head["moment"], head["size"], len(root)) + root + b"\x00\x00"
    if head.get("public_key", key) != key:
        return "is signed with another key 由另一把密钥签名"
    if not is_signed(bytes.fromhex(key), signed, bytes.fromhex(head["signature"])):
        return "has a signature that does not hold 签名无效"
    return ""


def verify_certificate(content, key):
    """A proof by itself; or a certificate: "proof" and, later, "completed" are proofs, and the
    ledger's entry in the first holds the SHA-256 of the certificate's "statement"."""
    if "proof" not in content:
        yield from verify_proof(content, key)
        return
    proofs = [content[name] for name in ("proof", "completed") if content.get(name)]
    for proof in proofs:
        yield from verify_proof(proof, key)
    if len({proof["head"]["public_key"] for proof in proofs}) > 1:
        yield "The proofs are signed with different keys. 证明由不同的密钥签名。"
    if "statement" in content:
        text = json.dumps(
            content["statement"], ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )
        if hashlib.sha256(text.encode()).hexdigest() not in content["proof"]["leaf"]:
            yield "The statement is not the one in the ledger. 凭证内容与台账不符。"


def verify_proof(proof, key):
    head, leaf = proof["head"], proof["leaf"].encode()
    key = key or head["public_key"]
    problem = head_problem(head, key)
    if problem:
        yield f"The head of {head['size']} entries {problem}."
    path = [bytes.fromhex(step) for step in proof["path"]]
    root = root_from_path(leaf_hash(leaf), proof["place"], head["size"], path)
    if root is None or root.hex() != head["root"]:
        yield f"Entry {proof['place']} is not in the tree of this head. 记录不在该树中。"
    print(f"Entry 记录 {proof['place']} of {head['size']}: {proof['leaf']}")
    print(f"Public key 公钥: {key}")


MARK = b"\n%shuren-proof-1\n"


def increment(body, proof):
    """What stands behind a signed PDF, byte for byte: one object with the proof, its table."""
    start = re.search(rb"startxref\s+(\d+)\s+%%EOF\s*$", body)
    size, root = re.findall(rb"/Size\s+(\d+)", body), re.findall(rb"/Root\s+(\d+ \d+ R)", body)
    if not (start and size and root):
        return b""
    text, number = base64.b64encode(proof), size[-1]
    held = b"%s 0 obj\n<< /Type /ShurenProof /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (
        number, len(text), text,
    )  # fmt: skip
    at = len(body) + len(MARK)
    table = b"xref\n%s 1\n%010d 00000 n \n" % (number, at)
    trailer = b"trailer\n<< /Size %d /Root %s /Prev %s >>\n" % (
        int(number) + 1, root[-1], start.group(1),
    )  # fmt: skip
    return MARK + held + table + trailer + b"startxref\n%d\n%%%%EOF\n" % (at + len(held))


def verify_pdf(content, key):
    """A signed PDF: nothing follows its proof, and the statement names the SHA-256 of the rest."""
    at = content.rfind(MARK)
    found = re.search(rb"stream\n([A-Za-z0-9+/=]*)\nendstream", content[at:]) if at >= 0 else None
    if not found:
        yield "This PDF carries no proof. 此 PDF 内没有签名证明。"
        return
    body, proof = content[:at], base64.b64decode(found.group(1))
    if increment(body, proof) != content[at:]:
        yield "Something was added behind the proof. 证明之后被添加了内容。"
        return
    signed = json.loads(proof)
    yield from verify_certificate(signed, key)
    if hashlib.sha256(body).hexdigest() not in signed["statement"]["files"].values():
        yield "This file is not the one that was signed. 此文件与签发的文件不符。"
    said = signed["statement"]
    print(f"Document 文件 {said['number']}, version 版本 {said['version']}, {said['issued_at']}")


def verify_export(first, lines, key, kept):
    key = key or first["public_key"]
    heads = sorted(first["heads"] + kept, key=lambda head: head["size"])
    for head in heads:
        problem = head_problem(head, key)
        if problem:
            yield f"The head of {head['size']} entries {problem}."
    tree, good, at = Tree(), 0, 0
    while True:
        while at < len(heads) and heads[at]["size"] == tree.size:
            if tree.root().hex() == heads[at]["root"]:
                good = tree.size
            else:
                yield (
                    f"What stands at places {good} to {tree.size - 1} does not lead to the signed"
                    f" head of {tree.size} entries. 第 {good} 至 {tree.size - 1} 条与签名不符。"
                )
            at += 1
        line = next(lines, None)
        if line is None:
            break
        place, listed, leaf = line.rstrip(b"\n").split(b" ", 2)
        if int(place) != tree.size:
            yield f"Entry {tree.size} is missing. 第 {tree.size} 条缺失。"
            return
        if leaf_hash(leaf).hex() != listed.decode():
            yield f"Entry {tree.size} was changed. 第 {tree.size} 条被改动过: {leaf.decode()}"
        tree.push(bytes.fromhex(listed.decode()))
    for head in heads[at:]:
        yield f"Entries {tree.size} to {head['size'] - 1} are missing. 缺失。"
    if not heads or heads[-1]["size"] < tree.size:
        yield f"No signed head covers entries {good} to {tree.size - 1}. 无签名。"
    print(f"{tree.size} entries 条记录, {len(heads)} signed heads 个签名树头")
    print(f"Public key 公钥: {key}")


def main():
    parser = argparse.ArgumentParser(description="Verify an export or a proof of the ledger.")
    parser.add_argument("file")
    parser.add_argument("--key", default="", help="public key noted before, hexadecimal")
    parser.add_argument("--head", action="append", default=[], help="a head kept from before")
    options = parser.parse_args()
    try:
        kept = [json.loads(pathlib.Path(path).read_bytes()) for path in options.head]
        opener = gzip.open if options.file.endswith(".gz") else open
        with opener(options.file, "rb") as file:
            start = file.readline()
            if start.startswith(b'{"format":"shuren-ledger-1"'):
                found = list(verify_export(json.loads(start), iter(file), options.key, kept))
            elif start.startswith(b"%PDF"):
                found = list(verify_pdf(start + file.read(), options.key))
            else:
                found = list(verify_certificate(json.loads(start + file.read()), options.key))
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"This is no export or proof of a ledger. 不是台账文件: {error}", file=sys.stderr)
        return 2
    for problem in found:
        print(problem)
    print("NOT VERIFIED 验证未通过" if found else "VERIFIED 验证通过")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
