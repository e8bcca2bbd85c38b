"""Bibliographic records of the live snapshot as a MARC file."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from shuren.data.definitions import mappings
from shuren.data.errors import ExportTarget
from shuren.data.internals import asking, snapshots
from shuren.data.internals.door import open_table
from shuren.data.internals.marc.iso2709 import serialise
from shuren.data.internals.marc.record import CNMARC, MARC21, Marc, Wrong
from shuren.data.internals.marc.writing import RecordMaker, xml_document
from shuren.kernel.files import write_atomically
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor, Progress
from shuren.kernel.site import Site
from shuren.trust import egress

COPIES, COPY_TAG = "cnmarc-holdings", "905"
TABLE, KEY, PAGE = "conformed.bib_record", "bib_id", 20_000
MARCXML = "marcxml"
FORMATS = (MARC21, CNMARC, MARCXML)
ENCODINGS = ("utf-8", "gb18030")


def export(
    site: Site, target: Path, format: str, encoding: str, actor: Actor, progress: Progress
) -> dict[str, int]:
    if target.exists():
        raise ExportTarget(
            _("%(file)s exists already.", file=target), fix=_("Choose another name.")
        )
    if not target.absolute().parent.is_dir():
        raise ExportTarget(_("There is no folder %(folder)s.", folder=target.parent))
    counts: Counter[str] = Counter(written=0, left_out=0)
    with snapshots.pinned(site):
        records = _records(site, format, actor, progress, counts)
        if format == MARCXML:
            data = "".join(xml_document(_counted(records, counts))).encode("utf-8", "replace")
        else:
            data = b"".join(_iso(records, encoding, counts))
    egress.check("marc", actor=actor, table=TABLE, content=data, purpose="public_information")
    write_atomically(target, data)
    return dict(counts)


def of_rows(
    site: Site,
    rows: Iterable[tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]],
    encoding: str,
    actor: Actor,
) -> tuple[bytes, int]:
    """See data.marc_out."""
    known = mappings(site)
    maker = RecordMaker(known[CNMARC])
    holdings = RecordMaker(known[COPIES])

    def records() -> Iterator[Marc]:
        for row, copies in rows:
            record = maker.record(row)
            for copy in copies:
                record.fields += [one for one in holdings.record(copy).fields if one[0] == COPY_TAG]
            yield record

    counts: Counter[str] = Counter()
    data = b"".join(_iso(records(), encoding, counts))
    egress.check("marc", actor=actor, content=data, purpose="public_information")
    return data, counts["left_out"]


def _records(
    site: Site, format: str, actor: Actor, progress: Progress, counts: Counter[str]
) -> Iterator[Marc]:
    """All records in the order of their ids, read page by page."""
    known = mappings(site)
    makers = {name: RecordMaker(known[name]) for name in (MARC21, CNMARC)}
    opening = open_table(site, TABLE, "public_information", actor)
    total = opening.table.rows
    after, done = None, 0
    while True:
        page = asking.rows(opening, None, (), (KEY,), PAGE, 0, after)
        for values in page.rows:
            row = dict(zip(page.columns, values, strict=True))
            own = row.get("format") if format == MARCXML else format
            yield makers[str(own) if own in makers else MARC21].record(row)
        done += len(page.rows)
        progress(done, total)
        if len(page.rows) < PAGE:
            return
        after = [page.rows[-1][page.columns.index(KEY)]]


def _counted(records: Iterator[Marc], counts: Counter[str]) -> Iterator[Marc]:
    for record in records:
        counts["written"] += 1
        yield record


def _iso(records: Iterator[Marc], encoding: str, counts: Counter[str]) -> Iterator[bytes]:
    """Records that are longer than ISO 2709 can say, or hold a character that the encoding does
    not have, are left out and counted."""
    for record in records:
        if encoding != "utf-8":
            record.leader = f"{record.leader[:9]} {record.leader[10:]}"
        try:
            data = serialise(record, encoding)
        except (Wrong, UnicodeEncodeError):
            counts["left_out"] += 1
            continue
        counts["written"] += 1
        yield data
