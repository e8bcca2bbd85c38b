"""《图书馆数据治理规范》: all rules as one document, with its version and what changed."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from shuren.data import queries as data
from shuren.data.actions import publish_governance
from shuren.data.governance import TITLE
from shuren.kernel.i18n import current_language, pick
from shuren.trust.queries import may
from shuren.web.access import requires
from shuren.web.workbench.shell import Crumb, crumbs, current_site, page


@requires("contracts.read")
def document(request: HttpRequest) -> HttpResponse:
    made = data.governance(current_site())
    context = {
        "document": made,
        "title": pick(TITLE),
        "may_publish": may(request.actor, "governance.publish"),  # type: ignore[attr-defined]
        "history": made.history if made.published else (made.version, *made.history),
        "trail": crumbs("contracts", Crumb(pick(TITLE))),
    }
    return page(request, "governance.html", context, place="contracts")


@requires("contracts.read")
def markdown(request: HttpRequest) -> HttpResponse:
    made, language = data.governance(current_site()), current_language()[:2]
    text = data.governance_markdown(made, language)
    response = HttpResponse(text, content_type="text/markdown; charset=utf-8")
    name = f"data-rules-{made.version.number}-{language}.md"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@requires("contracts.read")
def pdf(request: HttpRequest) -> HttpResponse:
    made, language = data.governance(current_site()), current_language()[:2]
    response = HttpResponse(data.governance_pdf(made, language), content_type="application/pdf")
    name = f"data-rules-{made.version.number}-{language}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@requires("governance.publish")
@require_POST
def publish(request: HttpRequest) -> HttpResponse:
    publish_governance(current_site(), actor=request.actor)  # type: ignore[attr-defined]
    return HttpResponseRedirect(reverse("workbench:governance"))
