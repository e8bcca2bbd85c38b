"""The files of a case, for its own reader and for the desk that may see it; nobody else."""

from collections.abc import Iterator
from dataclasses import dataclass

from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import cases
from shuren.service.errors import LinkRefused, NoSuchCase
from shuren.service.internals import case_files, file_kinds
from shuren.service.internals.case_file_rows import CaseFile
from shuren.service.internals.file_link_rows import FileLink


@dataclass(frozen=True)
class Kept:
    """field  of the case's form; size in bytes; content: its bytes, part by part"""

    field: str
    name: str
    media_type: str
    size: int
    content: Iterator[bytes]


def read(site: Site, case_id: str, field: str, *, actor: Actor) -> Kept:
    """One file of a case; staff who read it are in the ledger as for the case itself.

    raises  NoSuchCase also where the case has no such file, for a second reader of it, and for its
            reader where it is delivered by a link; LinkRefused where it is off the store
    """
    seen = cases.case(site, case_id, actor)
    row = CaseFile.objects.filter(case=seen.id, field=field[:60]).select_related("case").first()
    is_other = bool(actor.reader_key) and actor.reader_key == (row.case.party if row else "")
    if row is None or is_other or (_is_own(row, actor) and _comes_by_link(row)):
        raise NoSuchCase
    if row.gone_at is not None:
        raise LinkRefused(
            "gone",
            _("The file is off the store: its time was over."),
            _("The case keeps its digest, its size and when it was delivered."),
        )
    return Kept(
        row.field, row.name, file_kinds.MEDIA_TYPES[row.kind], row.size, case_files.content(row)
    )


def _is_own(row: CaseFile, actor: Actor) -> bool:
    return bool(actor.reader_key) and actor.reader_key == row.case.pseudonym


def _comes_by_link(row: CaseFile) -> bool:
    return FileLink.objects.filter(case=row.case_id, field=row.field).exists()
