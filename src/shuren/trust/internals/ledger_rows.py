"""Tables of the ledger: entries, the tree over them, heads handed out, aliases of readers.

An entry is inserted in the caller's transaction and waits (place is null) until it is sealed: one
process at a time gives the waiting entries their places, hashes them into tiles and signs the head.
"""

from typing import Any, ClassVar, NoReturn

from django.db import models

from shuren.kernel.i18n import gettext as _
from shuren.trust.errors import LedgerIsAppendOnly


def _refuse() -> NoReturn:
    raise LedgerIsAppendOnly(
        _("An entry of the ledger is never changed or removed."),
        fix=_("Write a new entry that says what was wrong with it."),
    )


class AppendOnly(models.QuerySet[Any]):
    """Rows that can be added and read, nothing else."""

    def update(self, **kwargs: Any) -> int:
        _refuse()

    def delete(self) -> tuple[int, dict[str, int]]:
        _refuse()

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        _refuse()


class LedgerEntry(models.Model):
    """One entry. What counts is `leaf`, the very bytes the tree commits to, as UTF-8 text; the
    other columns repeat what is in it, to be searched by.

    place    its index in the tree from 0 on; null while it waits
    actor    account name, `cli:<user>`, `api:<key>`; of a reader the alias; "" for the platform
    subject  alias of the reader it is about, or ""
    columns  names separated by spaces
    """

    at = models.DateTimeField(db_index=True)
    kind = models.CharField(max_length=20)
    actor = models.CharField(max_length=150)
    role = models.CharField(max_length=40)
    subject = models.CharField(max_length=28, blank=True)
    purpose = models.CharField(max_length=40, blank=True)
    table = models.CharField(max_length=80, blank=True)
    columns = models.TextField(blank=True)
    rows = models.BigIntegerField(default=0)
    detail = models.CharField(max_length=200, blank=True)
    leaf = models.TextField()
    place = models.BigIntegerField(null=True, unique=True)

    objects = AppendOnly.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=("kind", "id"), name="ledger_kind"),
            models.Index(fields=("actor", "id"), name="ledger_actor"),
            models.Index(fields=("subject", "id"), name="ledger_subject"),
            models.Index(fields=("table", "id"), name="ledger_table"),
        )

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.kind} {self.actor} {self.table}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            _refuse()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        _refuse()


class _Uses(models.Manager.from_queryset(AppendOnly)):  # type: ignore[misc]
    def get_queryset(self) -> AppendOnly:
        found: AppendOnly = super().get_queryset().filter(kind="use")
        return found


class UseRecord(LedgerEntry):
    """The entries that are uses of data."""

    objects: ClassVar[_Uses] = _Uses()

    class Meta:
        proxy = True


class LedgerTile(models.Model):
    """256 hashes of one level, one after another; the newest of a level may have fewer.

    level  0: leaves; 1: roots of tiles of level 0; and so on
    """

    level = models.SmallIntegerField()
    number = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("level", "number"), name="one_tile_a_place"),
        )

    def __str__(self) -> str:
        return f"{self.level}/{self.number}"


class _Head(models.Model):
    """A signed tree head: root and signature in hexadecimal, the moment in ms since 1970."""

    size = models.BigIntegerField()
    moment = models.BigIntegerField()
    root = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)
    public_key = models.CharField(max_length=64)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.size} {self.root[:12]}"


class LedgerTree(_Head):
    """The newest head, one row; whoever seals holds its lock."""


class LedgerHead(_Head):
    """Heads that left the house: every later one must go on from each of them."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=("size", "root"), name="one_head_a_root"),)


class LedgerAlias(models.Model):
    """Under which alias the ledger knows a pseudonym. Without this row nothing ties the two."""

    pseudonym = models.CharField(primary_key=True, max_length=170)
    alias = models.CharField(max_length=28, unique=True)

    def __str__(self) -> str:
        return self.alias


class LedgerCount(models.Model):
    """Sealed uses of a table by one consumer for one purpose, counted; readers are one consumer
    a role, with actor ""."""

    table = models.CharField(max_length=80)
    actor = models.CharField(max_length=150)
    role = models.CharField(max_length=40)
    purpose = models.CharField(max_length=40)
    uses = models.BigIntegerField()
    rows = models.BigIntegerField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("table", "actor", "role", "purpose"), name="one_count_a_consumer"
            ),
        )

    def __str__(self) -> str:
        return f"{self.table} {self.actor} {self.purpose}: {self.uses}"


class LedgerDefinition(models.Model):
    """What a definition's file said when it was last looked at, as a SHA-256."""

    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=64)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("kind", "name"), name="one_fingerprint_a_definition"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
