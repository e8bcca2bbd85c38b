"""What a COUNTER report says of itself before the first item."""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from shuren.data.internals.reading.problems import FileProblem
from shuren.kernel.i18n import gettext as _

# What a standard view leaves out because it is the same in every row (standards.md §3.1).
_REGULAR = {"access_method": "Regular"}
_JOURNAL = {"data_type": "Journal", **_REGULAR}
PRESETS: dict[str, dict[str, str]] = {
    "PR": {},
    "PR_P1": _REGULAR,
    "DR": {},
    "DR_D1": _REGULAR,
    "DR_D2": _REGULAR,
    "TR": {},
    "TR_B1": {"access_type": "Controlled", **_REGULAR},
    "TR_B2": _REGULAR,
    "TR_B3": _REGULAR,
    "TR_J1": {"access_type": "Controlled", **_JOURNAL},
    "TR_J2": _JOURNAL,
    "TR_J3": _JOURNAL,
    "TR_J4": {"access_type": "Controlled", **_JOURNAL},
    "IR": {},
    "IR_A1": {"data_type": "Article", "parent_data_type": "Journal", **_REGULAR},
    "IR_M1": _REGULAR,
}
MASTERS = ("PR", "DR", "TR", "IR")
_IMPLIED: tuple[str, ...] = ("data_type", "access_type", "access_method", "yop")
_DATES = ("begin_date", "end_date")
_RELEASES = {"5": "5.0", "5.0": "5.0", "5.0.1": "5.0", "5.0.2": "5.0", "5.0.3": "5.0"}


@dataclass(frozen=True)
class Head:
    """The columns every row of a report shares; "" where it is silent.

    report_created  UTC, ISO; of two reports of one month the one created later counts
    report_filters  other than dates and those of a standard view, in one spelling
    """

    release: str
    report_id: str
    report_created: str = ""
    report_filters: str = ""
    institution: str = ""
    customer_id: str = ""

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


@dataclass(frozen=True)
class Report:
    """head, what its receipt should say, and attributes that hold for every row."""

    head: Head
    notes: tuple[str, ...]
    implied: dict[str, str]


def read_header(content: dict[str, Any], file: str) -> Report:
    """The header of a JSON report, or of a table brought into its shape (table_report).

    raises  FileProblem for a release or report we do not know
    """
    release, id = _text(content.get("Release")), _text(content.get("Report_ID")).upper()
    known = _RELEASES.get(release, "5.1" if re.fullmatch(r"5\.1(\.\d+)*", release) else "")
    if not known:
        raise unsupported(file, release, id)
    if id not in PRESETS:
        raise FileProblem(
            _("%(file)s holds the report '%(id)s', which is none of COUNTER Release 5.",
              file=file, id=id),
            fix=_("Load one of these: %(names)s.", names=", ".join(PRESETS)),
        )  # fmt: skip
    filters = _pairs(content.get("Report_Filters"))
    head = Head(
        release=known,
        report_id=id,
        report_created=_moment(_text(content.get("Created"))),
        report_filters=_spelled(filters) if id in MASTERS else "",
        institution=_text(content.get("Institution_Name")),
        customer_id=_text(content.get("Customer_ID")) or _ids(content.get("Institution_ID")),
    )
    single = {key: parts[0] for key, parts in filters.items() if len(parts) == 1}
    implied: dict[str, str] = {key: single[key] for key in _IMPLIED if key in single}
    return Report(head, tuple(_notes(content, head, filters)), {**implied, **PRESETS[id]})


def unsupported(file: str, release: str, id: str) -> FileProblem:
    return FileProblem(
        _("%(file)s is a COUNTER report of release '%(release)s' (%(id)s); only 5.1 and 5.0 are "
          "read.", file=file, release=release or "?", id=id or "?"),
        fix=_("Fetch the same months as a Release 5.1 report from the platform."),
    )  # fmt: skip


def exceptions(content: Any) -> list[tuple[int, str]]:
    """(code, sentence) of every exception in any shape releases 5.0 and 5.1 give it."""
    found: list[tuple[int, str]] = []
    if isinstance(content, dict):
        if "Code" in content or "Number" in content:
            code = _text(content.get("Code", content.get("Number")))
            parts = [_text(content.get("Message")), _text(content.get("Data"))]
            if code.lstrip("-").isdecimal():
                found.append((int(code), ": ".join(part for part in parts if part)))
        for key in ("Exceptions", "Exception", "Report_Header", "error"):
            found += exceptions(content.get(key))
    elif isinstance(content, list):
        for part in content:
            found += exceptions(part)
    elif isinstance(content, str):
        for code, message in re.findall(r"(\d{1,4})\s*:\s*([^;|]*)", content):
            found.append((int(code), message.strip()))
    return found


def _notes(content: dict[str, Any], head: Head, filters: dict[str, list[str]]) -> Iterable[str]:
    period = " – ".join(filters[key][0] for key in _DATES if filters.get(key))
    yield _(
        "%(report)s, Release %(release)s, %(period)s, by %(vendor)s for %(institution)s, "
        "created %(created)s.",
        report=head.report_id,
        release=head.release,
        period=period or "?",
        vendor=_text(content.get("Created_By")) or "?",
        institution=head.institution or "?",
        created=head.report_created or "?",
    )
    for code, message in exceptions(content.get("Exceptions")):
        yield exception_note(code, message)


def exception_note(code: int, message: str) -> str:
    if code == 3040:
        return _("The report is partial (3040): %(message)s", message=message)
    return _("The platform says (%(code)s): %(message)s", code=code, message=message)


def _pairs(content: Any) -> dict[str, list[str]]:
    """{name in small letters: values} of filters in either release's shape."""
    found: dict[str, list[str]] = {}
    if isinstance(content, dict):
        items = list(content.items())
    elif isinstance(content, list):
        items = [(p.get("Name"), p.get("Value")) for p in content if isinstance(p, dict)]
    else:
        items = []
    for name, value in items:
        values = value if isinstance(value, list) else _text(value).split("|")
        found.setdefault(_text(name).lower(), []).extend(_text(v) for v in values)
    return found


def _spelled(filters: dict[str, list[str]]) -> str:
    parts = [
        f"{name}={'|'.join(sorted(set(values)))}"
        for name, values in sorted(filters.items())
        if name not in (*_DATES, "platform", "metric_type") and any(values)
    ]
    return "; ".join(parts)


def _ids(content: Any) -> str:
    """Institution ids as `Type:Value`, whichever way they are written."""
    if isinstance(content, dict):
        return "; ".join(f"{kind}:{v}" for kind, values in content.items() for v in _list(values))
    if isinstance(content, list):
        parts = [p for p in content if isinstance(p, dict)]
        return "; ".join(f"{_text(p.get('Type'))}:{_text(p.get('Value'))}" for p in parts)
    return _text(content)


def _moment(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return ""
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> str:
    return "" if value is None or isinstance(value, (dict, list)) else str(value).strip()
