"""One-time codes of an authenticator (RFC 6238, SHA-1, 6 digits, 30 s) and recovery codes.

These three are what every authenticator can do; others are silently ignored by some.
"""

import base64
import hmac
import secrets
from datetime import datetime

import pyotp
from django.conf import settings

from shuren.kernel.site import Site
from shuren.trust.errors import SealBroken
from shuren.trust.internals import vault
from shuren.trust.internals.sign_in_rows import RecoveryCode, SecondStep
from shuren.trust.models import Account

PERIOD, DIGITS = 30, 6
# A clock may be half a minute off, and a code may be typed as it ends (RFC 6238, 5.2).
TOLERATED = 1
RECOVERY_CODES, _RECOVERY_BYTES = 10, 10


def is_on(account: Account) -> bool:
    return SecondStep.objects.filter(account=account, confirmed_at__isnull=False).exists()


def is_asked(account: Account) -> bool:
    """See sign_on.asks_second_step."""
    return is_on(account) and not settings.SITE_SETTINGS.demo


def code_at(secret: str, period: int) -> str:
    """The code of a base32 secret in one period of 30 s since 1970."""
    return pyotp.TOTP(secret, digits=DIGITS, interval=PERIOD).generate_otp(period)


def period_of(moment: datetime) -> int:
    return int(moment.timestamp()) // PERIOD


def matching_period(secret: str, code: str, moment: datetime, after: int) -> int | None:
    """The period whose code this is, now or one beside it and later than `after`; else None."""
    here = period_of(moment)
    found = None
    for period in range(here - TOLERATED, here + TOLERATED + 1):
        if hmac.compare_digest(code_at(secret, period).encode(), code.encode()) and period > after:
            found = period
    return found


def seal_secret(site: Site, account: Account, secret: str) -> bytes:
    return vault.seal(site, secret.encode("ascii"), context(account))


def secret_of(site: Site, step: SecondStep) -> str:
    return vault.unseal(site, bytes(step.sealed), context(step.account)).decode("ascii")


def waiting_secret(site: Site, account: Account, waiting: str) -> str:
    """The secret a session keeps until its first code, or "" for what is none of this account's."""
    try:
        return vault.unseal(site, bytes.fromhex(waiting), context(account)).decode("ascii")
    except (ValueError, SealBroken):
        return ""


def new_recovery_codes(account: Account) -> list[str]:
    """Ten codes of 80 random bits, `abcd-efgh-ijkl-mnop`, in place of those before."""
    codes = [_grouped(secrets.token_bytes(_RECOVERY_BYTES)) for _n in range(RECOVERY_CODES)]
    RecoveryCode.objects.filter(account=account).delete()
    RecoveryCode.objects.bulk_create(
        [RecoveryCode(account=account, digest=_digest(account, code)) for code in codes]
    )
    return codes


def spend_recovery_code(account: Account, code: str) -> bool:
    """Whether it was one of the account's; if so it is gone, whoever else types it meanwhile."""
    gone, _by_kind = RecoveryCode.objects.filter(
        account=account, digest=_digest(account, code)
    ).delete()
    return gone > 0


def _grouped(data: bytes) -> str:
    text = base64.b32encode(data).decode("ascii").lower()
    return "-".join(text[i : i + 4] for i in range(0, len(text), 4))


def _digest(account: Account, code: str) -> str:
    """80 random bits need nothing slower; the key keeps a stolen table from being searched."""
    plain = "".join(letter for letter in code.casefold() if letter.isalnum())
    said = f"recovery\0{account.pk}\0{plain}".encode()
    return hmac.digest(settings.SECRET_KEY.encode(), said, "sha256").hex()


def context(account: Account) -> str:
    return f"second-step:{account.pk}"
