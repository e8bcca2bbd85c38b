"""The signature of a link to a file, and the keys it is made with.

data/secrets/file-links.key holds one key a line, the newest first. A link names its key by eight
digits, so that a key that was replaced still tells its own links from forged ones.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode

from shuren.kernel.keyfiles import decode_key, key_text, replace_key_text
from shuren.kernel.site import Site

FILE = "file-links.key"
_LINK, _GRANT = b"shuren.file.link\0", b"shuren.file.grant\0"
_SENT = b"shuren.file.sent\0"


def keys(site: Site) -> dict[str, bytes]:
    """{id: key}, the newest first; raises KeyUnusable if the file holds anything else."""
    lines = key_text(site, FILE).split()
    found = [decode_key(line, site.secrets / FILE) for line in lines]
    return {hashlib.sha256(key).hexdigest()[:8]: key for key in found}


def newest(site: Site) -> str:
    """The id of the key that signs now."""
    return next(iter(keys(site)))


def renew(site: Site) -> str:
    """Put a new key before the others; its id."""
    others = key_text(site, FILE).split()
    replace_key_text(site, FILE, "\n".join([secrets.token_hex(32), *others]) + "\n")
    return newest(site)


def keep_only(site: Site, wanted: set[str]) -> None:
    """Drop the keys that no link needs any more; the newest stays."""
    known = keys(site)
    left = [key.hex() for id, key in known.items() if id in wanted or id == newest(site)]
    if len(left) < len(known):
        replace_key_text(site, FILE, "\n".join(left) + "\n")


def token_of(site: Site, link_id: str, key_id: str) -> str:
    """What stands in the address of a link, "" where its key is gone."""
    key = keys(site).get(key_id)
    return f"{link_id}.{key_id}.{_seal(key, _LINK, link_id)}" if key else ""


def read_token(site: Site, token: str) -> str:
    """The id of a link that we signed, else ""."""
    link_id, _dot, rest = token[:100].partition(".")
    key_id, _dot, _seal_of = rest.partition(".")
    made = token_of(site, link_id, key_id)
    is_ours = bool(made) and hmac.compare_digest(made.encode(), token.encode())
    return link_id if is_ours else ""


def grant_of(site: Site, link_id: str, number: int, until: int) -> str:
    """Lets what was opened the `number`th time be fetched, also piece by piece, until a moment in
    seconds since 1970."""
    said = f"{number}-{until}"
    return f"{said}-{_seal(keys(site)[newest(site)], _GRANT, f'{link_id} {said}')}"


def read_grant(site: Site, link_id: str, grant: str) -> int:
    """Until when a grant of ours for this link holds, in seconds since 1970; 0 for any other."""
    parts = grant[:100].split("-", 2)
    if len(parts) != 3 or not (parts[0].isascii() and parts[0].isdecimal()):
        return 0
    if not (parts[1].isascii() and parts[1].isdecimal()):
        return 0
    said = f"{parts[0]}-{parts[1]}"
    for key in keys(site).values():
        made = _seal(key, _GRANT, f"{link_id} {said}")
        if hmac.compare_digest(made.encode(), parts[2].encode()):
            return int(parts[1])
    return 0


def sent_of(site: Site, file_id: str, until: int) -> str:
    """What stands in the address of a file that a reader sent, until a moment in seconds since
    1970."""
    return f"{file_id}.{until}.{_sent_seal(site, file_id, until)}"


def read_sent(site: Site, token: str) -> tuple[str, int]:
    """(file, until) of a token of ours under the newest key; ("", 0) for any other."""
    parts = token[:120].split(".")
    if len(parts) != 3 or not (parts[1].isascii() and parts[1].isdecimal()):
        return "", 0
    file_id, until = parts[0], int(parts[1])
    is_ours = hmac.compare_digest(_sent_seal(site, file_id, until).encode(), parts[2].encode())
    return (file_id, until) if is_ours else ("", 0)


def _sent_seal(site: Site, file_id: str, until: int) -> str:
    """32 hexadecimal digits, 128 bits: no letters that a key of a reader begins with."""
    text = f"{file_id} {until}".encode()
    return hmac.digest(keys(site)[newest(site)], _SENT + text, "sha256")[:16].hex()


def _seal(key: bytes, kind: bytes, text: str) -> str:
    """22 characters, 128 bits."""
    digest = hmac.digest(key, kind + text.encode(), "sha256")[:16]
    return urlsafe_b64encode(digest).decode().rstrip("=")
