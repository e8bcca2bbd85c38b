"""A few rows of a table, as far as the asker's role opens them."""

from dataclasses import replace

from shuren.data.errors import NotOpen
from shuren.data.internals import asking
from shuren.data.internals.door import open_table
from shuren.data.shapes import Table
from shuren.kernel.masking import mask
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.trust import egress
from shuren.trust import queries as trust

PURPOSES = ("public_information", "data_quality")


def sample(site: Site, table: str, actor: Actor, limit: int) -> tuple[str, Table] | None:
    for purpose in PURPOSES:
        if not trust.purpose_allowed(actor, purpose):
            continue
        try:
            opening = open_table(site, table, purpose, actor)
            found = asking.rows(opening, None, (), (), limit, 0)
        except NotOpen:
            continue
        columns = {c.name: c.classification for c in opening.table.columns}
        egress.check(
            "sample",
            actor=actor,
            table=table,
            columns={name: columns[name] for name in found.columns},
            purpose=purpose,
        )
        rows = [tuple(mask(v) if isinstance(v, str) else v for v in row) for row in found.rows]
        return purpose, replace(found, rows=rows)
    return None
