"""Signs tree heads with Ed25519 (RFC 8032): what is signed is TreeHeadDataV2 of RFC 9162, 4.9."""

import struct

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shuren.kernel.keyfiles import key_bytes
from shuren.kernel.site import Site

KEY_FILE = "ledger.key"


def tree_head(size: int, moment: int, root: str) -> bytes:
    """timestamp in ms, size, root with its length, and no extensions."""
    raw = bytes.fromhex(root)
    return struct.pack(">QQB", moment, size, len(raw)) + raw + b"\x00\x00"


def sign(site: Site, size: int, moment: int, root: str) -> tuple[str, str]:
    """(signature, public key), both hexadecimal. The key is data/secrets/ledger.key, made on
    first use."""
    key = _key(site)
    return key.sign(tree_head(size, moment, root)).hex(), _public(key)


def public_key(site: Site) -> str:
    return _public(_key(site))


def is_signed(public: str, signature: str, size: int, moment: int, root: str) -> bool:
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
        key.verify(bytes.fromhex(signature), tree_head(size, moment, root))
    except (InvalidSignature, ValueError, struct.error):
        return False
    return True


def _key(site: Site) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(key_bytes(site, KEY_FILE))


def _public(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes_raw().hex()
