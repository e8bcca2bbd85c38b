"""A model's text, said in Spark SQL so that it means the same.

sqlglot knows how the two dialects are written. What they mean by the same words differs in
places it cannot know: which blanks `trim` takes, what dividing by nothing gives, how a
fraction becomes a whole number. `sayings` rewrites those places, by the types found here.
tests/data/test_spark_functions.py holds each of them against both engines.
"""

from collections.abc import Mapping
from typing import Any

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.annotate_types import TypeAnnotator, annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.transforms import eliminate_distinct_on, eliminate_qualify

from shuren.data.internals import portable
from shuren.data.internals.spark import sayings
from shuren.data.internals.spark.sayings import DATES, DECIMALS, FRACTIONS, MOMENTS, is_of

Schema = Mapping[str, Mapping[str, Mapping[str, str]]]  # schema → table → column → type


def to_spark(sql: str, schema: Schema) -> str:
    """The same query for Spark.

    schema  the tables it reads, with DuckDB's types
    raises  ValueError with a translated sentence if it has no equal there
    """
    try:
        return said(_typed(sql, schema))
    except SqlglotError as error:
        raise ValueError(str(error).splitlines()[0].rstrip(".")) from None


def types_of(sql: str, schema: Schema) -> dict[str, str]:
    """The type of each column of a query, as DuckDB would have it."""
    return {column.alias_or_name: _type_name(column) for column in _typed(sql, schema).selects}


def _typed(sql: str, schema: Schema) -> Any:
    known: Any = schema
    tree: Any = qualify(portable.parse(sql), schema=known, dialect="duckdb", quote_identifiers=True)
    tree = tree.transform(_plain_select, copy=False)
    return annotate_types(tree, schema=known, dialect="duckdb", expression_metadata=_METADATA)


def _plain_select(node: Any) -> Any:
    """QUALIFY and DISTINCT ON as what they stand for, while windows can still be seen."""
    return eliminate_distinct_on(eliminate_qualify(node)) if isinstance(node, exp.Select) else node


def said(tree: Any) -> str:
    """Deepest first, so that what stands inside has been said when its surroundings are."""
    nodes = list(tree.walk(bfs=False))
    for node in reversed(nodes):
        new = sayings.say(node)
        if new is not node:
            new.type = node.type
            if node is tree:
                tree = new
            else:
                node.replace(new)
    return tree.sql("spark")


def cast(name: str, given: str, wanted: str, strict: bool = True) -> str:
    """A declared column's conversion in Spark, from the type the query gives it.

    strict  whether a value that is not of the type fails, or else is empty
    """
    column = exp.column(name, quoted=True)
    column.type = exp.DataType.build(given, dialect="duckdb") if given else None
    kind = exp.Cast if strict else exp.TryCast
    node = kind(this=column, to=exp.DataType.build(wanted, dialect="duckdb"))
    return said(node)


def _type_name(node: Any) -> str:
    return node.type.sql("duckdb") if node.type is not None else ""


def _difference(annotator: TypeAnnotator, node: Any) -> Any:
    left, right = node.this, node.expression
    if is_of(left, DATES) and is_of(right, DATES) and isinstance(node, exp.Sub):
        return annotator._set_type(node, exp.DataType.Type.BIGINT)
    if is_of(left, DATES | MOMENTS) and is_of(right, DATES | MOMENTS):
        return annotator._set_type(node, exp.DataType.Type.INTERVAL)
    return _arithmetic(annotator, node)


def _arithmetic(annotator: TypeAnnotator, node: Any) -> Any:
    left, right = node.this, node.expression
    interval = isinstance(right, exp.Interval) or isinstance(left, exp.Interval)
    if interval and (is_of(left, DATES | MOMENTS) or is_of(right, DATES | MOMENTS)):
        return annotator._set_type(node, exp.DataType.Type.TIMESTAMP)
    if is_of(left, DATES) or is_of(right, DATES):
        return annotator._set_type(node, exp.DataType.Type.DATE)
    if is_of(left, FRACTIONS) or is_of(right, FRACTIONS):
        return annotator._set_type(node, exp.DataType.Type.DOUBLE)
    if is_of(left, DECIMALS) or is_of(right, DECIMALS):
        return annotator._set_type(node, exp.DataType.Type.DECIMAL)
    return annotator._set_type(node, exp.DataType.Type.BIGINT)


def _literal(annotator: TypeAnnotator, node: Any) -> Any:
    if node.is_string:
        kind = exp.DataType.Type.VARCHAR
    elif "e" in node.name.lower():
        kind = exp.DataType.Type.DOUBLE
    else:
        kind = exp.DataType.Type.DECIMAL if "." in node.name else exp.DataType.Type.INT
    return annotator._set_type(node, kind)


def _as_argument(annotator: TypeAnnotator, node: Any) -> Any:
    return annotator._set_type(node, node.this.type)


_METADATA: Any = {
    **DuckDB.EXPRESSION_METADATA,
    exp.Sub: {"annotator": _difference},
    exp.Add: {"annotator": _arithmetic},
    exp.Mul: {"annotator": _arithmetic},
    exp.Mod: {"annotator": _arithmetic},
    exp.Literal: {"annotator": _literal},
    exp.Sum: {"annotator": _as_argument},
    exp.Round: {"annotator": _as_argument},
    exp.Floor: {"annotator": _as_argument},
    exp.Ceil: {"annotator": _as_argument},
    exp.Abs: {"annotator": _as_argument},
    exp.Div: {"returns": exp.DataType.Type.DOUBLE},
    exp.Avg: {"returns": exp.DataType.Type.DOUBLE},
    exp.IntDiv: {"returns": exp.DataType.Type.BIGINT},
}
