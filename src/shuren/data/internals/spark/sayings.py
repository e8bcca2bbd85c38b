"""Each word that Spark means otherwise, and how the same is said to it.

Where there is no way to say it, a ValueError tells what to write instead.
"""

from collections.abc import Callable

from sqlglot import exp

from shuren.data.internals.spark import converting
from shuren.data.internals.spark.said import (
    DATES,
    DECIMALS,
    FRACTIONS,
    MOMENTS,
    TEXTS,
    is_of,
    spark,
)
from shuren.kernel.i18n import gettext as _

__all__ = ["DATES", "DECIMALS", "FRACTIONS", "MOMENTS", "is_of", "say"]

# What the embedded engine's trim takes away: every character of Unicode's class Zs.
BLANKS = "\u0020\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"  # noqa: E501
NO_CHARACTER = "\ufdd0"  # stands in no text; LIKE must have an escape of some kind
PARTS = {
    "YEAR": "year(%s)",
    "ISOYEAR": "extract(YEAROFWEEK FROM %s)",
    "QUARTER": "quarter(%s)",
    "MONTH": "month(%s)",
    "WEEK": "weekofyear(%s)",
    "DAY": "day(%s)",
    "DOY": "dayofyear(%s)",
    "ISODOW": "(weekday(%s) + 1)",
    "HOUR": "hour(%s)",
    "MINUTE": "minute(%s)",
}
_UNITS = {"DAY": 86400, "HOUR": 3600, "MINUTE": 60, "SECOND": 1}


def say(node: exp.Expression) -> exp.Expression:
    """The node, or what stands in its place; what is inside it has been said already."""
    saying = _SAYINGS.get(type(node))
    return saying(node) if saying else node


def view(name: str) -> str:
    """What a table of the lake is called in a session: views there stand in no schema."""
    return name.replace(".", "__")


def _table(node: exp.Expression) -> exp.Expression:
    if not node.text("db"):
        return node
    name = exp.to_identifier(view(f"{node.text('db')}.{node.name}"), quoted=True)
    return exp.Table(this=name, alias=node.args.get("alias"), joins=node.args.get("joins"))


def _counted(node: exp.Expression) -> exp.Expression:
    """A number that is INT there and BIGINT here; a window is counted as a whole."""
    if isinstance(node.parent, exp.Window):
        return node
    return spark("CAST(%s AS BIGINT)", node)


def _window(node: exp.Expression) -> exp.Expression:
    placed = isinstance(node.this, exp.RowNumber | exp.Rank | exp.DenseRank)
    return spark("CAST(%s AS BIGINT)", node) if placed else node


def _extract(node: exp.Expression) -> exp.Expression:
    return spark(f"CAST({PARTS[node.name.upper()]} AS BIGINT)", node.expression)


def _part(name: str) -> Callable[[exp.Expression], exp.Expression]:
    return lambda node: spark(f"CAST({PARTS[name]} AS BIGINT)", node.this)


def _trim(node: exp.Expression) -> exp.Expression:
    if node.args.get("expression") is None:
        node.set("expression", exp.Literal.string(BLANKS))
        node.set("position", node.args.get("position") or "BOTH")
    return node


def _side(node: exp.Expression) -> exp.Expression:
    word = "left" if isinstance(node, exp.Left) else "right"
    size = node.expression
    if isinstance(size, exp.Literal):
        return node
    return spark(
        f"{word}(%s, CAST(CASE WHEN %s < 0 THEN greatest(length(%s) + %s, 0) ELSE %s END AS INT))",
        node.this, size, node.this, size, size,
    )  # fmt: skip


def _concat(node: exp.Expression) -> exp.Expression:
    """Empty values count as no text here; there one of them empties the whole."""
    parts = [spark("coalesce(%s, '')", _text(part)) for part in node.expressions]
    return exp.Anonymous(this="concat", expressions=parts)


def _concat_ws(node: exp.Expression) -> exp.Expression:
    return exp.Anonymous(this="concat_ws", expressions=[_text(part) for part in node.expressions])


def _pipes(node: exp.Expression) -> exp.Expression:
    return exp.Anonymous(this="concat", expressions=[_text(node.this), _text(node.expression)])


def _text(node: exp.Expression) -> exp.Expression:
    return node if is_of(node, TEXTS) else converting.to_text(node)


def _like(node: exp.Expression) -> exp.Expression:
    """The backslash is no escape here; there is one whether it is wanted or not."""
    if isinstance(node.parent, exp.Escape):
        return node
    return exp.Escape(this=node.copy(), expression=exp.Literal.string(NO_CHARACTER))


def _regexp(node: exp.Expression) -> exp.Expression:
    pattern = exp.Literal.string(converting.java_pattern(node.expression.name))
    return exp.RegexpLike(this=node.this.copy(), expression=pattern)


