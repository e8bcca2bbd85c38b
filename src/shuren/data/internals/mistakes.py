"""Mistakes in definition files, said the same way everywhere: file, key, what to write."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from shuren.kernel.errors import DefinitionError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.suggestions import did_you_mean


class Mistakes:
    """Checks for one file; each raises (or, `at`, makes) a DefinitionError that names it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def at(self, key: str, problem: str, fix: str = "") -> DefinitionError:
        message = _("%(path)s, %(key)s: %(problem)s", path=self.path, key=key, problem=problem)
        return DefinitionError(message, fix=fix)

    def one_of(self, key: str, value: object, known: Sequence[str]) -> None:
        if value not in known:
            problem = _("'%(value)s' is not known here.", value="" if value is None else value)
            raise self.at(key, problem, did_you_mean(str(value), known))

    def keys(
        self, where: str, content: Any, required: Sequence[str], optional: Sequence[str] = ()
    ) -> None:
        """Every key known, every required one there."""
        if not isinstance(content, dict):
            raise self.at(where, _("it must be a list of `key: value` lines."))
        for key in content:
            self.one_of(where or str(key), str(key), (*required, *optional))
        for key in required:
            if key not in content:
                raise self.at(f"{where}.{key}".lstrip("."), _("the key is missing."))

    def kind(self, key: str, value: object, kind: type | tuple[type, ...]) -> None:
        if not isinstance(value, kind):
            kinds = kind if isinstance(kind, tuple) else (kind,)
            raise self.at(
                key, _("it must be a %(kind)s.", kind=" / ".join(k.__name__ for k in kinds))
            )

    def pattern(self, key: str, pattern: str) -> None:
        """A pattern must be RE2, as the lake engine is: no look-around, no back-reference."""
        problem = _pattern_problem(pattern) if pattern else ""
        if problem:
            raise self.at(key, _("the pattern cannot be used: %(problem)s.", problem=problem))


@cache
def _pattern_problem(pattern: str) -> str:
    try:
        _engine().execute("SELECT regexp_matches('', ?)", [pattern]).fetchall()
    except duckdb.Error as error:
        return str(error).splitlines()[0]
    return ""


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    """An empty database in memory; opening one takes longer than a hundred patterns."""
    return duckdb.connect(config={"threads": 1})
