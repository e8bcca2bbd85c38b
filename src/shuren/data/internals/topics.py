"""Rows about a person that tell a sensitive topic: which they are, and which columns tell it.

Nothing of the library's rule (trust.topics) is built into the tables: where it changes, no build is
needed, only the next start of the program.
"""

from typing import NamedTuple

from shuren.data.internals import snapshots
from shuren.data.internals.models import load_models
from shuren.data.internals.topic_rules import BY_CLASS
from shuren.data.shapes import NOT_SAID, SnapshotInfo, SnapshotTable
from shuren.kernel.site import Site
from shuren.trust import topics

TITLES = "conformed.title"


class Told(NamedTuple):
    """tells: columns that tell the topic; condition: SQL, true for sensitive rows, never NULL."""

    tells: tuple[str, ...]
    condition: str


def told(site: Site, snapshot: SnapshotInfo, table: SnapshotTable) -> Told | None:
    """How sensitive rows of a table are known; None where no row tells what a person reads."""
    rule, known = table.topic, topics.prefixes(site)
    if rule == NOT_SAID:  # published by an older version: as the model says it today
        model = load_models(site).get(table.name)
        rule = model.topic if model else None
    if rule is None or not known:
        return None
    column = f'"{rule.column}"'
    if rule.by == BY_CLASS:
        return Told(rule.tells, f"coalesce({_begins(column, known)}, false)")
    if TITLES not in snapshot.tables:
        return Told(rule.tells, "true")  # what nobody can look up is taken for sensitive
    number = "coalesce(nullif(trim(class_number), ''), trim(call_number))"
    titles = (
        f"SELECT title_id FROM {snapshots.source(site, snapshot, TITLES)}"
        f" WHERE {_begins(number, known)}"
    )
    return Told(rule.tells, f"coalesce({column} IN ({titles}), false)")


def _begins(what: str, known: tuple[str, ...]) -> str:
    """SQL for whether a text begins with a class number; these hold letters, digits, . and -."""
    return "(" + " OR ".join(f"starts_with(upper({what}), '{prefix}')" for prefix in known) + ")"
