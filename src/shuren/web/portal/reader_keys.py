"""A reader's own keys for programs: made, shown once, ended."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.service import reader_keys
from shuren.web.access import requires
from shuren.web.errors import status_of
from shuren.web.portal.held import READ
from shuren.web.workbench.paging import whole_number


@requires(READ)
def index(request: HttpRequest) -> HttpResponse:
    """POST do=make (name, scope, days) shows the key, this once; do=end (key) ends one."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.reader_key:
        return render(request, "portal/my_nobody.html")
    problem: ShurenError | None = None
    text = ""
    if request.method == "POST":
        if request.POST.get("do") == "end":
            reader_keys.end(request.POST.get("key", ""), actor=actor)
            return HttpResponseRedirect(reverse("my-keys"))
        try:
            text = reader_keys.make(
                actor=actor,
                name=request.POST.get("name", ""),
                scopes=request.POST.getlist("scope"),
                days=whole_number(request.POST.get("days", "")) or 0,
            )
        except ShurenError as error:
            problem = error
    base = settings.SITE_SETTINGS.public_url or request.build_absolute_uri("/").rstrip("/")
    chosen = request.POST.getlist("scope") if problem else [reader_keys.READ]
    context = {
        "text": text,
        "problem": problem,
        "base": base,
        "keys": [
            {"line": one, "scopes": [pick(reader_keys.SCOPES[scope]) for scope in one.scopes]}
            for one in reader_keys.mine(actor)
        ],
        "scopes": [
            {"id": id, "title": pick(title), "is_chosen": id in chosen}
            for id, title in reader_keys.SCOPES.items()
        ],
        "name": request.POST.get("name", "")[:40] if problem else "",
        "days": [
            {"value": str(one), "label": _("%(days)s days", days=one)} for one in reader_keys.DAYS
        ],
        "per_minute": reader_keys.PER_MINUTE,
        "per_day": reader_keys.PER_DAY,
    }
    response = render(
        request, "portal/my_keys.html", context, status=status_of(problem) if problem else 200
    )
    response["Cache-Control"] = "private, no-store"
    return response
