"""Running a model step by step, to see where its numbers come from."""

import shutil
from typing import Any

import duckdb

from shuren.data.errors import BuildFailed
from shuren.data.internals import declared, models
from shuren.data.internals.door import check_covered
from shuren.data.internals.embedded import open_engine
from shuren.data.internals.receipts import all_receipts
from shuren.data.shapes import Step
from shuren.kernel.i18n import gettext as _
from shuren.kernel.ids import new_id
from shuren.kernel.masking import mask
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
            steps = [_run(connection, step, rows) for step in models.steps(known[name])]
    except duckdb.Error as error:
        raise BuildFailed(
            _("%(model)s cannot run: %(why)s.", model=name, why=declared.first_line(error))
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    columns = [column.name for column in known[name].columns]
    record_use(actor, PURPOSE, name, columns, sum(len(s.rows) for s in steps), "steps")
    return steps


def _run(connection: duckdb.DuckDBPyConnection, step: tuple[str, str, str], rows: int) -> Step:
    name, sql, query = step
    count = declared.number(connection, f"SELECT count(*) FROM ({query}\n) AS step")
    found = connection.execute(f"SELECT * FROM ({query}\n) AS step LIMIT {int(rows)}")
    columns = tuple(column[0] for column in found.description or ())
    return Step(name, sql, columns, [_masked(row) for row in found.fetchall()], count)


def _masked(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(mask(value) if isinstance(value, str) else value for value in row)
