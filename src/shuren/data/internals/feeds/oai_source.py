"""The source `oai`: harvests repositories by OAI-PMH 2.0; reads its pages, also from files.

settings
  url              base URL
  metadata_prefix  oai_dc; with marcxml or marc21 the pages are read by the source `marc`
  sets             names of sets, one list after the other; all when left out
  from             where to begin the first time (YYYY-MM-DD)
  overlap          seconds by which a new harvest begins before the last one
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from shuren.data.internals.block import Block, Refused, TableFile
from shuren.data.internals.feeds import oai_pages
from shuren.data.internals.feeds.oai_client import harvest
from shuren.data.internals.reading.cells import BlockBuilder
from shuren.data.internals.reading.problems import FileProblem
from shuren.data.shapes import Contract, Mapping
from shuren.data.source import Connector, Fetched, Record
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Progress
from shuren.kernel.site import Site

HEADER = [
    *("repository", "identifier", "datestamp", "sets", "is_deleted", "metadata_prefix"),
    *(f"dc_{name}" for name in oai_pages.ELEMENTS),
]
SHOWN = 65_536
_MARC = b"http://www.loc.gov/MARC21/slim"


class OaiSource:
    """See source.Source."""

    def recognises(self, path: Path, start: bytes) -> bool:
        return b"OAI-PMH" in start[:4096] and _MARC not in start

    def open(
        self,
        site: Site | None,
        path: Path,
        contract: Contract,
        mapping: Mapping,
        progress: Progress,
    ) -> tuple[TableFile, Mapping]:
        page = oai_pages.read_page(path.read_bytes())
        if not page.is_oai:
            raise FileProblem(_("%(file)s is no answer of OAI-PMH.", file=path.name))
        if page.errors:
            said = (f"{code}: {' '.join(why.split())}" for code, why in page.errors.items())
            raise FileProblem(
                _("%(file)s holds no records: the repository answered “%(said)s”.",
                  file=path.name, said=next(said).removesuffix(": "))
            )  # fmt: skip
        found = [(piece.line, piece.text) for piece in oai_pages.pieces(page.text)]
        if not found:
            raise FileProblem(
                _("%(file)s is an answer of OAI-PMH without a record.", file=path.name),
                fix=_("Records are in the answers to ListRecords and GetRecord."),
            )
        about = {"repository": page.repository, "prefix": page.prefix}
        names = oai_pages.namespaces(page.text)
        remarks = () if page.whole else (_("The page is not well-formed XML."),)
        return Records(found, about | {"namespaces": names}, remarks), mapping

    def replay(
        self,
        site: Site | None,
        records: Sequence[Record],
        like: dict[str, Any],
        contract: Contract,
        mapping: Mapping,
    ) -> TableFile:
        found = [(record[0], record[1].decode("utf-8", "replace")) for record in records]
        return Records(found, like)

    def fetch(
        self, site: Site, connector: Connector, cursor: str, folder: Path, progress: Progress
    ) -> Iterator[Fetched]:
        return harvest(site, connector, cursor, folder, progress)


class Records:
    """See block.TableFile."""

    encoding = "utf-8"
    beginning: Sequence[Sequence[str]] = ()

    def __init__(
        self, found: list[tuple[int, str]], about: dict[str, Any], remarks: Sequence[str] = ()
    ) -> None:
        self._found, self._about, self.remarks = found, about, remarks
        self.header, self.width = HEADER, len(HEADER)

    @property
    def dialect(self) -> dict[str, Any]:
        known = {key: self._about.get(key, "") for key in ("repository", "prefix", "namespaces")}
        return {"kind": "oai", "header": self.header, "width": self.width, **known}

    def blocks(self) -> Iterator[Block]:
        builder = BlockBuilder(self.width)
        for line, text in self._found:
            raw = text.encode()
            try:
                row = oai_pages.read_record(text, str(self._about.get("namespaces", "")))
            except ValueError as error:
                builder.refuse(Refused(line, "S12", raw, text[:SHOWN], {"error": str(error)}))
            else:
                row |= {
                    "repository": str(self._about.get("repository", "")),
                    "metadata_prefix": str(self._about.get("prefix", "")),
                }
                builder.row(line, [row.get(name) for name in HEADER], raw)
            if builder.full:
                yield builder.block()
        if not builder.empty:
            yield builder.block()