def _divide(node: exp.Expression) -> exp.Expression:
    """By nothing: infinite, as IEEE 754 has it, and no error."""
    above, below = spark("CAST(%s AS DOUBLE)", node.this), node.expression
    safe = isinstance(below, exp.Nullif) or (isinstance(below, exp.Literal) and below.name != "0")
    divisor = spark("CAST(%s AS DOUBLE)", below)
    if safe:
        return spark("(%s / %s)", above, divisor)
    return spark(
        "(CASE WHEN %s = 0D THEN %s * double('Infinity') ELSE %s / %s END)",
        divisor, above, above, divisor,
    )  # fmt: skip


def _plus(node: exp.Expression) -> exp.Expression:
    sides = (node.this, node.expression)
    if any(isinstance(side, exp.Interval) for side in sides):
        word = "-" if isinstance(node, exp.Sub) else "+"
        return spark(f"(%s {word} %s)", *(_moment(side) for side in sides))
    if is_of(sides[0], DATES) and is_of(sides[1], DATES):
        return spark("CAST(datediff(%s, %s) AS BIGINT)", *sides)
    if is_of(sides[0], DATES):
        word = "date_sub" if isinstance(node, exp.Sub) else "date_add"
        return spark(f"{word}(%s, CAST(%s AS INT))", *sides)
    return node


def _moment(node: exp.Expression) -> exp.Expression:
    return spark("CAST(%s AS TIMESTAMP_NTZ)", node) if is_of(node, DATES) else node


def _between(node: exp.Expression) -> exp.Expression:
    """Counts the borders of days, hours … that lie between, not the whole ones that fit."""
    unit = node.text("unit").upper()
    if unit == "DAY":
        return spark(
            "CAST(datediff(CAST(%s AS DATE), CAST(%s AS DATE)) AS BIGINT)",
            node.this, node.expression,
        )  # fmt: skip
    size = _UNITS[unit]
    seconds = f"floor(unix_seconds(CAST(%s AS TIMESTAMP_LTZ)) / {size})"
    return spark(f"(CAST({seconds} AS BIGINT) - CAST({seconds} AS BIGINT))",
                 node.this, node.expression)  # fmt: skip


def _round(node: exp.Expression) -> exp.Expression:
    """A DOUBLE is rounded as the number it is, not as the shortest text for it."""
    digits = node.args.get("decimals")
    places = int(digits.sql()) if digits is not None else 0
    if not is_of(node.this, FRACTIONS):
        return node
    if not places:
        return spark("round(%s)", node.this)
    size = f"1e{abs(places)}D"
    there, back = ("*", "/") if places > 0 else ("/", "*")
    return spark(f"(round(%s {there} {size}) {back} {size})", node.this)


def _whole(node: exp.Expression) -> exp.Expression:
    return spark("CAST(%s AS DOUBLE)", node) if is_of(node.this, FRACTIONS) else node


def _sum(node: exp.Expression) -> exp.Expression:
    if is_of(node.this, FRACTIONS) or (isinstance(node, exp.Avg) and is_of(node.this, DECIMALS)):
        word = "avg" if isinstance(node, exp.Avg) else "sum"
        raise ValueError(
            _(
                "%(word)s of fractions depends on the order of the rows; write "
                "sum(CAST(… AS DECIMAL(18, 4))), and divide it by count for a mean",
                word=word,
            )
        )
    if isinstance(node, exp.Avg) and not isinstance(node.parent, exp.Window | exp.Filter):
        return spark("(CAST(sum(%s) AS DOUBLE) / count(%s))", node.this, node.this)
    return node


_SAYINGS: dict[type[exp.Expression], Callable[[exp.Expression], exp.Expression]] = {
    exp.Table: _table,
    exp.Cast: converting.cast,
    exp.TryCast: converting.cast,
    exp.Length: _counted,
    exp.Window: _window,
    exp.Extract: _extract,
    exp.Year: _part("YEAR"),
    exp.Quarter: _part("QUARTER"),
    exp.Month: _part("MONTH"),
    exp.Day: _part("DAY"),
    exp.Week: _part("WEEK"),
    exp.Hour: _part("HOUR"),
    exp.Minute: _part("MINUTE"),
    exp.DayOfWeekIso: _part("ISODOW"),
    exp.Trim: _trim,
    exp.Left: _side,
    exp.Right: _side,
    exp.Concat: _concat,
    exp.ConcatWs: _concat_ws,
    exp.DPipe: _pipes,
    exp.Like: _like,
    exp.RegexpLike: _regexp,
    exp.Div: _divide,
    exp.Add: _plus,
    exp.Sub: _plus,
    exp.DateDiff: _between,
    exp.Round: _round,
    exp.Floor: _whole,
    exp.Ceil: _whole,
    exp.Sum: _sum,
    exp.Avg: _sum,
    exp.Lower: lambda node: converting.in_case(node.this, "lower"),
    exp.Upper: lambda node: converting.in_case(node.this, "upper"),
}
