"""Lines of JSON as rows: objects flattened, messages of a broker opened."""

import json
import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

TOPIC, PAYLOAD, RECEIVED = "topic", "payload", "received_at"
_ZONED = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)")
_MILLISECONDS = 1e11  # a number of seconds so large lies in the year 5138
Row = dict[str, str | None]


class NoRecord(ValueError):
    """The line is no JSON object; the text says why."""


class LineReader:
    """options of the mapping

    columns  names of the cells of a payload that is not JSON but values with commas between
    epoch    columns that count seconds, or milliseconds, since 1970
    """

    def __init__(self, options: dict[str, Any], zone: str) -> None:
        self._columns = [str(name) for name in options.get("columns", ())]
        self._epoch = [str(name) for name in options.get("epoch", ())]
        self._zone = ZoneInfo(zone)

    def row(self, line: bytes) -> Row:
        """Moments with a zone come as local time, as everything in the lake is.

        raises  NoRecord
        """
        found = _object(line)
        if {TOPIC, PAYLOAD} <= found.keys():
            found = self._message(found)
        row: Row = {}
        _flatten("", found, row)
        for name, value in row.items():
            if value and name in self._epoch:
                row[name] = self._counted(value)
            elif value and _ZONED.fullmatch(value):
                row[name] = self._local(value)
        return row

    def _message(self, found: dict[str, Any]) -> dict[str, Any]:
        """The payload, with the topic and its levels as topic.1, topic.2 …"""
        topic, payload = str(found[TOPIC]), found[PAYLOAD]
        levels = {f"topic.{place}": part for place, part in enumerate(topic.split("/"), 1)}
        about = {TOPIC: topic, **levels, RECEIVED: found.get(RECEIVED)}
        if not isinstance(payload, str):
            raise NoRecord("payload is no text")
        if self._columns:
            cells = [cell.strip() for cell in payload.split(",")]
            if len(cells) != len(self._columns):
                raise NoRecord(f"{len(cells)} values instead of {len(self._columns)}")
            return {**about, **dict(zip(self._columns, cells, strict=True))}
        return {**about, **_object(payload.encode())}

    def _counted(self, value: str) -> str:
        try:
            seconds = float(value)
            seconds = seconds / 1000 if abs(seconds) >= _MILLISECONDS else seconds
            return _text(datetime.fromtimestamp(seconds, UTC).astimezone(self._zone))
        except (ValueError, OverflowError, OSError):
            return value

    def _local(self, value: str) -> str:
        try:
            return _text(datetime.fromisoformat(value).astimezone(self._zone))
        except (ValueError, OverflowError):
            return value


def _text(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(" ")


def _object(line: bytes) -> dict[str, Any]:
    try:
        # Numbers stay as they are written: 1.10 is not 1.1, and a long one is not rounded.
        found = json.loads(line.decode("utf-8-sig"), parse_int=str, parse_float=str)
    except UnicodeDecodeError:
        raise NoRecord("not UTF-8") from None
    except json.JSONDecodeError as error:
        raise NoRecord(f"{error.msg}, column {error.colno}") from None
    except RecursionError:
        raise NoRecord("nested too deeply") from None
    if not isinstance(found, dict):
        raise NoRecord("no object")
    return found


def _flatten(prefix: str, found: dict[str, Any], row: Row) -> None:
    """{a: {b: 1}} is the column a.b; lists stay JSON."""
    for key, value in found.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            _flatten(f"{name}.", value, row)
        elif value is None or isinstance(value, str):
            row[name] = value
        elif isinstance(value, bool):
            row[name] = "true" if value else "false"
        else:
            row[name] = json.dumps(value, ensure_ascii=False)
