"""Rows of readers under 14; the verbs are in trust.young."""

from shuren.trust import ledger
from shuren.trust.internals.sign_in_rows import YoungReader


def waits_for_guardian(account_id: int) -> bool:
    """Whether this is a child without a guardian's consent."""
    return YoungReader.objects.filter(account_id=account_id, guardian="").exists()


def forget(account_id: int) -> None:
    """Remove age and guardian of an account."""
    row = YoungReader.objects.filter(account_id=account_id).first()
    if row is not None:
        forget_guardian(row)
        row.delete()


def forget_guardian(row: YoungReader) -> None:
    """Nothing ties the ledger's alias to the guardian any more, unless another child does."""
    others = YoungReader.objects.filter(guardian=row.guardian).exclude(pk=row.pk)
    if row.guardian and not others.exists():
        ledger.forget_alias(row.guardian)
