"""The veil of one run: a table of signs and a key, both by chance, neither ever stored."""

import hmac
import re
import secrets
import unicodedata

_FIRST, _LAST = 0xF0000, 0xFFFFD  # Unicode's private use: no text has these signs
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_FEWEST = {"number": 5, "phone": 7}
_LONGEST = 40  # signs of a name that are compared


class Veil:
    """The same value gives the same text under one veil, and another under the next."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._free = list(range(_FIRST, _LAST + 1))
        secrets.SystemRandom().shuffle(self._free)
        self._signs: dict[str, str] = {}

    def name(self, text: str) -> str:
        flat = unicodedata.normalize("NFKC", text).casefold()
        words = re.findall(r"\w+", flat.replace("_", " "))
        if not _HAN.search(flat):
            words.sort()
        return "".join(self._sign(sign) for sign in "".join(words)[:_LONGEST])

    def number(self, text: str) -> str:
        found = "".join(s for s in unicodedata.normalize("NFKC", text).upper() if s.isalnum())
        return self._hash("number", found.lstrip("0"))

    def phone(self, text: str) -> str:
        digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", text))[-11:]
        return self._hash("phone", digits if len(set(digits)) > 1 else "")

    def email(self, text: str) -> str:
        return self._hash("email", unicodedata.normalize("NFKC", text).casefold().strip())

    def _sign(self, sign: str) -> str:
        if sign not in self._signs:
            self._signs[sign] = chr(self._free.pop())
        return self._signs[sign]

    def _hash(self, kind: str, text: str) -> str:
        if len(text) < _FEWEST.get(kind, 3):
            return ""
        return hmac.digest(self._key, f"{kind}:{text}".encode(), "sha256")[:12].hex()
