"""A proof of the ledger inside the PDF it proves, so that one file verifies itself offline.

A PDF may be continued behind its end (ISO 32000-1, 7.5.6: incremental updates). What is added is
one object that no page refers to, holding the proof in base64, with the cross-reference table that
belongs to it. The bytes before are what was hashed and signed; what is added follows from them and
from the proof, byte for byte, so that nothing else can be slipped in. The same lines stand in
docs/how-to/verify_ledger.py.
"""

import base64
import re

MARK = b"\n%shuren-proof-1\n"


def with_proof(body: bytes, proof: bytes) -> bytes:
    """The PDF with the proof behind it; raises ValueError if it does not end as ours do."""
    return body + increment(body, proof)


def increment(body: bytes, proof: bytes) -> bytes:
    start = re.search(rb"startxref\s+(\d+)\s+%%EOF\s*$", body)
    size = re.findall(rb"/Size\s+(\d+)", body)
    root = re.findall(rb"/Root\s+(\d+ \d+ R)", body)
    if not (start and size and root):
        raise ValueError("this PDF cannot be continued")
    number, text = size[-1], base64.b64encode(proof)
    held = b"%s 0 obj\n<< /Type /ShurenProof /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (
        number,
        len(text),
        text,
    )
    at = len(body) + len(MARK)
    table = b"xref\n%s 1\n%010d 00000 n \n" % (number, at)
    trailer = b"trailer\n<< /Size %d /Root %s /Prev %s >>\n" % (
        int(number) + 1,
        root[-1],
        start.group(1),
    )
    return MARK + held + table + trailer + b"startxref\n%d\n%%%%EOF\n" % (at + len(held))


def split(content: bytes) -> tuple[bytes, bytes | None]:
    """(what was signed, the proof), the proof None where there is none that fits."""
    at = content.rfind(MARK)
    if at < 0:
        return content, None
    body = content[:at]
    found = re.search(rb"stream\n([A-Za-z0-9+/=]*)\nendstream", content[at:])
    if not found:
        return content, None
    proof = base64.b64decode(found.group(1))
    try:
        return (body, proof) if increment(body, proof) == content[at:] else (content, None)
    except ValueError:
        return content, None
