"""Thanks to donors of books, by the name they chose or by none; and where they choose it."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from shuren.kernel.i18n import gettext as _
from shuren.service import gifts
from shuren.web.access import requires
from shuren.web.portal.held import READ


def thanks(request: HttpRequest) -> HttpResponse:
    """Everybody's: acknowledged gifts, the newest first."""
    table = {
        "caption": _("Gifts of books"),
        "columns": [
            {"label": _("Given by"), "number": False},
            {"label": _("Year"), "number": False},
            {"label": _("Titles added"), "number": True},
            {"label": _("Volumes added"), "number": True},
        ],
        "rows": [
            [
                {"text": name or _("A donor who stays unnamed")},
                {"text": str(year)},
                {"text": f"{titles:,}", "number": True},
                {"text": f"{volumes:,}", "number": True},
            ]
            for name, titles, volumes, year in gifts.thanks()
        ],
        "empty": _("No gift has been acknowledged yet."),
    }
    return render(request, "portal/gifts.html", {"table": table})


@requires(READ)
@require_POST
def name(request: HttpRequest, case_id: str) -> HttpResponse:
    """The donor says what they are called; empty takes it back."""
    gifts.be_named(case_id, request.POST.get("name", ""), actor=request.actor)  # type: ignore[attr-defined]
    return HttpResponseRedirect(reverse("my-case", args=[case_id]))
