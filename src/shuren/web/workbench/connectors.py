"""Connectors: systems that are collected from. Which there are, collect now, add one."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from shuren.data import actions, definitions, queries
from shuren.data.shapes import Collected
from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.trust.queries import may
from shuren.web.access import requires
from shuren.web.workbench.connector_form import KINDS, content, fields
from shuren.web.workbench.coverage import badges
from shuren.web.workbench.shell import Crumb, crumbs, current_site, page

# What only `shuren listen` keeps open, and what has nothing to collect.
_NOT_COLLECTED = ("mqtt",)


@requires("loads.read")
def index(request: HttpRequest) -> HttpResponse:
    """Every connector with its state."""
    return _list(request)


@requires("loads.run")
@require_POST
def collect(request: HttpRequest, connector_id: str) -> HttpResponse:
    """Bring in what is new; the list says in a sentence what came."""
    site = current_site()
    one = definitions.connector(site, connector_id)
    try:
        done = actions.collect(site, one.id, actor=request.actor)  # type: ignore[attr-defined]
    except ShurenError as error:
        return _list(request, problem=error, status=503)
    return _list(request, said=_said(pick(one.title), done))


@requires("loads.run")
def new(request: HttpRequest) -> HttpResponse:
    """The form of one kind; it writes definitions/sources/<id>.yaml of the site."""
    site = current_site()
    kind = request.POST.get("kind") or request.GET.get("kind", "")
    kind = kind if kind in KINDS else "folder"
    problem: ShurenError | None = None
    if request.method == "POST":
        try:
            written = content(site, kind, request.POST)
            actions.save_connector(
                site,
                request.POST.get("id", ""),
                written,
                actor=request.actor,  # type: ignore[attr-defined]
            )
            return HttpResponseRedirect(reverse("workbench:connectors"))
        except ShurenError as error:
            problem = error
    context = {
        "kind": kind,
        "kinds": [(id, label(), id == kind) for id, label in KINDS.items()],
        "fields": fields(site, kind, request.POST),
        "problem": problem,
        "trail": crumbs(
            "sources",
            Crumb(_("Connectors"), reverse("workbench:connectors")),
            Crumb(_("Add a connector")),
        ),
    }
    return page(request, "connector_new.html", context, place="sources",
                status=400 if problem else 200)  # fmt: skip


def _list(
    request: HttpRequest, *, said: str = "", problem: ShurenError | None = None, status: int = 200
) -> HttpResponse:
    site = current_site()
    feeds = {
        feed.id: (system, feed)
        for system in queries.coverage(site)
        for feed in system.feeds
        if feed.id
    }
    known = badges()
    lines: list[dict[str, Any]] = []
    for id, one in definitions.connectors(site).items():
        system, feed = feeds.get(id, (None, None))
        lines.append(
            {
                "connector": one,
                "system": system,
                "feed": feed,
                "badge": known[feed.state] if feed else None,
                "can_collect": one.enabled and one.source not in _NOT_COLLECTED,
            }
        )
    context = {
        "lines": lines,
        "said": said,
        "problem": problem,
        "may_run": may(request.actor, "loads.run"),  # type: ignore[attr-defined]
        "trail": crumbs("sources", Crumb(_("Connectors"))),
    }
    return page(request, "connectors.html", context, place="sources", status=status)


def _said(title: str, done: Collected) -> str:
    if not done.loads and not done.problems:
        return _("%(connector)s: nothing new.", connector=title)
    return _(
        "%(connector)s: %(records)s records came, %(accepted)s accepted, %(refused)s refused.",
        connector=title,
        records=f"{done.records:,}",
        accepted=f"{done.accepted:,}",
        refused=f"{done.refused:,}",
    )
