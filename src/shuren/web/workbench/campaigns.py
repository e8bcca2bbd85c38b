"""Campaigns of the alumni association: made, counted, and what came of them."""

import csv
import io
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone

from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.service import campaigns
from shuren.service.campaign_shapes import Funnel
from shuren.service.errors import WrongField
from shuren.trust.queries import may
from shuren.web import moments
from shuren.web.access import requires
from shuren.web.errors import status_of
from shuren.web.rules import OPEN
from shuren.web.workbench.csv_text import BYTE_ORDER_MARK
from shuren.web.workbench.shares import share_text
from shuren.web.workbench.shell import Crumb, crumbs, page

PLACE, READ, SERVE = "cases", "cases.read", "desk.serve"
# Addresses of pages that do something when they are opened, or are for a program or one person.
_NO_PAGE = ("go", "stop", "sign", "file-link", "voice-own", "verify-", "find-", "oai", "robots")


@requires(READ, post=SERVE)
def index(request: HttpRequest) -> HttpResponse:
    """All campaigns; POST makes one."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    problem: WrongField | None = None
    if request.method == "POST":
        said = request.POST
        try:
            made = campaigns.create(
                code=said.get("code", ""), title=said.get("title", ""),
                path=_page(said.get("path", "")), actor=actor,
            )  # fmt: skip
            return HttpResponseRedirect(reverse("workbench:campaign", args=[made.code]))
        except WrongField as error:
            problem = error
    context = {
        "table": _table(campaigns.campaigns(actor=actor)),
        "fields": _fields(request, problem) if may(actor, SERVE) else [],
        "trail": crumbs(
            PLACE, Crumb(_("Members"), reverse("workbench:members")), Crumb(_("Campaigns"))
        ),
    }
    status = status_of(problem) if problem else 200
    return page(request, "campaigns.html", context, place=PLACE, status=status)


@requires(READ, post=SERVE)
def one(request: HttpRequest, campaign: str) -> HttpResponse:
    """The funnel; POST ends it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        campaigns.end(campaign, actor=actor)
        return HttpResponseRedirect(reverse("workbench:campaign", args=[campaign]))
    found = campaigns.funnel(campaign, actor=actor)
    context = {
        "campaign": found,
        "address": request.build_absolute_uri(reverse("go", args=[found.code])),
        "steps": _steps(found),
        "table": _days(found),
        "may_end": found.ended_at is None and may(actor, SERVE),
        "trail": crumbs(
            PLACE,
            Crumb(_("Members"), reverse("workbench:members")),
            Crumb(_("Campaigns"), reverse("workbench:campaigns")),
            Crumb(found.title),
        ),
    }
    return page(request, "campaign.html", context, place=PLACE)


@requires(READ)
def csv_file(request: HttpRequest, campaign: str) -> HttpResponse:
    """One line a step, then one a day of clicks; a count below five is left empty."""
    found = campaigns.funnel(campaign, actor=request.actor)  # type: ignore[attr-defined]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_("Step"), _("Day"), _("Count")])
    for step in _steps(found):
        writer.writerow([step["label"], "", "" if step["count"] is None else step["count"]])
    for day, clicks in found.days:
        writer.writerow([_("Clicks"), day.isoformat(), "" if clicks is None else clicks])
    answer = HttpResponse(BYTE_ORDER_MARK + out.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="campaign-{found.code}.csv"'
    return answer


def _page(path: str) -> str:
    """The path if a page for readers is there; raises WrongField."""
    path = path.strip() or campaigns.PATH
    if campaigns.is_own_path(path):  # else the verb says what is wrong with it
        try:
            name = resolve(path.partition("?")[0]).view_name
        except Resolver404:
            name = ""
        is_page = name in OPEN or name == "my" or name.startswith("my-")
        if not is_page or name.startswith(_NO_PAGE):
            raise WrongField("path", _("There is no page for readers at this address."))
    return path


def _steps(found: Funnel) -> list[dict[str, Any]]:
    """[{label, count, text, rate, share}], each with its rate of the step before."""
    named = (
        (_("Clicks"), found.clicks),
        (_("Applications"), found.applications),
        (_("Verified accounts"), found.verified),
    )
    steps: list[dict[str, Any]] = []
    before: int | None = None
    for label, number in named:
        text = _few() if number is None else f"{number:,}"
        rate = share_text(number, before) if number is not None and before else ""
        share = share_text(number, found.clicks) if number is not None and found.clicks else ""
        steps.append({"label": label, "count": number, "text": text, "rate": rate, "share": share})
        before = number
    return steps


def _few() -> str:
    return _("fewer than 5")


def _number(number: int | None) -> dict[str, Any]:
    return {"text": _few() if number is None else f"{number:,}", "number": True}


def _days(found: Funnel) -> dict[str, Any]:
    return {
        "caption": _("Clicks a day"),
        "columns": [{"label": _("Day"), "number": False}, {"label": _("Clicks"), "number": True}],
        "rows": [[{"text": moments.day(day)}, _number(clicks)] for day, clicks in found.days],
        "empty": _("Nobody has opened the address yet."),
    }


def _table(found: list[Funnel]) -> dict[str, Any]:
    return {
        "caption": _("Campaigns"),
        "columns": [
            {"label": _("Campaign"), "number": False},
            {"label": _("Begun"), "number": False},
            {"label": _("State"), "number": False},
            {"label": _("Clicks"), "number": True},
            {"label": _("Applications"), "number": True},
            {"label": _("Verified accounts"), "number": True},
        ],
        "rows": [
            [
                {"text": one_.title, "href": reverse("workbench:campaign", args=[one_.code])},
                {"text": moments.day(timezone.localtime(one_.created_at).date())},
                {"text": _("Ended") if one_.ended_at else _("Counting"),
                 "tone": "" if one_.ended_at else "good"},
                _number(one_.clicks),
                _number(one_.applications),
                _number(one_.verified),
            ]
            for one_ in found
        ],
        "empty": _("No campaign has been made yet."),
        "stack": True,
    }  # fmt: skip


def _fields(request: HttpRequest, problem: WrongField | None) -> list[dict[str, Any]]:
    said = request.POST
    asked = (
        ("title", _("Title"), _("Readers see it where they apply."), ""),
        (
            "code",
            _("Short address"),
            _("It becomes /go/…/: small letters, digits, hyphens."),
            "",
        ),
        ("path", _("Leads to"), _("A page of this library."), campaigns.PATH),
    )
    return [
        {
            "name": name, "label": label, "hint": hint, "value": said.get(name, usual),
            "error": problem.message if problem and problem.name == name else "",
        }
        for name, label, hint, usual in asked
    ]  # fmt: skip
