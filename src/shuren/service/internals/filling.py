"""Checks what was filled in against the fields that were asked for."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.suggestions import did_you_mean
from shuren.service.case_shapes import AskedField, Incoming
from shuren.service.errors import WrongField
from shuren.service.internals.case_files import checked

LONGEST = {"text": 200, "long_text": 4000, "title": 100}
_YES, _NO = ("true", "on", "yes", "1"), ("false", "off", "no", "0", "")


def filled(asked: Sequence[AskedField], given: Mapping[str, Any] | None) -> dict[str, Any]:
    """The values as they are kept: text, number, true or false, of a file its name; empty ones are
    left out.

    raises  WrongField naming the field
    """
    given = given or {}
    known = {one.name for one in asked}
    for name in given:
        if name not in known:
            raise WrongField(
                str(name)[:60],
                _("There is no field '%(name)s' here.", name=str(name)[:60]),
                fix=did_you_mean(str(name)[:60], known),
            )
    values = {}
    for field in asked:
        value = _value(field, given.get(field.name))
        if value is None and field.required:
            raise WrongField(
                field.name,
                _("“%(field)s” must be filled in.", field=pick(field.title)),
                fix=pick(dict(field.why)),
            )
        if value is not None:
            values[field.name] = value
    return values


def _value(field: AskedField, given: Any) -> Any:
    if given is None or (isinstance(given, str) and not given.strip()):
        return None
    if field.type == "file":
        return checked(field, given)
    if isinstance(given, Incoming):
        raise _wrong(field, _("Write text here: this field takes no file."))
    if field.type in LONGEST:
        return _text(field, given)
    if field.type == "boolean":
        return _boolean(field, given)
    if field.type == "declaration":
        return _boolean(field, given) or None
    if field.type == "number":
        return _number(field, given)
    if field.type == "choice":
        if str(given) not in field.choices:
            titles = [pick(title) for title in field.choices.values()]
            raise _wrong(field, _("Choose one of: %(choices)s.", choices=", ".join(titles)))
        return str(given)
    try:
        if field.type == "date":
            day = given if isinstance(given, date) else date.fromisoformat(str(given).strip())
            return day.isoformat()[:10]
        moment = given if isinstance(given, datetime) else datetime.fromisoformat(str(given))
        return moment.isoformat()
    except ValueError:
        raise _wrong(field, _("Write a day as 2026-11-28.")) from None


def _text(field: AskedField, given: Any) -> str:
    text = "".join(c for c in str(given) if c.isprintable() or c == "\n").strip()
    if len(text) > LONGEST[field.type]:
        raise _wrong(field, _("Write at most %(count)s characters.", count=LONGEST[field.type]))
    return text


def _boolean(field: AskedField, given: Any) -> bool:
    said = str(given).strip().lower()
    if said not in (*_YES, *_NO):
        raise _wrong(field, _("Say yes or no."))
    return said in _YES


def _number(field: AskedField, given: Any) -> float | int:
    try:
        number = float(given)
    except (TypeError, ValueError, OverflowError):
        raise _wrong(field, _("Write a number.")) from None
    least, most = field.minimum, field.maximum
    is_fit = (least is None or number >= least) and (most is None or number <= most)
    if not is_fit or number != number or abs(number) > 1e15:
        raise _wrong(
            field,
            _("Write a number from %(least)s to %(most)s.",
              least="…" if least is None else least, most="…" if most is None else most),
        )  # fmt: skip
    return int(number) if number.is_integer() else number


def _wrong(field: AskedField, fix: str) -> WrongField:
    return WrongField(
        field.name,
        _("“%(field)s” cannot be used as it is.", field=pick(field.title)),
        fix=fix,
    )
