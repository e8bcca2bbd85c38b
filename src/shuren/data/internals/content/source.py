"""The source `content`: documents as pages, lines with their places, and passages.

A PDF, a picture, a text, or a ZIP of them. Each page is a record of the input; the rows of a page
are the page itself, its lines and its passages. `documents.csv` in a ZIP may say of each file its
title, record_id, rights and licence.
"""

import csv
import hashlib
import io
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from shuren.data.internals.content import images, media, pdf, plain
from shuren.data.internals.content.kinds import PDF, TEXT, ZIP, kind_of, members
from shuren.data.internals.content.originals import listed, originals, start_of
from shuren.data.internals.content.shapes import Damaged, Original, Page, Unreadable
from shuren.data.internals.content.units import COLUMNS, STATED, Facts, rows_of
from shuren.data.shapes import Contract, Mapping
from shuren.data.source import Block, BlockBuilder, FileProblem, FilesOnly, Record, Refused
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Progress
from shuren.kernel.site import Site

# Original bytes of refused pages kept in memory before they are handed on, and of one page.
_HELD, MOST_KEPT = 32 << 20, 256 << 20
_ROWS = 5_000


class ContentSource(FilesOnly):
    """See source.Source."""

    files_stand_alone = True

    def recognises(self, path: Path, start: bytes) -> bool:
        if start.startswith(b"PK\x03\x04"):
            return bool(members(path))
        kind = kind_of(start)
        return kind == PDF or kind.startswith("image/")

    def open(
        self,
        site: Site | None,
        path: Path,
        contract: Contract,
        mapping: Mapping,
        progress: Progress,
    ) -> tuple["Documents", Mapping]:
        kind = kind_of(start_of(path), path.name)
        if not kind or (kind == ZIP and not members(path)):
            raise FileProblem(
                _("%(file)s is no document that can be read.", file=path.name),
                fix=_("Documents are PDF, PNG, JPEG, TIFF or text, alone or in a ZIP."),
            )
        return Documents(site, path, progress), mapping

    def replay(
        self,
        site: Site | None,
        records: Sequence[Record],
        like: dict[str, Any],
        contract: Contract,
        mapping: Mapping,
    ) -> "ReplayedPages":
        return ReplayedPages(site, records, like)


class _Pages:
    """What both have in common; see block.TableFile."""

    beginning: Sequence[Sequence[str]] = ()
    encoding = ""

    def __init__(self, site: Site | None, stated: Sequence[str]) -> None:
        self._site = site
        self._stated = list(stated)
        self.header = [*COLUMNS, *stated]
        self.width = len(self.header)
        self._documents: list[Facts] = []
        self._places: dict[str, list[int]] = {}
        self._remarks: list[str] = []

    @property
    def remarks(self) -> Sequence[str]:
        return self._remarks

    @property
    def dialect(self) -> dict[str, Any]:
        """Of which page of which document the refused bytes are, so that a replay knows it."""
        return {
            "kind": "content",
            "stated": self._stated,
            "documents": [vars(facts) for facts in self._documents],
            "places": self._places,
        }

    def _refuse(self, builder: BlockBuilder, line: int, facts: Facts, page: Unreadable) -> None:
        place = f"{facts.file_name} · {page.number}" if page.number else facts.file_name
        if facts not in self._documents:
            self._documents.append(facts)
        self._places[_short(page.raw)] = [self._documents.index(facts), page.number]
        text = f"{place} ({facts.media_type or '?'}, {len(page.raw):,} bytes)"
        builder.refuse(Refused(line, page.rule, page.raw, text, {"place": place, **page.detail}))


