"""Compiles a contract and the columns of one file into one SQL statement.

The statement reads a table `block` with a column per field that the file has (its text,
trimmed, null where it says nothing) and the cells that no field takes. It works in named
steps: `texts` (extract, other words for values), `typed` (one column per field of the
contract), then one row per row of the block: the number of the first check it breaks (0:
none), hashes, and the values that are no longer the text as it stood.
"""

import dataclasses
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from shuren.data.internals.columns import Source
from shuren.data.shapes import PSEUDONYM, Contract, Field

SQL_TYPES = {
    "string": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "boolean": "BOOLEAN",
}
BROKEN, WORD, PERSON = "_broken", "_word", "_person_"
_WHOLE = "whole_"
# The engine's own cast reads these, and many times faster.
_LIKE_ISO = re.compile("%Y([-/])%m\\1%d( %H:%M(:%S)?)?")
# A hyphen, or a directive that could read one.
_MAY_HAVE_HYPHEN = re.compile("-|%[^YymdHMSf]")
_YES = ("1", "true", "t", "yes", "y", "是", "有", "真")
_NO = ("0", "false", "f", "no", "n", "否", "无", "没有", "假")


@dataclass(frozen=True)
class Check:
    """`broken` is a predicate over the typed columns, true for a row that breaks the rule."""

    rule: str
    field: str
    broken: str
    detail: dict[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Compiled:
    """first_broken  the statement that finds the first broken check of each row
    all_broken    the same with the numbers of all of them, as a list
    changed       the fields whose values it gives; others are their text as it stands
    """

    checks: tuple[Check, ...]
    first_broken: str
    all_broken: str
    changed: tuple[str, ...]


def compile_checks(
    contract: Contract,
    sources: Sequence[Source],
    width: int,
    needless: Collection[int] = (),
    quick: Collection[str] = (),
) -> Compiled:
    """width     columns of the file; those that no field takes are c1…cn in the block
    needless  numbers of checks that the first statement may leave out
    quick     the columns worked out already that the block has (`quick_column`, `part_column`)
    """
    checks = tuple(_ordered_checks(contract, sources))
    changed = tuple(
        s.field.name
        for s in sources
        if not s.absent and (s.field.type != "string" or _text_step(s) or s.constant is not None)
    )
    taken = {s.position: name(f"{_WHOLE}{s.field.name}") for s in sources if s.position}
    cells = ", ".join(taken.get(n, f"c{n}") for n in range(1, width + 1))
    whole = "".join(
        f"{name(text_column(s.field.name))} AS {taken[s.position]}, "
        for s in sources
        if s.position and taken[s.position] == name(f"{_WHOLE}{s.field.name}")
    )
    others = "".join(f"c{n}, " for n in range(1, width + 1) if n not in taken)
    others += "".join(f"{name(column)}, " for column in sorted(quick))

    def text(source: Source) -> str:
        part = part_column(source.field.name)
        return name(part) if part in quick else _text(source)

    def value(source: Source) -> str:
        return _value(source, quick)

    steps = (
        f"WITH texts AS (SELECT {others}{whole}{_columns(sources, text)} FROM block),\n"
        f"typed AS (SELECT *, {_columns(sources, value, prefix='')} FROM texts)\n"
    )
    cases = " ".join(
        f"WHEN {_unless_read(c, quick)} THEN {n}"
        for n, c in enumerate(checks, 1)
        if n not in needless
    )
    first = f"CAST(CASE {cases} ELSE 0 END AS USMALLINT)" if cases else "CAST(0 AS USMALLINT)"
    every = ", ".join(f"CASE WHEN {c.broken} THEN {n} END" for n, c in enumerate(checks, 1))
    values = "".join(f", {name(f)}" for f in changed)
    people = [f.name for f in contract.fields if f.storage == PSEUDONYM]
    values += "".join(f", hash({name(f)}) AS {name(PERSON + f)}" for f in people)
    return Compiled(
        checks=checks,
        first_broken=f"{steps}SELECT {first} AS {BROKEN}, hash({cells}) AS {WORD}{values} "
        f"FROM typed",
        all_broken=f"{steps}SELECT list_filter([{every or 'NULL'}], lambda x: x IS NOT NULL) "
        f"AS {BROKEN} FROM typed",
        changed=changed,
    )


def empty_rows(contract: Contract) -> str:
    """A SELECT of no rows with the contract's typed columns: to try a row rule on."""
    columns = ", ".join(
        f"CAST(NULL AS {SQL_TYPES[f.type]}) AS {name(f.name)}" for f in contract.fields
    )
    return f"SELECT {columns} LIMIT 0"


def text_column(field_name: str) -> str:
    """The block's column that holds a field's text."""
    return f"text_{field_name}"


def quick_column(field_name: str) -> str:
    """The block's column that holds the moments of a field, as far as they are beyond doubt and
    in its range."""
    return f"quick_{field_name}"


def part_column(field_name: str) -> str:
    """The block's column that holds what was extracted for a field."""
    return f"part_{field_name}"


def extract_words(source: Source) -> str:
    """A statement that extracts from the texts of a table `words`, in their order."""
    return f"SELECT {_text(source)} AS part FROM words"


def is_plain(source: Source) -> bool:
    """Whether the text of a field is a column of the file as it stands."""
    return source.position is not None and not _text_step(source)


def reads_iso(source: Source) -> bool:
    """Whether a moment as ISO 8601 writes it is that moment here, too."""
    own = source.formats[: source.declared]
    return source.field.type in ("date", "timestamp") and all(map(_LIKE_ISO.fullmatch, own))


def name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _columns(sources: Sequence[Source], make: Any, prefix: str = "text_") -> str:
    return ", ".join(f"{make(s)} AS {name(prefix + s.field.name)}" for s in sources)


def _text(source: Source) -> str:
    if source.absent:
        return "CAST(NULL AS VARCHAR)"
    if source.constant is not None:
        return literal(source.constant)
    return _text_step(source) or name(text_column(source.field.name))


def _text_step(source: Source) -> str:
    """Extract and exchange values; '' when the text stays as it is."""
    text = name(text_column(source.field.name))
    if source.constant is not None or source.absent:
        return ""
    step = ""
    if source.extract:
        step = f"nullif(trim(regexp_extract({text}, {literal(source.extract)}, 1)), '')"
    if source.values:
        inner = step or text
        pairs = " ".join(
            f"WHEN {literal(k)} THEN {literal(v) if v else 'NULL'}"
            for k, v in source.values.items()
        )
        step = f"CASE {inner} {pairs} ELSE {inner} END"
    return step


def _value(source: Source, quick: Collection[str]) -> str:
    text = name(text_column(source.field.name))
    if source.absent:
        return f"CAST(NULL AS {SQL_TYPES[source.field.type]})"
    return {
        "string": lambda: text,
        "integer": lambda: (
            f"CASE WHEN regexp_full_match({text}, '[+-]?[0-9]{{1,18}}(\\.0+)?') "
            f"THEN TRY_CAST({text} AS BIGINT) END"
        ),
        "number": lambda: (
            f"CASE WHEN regexp_full_match({text}, "
            f"'[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]{{1,2}})?') "
            f"THEN TRY_CAST({text} AS DOUBLE) END"
        ),
        "boolean": lambda: (
            f"CASE WHEN lower({text}) IN ({_list(_YES)}) THEN true "
            f"WHEN lower({text}) IN ({_list(_NO)}) THEN false END"
        ),
        "date": lambda: _moment(source, text, "DATE", quick),
        "timestamp": lambda: _moment(source, text, "TIMESTAMP", quick),
    }[source.field.type]()


def _moment(source: Source, text: str, kind: str, quick: Collection[str]) -> str:
    """The mapping's formats, then ISO 8601, then the contract's."""
    own = source.formats[: source.declared]
    others = [f for f in source.formats[source.declared :] if not _LIKE_ISO.fullmatch(f)]
    tries = [f"TRY_CAST({text} AS {kind})"]
    if own:
        tries.insert(0, f"CAST(try_strptime({text}, [{_list(own)}]) AS {kind})")
    if others:
        parsed = f"CAST(try_strptime({text}, [{_list(others)}]) AS {kind})"
        if not any(map(_MAY_HAVE_HYPHEN.search, others)):
            # To find that a text is in none of many formats takes longer than anything else.
            parsed = f"CASE WHEN NOT contains({text}, '-') THEN {parsed} END"
        tries.append(parsed)
    column = quick_column(source.field.name)
    if column in quick:
        tries.insert(0, f"CAST({name(column)} AS {kind})")
    return f"COALESCE({', '.join(tries)})" if len(tries) > 1 else tries[0]


def _unreadable(field: Field) -> str:
    """True where the text did not give a value of the type.

    For moments also where it gave one by accident: DuckDB reads words such as 'epoch', and
    takes two digits for a year.
    """
    text, value = name(text_column(field.name)), name(field.name)
    wrong = f"{value} IS NULL"
    if field.type in ("date", "timestamp"):
        wrong = f"({wrong} OR {value} < {SQL_TYPES[field.type]} '1000-01-01' OR {text} >= ':')"
    return f"{text} IS NOT NULL AND {wrong}"


def _unless_read(check: Check, quick: Collection[str]) -> str:
    column = quick_column(check.field)
    if column in quick and check.rule in ("R02", "R04"):
        return f"{name(column)} IS NULL AND ({check.broken})"
    return check.broken


def _list(values: Sequence[str]) -> str:
    return ", ".join(literal(value) for value in values)


def _ordered_checks(contract: Contract, sources: Sequence[Source]) -> Iterator[Check]:
    """By rule code, then in the contract's order of columns."""
    present = [s for s in sources if not s.absent]
    for s in present:
        if s.field.required:
            yield Check("R01", s.field.name, f"{name(text_column(s.field.name))} IS NULL")
    for s in present:
        if s.field.type != "string":
            yield Check("R02", s.field.name, _unreadable(s.field))
    for s in present:
        yield from _form(s.field)
    for s in present:
        yield from _range(s.field)
    for s in present:
        if s.field.allowed:
            listed = _list(s.field.allowed)
            yield Check("R05", s.field.name, f"{name(s.field.name)} NOT IN ({listed})")
    for rule in contract.row_rules:
        yield Check("R07", "", f"NOT ({rule.sql})", {"row_rule": rule.id})


def _form(field: Field) -> Iterator[Check]:
    value = name(field.name)
    if field.pattern:
        yield Check("R03", field.name, f"NOT regexp_full_match({value}, {literal(field.pattern)})")
    if field.max_length is not None:
        # Bytes are counted without looking at them; characters only where that may be too many.
        n = field.max_length
        broken = f"strlen({value}) > {n} AND length({value}) > {n}"
        yield Check("R03", field.name, broken, {"longest": n})


def _range(field: Field) -> Iterator[Check]:
    value, kind = name(field.name), SQL_TYPES[field.type]
    bounds = [
        f"{value} {sign} CAST({literal(bound)} AS {kind})"
        for sign, bound in (("<", field.minimum), (">", field.maximum))
        if bound is not None
    ]
    if bounds:
        yield Check("R04", field.name, " OR ".join(bounds))
