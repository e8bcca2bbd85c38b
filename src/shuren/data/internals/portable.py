"""Which SQL a model may use: what the embedded engine and Spark can both be made to mean alike.

A model is run here by DuckDB; a consortium may run the same file on Spark, said in its dialect
by `spark.dialect`. So functions are on a list, each held against both engines by a test, and a
few are allowed only in the form in which they mean one thing.
"""

import re
from collections.abc import Callable

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError

from shuren.kernel.i18n import gettext as _

# Left out on purpose: regexp_replace (first match here, all matches there), strftime and
# strptime (different format letters), quantiles (different definitions), anything random or
# dependent on the moment it runs.
_NAMES = """
    abs avg case cast ceil coalesce concat concat_ws count datediff exists extract floor greatest
    hour if least left length lower max md5 min minute month nullif pad quarter regexp_like
    replace right round row_number rank dense_rank lag lead split_part starts_with substring sum
    trim try_cast upper week year day and or
"""
FUNCTIONS = frozenset(_NAMES.split())
PARTS = frozenset(
    ["YEAR", "ISOYEAR", "QUARTER", "MONTH", "WEEK", "DAY", "DOY", "ISODOW", "HOUR", "MINUTE"]
)
UNITS = frozenset(["DAY", "HOUR", "MINUTE", "SECOND"])
# What RE2 and Java read alike: no look-around or flags, no classes by name but \p{Han}.
_ODD_PATTERN = re.compile(r"\(\?(?!:)|\[:|\\(?!p\{Han\}|[dDsSnrt.^$*+?()\[\]{}|/\\-])")
_ODD = (exp.ILike, exp.SimilarTo, exp.Glob, exp.Bracket, exp.TableSample, exp.Pivot, exp.Lambda)


def parse(sql: str) -> exp.Query:
    """The one SELECT of a model as a tree.

    raises  ValueError with a translated sentence if it is not one SELECT, cannot be
            parsed, or uses what is not portable
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
    for node in statements[0].walk():
        _check_form(node)
    return statements[0]


def function_name(function: exp.Func) -> str:
    """How the function is called in SQL, lower case."""
    if isinstance(function, exp.Anonymous):
        return str(function.this).lower()
    return function.sql_name().lower()


def _check_form(node: exp.Expr) -> None:
    if isinstance(node, _ODD):
        raise ValueError(_("%(sql)s is not portable", sql=node.sql("duckdb")))
    check = _FORMS.get(type(node))
    if check is not None and not check(node):
        raise ValueError(_FORM_WANTED[type(node)]() + f": {node.sql('duckdb')}")


def _number(node: exp.Expr | None, least: int) -> bool:
    """A whole number written out, not less than `least`."""
    text = node.sql() if node is not None else ""
    return re.fullmatch(r"-?\d+", text) is not None and int(text) >= least


def _text(node: exp.Expr | None) -> bool:
    """A text written out, not empty."""
    return isinstance(node, exp.Literal) and node.is_string and node.name != ""


def _substring(node: exp.Expr) -> bool:
    length = node.args.get("length")
    return _number(node.args.get("start"), 1) and (length is None or _number(length, 0))


def _split_part(node: exp.Expr) -> bool:
    place = node.args.get("part_index")
    return _text(node.args.get("delimiter")) and _number(place, -99) and not _is_zero(place)


def _is_zero(node: exp.Expr | None) -> bool:
    return node is not None and node.sql() == "0"


def _pattern(node: exp.Expr) -> bool:
    pattern = node.expression
    plain = _text(pattern) and not _ODD_PATTERN.search(pattern.name)
    return plain and node.args.get("flag") is None


_FORMS: dict[type[exp.Expr], Callable[[exp.Expr], bool]] = {
    exp.Extract: lambda node: node.name.upper() in PARTS,
    exp.DateDiff: lambda node: node.text("unit").upper() in UNITS,
    exp.Substring: _substring,
    exp.SplitPart: _split_part,
    exp.Pad: lambda node: _text(node.args.get("fill_pattern")),
    exp.RegexpLike: _pattern,
    exp.Round: lambda node: (
        node.args.get("decimals") is None or _number(node.args.get("decimals"), -15)
    ),
}
_FORM_WANTED: dict[type[exp.Expr], Callable[[], str]] = {
    exp.Extract: lambda: _(
        "extract is portable for %(parts)s only", parts=", ".join(sorted(PARTS)).lower()
    ),
    exp.DateDiff: lambda: _(
        "date_diff is portable for %(parts)s only", parts=", ".join(sorted(UNITS)).lower()
    ),
    exp.Substring: lambda: _("substring is portable from a place written as a number from 1 on"),
    exp.SplitPart: lambda: _(
        "split_part is portable with a separator and a place written out, the place not 0"
    ),
    exp.Pad: lambda: _("padding is portable with a filling written out"),
    exp.RegexpLike: lambda: _(
        "a pattern is portable if it is written out, without look-around, flags and named classes"
    ),
    exp.Round: lambda: _("round is portable to a number of digits written out"),
}
