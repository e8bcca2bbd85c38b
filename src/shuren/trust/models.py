"""Accounts, the ledger of uses, the identity vault, and the count of wrong passwords."""

from typing import Any, NoReturn

from django.contrib.auth.models import AbstractUser
from django.db import models

from shuren.kernel.i18n import gettext as _
from shuren.trust.errors import LedgerIsAppendOnly


class Account(AbstractUser):
    """Somebody who can sign in. One account has one role.

    reader_key   pseudonym of the reader behind it, or ""
    campus       the campus shown first, or ""
    """

    role = models.CharField(max_length=40)
    display_name = models.CharField(max_length=80, blank=True)
    reader_key = models.CharField(max_length=28, blank=True, db_index=True)
    campus = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return self.username


def _refuse() -> NoReturn:
    raise LedgerIsAppendOnly(
        _("A record of use is never changed or removed."),
        fix=_("Write a new record that says what was wrong with it."),
    )


class AppendOnly(models.QuerySet["UseRecord"]):
    """Rows that can be added and read, nothing else."""

    def update(self, **kwargs: Any) -> int:
        _refuse()

    def delete(self) -> tuple[int, dict[str, int]]:
        _refuse()

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        _refuse()


class UseRecord(models.Model):
    """One use of data: who, in which role, why, which columns, how many rows. Never a value.

    actor    account name; for a reader the pseudonym, so that the ledger names no reader
    columns  names separated by spaces
    """

    at = models.DateTimeField(db_index=True)
    actor = models.CharField(max_length=150)
    role = models.CharField(max_length=40)
    purpose = models.CharField(max_length=40)
    table = models.CharField(max_length=80)
    columns = models.TextField(blank=True)
    rows = models.BigIntegerField()
    detail = models.CharField(max_length=200, blank=True)

    objects = AppendOnly.as_manager()

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor} {self.table} {self.purpose}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            _refuse()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        _refuse()


class Identity(models.Model):
    """Who a pseudonym is: a sealed JSON object, unreadable without the site's vault key."""

    pseudonym = models.CharField(primary_key=True, max_length=28)
    sealed = models.BinaryField()
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.pseudonym


class SignInCount(models.Model):
    """Wrong passwords in a row for one name from one address; `key` is a keyed hash of both."""

    key = models.CharField(primary_key=True, max_length=64)
    failures = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.key[:8]}: {self.failures}"
