"""Files that come with a form: checked by what they are, kept with their case."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.ids import new_id
from shuren.service.case_shapes import AskedField, Incoming
from shuren.service.errors import WrongField
from shuren.service.internals import file_kinds
from shuren.service.internals.case_file_rows import CaseFile, CaseFilePart
from shuren.service.internals.case_rows import Case

PART = 512 * 1024
MEGABYTE = 1024 * 1024


def checked(field: AskedField, given: Any) -> str:
    """The name the file is kept under.

    raises  WrongField for what is no file, too large, empty, or not what its ending says
    """
    if not isinstance(given, Incoming):
        raise _wrong(field, _("Choose a file."))
    kind = file_kinds.ending(given.name)
    if kind not in field.accepts:
        raise _wrong(field, _("Send one of: %(kinds)s.", kinds=", ".join(field.accepts)))
    if given.size > field.max_mb * MEGABYTE:
        raise _wrong(field, _("Send at most %(most)s MB.", most=f"{field.max_mb:g}"))
    if not given.size:
        raise _wrong(field, _("The file is empty."))
    start = b"".join(_beginning(given))
    if not file_kinds.fits(kind, start, given.chunks()):
        raise _wrong(field, _("What is in the file is no %(kind)s. Save it anew.", kind=kind))
    return file_kinds.plain_name(given.name)


def keep(
    row: Case, asked: Sequence[AskedField], given: Mapping[str, Any] | None, at: datetime
) -> None:
    """Keep the files among what was given, in the transaction of the case; one of the same field
    goes. What `checked` refused never comes here."""
    for field in asked:
        one = (given or {}).get(field.name)
        if field.type != "file" or not isinstance(one, Incoming):
            continue
        CaseFile.objects.filter(case=row.pk, field=field.name).delete()
        file = CaseFile.objects.create(
            id=new_id("F"), case=row, field=field.name, name=file_kinds.plain_name(one.name),
            kind=file_kinds.ending(one.name), size=one.size, at=at,
        )  # fmt: skip
        digest = hashlib.sha256()
        for number, content in enumerate(_parts(one)):
            digest.update(content)
            CaseFilePart.objects.create(file=file, number=number, content=content)
        CaseFile.objects.filter(pk=file.pk).update(sha256=digest.hexdigest())


def content(file: CaseFile) -> Iterator[bytes]:
    yield from stretch(file, 0, file.size - 1)


def stretch(file: CaseFile, first: int, last: int) -> Iterator[bytes]:
    """The bytes from `first` to `last`, both counted from 0, part by part."""
    for number in range(first // PART, last // PART + 1):
        held = bytes(CaseFilePart.objects.get(file=file, number=number).content)
        begin = number * PART
        yield held[max(0, first - begin) : last - begin + 1]


def _parts(one: Incoming) -> Iterator[bytes]:
    held = b""
    for chunk in one.chunks():
        held += chunk
        while len(held) >= PART:
            yield held[:PART]
            held = held[PART:]
    if held:
        yield held


def _beginning(one: Incoming) -> Iterator[bytes]:
    left = file_kinds.LOOKED_AT
    for chunk in one.chunks():
        yield chunk[:left]
        left -= len(chunk)
        if left <= 0:
            return


def _wrong(field: AskedField, fix: str) -> WrongField:
    return WrongField(
        field.name, _("“%(field)s” cannot be used as it is.", field=pick(field.title)), fix=fix
    )
