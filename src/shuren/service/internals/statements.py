"""The few statements that every step of a case takes, made into SQL once.

Django makes a query's SQL anew each time it is asked, which takes several times as long as SQLite
takes to answer it. Here it is made once for each kind of database, with Django's own compiler and
fields: what goes in and comes out is what the ORM would write and read.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections, models

M = TypeVar("M", bound=models.Model)
Convert = Callable[[Any, Any, Any], Any]


class Select(Generic[M]):
    """The rows of a model with one value in one of its columns of text, in an order."""

    def __init__(self, model: type[M], by: str, order: str = "", columns: Sequence[str] = ()):
        self.model, self.by, self.order = model, by, order
        self.columns = tuple(columns) or tuple(f.attname for f in model._meta.concrete_fields)
        self._made: dict[str, tuple[str, list[tuple[int, list[Convert], Any]]]] = {}

    def values(self, value: str) -> list[list[Any]]:
        """The columns of each row, in the order they were named."""
        if connection.vendor not in self._made:
            self._made[connection.vendor] = self._compiled()
        sql, converters = self._made[connection.vendor]
        with connection.cursor() as cursor:
            cursor.execute(sql, (value,))
            rows = [list(row) for row in cursor.fetchall()]
        for at, converts, expression in converters:
            for row in rows:
                for convert in converts:
                    row[at] = convert(row[at], expression, connection)
        return rows

    def first(self, value: str) -> M | None:
        """The first row as the ORM would give it, or None; of a selection of all columns only."""
        for row in self.values(value):
            return self.model.from_db(connection.alias, self.columns, row)
        return None

    def _compiled(self) -> tuple[str, list[tuple[int, list[Convert], Any]]]:
        rows = self.model._default_manager.filter(**{self.by: "?"}).values_list(*self.columns)
        if self.order:
            rows = rows.order_by(self.order)
        # A connection of its own, never opened: converters outlive the thread that made them.
        unopened = connections.create_connection(DEFAULT_DB_ALIAS)
        compiler = rows.query.get_compiler(connection=unopened)
        sql, params = compiler.as_sql()
        if tuple(params) != ("?",):
            raise ValueError(f"{self.model.__name__}.{self.by} is no column of text")
        converters = compiler.get_converters([expression for expression, _s, _a in compiler.select])
        return sql, [(at, made, expression) for at, (made, expression) in converters.items()]


def insert(rows: Iterable[models.Model]) -> None:
    """Write new rows of one model whose key the database gives; they do not learn it."""
    for row in rows:
        fields = [f for f in row._meta.concrete_fields if not f.primary_key]
        quote = connection.ops.quote_name
        names = ", ".join(quote(str(field.column)) for field in fields)
        places = ", ".join(["%s"] * len(fields))
        values = [
            field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields
        ]
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {quote(row._meta.db_table)} ({names}) VALUES ({places})", values
            )


def update(model: type[models.Model], values: Mapping[str, Any], where: Mapping[str, Any]) -> int:
    """Write some columns of the rows that have these values; how many rows.

    values, where  {attname: value}
    """
    fields = {field.attname: field for field in model._meta.concrete_fields}
    quote = connection.ops.quote_name

    def said(pairs: Mapping[str, Any], by: str) -> str:
        return by.join(f"{quote(str(fields[name].column))} = %s" for name in pairs)

    sql = (
        f"UPDATE {quote(model._meta.db_table)} SET {said(values, ', ')} "
        f"WHERE {said(where, ' AND ')}"
    )
    prepared = [
        fields[name].get_db_prep_save(value, connection)
        for pairs in (values, where)
        for name, value in pairs.items()
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql, prepared)
        return int(cursor.rowcount)