class Documents(_Pages):
    """A file of documents, page by page."""

    def __init__(self, site: Site | None, path: Path, progress: Progress) -> None:
        said = listed(path) if kind_of(start_of(path)) == ZIP else {}
        super().__init__(site, [n for n in STATED if any(n in one for one in said.values())])
        self._path, self._progress = path, progress
        self._read: list[Original] = []

    def keep(self, site: Site) -> None:
        """Keep the originals whose pages are taken in or wait in quarantine."""
        for original in self._read:
            media.keep(site, original)

    def blocks(self) -> Iterator[Block]:
        size, done = self._path.stat().st_size, 0
        builder, held, line, rows = BlockBuilder(self.width), 0, 0, 0
        with _folder(self._site) as name:
            for found, where in originals(self._path, Path(name)):
                for facts, page in self._pages(found, where):
                    line += 1
                    if isinstance(page, Unreadable):
                        self._refuse(builder, line, facts, page)
                        held += len(page.raw)
                    else:
                        for cells in rows_of(facts, page, self._stated):
                            builder.row(line, cells)
                            rows += 1
                    if rows >= _ROWS or held >= _HELD:
                        yield builder.block()
                        held = rows = 0
                    self._progress(min(size - 1, done + 1), size)
                done = size * line // (line + 1)
        self._progress(size, size)
        if not builder.empty:
            yield builder.block()

    def _pages(
        self, found: Original | str, where: Path | Damaged
    ) -> Iterator[tuple[Facts, Page | Unreadable]]:
        if isinstance(where, Damaged) or isinstance(found, str):
            assert isinstance(where, Damaged)
            lost = Facts(id="", file_name=str(found), title="", media_type="")
            yield lost, Unreadable(0, where.rule, str(found).encode(), where.detail)
            return
        facts = facts_of(found, where)
        read = 0
        try:
            for page in pages_of(where, found.kind):
                if not read:
                    self._read.append(found)
                read += 1
                yield facts, page
        except Damaged as damaged:
            raw = where.read_bytes() if where.stat().st_size <= MOST_KEPT else b""
            yield facts, Unreadable(0, damaged.rule, raw, damaged.detail)


class ReplayedPages(_Pages):
    """Refused pages once more, each by the bytes that were kept of it."""

    def __init__(self, site: Site | None, records: Sequence[Record], like: dict[str, Any]) -> None:
        super().__init__(site, like.get("stated", []))
        self._records = records
        self._known = [Facts(**facts) for facts in like.get("documents", [])]
        self._where: dict[str, list[int]] = like.get("places", {})
        self._whole: dict[str, bytes] = {}

    def keep(self, site: Site) -> None:
        for id, content in self._whole.items():
            media.keep_bytes(site, id, content)

    def blocks(self) -> Iterator[Block]:
        with _folder(self._site) as name:
            for place, raw, *_encoding in self._records:
                builder = BlockBuilder(self.width)
                self._one(builder, place, raw, Path(name) / "page")
                yield builder.block()

    def _one(self, builder: BlockBuilder, line: int, raw: bytes, path: Path) -> None:
        known = self._where.get(_short(raw))
        if known is None:
            self._row(builder, line, raw)
            return
        facts, number = self._known[known[0]], known[1]
        path.write_bytes(raw)
        try:
            for page in pages_of(path, facts.media_type):
                at = number or page.number
                if isinstance(page, Unreadable):
                    self._refuse(builder, line, facts, Unreadable(at, page.rule, raw, page.detail))
                    return
                for cells in rows_of(facts, page, self._stated, at):
                    builder.row(line, cells)
        except Damaged as damaged:
            self._refuse(
                builder, line, facts, Unreadable(number, damaged.rule, raw, damaged.detail)
            )
            return
        if hashlib.sha256(raw).hexdigest() == facts.id:
            self._whole[facts.id] = raw

    def _row(self, builder: BlockBuilder, line: int, raw: bytes) -> None:
        """A row that the contract refused, as it was written for quarantine."""
        cells = next(csv.reader(io.StringIO(raw.decode("utf-8", "replace"))), [])
        if len(cells) == self.width:
            builder.row(line, cells, raw)
            return
        text = raw.decode("utf-8", "replace")
        detail = {"expected": str(self.width), "found": str(len(cells))}
        builder.refuse(Refused(line, "S03", raw, text, detail))


def pages_of(path: Path, kind: str) -> Iterator[Page | Unreadable]:
    """raises  Damaged if nothing of it can be read"""
    if kind == PDF:
        return pdf.pages_of(path)
    if kind.startswith("image/"):
        return images.pages_of(path)
    if kind == TEXT:
        return plain.pages_of(path)
    raise Damaged("S17")


def facts_of(original: Original, path: Path) -> Facts:
    title = pdf.title_of(path) if original.kind == PDF else ""
    return Facts(
        id=original.id,
        file_name=original.name,
        title=original.stated.get("title") or title or Path(original.name).stem,
        media_type=original.kind,
        stated={name: value for name, value in original.stated.items() if name in STATED},
    )


class _folder:
    """A folder for one document at a time, inside the site where there is one."""

    def __init__(self, site: Site | None) -> None:
        self._site = site

    def __enter__(self) -> str:
        if self._site:
            self._site.temporary.mkdir(parents=True, exist_ok=True)
        self._name = tempfile.mkdtemp(
            prefix="content-", dir=self._site.temporary if self._site else None
        )
        return self._name

    def __exit__(self, *_error: object) -> None:
        shutil.rmtree(self._name, ignore_errors=True)


def _short(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()[:20]
