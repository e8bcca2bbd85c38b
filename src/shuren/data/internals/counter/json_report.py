"""COUNTER JSON, releases 5.1 and 5.0."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from shuren.data.internals.counter.header import Report, exceptions, read_header, unsupported
from shuren.data.internals.counter.usage import COLUMNS, UsageBuilder, structure
from shuren.data.internals.reading.problems import FileProblem
from shuren.data.internals.reading.sources import find_source
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Progress

LARGEST = 1 << 30
_IDS = {
    "DOI": "doi", "Proprietary": "proprietary_id", "Proprietary_ID": "proprietary_id",
    "ISBN": "isbn", "Print_ISSN": "print_issn", "Online_ISSN": "online_issn", "URI": "uri",
}  # fmt: skip
_ATTRIBUTES = {
    "Data_Type": "data_type", "Section_Type": "section_type", "YOP": "yop",
    "Access_Type": "access_type", "Access_Method": "access_method", "Format": "format",
}  # fmt: skip
_NAMES = {"Title": "title", "Database": "database", "Item": "item", "Platform": "platform",
          "Publisher": "publisher", "Publication_Date": "publication_date",
          "Article_Version": "article_version"}  # fmt: skip
_DATED = {"Publication_Date": "publication_date", "Article_Version": "article_version"}
Values = dict[str, str | None]


class JsonReport:
    """See block.TableFile. A line is the number of the row in the report; the path in the
    refused row says where it stands."""

    encoding = "utf-8"
    width = len(COLUMNS)

    def __init__(self, path: Path, progress: Progress) -> None:
        content = load_json(path)
        content = unwrapped(content, path.name)
        self._report = read_header(_dict(content.get("Report_Header")), path.name)
        self._items = content.get("Report_Items")
        if not isinstance(self._items, list) or not self._items:
            raise _empty(content, path.name)
        self._progress = progress
        self.header = list(COLUMNS)
        self.beginning: list[list[str]] = []
        self.remarks = self._report.notes

    @property
    def dialect(self) -> dict[str, Any]:
        return {"kind": "counter", "header": self.header, "width": self.width,
                "report": self._report.head.as_dict(), "implied": self._report.implied}  # fmt: skip

    def blocks(self) -> Iterator[Any]:
        builder, reader = UsageBuilder(), ItemReader(self._report)
        for number, item in enumerate(self._items or ()):
            reader.read(builder, item, f"$.Report_Items[{number}]")
            if builder.full:
                self._progress(number, len(self._items or ()))
                yield builder.block()
        if not builder.empty:
            yield builder.block()


class ItemReader:
    """Turns items of a report into rows, counting them."""

    def __init__(self, report: Report) -> None:
        self._first: Values = {**report.implied, **report.head.as_dict()}
        self._line = 0

    def read(
        self, builder: UsageBuilder, item: Any, path: str, above: Values | None = None
    ) -> None:
        """One entry of Report_Items: an item, or a parent with its items."""
        if not isinstance(item, dict):
            self._refuse(builder, path, "{…}", item)
        elif isinstance(item.get("Items"), list):
            parent = _parent(item)
            for number, child in enumerate(item["Items"]):
                self.read(builder, child, f"{path}.Items[{number}]", parent)
        else:
            self._item(builder, item, path, above or {})

    def _item(self, builder: UsageBuilder, item: dict[str, Any], path: str, above: Values) -> None:
        values = {**self._first, **above, **_item_values(item)}
        sets = item.get("Attribute_Performance")
        components = item.get("Components") or item.get("Item_Component")
        if isinstance(sets, list) and sets:
            for number, one in enumerate(sets):
                self._set(builder, values, one, f"{path}.Attribute_Performance[{number}]")
        elif "Performance" in item:
            self._set(builder, values, item, path)
        elif not components:
            self._refuse(builder, path, "Attribute_Performance / Performance", item)
        for number, component in enumerate(components if isinstance(components, list) else ()):
            if isinstance(component, dict):
                own = _ids(component.get("Item_ID"))
                also: Values = {
                    "component": _text(component.get("Item") or component.get("Item_Name")),
                    "component_id": "; ".join(f"{k}:{v}" for k, v in own.items()),
                }
                part = {key: component[key] for key in _PERFORMANCE if key in component}
                self._item(builder, {**item, **_NOTHING, **part},
                           f"{path}.Components[{number}]", {**above, **also})  # fmt: skip

    def _set(self, builder: UsageBuilder, values: Values, one: Any, path: str) -> None:
        performance = one.get("Performance") if isinstance(one, dict) else None
        if isinstance(performance, dict):
            builder.shared({**values, **_attributes(one)}, path)
            for metric, months in performance.items():
                if not isinstance(months, dict):
                    self._refuse(builder, f"{path}.Performance.{metric}", "{yyyy-mm: n}", one)
                    continue
                self._line += builder.rows(self._line + 1, metric, months)
        elif isinstance(performance, list):
            builder.shared({**values, **_attributes(one)}, path)
            for number, part in enumerate(performance):
                self._period(builder, part, f"{path}.Performance[{number}]", one)
        else:
            self._refuse(builder, path, "Performance", one)

    def _period(self, builder: UsageBuilder, part: Any, path: str, one: Any) -> None:
        """5.0: a period with its counts. One longer than a month cannot be told apart by month."""
        period = _dict(part.get("Period")) if isinstance(part, dict) else {}
        first, last = _text(period.get("Begin_Date")), _text(period.get("End_Date"))
        counts = part.get("Instance") if isinstance(part, dict) else None
        if not first or first[:7] != last[:7] or not isinstance(counts, list):
            self._refuse(
                builder, path, "Period (1 month), Instance", {**one, "Performance": [part]}
            )
            return
        for count in counts:
            self._line += 1
            found = _dict(count)
            builder.row(self._line, found.get("Metric_Type"), first[:7], found.get("Count"))

    def _refuse(self, builder: UsageBuilder, path: str, wanted: str, item: Any) -> None:
        self._line += 1
        raw = orjson.dumps({"path": path, "item": item})
        builder.refuse(structure(self._line, path, wanted, raw))


_PERFORMANCE = ("Attribute_Performance", "Performance", "Data_Type", "YOP")
_NOTHING: dict[str, Any] = {"Attribute_Performance": None, "Components": None,
                            "Item_Component": None}  # fmt: skip


def load_json(path: Path) -> Any:
    """raises  FileProblem if the file is not whole JSON"""
    data = b"".join(_limited(path)).removeprefix(b"\xef\xbb\xbf")
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise FileProblem(
            _("%(file)s is no whole JSON text: it breaks off or goes wrong at line %(line)s, "
              "column %(column)s.", file=path.name, line=error.lineno, column=error.colno),
            fix=_("Fetch it again."),
        ) from None  # fmt: skip


def _limited(path: Path) -> Iterator[bytes]:
    size = 0
    for chunk in find_source(path).chunks():
        size += len(chunk)
        if size > LARGEST:
            raise FileProblem(
                _("%(file)s is larger than %(limit)s MB.", file=path.name, limit=LARGEST >> 20),
                fix=_("Ask the platform for fewer months at once, or for the report as TSV."),
            )
        yield chunk


def unwrapped(content: Any, file: str) -> dict[str, Any]:
    """The report itself where a system keeps it inside a record of its own.

    raises  FileProblem for what is no Release 5 report
    """
    if isinstance(content, list) and len(content) == 1:
        content = content[0]
    found = _dict(content)
    if "Report_Header" in found:
        return found
    for key in ("report", "Report"):
        if "Report_Header" in _dict(found.get(key)):
            return dict(found[key])
    inner = _dict(found.get("report")) or found
    if "customer" in inner or found.get("release") == "4":
        raise unsupported(file, _text(inner.get("version")) or "4", _text(inner.get("name")))
    reason = found.get("failedReason")
    if isinstance(reason, str):
        try:
            found = _dict(orjson.loads(reason))
        except orjson.JSONDecodeError:
            found = {"Code": "0", "Message": reason}
    for code, message in exceptions(found):
        raise FileProblem(
            _("%(file)s holds no report; the platform answered “%(code)s: %(message)s”.",
              file=file, code=code, message=message),
        )  # fmt: skip
    raise FileProblem(
        _("%(file)s is JSON, but no COUNTER report: it has no Report_Header.", file=file),
        fix=_("Load the answer of a COUNTER API or the report a platform offers to download."),
    )


def _empty(content: dict[str, Any], file: str) -> FileProblem:
    said = exceptions(_dict(content.get("Report_Header")))
    if not said:
        return FileProblem(_("%(file)s is a report without any item.", file=file))
    text = "; ".join(f"{code} {message}" for code, message in said)
    return FileProblem(
        _("%(file)s is a report without any item. The platform says: %(text)s",
          file=file, text=text)
    )  # fmt: skip


def _item_values(item: dict[str, Any]) -> Values:
    values: Values = {name: _text(item[key]) for key, name in _NAMES.items() if key in item}
    values |= _ids(item.get("Item_ID"))
    if "Publisher_ID" in item:
        values["publisher_id"] = _joined(item["Publisher_ID"])
    authors = item.get("Authors") or item.get("Item_Contributors")
    if isinstance(authors, list):
        values["authors"] = "; ".join(_text(_dict(a).get("Name")) for a in authors)
    for key in ("Item_Dates", "Item_Attributes"):
        values |= {
            _DATED[_text(part.get("Type"))]: _text(part.get("Value"))
            for part in item.get(key) or ()
            if isinstance(part, dict) and part.get("Type") in _DATED
        }
    if isinstance(item.get("Item_Parent"), dict):
        values |= _parent(item["Item_Parent"])
    return values


def _parent(item: dict[str, Any]) -> Values:
    values: Values = {f"parent_{name}": value for name, value in _ids(item.get("Item_ID")).items()}
    title = _text(item.get("Title") or item.get("Item_Name"))
    kind = _text(item.get("Data_Type"))
    values |= {"parent_title": title} if title else {}
    return values | ({"parent_data_type": kind} if kind else {})


def _attributes(one: dict[str, Any]) -> Values:
    return {name: _text(one[key]) for key, name in _ATTRIBUTES.items() if key in one}


def _ids(content: Any) -> Values:
    """5.1 {Type: value}, 5.0 [{Type, Value}]."""
    if isinstance(content, dict):
        return {_IDS[key]: _text(v) for key, v in content.items() if key in _IDS}
    if isinstance(content, list):
        parts = [part for part in content if isinstance(part, dict)]
        return {_IDS[p["Type"]]: _text(p.get("Value")) for p in parts if p.get("Type") in _IDS}
    return {}


def _joined(content: Any) -> str:
    if isinstance(content, dict):
        pairs = [
            (k, v) for k, vs in content.items() for v in (vs if isinstance(vs, list) else [vs])
        ]
    elif isinstance(content, list):
        pairs = [(_dict(p).get("Type"), _dict(p).get("Value")) for p in content]
    else:
        return _text(content)
    return "; ".join(f"{_text(kind)}:{_text(value)}" for kind, value in pairs)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else str(value)
