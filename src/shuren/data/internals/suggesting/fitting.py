"""How well one column fits one field: by its name, and by what it says."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from shuren.data.internals.lint import plain_name
from shuren.data.internals.suggesting.dates import FORMATS, ISO, best_formats
from shuren.data.internals.suggesting.kinds import kind_of, looked_at
from shuren.data.internals.suggesting.naming import likeness
from shuren.data.internals.suggesting.sampling import Column
from shuren.data.shapes import Contract, Field
from shuren.kernel.i18n import gettext as _

DATES = ("date", "timestamp")
_BOOLEANS = frozenset(
    ("1", "0", "true", "false", "t", "f", "yes", "no", "y", "n", *"是否有无真假", "没有")
)
_INTEGER = re.compile(r"[+-]?\d{1,15}")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_ONE_NUMBER = re.compile(r"[^\d-]*-?\d{1,9}[^\d]*")
_FIRST_NUMBER = "(-?[0-9]+)"
# Shares of a column's values that the lake already has under a field.
Known = Callable[[Field, Column], float]


@dataclass(frozen=True)
class Fit:
    """name    0 to 1, and which name of the field it was like
    share   of the values that the field could hold; weight: how far that tells them from others
    formats, values, extract  what the mapping must say besides
    known   share of the values that the lake has under this field
    """

    field: Field
    column: Column
    name: float
    like: str
    share: float
    weight: float
    formats: tuple[str, ...] = ()
    values: Mapping[str, str] | None = None
    extract: str = ""
    known: float = 0.0

    @property
    def score(self) -> float:
        value = self.weight * self.share
        if self.known >= 0.5:
            value = max(value, 0.95 * self.known)
        if self.name == 1.0:
            return 0.45 if self.column.values and self.share < 0.3 else 0.8 + 0.2 * value
        typed = self.field.type != "string" or bool(self.field.allowed)
        if self.column.values and (self.share < 0.5 if typed else self.share < 0.3):
            return 0.0
        return 1 - (1 - 0.85 * self.name**1.5) * (1 - value)

    def reasons(self) -> tuple[str, ...]:
        return tuple(self._reasons())

    def _reasons(self) -> Iterator[str]:
        column = self.column.name or str(self.column.place)
        if self.name == 1.0:
            yield _("The contract knows the name “%(name)s”.", name=column)
        elif self.name:
            yield _("“%(name)s” is like “%(known)s”.", name=column, known=self.like)
        if not self.column.values:
            yield _("The column is empty in the first rows.")
            return
        share = f"{100 * self.share:.0f}"
        if self.field.type in DATES and self.formats:
            yield _("%(share)s %% of the values are dates as %(format)s.", share=share,
                    format=" / ".join(self.formats))  # fmt: skip
        elif self.field.allowed:
            yield _("%(share)s %% of the values are codes of this field.", share=share)
        elif self.weight >= 0.25 or self.field.type != "string":
            yield _("%(share)s %% of the values look as this field's do.", share=share)
        if self.known >= 0.5:
            known = f"{100 * self.known:.0f}"
            yield _("%(share)s %% of the values are in the lake under this field.", share=known)


def fit(contract: Contract, field: Field, column: Column, known: Known) -> Fit:
    name, like = likeness(column.name, field)
    share, weight, formats, values = _values(field, column)
    if not column.values:
        share = 1.0 if name else 0.0
    share, weight = _by_key(contract, field, column, share, weight)
    if field.required:
        share *= min(1.0, column.fill + 0.05)
    elif not field.expected and field.type in DATES:
        weight += 0.1 if 0 < column.fill < 0.995 else -0.05
    there = known(field, column) if field.type == "string" and column.values else 0.0
    extract = ""
    if field.type == "integer" and name and share < 0.5 and column.share(_ONE_NUMBER) > 0.9:
        share, weight, extract = column.share(_ONE_NUMBER), 0.1, _FIRST_NUMBER
    return Fit(field, column, name, like, share, weight, formats, values, extract, there)


def _by_key(
    contract: Contract, field: Field, column: Column, share: float, weight: float
) -> tuple[float, float]:
    """A key is never the same twice; what is not a key seldom differs in every row."""
    if field.unique or contract.key == (field.name,):
        if column.distinct < 0.99 and field.type == "string":
            return share * column.distinct, weight * (1.0 if column.distinct > 0.9 else 0.5)
        return share, min(0.95, weight + 0.25)
    if field.name.endswith("_id") and column.distinct == 1.0 and len(column.values) > 50:
        return share, weight * 0.6
    return share, weight


def _values(
    field: Field, column: Column
) -> tuple[float, float, tuple[str, ...], dict[str, str] | None]:
    """Share, weight, formats and value table."""
    if field.type in DATES:
        return _dates(field, column)
    if field.type == "boolean":
        hits = sum(v.casefold() in _BOOLEANS for v in column.few) / len(column.few or [""])
        return hits, 0.45 if len(column.counts) <= 2 else 0.2, (), None
    if field.allowed:
        return _codes(field, column)
    share, weight = 1.0, 0.05
    if field.type in ("integer", "number"):
        share, weight = _numbers(field, column)
    elif field.pattern:
        share, weight = column.share(_compiled(field.pattern)), 0.1
    kind = kind_of(field.name)
    if kind:
        looks = looked_at(kind[0], column)
        if field.type == "string":
            share = min(share, 0.35 + 0.65 * looks) if looks < 0.5 else min(share, looks)
        weight = max(weight, kind[1] * looks)
    if field.max_length and column.few:
        share *= sum(len(v) <= field.max_length for v in column.few) / len(column.few)
    return share, weight, (), None


def _dates(
    field: Field, column: Column
) -> tuple[float, float, tuple[str, ...], dict[str, str] | None]:
    formats, share = column.dates
    further = [form for form in field.formats if form not in FORMATS]
    if share < 0.5 and further:
        formats, share = best_formats(column.few, further)
    timed = any("%H" in form for form in formats)
    weight = 0.5 if field.type == "date" and not timed else 0.45
    if field.type == "date" and timed:
        weight = 0.3
    if field.type == "timestamp" and not timed:
        weight = 0.6 if "due" in field.name else 0.42
    needed = tuple(form for form in formats if form not in ISO)
    return share, weight, (formats if needed else ()), None


def _codes(
    field: Field, column: Column
) -> tuple[float, float, tuple[str, ...], dict[str, str] | None]:
    """Words the contract knows count; unknown ones that are like a known one go to a table."""
    known = {**{code: code for code in field.allowed}, **field.values}
    total = sum(column.counts.values()) or 1
    certain = sum(n for word, n in column.counts.items() if word in known)
    table = {}
    if len(column.counts) <= 60:
        for word in column.counts:
            meant = "" if word in known else _like_a_code(word, known)
            if meant:
                table[word] = meant
    guessed = sum(column.counts[word] for word in table)
    share = (certain + 0.7 * guessed) / total
    few = len(column.counts) <= max(30, 2 * len(known))
    return share, 0.85 if few else 0.3, (), table or None


def _like_a_code(word: str, known: Mapping[str, str]) -> str:
    plain = plain_name(word)
    inside = [one for one in known if len(one) >= 2 and plain_name(one) in plain]
    if inside:
        return known[max(inside, key=len)]
    around = [one for one in known if len(plain) >= 2 and plain in plain_name(one)]
    meant = {known[one] for one in around}
    return meant.pop() if len(meant) == 1 else ""


def _numbers(field: Field, column: Column) -> tuple[float, float]:
    pattern = _INTEGER if field.type == "integer" else _NUMBER
    good = [value for value in column.few if pattern.fullmatch(value.replace(",", ""))]
    share = len(good) / len(column.few or [""])
    try:
        low, high = float(field.minimum or "-inf"), float(field.maximum or "inf")
    except ValueError:
        return share, 0.2
    inside = sum(low <= float(value.replace(",", "")) <= high for value in good)
    narrow = 0.32 if high <= 100 else 0.18
    return inside / len(column.few or [""]), narrow if share > 0.5 else 0.1


def _compiled(pattern: str) -> re.Pattern[str]:
    """RE2 as Python reads it; what it cannot read matches all."""
    try:
        return re.compile(pattern)
    except re.error:
        return re.compile(".*")
