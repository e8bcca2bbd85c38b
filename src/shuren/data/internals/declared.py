"""Whether a model gave what it declares: its columns, their types, its key."""

from collections.abc import Sequence

import duckdb

from shuren.data.errors import BuildFailed
from shuren.data.shapes import Column, Model
from shuren.kernel.i18n import gettext as _
from shuren.kernel.masking import mask


def check_columns(connection: duckdb.DuckDBPyConnection, model: Model) -> None:
    """The SELECT gives exactly the declared columns; also where a query that cannot run stops."""
    try:
        described = connection.execute(f"DESCRIBE {model.sql}").fetchall()
    except (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException) as error:
        raise BuildFailed(
            _("%(model)s cannot run: %(why)s.", model=model.name, why=first_line(error)),
            fix=_("`shuren build --steps %(model)s` shows its steps.", model=model.name),
        ) from error
    check_names([row[0] for row in described], model)


def check_names(given: Sequence[str], model: Model) -> None:
    """raises  BuildFailed naming a column that is made and not declared, or the other way round"""
    declared = [column.name for column in model.columns]
    for name in given:
        if name not in declared:
            raise BuildFailed(
                _(
                    "%(model)s makes a column it does not declare: %(name)s.",
                    model=model.name,
                    name=name,
                ),
                fix=_("Declare it in the front matter, or leave it out of the SELECT."),
            )
    for name in declared:
        if name not in given:
            raise BuildFailed(
                _(
                    "%(model)s declares a column it does not make: %(name)s.",
                    model=model.name,
                    name=name,
                ),
                fix=_("Add it to the SELECT, or take it out of the front matter."),
            )


def cast_failed(
    connection: duckdb.DuckDBPyConnection, model: Model, error: duckdb.Error
) -> BuildFailed:
    """Names the first column with a value that is not of its type, and one such value's count."""
    for column in model.columns:
        try:
            bad = number(connection, _uncastable(model, column))
        except duckdb.Error:
            break  # the model's own SQL converts; its message says what
        if bad:
            return not_of_type(model, column, bad)
    return BuildFailed(_("%(model)s cannot run: %(why)s.", model=model.name, why=first_line(error)))


def not_of_type(model: Model, column: Column, count: int) -> BuildFailed:
    return BuildFailed(
        _(
            "%(model)s: column %(name)s has %(count)s values that are not %(type)s.",
            model=model.name,
            name=column.name,
            count=count,
            type=column.type,
        ),
        fix=_("Convert them in the SELECT, or declare another type."),
    )


def _uncastable(model: Model, column: Column) -> str:
    return (
        f'SELECT count(*) FROM ({model.sql}\n) AS made WHERE "{column.name}" IS NOT NULL'
        f' AND TRY_CAST("{column.name}" AS {column.type}) IS NULL'
    )


def order(model: Model) -> tuple[str, ...]:
    """The same rows always give the same file; by day first, so that a period skips the rest."""
    return tuple(name for name in (model.speaks_until, *model.key) if name)


def check_key(connection: duckdb.DuckDBPyConnection, model: Model, source: str) -> int:
    """How many rows `source` has; raises BuildFailed if a key repeats or is empty."""
    key = ", ".join(f'"{name}"' for name in model.key)
    empty = " OR ".join(f'"{name}" IS NULL' for name in model.key)
    counts = f"SELECT count(*), count(*) FILTER (WHERE {empty}) FROM {source}"
    rows, missing = connection.execute(counts).fetchall()[0]
    # Numbers group faster than texts; only where two agree are the keys themselves compared.
    alike = f"SELECT hash({key}) AS hashed FROM {source} GROUP BY hashed HAVING count(*) > 1"
    repeated = number(
        connection,
        f"WITH alike AS MATERIALIZED ({alike}) SELECT count(*) FROM (SELECT {key} FROM {source}"
        f" WHERE hash({key}) IN (SELECT hashed FROM alike) GROUP BY {key} HAVING count(*) > 1)",
    )
    if repeated or missing:
        raise key_broken(model, repeated, missing)
    if model.person_number:
        _check_person_number(connection, model, source)
    return int(rows)


def _check_person_number(connection: duckdb.DuckDBPyConnection, model: Model, source: str) -> None:
    """Small groups are told by it, so that a number that stands for two persons, or a person with
    two numbers, must not be published."""
    person, number_ = f'"{model.counted_by or model.person}"', f'"{model.person_number}"'
    pairs, persons, numbers = connection.execute(
        f"SELECT count(*), count(DISTINCT {person}), count(DISTINCT {number_})"
        f" FROM (SELECT DISTINCT {person}, {number_} FROM {source}"
        f" WHERE {person} IS NOT NULL OR {number_} IS NOT NULL)"
    ).fetchall()[0]
    if not pairs == persons == numbers:
        raise BuildFailed(
            _(
                "%(model)s: %(number)s does not give each person of %(person)s one number.",
                model=model.name,
                number=model.person_number,
                person=model.counted_by or model.person,
            ),
            fix=_("Number them in one step: row_number() OVER (ORDER BY the pseudonym)."),
        )


def key_broken(model: Model, repeated: int, missing: int) -> BuildFailed:
    return BuildFailed(
        _(
            "%(model)s: %(repeated)s keys (%(key)s) repeat and %(missing)s are empty.",
            model=model.name,
            repeated=repeated,
            key=", ".join(model.key),
            missing=missing,
        ),
        fix=_("`shuren build --steps %(model)s` shows its steps.", model=model.name),
    )


def number(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    """The one number a query gives. Fetched whole: an unfinished result blocks the connection."""
    return int(connection.execute(sql).fetchall()[0][0])


def first_line(error: Exception) -> str:
    """The engine's own sentence; values in it that may point at a person are masked."""
    line = str(error).splitlines()[0]
    return mask(line.partition("Error: ")[2].rstrip(".") or line)
