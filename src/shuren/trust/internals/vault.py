"""Sealing: AES-256-GCM with the site's vault keys.

sealed bytes   1 byte key version, 12 bytes nonce, ciphertext with its 16-byte tag
vault.key      lines `<version> <64 hexadecimal digits>`; the highest version seals,
               all of them open, so a key can be added without sealing everything anew.
               SHUREN_VAULT_KEY in the environment, with commas for line ends, comes before it
"""

import os
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shuren.kernel.i18n import gettext as _
from shuren.kernel.keyfiles import decode_key, key_text, replace_key_text, unusable
from shuren.kernel.site import Site
from shuren.trust.errors import SealBroken

KEY_FILE, ENVIRONMENT = "vault.key", "SHUREN_VAULT_KEY"
_NONCE = 12
_SHORTEST = 1 + _NONCE + 16


def seal(site: Site, data: bytes, context: str) -> bytes:
    keys = _keys(site)
    version = max(keys)
    header, nonce = bytes([version]), os.urandom(_NONCE)
    bound = header + context.encode()
    return header + nonce + keys[version].encrypt(nonce, data, bound)


def unseal(site: Site, data: bytes, context: str) -> bytes:
    if len(data) < _SHORTEST:
        raise _broken(context)
    key = _keys(site).get(data[0])
    if key is None:
        raise SealBroken(
            _("%(context)s was sealed with a key this site does not have.", context=context),
            fix=_("Bring data/secrets/vault.key back from a backup."),
        )
    nonce, body = data[1 : 1 + _NONCE], data[1 + _NONCE :]
    try:
        return key.decrypt(nonce, body, data[:1] + context.encode())
    except InvalidTag:
        raise _broken(context) from None


def from_environment() -> bool:
    """Whether the keys are in the environment and not in a file."""
    return bool(os.environ.get(ENVIRONMENT))


def versions(site: Site) -> list[int]:
    """Of all keys there are."""
    return sorted(_keys(site))


def keep_only(site: Site, version: int) -> None:
    """Take all other keys away; what they sealed cannot be opened any more."""
    text = key_text(site, KEY_FILE, _first_line)
    lines = [line for line in text.splitlines() if line.split(" ")[0] == str(version)]
    replace_key_text(site, KEY_FILE, "".join(f"{line}\n" for line in lines))


def add_key(site: Site) -> int:
    """Add a key and return its version; from now on it seals, and the old ones still open."""
    text = key_text(site, KEY_FILE, _first_line)
    version = max(_parse(text, site.secrets / KEY_FILE)) + 1
    if version > 255:
        raise unusable(site.secrets / KEY_FILE)
    replace_key_text(site, KEY_FILE, f"{text}\n{version} {os.urandom(32).hex()}\n")
    return version


def _broken(context: str) -> SealBroken:
    return SealBroken(
        _("%(context)s was changed after it was sealed, or belongs elsewhere.", context=context),
        fix=_("Bring it back from a backup."),
    )


def _first_line() -> str:
    return f"1 {os.urandom(32).hex()}"


def _keys(site: Site) -> dict[int, AESGCM]:
    given = os.environ.get(ENVIRONMENT)
    if given:
        return _parse("\n".join(part.strip() for part in given.split(",")), Path(ENVIRONMENT))
    return _parse(key_text(site, KEY_FILE, _first_line), site.secrets / KEY_FILE)


@lru_cache(maxsize=8)
def _parse(text: str, path: Path) -> dict[int, AESGCM]:
    keys = {}
    for line in text.splitlines():
        version, _space, digits = line.partition(" ")
        if not version.isdigit() or not 1 <= int(version) <= 255:
            raise unusable(path)
        keys[int(version)] = AESGCM(decode_key(digits, path))
    return keys
