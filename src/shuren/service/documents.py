"""Documents the library signs for a reader: reports of commissions, certificates.

A document is one PDF in each language. What is signed is a **statement**: number, version, kind,
code, moment and the SHA-256 of both files. Its own SHA-256 is an entry of the ledger, in the
transaction that issues the document; the ledger's signed head is the signature. The file handed out
carries statement and proof inside (internals/documents/increment.py), so that anybody verifies it
offline with docs/how-to/verify_ledger.py, or by its code at /verify/.
"""

import hashlib
import secrets
from collections.abc import Callable
from typing import Any

import orjson

from shuren.kernel.clock import now
from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.settings import read_settings
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import cases
from shuren.service.document_shapes import LANGUAGES, Checked, DocumentLine, Sheet
from shuren.service.internals import certificates
from shuren.service.internals.document_rows import SignedDocument
from shuren.service.internals.documents import increment
from shuren.trust import ledger
from shuren.trust.actions import record_use, seal, unseal
from shuren.trust.queries import require_purpose

FORMAT = "shuren-document-1"
OWN, TABLE = "own_records", "service.document"
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: none is taken for another
_TAKEN_FOR = str.maketrans({"O": "0", "I": "1", "L": "1"})

# Makes the words of one language, once number and version are known.
Write = Callable[[str, str, int], Sheet]


class NoSuchDocument(ShurenError):
    """No document has this code, or its file is not this actor's, or gone."""

    exit_code = 2

    def __init__(self) -> None:
        super().__init__(
            _("No document of this library has this code."),
            fix=_("Type the code as it stands at the end of the document."),
        )


def issue(
    site: Site,
    *,
    kind: str,
    title: dict[str, str],
    letters: str,
    write: Write,
    reader: str,
    case: str = "",
    actor: Actor,
    replaces: str = "",
) -> DocumentLine:
    """Sign a document for a reader, inside the caller's transaction.

    letters   before its number
    write     (language, number, version) -> what it says; no more may be in it than its reader may
              see
    replaces  code of the version before: the number stays, the version goes on
    """
    before = SignedDocument.objects.select_for_update().get(code=replaces) if replaces else None
    code = "".join(secrets.choice(_LETTERS) for _at in range(16))
    settings = read_settings(site)
    moment = now().replace(microsecond=0)
    row = SignedDocument(
        code=code, number=code, kind=kind, title=title, case_id=case, pseudonym=reader,
        issued_at=moment, signed_by=actor.id,
        library={"zh": settings.name_zh, "en": settings.name_en},
    )  # fmt: skip
    row.save()
    row.number = before.number if before else f"{letters}-{moment:%Y}-{row.pk:06d}"
    row.version = before.version + 1 if before else 1
    for language in LANGUAGES:
        content = _pdf(site, row, language, write)
        row.files[language] = hashlib.sha256(content).hexdigest()
        setattr(row, f"sealed_{language}", seal(site, content, _context(row, language)))
    body = {
        "document": row.number,
        "version": row.version,
        "template": kind,
        "statement": certificates.fingerprint(_statement(row)),
    }
    row.entry = ledger.append("document", body, actor=actor, subject=reader)
    row.save()
    if before:
        SignedDocument.objects.filter(pk=before.pk).update(replaced_by=code)
    return _line(row)


def own_documents(actor: Actor) -> list[DocumentLine]:
    """The reader's own documents, the newest first; raises trust's NotAllowed."""
    require_purpose(actor, OWN)
    if not actor.reader_key:
        return []
    found = SignedDocument.objects.filter(pseudonym=actor.reader_key)
    lines = [_line(row) for row in found.defer(*_FILES).order_by("-issued_at", "-id")]
    record_use(actor, OWN, TABLE, ("number", "kind"), len(lines))
    return lines


def of_case(site: Site, case_id: str, actor: Actor) -> list[DocumentLine]:
    """All versions signed for a case, the newest first; raises as cases.case."""
    cases.case(site, case_id, actor)
    found = SignedDocument.objects.filter(case_id=case_id).defer(*_FILES)
    return [_line(row) for row in found.order_by("-version")]


def file_of(site: Site, code: str, language: str, actor: Actor) -> tuple[str, bytes]:
    """(name, content) of a document's file with its proof inside; not inside a transaction.

    raises  NoSuchDocument unless it is the actor's own, or of a case the actor may see
    """
    row = SignedDocument.objects.filter(code=code).first()
    sealed = getattr(row, f"sealed_{language}", b"") if language in LANGUAGES else b""
    if row is None or not sealed:
        raise NoSuchDocument
    if actor.reader_key and row.pseudonym == actor.reader_key:
        require_purpose(actor, OWN)
        record_use(actor, OWN, TABLE, ("file",), 1)
    elif row.case_id:
        cases.case(site, row.case_id, actor)
    else:
        raise NoSuchDocument
    body = unseal(site, bytes(sealed), _context(row, language))
    content = increment.with_proof(body, orjson.dumps(_proof(row)))
    return f"{row.number}-v{row.version}-{language}.pdf", content


def verify(code: str) -> DocumentLine:
    """What the library says of a code to everybody; raises NoSuchDocument.

    Spaces, hyphens and small letters do not count, nor O for 0, I and L for 1.
    """
    return _line(_row(code))


def verify_file(code: str, content: bytes) -> Checked:
    """Whether a file is the one that was issued under a code, with or without its proof."""
    known = {hashed: language for language, hashed in _row(code).files.items()}
    for part in (increment.split(content)[0], content):
        language = known.get(hashlib.sha256(part).hexdigest())
        if language:
            return Checked(True, language)
    return Checked(False)


def proof_of(code: str) -> bytes:
    """Statement and proof as JSON, for docs/how-to/verify_ledger.py; not inside a transaction."""
    return orjson.dumps(_proof(_row(code)), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def address_of(site: Site, code: str) -> str:
    return f"{read_settings(site).public_url}/verify/{code}/"


_FILES = ("sealed_zh", "sealed_en")


def _row(code: str) -> SignedDocument:
    plain = "".join(sign for sign in code.upper() if sign.isalnum()).translate(_TAKEN_FOR)
    row = SignedDocument.objects.filter(code=plain[:16]).first() if len(plain) == 16 else None
    if row is None:
        raise NoSuchDocument
    return row


def _pdf(site: Site, row: SignedDocument, language: str, write: Write) -> bytes:
    from shuren.service.internals.documents import paper  # late: reportlab is slow to import

    return paper.pdf(
        write(language, row.number, row.version),
        language=language,
        library=row.library[language],
        code=row.code,
        address=address_of(site, row.code),
    )


def _statement(row: SignedDocument) -> dict[str, Any]:
    return {
        "number": row.number,
        "version": row.version,
        "kind": row.kind,
        "code": row.code,
        "issued_at": row.issued_at.isoformat(),
        "library": row.library,
        "files": row.files,
    }


def _proof(row: SignedDocument) -> dict[str, Any]:
    """Made once, when it is first asked for: the ledger seals what was written a moment later."""
    if row.proof is None:
        row.proof = certificates.proof(row.entry)
        SignedDocument.objects.filter(pk=row.pk).update(proof=row.proof)
    return {"format": FORMAT, "statement": _statement(row), "proof": row.proof}


def _context(row: SignedDocument, language: str) -> str:
    return f"service.document:{row.code}:{language}"


def _line(row: SignedDocument) -> DocumentLine:
    return DocumentLine(
        row.code, row.number, row.version, row.kind, row.title, row.case_id, row.issued_at,
        row.files, row.replaced_by, bool(row.pseudonym),
    )  # fmt: skip
