"""The source `dublincore`: records of the fifteen elements, as oai_dc XML, JSON or CSV."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from shuren.data.internals.block import Block, Refused, TableFile
from shuren.data.internals.dublincore.elements import (
    CSV,
    XML,
    NoRecord,
    declared_in,
    layout_of,
    pieces,
    read,
)
from shuren.data.internals.dublincore.wishes import Wish
from shuren.data.internals.feeds.oai_pages import decoded
from shuren.data.internals.reading.cells import BlockBuilder
from shuren.data.internals.reading.problems import FileProblem, no_rows
from shuren.data.shapes import Contract, Mapping
from shuren.data.source import FilesOnly, Record
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Progress
from shuren.kernel.site import Site

_NAME = "dublincore"
SHOWN = 65_536


class DublinCoreSource(FilesOnly):
    """See source.Source."""

    def recognises(self, path: Path, start: bytes) -> bool:
        return bool(layout_of(start))

    def open(
        self,
        site: Site | None,
        path: Path,
        contract: Contract,
        mapping: Mapping,
        progress: Progress,
    ) -> tuple[TableFile, Mapping]:
        """Without a mapping the one of this contract whose source this is."""
        content = path.read_bytes()
        progress(len(content), len(content))
        if not content.strip():
            raise no_rows(path, [])
        layout = layout_of(content[: 64 * 1024]) or (CSV if mapping.source == _NAME else "")
        if not layout:
            raise FileProblem(
                _("%(file)s holds no Dublin Core records.", file=path.name),
                fix=_("Dublin Core comes as oai_dc XML, or as JSON or CSV of its elements."),
            )
        if mapping.source != _NAME:
            mapping = _mapping(site, contract)
        found = list(pieces(layout, content))
        about: dict[str, Any] = {"layout": layout}
        if layout == XML:
            about["namespaces"] = declared_in(decoded(content))
        if layout == CSV and found:
            about["names"] = _names(found.pop(0)[1])
        if not found:
            raise no_rows(path, [])
        return Records(found, about, mapping), mapping

    def replay(
        self,
        site: Site | None,
        records: Sequence[Record],
        like: dict[str, Any],
        contract: Contract,
        mapping: Mapping,
    ) -> TableFile:
        return Records([(record[0], record[1]) for record in records], like, mapping)


class Records:
    """See block.TableFile. Each column is what the mapping asks for, named by it."""

    encoding = "utf-8"
    beginning: Sequence[Sequence[str]] = ()
    remarks: Sequence[str] = ()

    def __init__(
        self, found: list[tuple[int, bytes]], about: dict[str, Any], mapping: Mapping
    ) -> None:
        self._found, self._about = found, about
        names = [str(name) for source in mapping.columns.values() for name in source.names]
        self.header = list(dict.fromkeys(names))
        self._wishes = [Wish(name) for name in self.header]
        self.width = max(len(self.header), 1)

    @property
    def dialect(self) -> dict[str, Any]:
        known = {key: self._about.get(key, "") for key in ("layout", "namespaces", "names")}
        return {"kind": _NAME, "header": self.header, "width": self.width, **known}

    def blocks(self) -> Iterator[Block]:
        builder = BlockBuilder(self.width)
        layout, names = str(self._about["layout"]), list(self._about.get("names") or [])
        for line, raw in self._found:
            try:
                record = read(layout, raw, names, str(self._about.get("namespaces") or ""))
            except NoRecord as error:
                shown = raw.decode("utf-8", "replace")[:SHOWN]
                builder.refuse(Refused(line, "S12", raw, shown, {"error": str(error)}))
            else:
                builder.row(line, [wish.of(record) for wish in self._wishes], raw)
            if builder.full:
                yield builder.block()
        if not builder.empty:
            yield builder.block()


def _names(raw: bytes) -> list[str]:
    return next(csv.reader([raw.decode("utf-8", "replace")]), [])


def _mapping(site: Site | None, contract: Contract) -> Mapping:
    from shuren.data.definitions import mappings  # it reads every contract

    fitting = [
        m for m in mappings(site).values() if m.source == _NAME and m.contract == contract.id
    ]
    if not fitting:
        raise FileProblem(
            _("There is no mapping of Dublin Core for the contract %(contract)s.",
              contract=contract.id),
            fix=_("Write one as docs/how-to/load-marc.md says, or load by bib_records."),
        )  # fmt: skip
    return min(fitting, key=lambda m: m.id)
