"""Documents signed for a reader: their list and files; and the page where anybody verifies one."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.service import documents
from shuren.service.document_shapes import LANGUAGES, Checked, DocumentLine
from shuren.trust import egress, ledger
from shuren.web.access import requires
from shuren.web.portal.held import READ

_MOST = 20 * 1024 * 1024


@requires(READ)
def index(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.reader_key:
        return render(request, "portal/my_nobody.html")
    found = documents.own_documents(actor)
    return render(
        request, "portal/my_documents.html", {"documents": [as_row(one) for one in found]}
    )


@requires(READ)
def file(request: HttpRequest, code: str, language: str) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.reader_key or not any(one.code == code for one in documents.own_documents(actor)):
        raise Http404
    name, content = documents.file_of(settings.SITE, code, language, actor)
    egress.check("own", actor=actor, content=content)
    return as_file(name, content, "application/pdf")


def start(request: HttpRequest) -> HttpResponse:
    """Type a code."""
    code = request.GET.get("code", "").replace("\x00", "")
    problem: ShurenError | None = None
    if code:
        try:
            found = documents.verify(code)
            return HttpResponseRedirect(reverse("verify-code", args=[found.code]))
        except documents.NoSuchDocument as error:
            problem = error
    context = {"code": code, "problem": problem}
    return render(request, "portal/verify_start.html", context, status=404 if problem else 200)


def one(request: HttpRequest, code: str) -> HttpResponse:
    """What the library says of a code; POST file: whether it is the one that was issued."""
    found = documents.verify(code)
    checked: Checked | None = None
    problem = ""
    if request.method == "POST":
        sent = request.FILES.get("file")
        if sent is None or not sent.size:
            problem = _("Choose the PDF file you hold.")
        elif sent.size > _MOST:
            problem = _("The file is larger than any document we sign.")
        else:
            checked = documents.verify_file(found.code, sent.read())
    replaced = documents.verify(found.replaced_by) if found.replaced_by else None
    context = {
        "document": found,
        "title": pick(found.title),
        "code": spaced(found.code),
        "files": [(_names()[language], found.files.get(language, "")) for language in LANGUAGES],
        "replaced": replaced,
        "checked": checked,
        "language_name": _names().get(checked.language, "") if checked else "",
        "problem": problem,
        "public_key": ledger.public_key(),
        "trail": [
            {"label": _("Verify a document"), "url": reverse("verify")},
            {"label": found.number, "url": ""},
        ],
    }
    return render(request, "portal/verify.html", context, status=400 if problem else 200)


def proof(request: HttpRequest, code: str) -> HttpResponse:
    found = documents.verify(code)
    return as_file(f"{found.number}-v{found.version}.json", documents.proof_of(code),
                   "application/json")  # fmt: skip


def as_file(name: str, content: bytes, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def as_row(document: DocumentLine, view: str = "my-document") -> dict[str, Any]:
    """The inputs of components/document_row.html."""
    return {
        "title": pick(document.title),
        "number": document.number,
        "version": document.version,
        "at": document.issued_at,
        "code": spaced(document.code),
        "verify_url": reverse("verify-code", args=[document.code]),
        "is_old": bool(document.replaced_by),
        "files": [
            {"label": _names()[language], "url": reverse(view, args=[document.code, language])}
            for language in LANGUAGES
        ]
        if document.is_held
        else [],
    }


def spaced(code: str) -> str:
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))


def _names() -> dict[str, str]:
    return {"zh": _("Chinese"), "en": _("English")}
