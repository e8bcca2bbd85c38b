"""Running a model step by step, to see where its numbers come from."""

import shutil
from collections.abc import Iterable, Sequence
from typing import Any

import duckdb

from shuren.data.errors import BuildFailed
from shuren.data.internals import declared, models
from shuren.data.internals.door import check_covered
from shuren.data.internals.embedded import open_engine
from shuren.data.internals.receipts import all_receipts
from shuren.data.shapes import Model, Step
from shuren.kernel.i18n import gettext as _
from shuren.kernel.ids import new_id
from shuren.kernel.masking import MASK, mask
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.trust.actions import record_use
from shuren.trust.queries import require_purpose

PURPOSE = "data_quality"


def run_steps(site: Site, table: str, actor: Actor, rows: int) -> list[Step]:
    """The steps of one model on top of the models below it, run as they are now, unpublished."""
    purpose = require_purpose(actor, PURPOSE)
    known = models.load_models(site)
    name = models.model(site, table).name
    check_covered(purpose, name, (), persons=bool(known[name].person))
    chain = models.needed_for(known, name)
    folder = site.temporary / f"steps-{new_id('T')}"
    try:
        with open_engine(site, folder, all_receipts(site)[::-1]) as engine:
            connection = engine.connection
            for read in {source for link in chain for source in known[link].reads} - set(known):
                engine.source(read)
            for link in chain[:-1]:
                connection.execute(f"CREATE VIEW {link} AS {known[link].sql}")
            hidden = _numbering(known[link] for link in chain)
            steps = [_run(connection, step, rows, hidden) for step in models.steps(known[name])]
    except duckdb.Error as error:
        raise BuildFailed(
            _("%(model)s cannot run: %(why)s.", model=name, why=declared.first_line(error))
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    columns = [column.name for column in known[name].columns]
    record_use(actor, PURPOSE, name, columns, sum(len(s.rows) for s in steps), "steps")
    return steps


def _numbering(models_: Iterable[Model]) -> set[str]:
    """Columns that say by a number, which no mask would know, whose row it is."""
    return {model.person_number for model in models_ if model.person_number}


def _run(
    connection: duckdb.DuckDBPyConnection, step: tuple[str, str, str], rows: int, hidden: set[str]
) -> Step:
    name, sql, query = step
    count = declared.number(connection, f"SELECT count(*) FROM ({query}\n) AS step")
    found = connection.execute(f"SELECT * FROM ({query}\n) AS step LIMIT {int(rows)}")
    columns = tuple(column[0] for column in found.description or ())
    return Step(
        name, sql, columns, [_masked(columns, row, hidden) for row in found.fetchall()], count
    )


def _masked(columns: Sequence[str], row: tuple[Any, ...], hidden: set[str]) -> tuple[Any, ...]:
    return tuple(
        MASK if name in hidden else mask(value) if isinstance(value, str) else value
        for name, value in zip(columns, row, strict=True)
    )
