"""Files sent to the workbench: kept for an hour at most, for the session that sent them."""

import os
import secrets
import shutil
import time
import unicodedata
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import Http404, HttpRequest

from shuren.kernel.errors import UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.site import Site

KEPT_SECONDS = 3_600
# An archive may unpack to so many times the largest upload.
_UNPACKED = 20
_SESSION, _FOLDER = "upload", "upload-"
_MEGABYTE = 1024 * 1024


class BadUpload(UsageError):
    """What was sent cannot be taken for a file to load."""


class LimitedUpload(TemporaryFileUploadHandler):
    """Refuses a request that is too long before any of it is read."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, Any],
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        if content_length > settings.SITE_SETTINGS.upload_mb * _MEGABYTE + _MEGABYTE:
            raise RequestDataTooBig("the upload is larger than upload_mb")

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        Path(settings.FILE_UPLOAD_TEMP_DIR).mkdir(parents=True, exist_ok=True)
        super().new_file(*args, **kwargs)


def keep(request: HttpRequest, site: Site, name: str, chunks: Iterable[bytes]) -> str:
    """Write what was sent into the site's temporary folder; returns its token.

    The earlier upload of the session and everything older than an hour goes.
    raises  BadUpload for an empty file, or an archive that would unpack to too much
    """
    sweep(site)
    drop(request, site)
    token = secrets.token_urlsafe(24)
    folder = site.temporary / f"{_FOLDER}{token}"
    folder.mkdir(parents=True, mode=0o700)
    path = folder / plain_file_name(name)
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "wb") as file:
            for chunk in chunks:
                file.write(chunk)
        _must_be_small(path)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    request.session[_SESSION] = token
    return token


def kept(request: HttpRequest, site: Site, token: str) -> Path:
    """The file of this session under this token; 404 for anybody else's, or after an hour."""
    sweep(site)
    own = str(request.session.get(_SESSION, ""))
    if not own or not secrets.compare_digest(own.encode(), token.encode()):
        raise Http404
    found = sorted((site.temporary / f"{_FOLDER}{own}").glob("*"))
    if not found:
        raise Http404
    return found[0]


def drop(request: HttpRequest, site: Site) -> None:
    """Remove this session's file."""
    token = str(request.session.pop(_SESSION, ""))
    if token:
        shutil.rmtree(site.temporary / f"{_FOLDER}{token}", ignore_errors=True)


def sweep(site: Site) -> None:
    """Remove what was sent more than an hour ago, or was being sent when a process ended."""
    for pattern in (f"{_FOLDER}*", "*.upload*"):
        for path in site.temporary.glob(pattern):
            try:
                old = time.time() - path.stat().st_mtime > KEPT_SECONDS
            except FileNotFoundError:
                continue
            if old and path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            elif old:
                path.unlink(missing_ok=True)


def plain_file_name(name: str) -> str:
    """The last part, without anything that a path or a terminal could take amiss."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(c for c in last if c.isprintable() and c not in '<>:"|?*').strip(" .")
    while len(clean.encode()) > 150:
        clean = clean[1:]
    return clean or "export"


def _must_be_small(path: Path) -> None:
    if not path.stat().st_size:
        raise BadUpload(_("The file is empty."), fix=_("Export it once more."))
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(one.file_size for one in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return  # its reader will say what is wrong with it
    limit = _UNPACKED * settings.SITE_SETTINGS.upload_mb
    if unpacked > limit * _MEGABYTE:
        raise BadUpload(
            _("The archive would unpack to more than %(limit)s MB.", limit=limit),
            fix=_("Load it with `shuren load`."),
        )
