"""Calculations over groups: SQL expressions of aggregates, written by librarians, taken apart
and put together again, so that nothing gets to the engine but what is on the lists here.

In a table about people an expression may not do what a filter may not: a condition inside an
aggregate counts as a filter (see neighbours.by_condition), no function works on single values,
and there is no least, greatest or median value, which would be somebody's.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from shuren.data.errors import BadExpression
from shuren.data.internals import asking
from shuren.data.internals.door import INTERNAL, Condition, Opening
from shuren.data.internals.neighbours import Group, by_condition, given_away
from shuren.data.shapes import SnapshotInfo, Table
from shuren.kernel.i18n import gettext as _

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LONGEST, _DEEPEST = 1_000, 40
_TYPES = {"BIGINT", "DOUBLE", "VARCHAR", "DATE", "INT", "BOOLEAN"}
_AGGREGATES = (exp.Sum, exp.Avg, exp.Count, exp.Min, exp.Max, exp.Median)
_SINGLE_VALUES = (exp.Min, exp.Max, exp.Median)
_ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Neg, exp.Paren, exp.Cast, exp.DataType)
_LOGIC = (
    *(exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE),
    *(exp.Is, exp.In, exp.Between),
)
_VALUES = (exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null)
_BRANCHES = (exp.Case, exp.If, exp.Filter, exp.Where)
_SCALARS = (exp.Div, exp.Nullif, exp.Coalesce, exp.Round, exp.Abs, exp.Greatest, exp.Least)
_ALLOWED = (
    *(*_AGGREGATES, exp.Distinct, exp.Star, *_ARITHMETIC, *_LOGIC, *_VALUES, *_BRANCHES),
    *_SCALARS,
)
_INSIDE = (*_ARITHMETIC, *_LOGIC, *_VALUES, *_BRANCHES, exp.Distinct, exp.Star)


@dataclass
class Calculation:
    """One expression, checked. conditions: (columns, condition) inside aggregates."""

    sql: str
    conditions: list[tuple[tuple[str, ...], str]] = field(default_factory=list)


def calculate(
    opening: Opening,
    by: Sequence[str],
    values: Mapping[str, str],
    where: Sequence[Condition],
    order_by: Sequence[str],
    always: Sequence[str] = (),
) -> Table:
    """Values of the expressions over groups, as numbers; small cells as in asking.counts."""
    shown_class = INTERNAL if opening.counts_people else opening.purpose.highest_class
    grouped = [opening.column(name, shown_class) for name in by]
    made = {name: checked(opening, name, text, shown_class) for name, text in values.items()}
    measured = [f'CAST({one.sql} AS DOUBLE) AS "{name}"' for name, one in made.items()]
    whole = replace(opening, conditions=[], values=[], narrowed_by=set())
    opening.narrow(where, shown_class)

    def told(snapshot: SnapshotInfo) -> set[Group]:
        given = given_away(whole.at(snapshot), grouped, where, always)
        for one in made.values():
            for columns, condition in one.conditions:
                given |= by_condition(opening.at(snapshot), grouped, columns, condition)
        return given

    return asking.answer(opening, by, [*made], grouped, measured, order_by, told, tuple(always))


def checked(opening: Opening, name: str, text: str, shown_class: int) -> Calculation:
    """The expression as SQL of our own making; raises BadExpression, NoSuchTable, NotOpen."""
    if not _NAME.fullmatch(name):
        raise BadExpression(_("'%(name)s' cannot be the name of a value.", name=name))
    tree = _parsed(text)
    for node in tree.walk():
        if not isinstance(node, _ALLOWED):
            raise _refused(text, node)
        _check_shape(text, node)
    calculation = Calculation("")
    for aggregate in tree.find_all(*_AGGREGATES):
        if opening.counts_people:
            _check_about_people(text, aggregate)
            calculation.conditions += _conditions(aggregate)
    for column in list(tree.find_all(exp.Column)):
        if not column.find_ancestor(*_AGGREGATES, exp.Filter):
            raise BadExpression(
                _("%(text)s: the column %(name)s is not inside an aggregate.", text=text,
                  name=column.name),
                fix=_("Write sum(…), avg(…) or count(…) around it."),
            )  # fmt: skip
        distinct = isinstance(column.parent, exp.Distinct)
        opening.column(column.name, None if distinct else shown_class)
        column.set("this", exp.to_identifier(column.name, quoted=True))
    calculation.sql = tree.sql("duckdb", comments=False)
    return calculation


def _parsed(text: str) -> exp.Expr:
    if len(text) > _LONGEST:
        raise BadExpression(_("An expression has at most %(most)s characters.", most=_LONGEST))
    try:
        trees = sqlglot.parse(text, read="duckdb")
    except (SqlglotError, RecursionError):
        raise BadExpression(_("%(text)s cannot be read as SQL.", text=text)) from None
    if len(trees) != 1 or trees[0] is None:
        raise BadExpression(_("%(text)s is not one expression.", text=text))
    return trees[0]


def _check_shape(text: str, node: exp.Expr) -> None:
    """What an allowed kind of node may not be: a name with a table, a list from elsewhere …"""
    tests: dict[type[exp.Expr], Callable[[], bool]] = {
        exp.Column: lambda: bool(node.args.get("table")),
        exp.Star: lambda: not isinstance(node.parent, exp.Count) or bool(node.args.get("except_")),
        exp.In: lambda: any(node.args.get(key) for key in ("query", "unnest", "field")),
        exp.DataType: lambda: node.sql("duckdb").upper() not in _TYPES,
        exp.Filter: lambda: not isinstance(node.this, _AGGREGATES),
        exp.Where: lambda: not isinstance(node.parent, exp.Filter),
        exp.Distinct: lambda: not isinstance(node.parent, exp.Count) or bool(node.args.get("on")),
    }  # fmt: skip
    odd = type(node) in tests and tests[type(node)]()
    nested = isinstance(node, _AGGREGATES) and node.find_ancestor(*_AGGREGATES, exp.Where)
    if odd or nested or node.depth > _DEEPEST:
        raise _refused(text, node)


def _check_about_people(text: str, aggregate: exp.Expr) -> None:
    if isinstance(aggregate, _SINGLE_VALUES):
        raise _refused(text, aggregate)
    scope = aggregate.parent if isinstance(aggregate.parent, exp.Filter) else aggregate
    for node in scope.walk():
        if node is aggregate:
            continue
        if not isinstance(node, _INSIDE):
            raise _refused(text, node)
        if isinstance(node, _LOGIC) and not _is_condition(node, scope):
            raise _refused(text, node)


def _is_condition(node: exp.Expr, aggregate: exp.Expr) -> bool:
    """Whether a test stands where a condition stands, not where a value does."""
    below, above = node, node.parent
    while above is not None and above is not aggregate:
        if isinstance(above, exp.If) and above.this is below:
            return True
        if isinstance(above, exp.Where):
            return True
        below, above = above, above.parent
    return False


def _conditions(aggregate: exp.Expr) -> list[tuple[tuple[str, ...], str]]:
    """The conditions that decide which rows an aggregate counts."""
    parts = [node.this for node in aggregate.find_all(exp.If)]
    for case in aggregate.find_all(exp.Case):
        other = case.args.get("default")
        if case.this is not None or (other is not None and other.sql() not in ("0", "NULL")):
            parts.append(exp.true())  # every row counts, with one value or another
    if isinstance(aggregate.parent, exp.Filter):
        parts.append(aggregate.parent.expression.this)
    columns = tuple(
        dict.fromkeys(
            column.name for part in [aggregate, *parts] for column in part.find_all(exp.Column)
        )
    )
    tested = {c.name for part in parts for c in part.find_all(exp.Column)}
    names = tuple(name for name in columns if name in tested)
    return [(names, _quoted(part)) for part in parts]


def _quoted(condition: exp.Expr) -> str:
    own = condition.copy()
    for column in own.find_all(exp.Column):
        column.set("this", exp.to_identifier(column.name, quoted=True))
    return own.sql("duckdb", comments=False)


def _refused(text: str, node: exp.Expr) -> BadExpression:
    return BadExpression(
        _("%(text)s: %(part)s may not be used here.", text=text, part=node.sql("duckdb")[:80]),
        fix=_("Use columns of the table, sum, avg, count, arithmetic and CASE."),
    )
