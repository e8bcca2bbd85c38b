"""Which SQL a model may use: what DuckDB and Spark both understand the same way.

A model is run here by DuckDB; a consortium may run the same file on Spark, transpiled by
sqlglot. So functions are on a list, and each name on it was checked in both manuals.
"""

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError

from shuren.kernel.i18n import gettext as _

# Left out on purpose: regexp_replace (first match here, all matches there), strftime and
# strptime (different format letters), date_diff (argument order), quantiles (different
# definitions), anything random or dependent on the moment it runs.
_NAMES = """
    abs avg case cast ceil coalesce concat concat_ws count exists extract floor greatest if
    least left length lower lpad ltrim max md5 min month nullif regexp_like replace right round
    row_number rank dense_rank lag lead rtrim split_part starts_with substring sum trim
    try_cast upper year day and or
"""
FUNCTIONS = frozenset(_NAMES.split())


def parse(sql: str) -> exp.Query:
    """The one SELECT of a model as a tree.

    raises  ValueError with a translated sentence if it is not one SELECT, cannot be
            parsed, or uses a function that is not on the list
    """
    try:
        statements = [tree for tree in sqlglot.parse(sql, read="duckdb") if tree is not None]
    except ParseError as error:
        place = error.errors[0] if error.errors else {}
        raise ValueError(
            _(
                "line %(line)s cannot be parsed: %(reason)s",
                line=place.get("line", "?"),
                reason=place.get("description", str(error)).rstrip("."),
            )
        ) from None
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise ValueError(_("a model is exactly one SELECT"))
    for function in statements[0].find_all(exp.Func):
        name = function_name(function)
        if name not in FUNCTIONS:
            raise ValueError(
                _("the function %(name)s is not on the list of portable functions", name=name)
            )
    return statements[0]


def function_name(function: exp.Func) -> str:
    """How the function is called in SQL, lower case."""
    if isinstance(function, exp.Anonymous):
        return str(function.this).lower()
    return function.sql_name().lower()


def to_spark(sql: str) -> str:
    """The same query in Spark's dialect; raises sqlglot's UnsupportedError where it has none."""
    return sqlglot.transpile(
        sql, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE
    )[0]
