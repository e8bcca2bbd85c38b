"""Accounts of readers under 14: opening them, and what their guardians say."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from shuren.kernel.errors import ShurenError
from shuren.kernel.shapes import Actor
from shuren.trust import young
from shuren.web.access import requires
from shuren.web.workbench.shell import current_site, page

# What is typed again after a mistake; a password and a form's number are not.
KEPT = ("username", "under_14_until", "school_class")


@sensitive_post_parameters("password", "card")
@requires("pupils.manage")
def pupils(request: HttpRequest) -> HttpResponse:
    """The list, and the form for another."""
    if request.method != "POST":
        return _page(request)
    said = request.POST
    try:
        young.open_account(
            current_site(), said.get("username", "").strip(), said.get("password", ""),
            under_14_until=said.get("under_14_until", "").strip(),
            school_class=said.get("school_class", "").strip(),
            card=said.get("card", ""), actor=_actor(request),
        )  # fmt: skip
    except ShurenError as error:
        return _page(request, problem=error)
    return HttpResponseRedirect(f"{reverse('workbench:pupils')}?done=opened")


@sensitive_post_parameters("guardian")
@requires("pupils.manage")
@require_POST
def guardian(request: HttpRequest) -> HttpResponse:
    """A guardian consented, or takes it back (`withdraw`)."""
    username = request.POST.get("username", "")
    try:
        if request.POST.get("withdraw"):
            young.withdraw_consent(username, actor=_actor(request))
            return HttpResponseRedirect(f"{reverse('workbench:pupils')}?done=withdrawn")
        young.record_consent(
            current_site(), username, guardian=request.POST.get("guardian", ""),
            version=request.POST.get("version", "").strip(), actor=_actor(request),
        )  # fmt: skip
    except ShurenError as error:
        return _page(request, problem=error)
    return HttpResponseRedirect(f"{reverse('workbench:pupils')}?done=recorded")


def _page(request: HttpRequest, problem: ShurenError | None = None) -> HttpResponse:
    young.all_come_of_age()
    context = {
        "pupils": young.pupils(actor=_actor(request)),
        "typed": {name: request.POST.get(name, "") for name in KEPT},
        "problem": problem,
        "done": request.GET.get("done", ""),
    }
    return page(request, "pupils.html", context, place="pupils", status=400 if problem else 200)


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor
