"""Files that were delivered, in words: for the reader's page of a case and for the desk's."""

from typing import Any

from django.template.defaultfilters import filesizeformat
from django.urls import reverse

from shuren.kernel.i18n import gettext as _
from shuren.service.case_shapes import CaseView
from shuren.service.file_links import Delivered


def delivered(file: Delivered | None, case: CaseView, *, is_desk: bool = False) -> Any:
    """The inputs of components/delivered_file.html; None where nothing was delivered."""
    if file is None:
        return None
    label, tone = _states()[file.why]
    url = reverse("file-link", args=[file.token]) if file.token and not file.why else ""
    return {
        "name": file.name,
        "size": filesizeformat(file.size),
        "at": file.at,
        "state": {"label": label, "tone": tone},
        "until": file.until if not file.why else None,
        "left": "" if file.why else _("%(left)s of %(most)s", left=file.left, most=file.most),
        "gone_at": file.gone_at,
        "digest": file.sha256,
        "url": "" if is_desk else url,
        "anew": reverse("service", args=[case.service]) if file.why and case.is_over else "",
        "sign_in": file.sign_in,
        "uses": [{"at": one.at, "what": _states()[one.outcome][0]} for one in file.uses],
        "end": reverse("workbench:case", args=[case.id]) if is_desk and not file.why else "",
    }


def _states() -> dict[str, tuple[str, str]]:
    """{file_links.WHYS, "" or opened: (label, tone)}"""
    return {
        "": (_("Ready to be fetched"), "good"),
        "opened": (_("Opened"), "good"),
        "unknown": (_("No link"), "warn"),
        "sign_in": (_("Asked to sign in"), ""),
        "other": (_("Another reader"), "warn"),
        "ended": (_("Ended by the library"), "warn"),
        "newer": (_("A newer link"), ""),
        "keys": (_("Ended with the keys"), "warn"),
        "expired": (_("Time is over"), "warn"),
        "gone": (_("Off the store"), ""),
        "used_up": (_("Opened as often as it may be"), "warn"),
    }
