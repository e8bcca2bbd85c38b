"""Under which name the ledger speaks of a reader: chosen by chance, tied to the pseudonym by one
row, and by nothing once that row is gone."""

import re
import secrets

from django.conf import settings
from django.db import connection

from shuren.kernel.shapes import Actor
from shuren.trust import definitions
from shuren.trust.internals.ledger_rows import LedgerAlias

ALIAS = re.compile(r"s_[a-z2-7]{26}")
PSEUDONYM = re.compile(r"r_[a-z2-7]{26}")
# Of a reader whose account belongs to no pseudonym: its name may be a card number.
ACCOUNT = "account:"
_KNOWN = f"SELECT alias FROM {LedgerAlias._meta.db_table} WHERE pseudonym = %s"
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"


def alias(pseudonym: str) -> str:
    """The alias of a pseudonym, made on first use. Never kept in memory: another process may have
    forgotten it meanwhile."""
    with connection.cursor() as cursor:  # every page of a reader asks: past the ORM, a fifth of it
        cursor.execute(_KNOWN, [pseudonym])
        row = cursor.fetchone()
    if row is not None:
        return str(row[0])
    made, _new = LedgerAlias.objects.get_or_create(
        pseudonym=pseudonym,
        defaults={"alias": "s_" + "".join(secrets.choice(_LETTERS) for _n in range(26))},
    )
    return made.alias


def is_alias(name: str) -> bool:
    return ALIAS.fullmatch(name) is not None


def known_alias(pseudonym: str) -> str:
    """The alias, or "" if the ledger has never heard of the pseudonym."""
    row = LedgerAlias.objects.filter(pseudonym=pseudonym).first()
    return row.alias if row else ""


def forget(pseudonym: str) -> str:
    """Remove what ties pseudonym and alias; returns the alias, or "" if there was none."""
    found = known_alias(pseudonym)
    LedgerAlias.objects.filter(pseudonym=pseudonym).delete()
    return found


def actor_name(actor: Actor | None) -> str:
    """How the ledger names who acts: staff and programs by their name, readers by alias."""
    if actor is None:
        return ""
    role = definitions.roles(settings.SITE).get(actor.role)
    if role is None:
        return alias(actor.reader_key) if actor.reader_key else actor.id
    if role.kind == definitions.READER:
        return alias(actor.reader_key or f"{ACCOUNT}{actor.id}")
    return actor.id


def subject_name(subject: str) -> str:
    """The alias of a pseudonym; an alias and "" stay. Anything else would be a value."""
    if not subject or ALIAS.fullmatch(subject):
        return subject
    if PSEUDONYM.fullmatch(subject):
        return alias(subject)
    raise ValueError("the ledger takes a pseudonym as subject, nothing else")
