"""Suggestions to accept or refuse: records, names, classes, cards of readers."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from shuren.data import actions, review
from shuren.data.errors import NoSnapshot, NothingToDecide
from shuren.data.resolution import READERS, Decision, Suggestion
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.trust import queries as trust
from shuren.web.access import requires
from shuren.web.workbench import suggestion_words as words
from shuren.web.workbench.paging import paging
from shuren.web.workbench.shell import Crumb, Tab, crumbs, current_site, page

PLACE, PURPOSE = "suggestions", "reader_linking"
PER_PAGE, DECIDED = 25, "decided"
SURE = ("0.95", "0.8")
_DONE = "suggestions_done"


@requires("suggestions.decide")
def index(request: HttpRequest) -> HttpResponse:
    """The suggestions of one kind, narrowed; or what was decided.

    GET   kind, state=decided, reason, sure (least share), q (words), page
    POST  kind; accept=<id> or refuse=<id> of one; do=accept|refuse with row=<id>…; do=undo
    """
    actor = _actor(request)
    kinds = review.kinds(actor)
    asked = request.POST.get("kind") or request.GET.get("kind") or kinds[0]
    if asked not in kinds:
        raise Http404
    if request.method == "POST":
        _decide(request, asked, actor)
        return HttpResponseRedirect(request.get_full_path())
    try:
        waiting = {kind: review.suggestions(current_site(), kind, actor=actor) for kind in kinds}
    except NoSnapshot:
        waiting = {kind: [] for kind in kinds}
    decided = request.GET.get("state") == DECIDED
    context: dict[str, Any] = {
        "kind": asked,
        "decided": decided,
        "tabs": _tabs(kinds, asked, waiting, decided),
        "done": request.session.pop(_DONE, None),
        "sees_cards": READERS in kinds,
    }
    if decided:
        context |= _decided(request, asked, actor)
    else:
        context |= _waiting(request, asked, waiting[asked], actor)
    return page(request, "suggestions.html", context, place=PLACE)


@requires("suggestions.decide")
def one(request: HttpRequest, kind: str, suggestion_id: str) -> HttpResponse:
    """One suggestion: both sides, what agrees; of cards, on request, who they are.

    POST  do=accept|refuse; do=open to open the vault, which is written to the ledger
    """
    actor, site = _actor(request), current_site()
    if kind not in review.KINDS:
        raise Http404
    back = f"{reverse('workbench:suggestions')}?kind={kind}"
    try:
        found = review.suggestion(site, kind, suggestion_id, actor=actor)
    except (NothingToDecide, NoSnapshot):
        return HttpResponseRedirect(back)
    do = request.POST.get("do", "")
    if request.method == "POST" and do in ("accept", "refuse"):
        _settle(request, kind, [found.id], do == "accept", actor)
        return HttpResponseRedirect(back)
    sides = review.sides(site, [found], actor=actor)[found.id]
    opened = do == "open" and kind == READERS
    shown = words.line(found, sides, "")
    context = {
        "suggestion": shown,
        "kind": kind,
        "joined": found.joined,
        "agreements": words.agreement_rows(found),
        "reference": found.suggested_ref,
        "heads": _heads(found),
        "facts": _facts(sides, [_who(side.key, actor) for side in sides] if opened else []),
        "may_open": kind == READERS and not opened,
        "opened": opened,
        "trail": crumbs(PLACE, Crumb(words.kind_title(kind), back), Crumb(shown["title"])),
    }
    return page(request, "suggestion.html", context, place=PLACE)


def _decide(request: HttpRequest, kind: str, actor: Actor) -> None:
    posted = request.POST
    for word in ("accept", "refuse"):
        if posted.get(word):
            return _settle(request, kind, [posted[word]], word == "accept", actor)
    ids = posted.getlist("row")
    if posted.get("do") == "undo":
        return _undo(request, kind, ids, actor)
    return _settle(request, kind, ids, posted.get("do") == "accept", actor)


def _settle(request: HttpRequest, kind: str, ids: list[str], accept: bool, actor: Actor) -> None:
    """Decide, and remember what for the next page, where it can be taken back."""
    done: dict[str, Any] = {"kind": kind, "ids": ids}
    try:
        count = actions.decide_suggestions(current_site(), kind, ids, accept=accept, actor=actor)
        done["text"] = (
            _("%(count)s accepted. The next build says so.", count=count)
            if accept
            else _("%(count)s refused. Nobody will be asked again.", count=count)
        )
    except NothingToDecide as error:
        done = {"text": f"{error.message} {error.fix}".strip(), "problem": True}
    request.session[_DONE] = done


def _undo(request: HttpRequest, kind: str, ids: list[str], actor: Actor) -> None:
    try:
        count = actions.undo_decisions(current_site(), kind, ids, actor=actor)
        done: dict[str, Any] = {"text": _("%(count)s taken back; they wait again.", count=count)}
    except NothingToDecide as error:
        done = {"text": f"{error.message} {error.fix}".strip(), "problem": True}
    request.session[_DONE] = done


def _waiting(
    request: HttpRequest, kind: str, found: list[Suggestion], actor: Actor
) -> dict[str, Any]:
    reasons = sorted({words.reason(one) for one in found}, key=words.method_title)
    chosen, sure, text = (request.GET.get(name, "").strip() for name in ("reason", "sure", "q"))
    least = float(sure) if sure in SURE else 0.0
    shown = [
        one
        for one in found
        if chosen in ("", words.reason(one))
        and one.probability >= least
        and (not text or any(text in value for value in (one.title, one.given, one.suggested)))
    ]
    pager = paging(request, len(shown), PER_PAGE)
    here = shown[pager.offset : pager.offset + PER_PAGE]
    sides = review.sides(current_site(), here, actor=actor) if kind == READERS and here else {}
    return {
        "rows": [
            words.line(one, sides.get(one.id, []), reverse("workbench:suggestion",
                                                           args=[kind, one.id]))
            for one in here
        ],
        "pager": pager,
        "filters": _filters(kind, reasons, chosen, sure, text),
        "narrowed": bool(chosen or least or text),
    }  # fmt: skip


def _filters(
    kind: str, reasons: list[str], chosen: str, sure: str, text: str
) -> list[dict[str, Any]]:
    every = {"value": "", "label": _("All")}
    options = [{"value": r, "label": words.method_title(r)} for r in reasons]
    shares = [{"value": s, "label": _("%(share)s and more", share=f"{100 * float(s):.0f}%")}
              for s in SURE]  # fmt: skip
    fields = [
        {"name": "reason", "label": _("Reason"), "type": "select", "value": chosen,
         "options": [every, *options]},
        {"name": "sure", "label": _("How sure"), "type": "select", "value": sure,
         "options": [every, *shares]},
    ]  # fmt: skip
    if kind != READERS:
        fields.append({"name": "q", "label": _("Words"), "type": "search", "value": text})
    return fields


def _decided(request: HttpRequest, kind: str, actor: Actor) -> dict[str, Any]:
    found = review.decisions(current_site(), kind, actor=actor)
    pager = paging(request, len(found), PER_PAGE)
    here = found[pager.offset : pager.offset + PER_PAGE]
    return {"rows": [_settled(one) for one in here], "pager": pager}


def _settled(one: Decision) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title or _("Two cards"),
        "given": one.given,
        "suggested": one.suggested,
        "accepted": one.accepted,
        "by": one.decided_by,
        "at": one.decided_at,
    }


def _tabs(
    kinds: list[str], chosen: str, waiting: dict[str, list[Suggestion]], decided: bool
) -> list[Tab]:
    here = reverse("workbench:suggestions")
    tabs = [
        Tab(words.kind_title(kind), f"{here}?kind={kind}", len(waiting[kind]),
            kind == chosen and not decided)
        for kind in kinds
    ]  # fmt: skip
    tabs.append(Tab(_("Decided"), f"{here}?kind={chosen}&state={DECIDED}", None, decided))
    return tabs


def _heads(found: Suggestion) -> list[str]:
    if found.kind == READERS:
        return [_("One card"), _("The other card")]
    return [_("This record"), _("The work it stands in")] if found.joined else [_("This record")]


def _facts(sides: list[Any], who: list[dict[str, str]]) -> list[tuple[str, list[str]]]:
    """(name of a field, its value on each side), for a table; first what the vault says."""
    rows = []
    for name in ("name", "reader_id", "phone", "email"):
        if any(one.get(name) for one in who):
            rows.append((words.field_title(name), [one.get(name, "") for one in who]))
    if any(side.title for side in sides):
        rows.append((_("Title"), [side.title for side in sides]))
    values = [dict(side.facts) for side in sides]
    for name in dict.fromkeys(name for facts in values for name in facts):
        cells = [words.value_title(name, facts.get(name, "")) for facts in values]
        if any(cells):
            rows.append((words.field_title(name), cells))
    return rows


def _who(pseudonym: str, actor: Actor) -> dict[str, str]:
    linking = trust.require(actor, "readers.link")
    return trust.identity(current_site(), pseudonym, actor=linking, purpose=PURPOSE)


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined]
