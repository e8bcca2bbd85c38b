"""Where a librarian makes the search box for a college's site, and sees it."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from shuren.kernel.i18n import gettext as _
from shuren.web import search_box
from shuren.web.access import requires
from shuren.web.workbench.shell import Crumb, crumbs, current_site, page

PLACE, OPEN = "service-list", "workbench.open"


@requires(OPEN)
def index(request: HttpRequest) -> HttpResponse:
    """?language, scope, look"""
    box = search_box.asked(request.GET)
    chosen = {"language": box.language, "scope": box.scope, "look": box.look}
    context = {
        "trail": crumbs(PLACE, Crumb(_("Search box for other sites"))),
        "fields": [one | {"value": chosen[one["name"]]} for one in search_box.fields()],
        "form_html": search_box.form_html(request, box),
        "frame_html": search_box.frame_html(request, box),
        "src": f"{reverse('search-box')}?{box.query}",
        "label": search_box.said(box)["label"],
        "words": search_box.said(box),
        "narrowed": box.narrowed,
        "height": search_box.HEIGHT,
        "sites": settings.SITE_SETTINGS.embed_sites,
        "settings_file": current_site().settings_file.name,
    }
    return page(request, "search_box.html", context, place=PLACE)
