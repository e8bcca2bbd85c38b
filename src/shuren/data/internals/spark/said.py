"""Groups of types, and Spark's SQL with expressions put into it."""

from typing import Any

from sqlglot import exp

_Type = exp.DataType.Type
DATES = frozenset({_Type.DATE})
MOMENTS = frozenset({_Type.TIMESTAMP, _Type.TIMESTAMPNTZ, _Type.DATETIME})
FRACTIONS = frozenset({_Type.DOUBLE, _Type.FLOAT})
DECIMALS = frozenset({_Type.DECIMAL})
TEXTS = frozenset(exp.DataType.TEXT_TYPES)
WHOLE = frozenset(exp.DataType.INTEGER_TYPES)


def is_of(node: exp.Expression | None, types: frozenset[Any]) -> bool:
    """Whether the type found for a node is one of these."""
    return node is not None and node.type is not None and node.type.this in types


def spark(text: str, *parts: exp.Expression) -> exp.Expression:
    """A text in Spark's words, each %s one of the parts, already said."""
    pieces = text.split("%s")
    said = [_written(part) for part in parts]
    joined = "".join(piece + more for piece, more in zip(pieces, [*said, ""], strict=True))
    # sqlglot writes a variable as it is.
    return exp.Var(this=joined)


def _written(part: exp.Expression) -> str:
    text = part.sql("spark")
    return f"({text})" if isinstance(part, exp.Binary | exp.Unary | exp.Between) else text
