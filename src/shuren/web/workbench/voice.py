"""Readers' opinions on the workbench: the list, one of them as it is worked on, noting one down."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from shuren.kernel.clock import now
from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.management import opinions, published, supervision, voice
from shuren.management.errors import NoSuchOpinion
from shuren.management.voice_shapes import (
    CHANNELS,
    REASONS,
    RESOLUTIONS,
    TONES,
    OpinionView,
    Planned,
    SourceLine,
)
from shuren.service import review_desk
from shuren.service.errors import NoSuchCase
from shuren.trust.queries import may
from shuren.web import case_words, voice_words
from shuren.web.access import requires
from shuren.web.errors import status_of
from shuren.web.workbench.paging import paging, whole_number
from shuren.web.workbench.shell import Crumb, Tab, crumbs, current_site, page
from shuren.web.workbench.supervision import task_row

PLACE = "voice"
BLANK_ACTIONS = 1


@requires("voice.read")
def index(request: HttpRequest) -> HttpResponse:
    """The list, newest first, with what is new, answered, sent back or closed."""
    show = request.GET.get("show", "")
    asked = {
        "topic_id": request.GET.get("topic", ""),
        "channel": request.GET.get("channel", ""),
    }
    number = whole_number(request.GET.get("page", "")) or 1
    found = voice.opinions(
        current_site(),
        actor=_actor(request),
        show=show if show in ("new", "answered", "low", "closed") else "",
        page=number,
        **{name: value.replace("\x00", "")[:60] for name, value in asked.items()},
    )
    titles = voice.topic_titles(current_site())
    context = {
        "tabs": _tabs(request, show, found.counts),
        "show": show,
        "filters": [
            {"name": "topic", "label": _("Topic"), "value": asked["topic_id"],
             "options": voice_words.options(titles, _("All"))},
            {"name": "channel", "label": _("Channel"), "value": asked["channel"],
             "options": voice_words.options(CHANNELS, _("All"))},
        ],
        "narrowed": any(asked.values()),
        "rows": [_row(one, titles) for one in found.lines],
        "total": found.total,
        "pager": paging(request, found.total, voice.PAGE) if found.pages > 1 else None,
        "reviews_waiting": review_desk.to_look_at(request.actor),  # type: ignore[attr-defined]
        "may_note": may(request.actor, opinions.WORK),  # type: ignore[attr-defined]
    }  # fmt: skip
    return page(request, "voice.html", context, place=PLACE)


@requires("voice.work")
def new(request: HttpRequest) -> HttpResponse:
    """Note what was said by phone, or at a salon; POST do=phone or salon."""
    problem: ShurenError | None = None
    posted: Any = request.POST if request.method == "POST" else {}
    do = posted.get("do", "phone")
    if request.method == "POST":
        try:
            taken = _noted(request, do)
            if len(taken) == 1:
                return HttpResponseRedirect(reverse("workbench:opinion", args=[taken[0].case_id]))
            return HttpResponseRedirect(f"{reverse('workbench:voice')}?channel=salon")
        except ShurenError as error:
            problem = error
    context = {
        "do": do,
        "problem": problem,
        "values": {
            name: posted.get(name, "") for name in ("text", "email", "name", "title", "said")
        },
        "held_on": posted.get("held_on", now().date().isoformat()),
        "form_key": posted.get("key") or f"f{now().timestamp():.6f}",
        "agreed": bool(posted.get("agreed")),
        "trail": crumbs(PLACE, Crumb(_("Note an opinion"))),
    }
    return page(request, "voice_new.html", context, place=PLACE, status=400 if problem else 200)


@requires("voice.read")
def one(request: HttpRequest, case_id: str) -> HttpResponse:
    """One opinion. POST do=topic, merge, apart, plan, assign, answer, publish, withdraw or
    original."""
    site, actor = current_site(), _actor(request)
    problem: ShurenError | None = None
    whole: dict[str, dict[str, str]] = {}
    try:
        if request.method == "POST":
            try:
                if request.POST.get("do") == "original":
                    id = request.POST.get("source", "")
                    whole = {id: opinions.original(site, id, actor=actor)}
                else:
                    to = _do(request, case_id)
                    return HttpResponseRedirect(reverse("workbench:opinion", args=[to]))
            except (NoSuchOpinion, NoSuchCase):
                raise
            except ShurenError as error:
                problem = error
        found = voice.opinion(site, case_id, actor=actor)
    except (NoSuchOpinion, NoSuchCase):
        raise Http404 from None
    context = _whole(found, actor) | {
        "problem": problem,
        "sources": [_source(one_, whole) for one_ in found.sources],
        "posted": request.POST if problem else {},
        "trail": crumbs(PLACE, Crumb(found.line.title or found.line.id)),
    }
    status = status_of(problem) if problem else 200
    return page(request, "opinion.html", context, place=PLACE, status=status)


@requires("voice.work")
def attachment(request: HttpRequest, number: int) -> HttpResponse:
    """A file as it came, always as a download that nothing opens by itself."""
    try:
        found = opinions.attachment(current_site(), number, actor=_actor(request))
    except NoSuchOpinion:
        raise Http404 from None
    return voice_words.download(found.name, found.content)


def _noted(request: HttpRequest, do: str) -> list[Any]:
    said, site, actor = request.POST, current_site(), _actor(request)
    key = said.get("key", "")[:30]
    if do == "salon":
        return opinions.hold_salon(
            site, title=said.get("title", ""), held_on=voice_words.day(said.get("held_on", "")),
            said=said.get("said", "").splitlines(), actor=actor, letter=key,
        )  # fmt: skip
    taken = opinions.take_in(
        site, channel="phone", text=said.get("text", ""), actor=actor,
        address=said.get("email", ""), name=said.get("name", ""),
        agreed=bool(said.get("agreed")), letter=key, files=voice_words.files_of(request),
    )  # fmt: skip
    return [taken]


def _do(request: HttpRequest, case_id: str) -> str:
    """What the form says; the id of the opinion to look at then."""
    said, site, actor = request.POST, current_site(), _actor(request)
    do = said.get("do", "")
    if do == "topic":
        opinions.set_topic(site, case_id, said.get("topic", ""), actor=actor)
    elif do == "merge":
        opinions.merge(site, case_id, said.get("into", "").strip(), actor=actor)
        return said.get("into", "").strip()
    elif do == "apart":
        return opinions.take_apart(site, said.get("case", ""), actor=actor)
    elif do == "plan":
        supervision.plan(site, case_id, _planned(said), actor=actor)
    elif do == "assign":
        changed = {id: _one(said, f"{id}-") for id in said.getlist("task")}
        supervision.assign(site, case_id, actor=actor, changed=changed)
    elif do == "answer":
        supervision.answer(
            site, case_id, actor=actor, outcome=said.get("outcome", ""),
            evidence=said.get("evidence", ""), resolution=said.get("resolution", ""),
            unresolved_why=said.get("unresolved_why", ""),
        )  # fmt: skip
    elif do == "publish":
        published.publish(
            site, case_id, text=said.get("text", ""), answer=said.get("answer", ""), actor=actor
        )
    elif do == "withdraw":
        published.withdraw(site, case_id, actor=actor)
    return case_id


def _planned(said: Any) -> list[Planned]:
    """The rows that say something; those left empty are none."""
    numbers = [one for one in said.getlist("row") if said.get(f"{one}-title", "").strip()]
    return [_one(said, f"{one}-") for one in numbers]


def _one(said: Any, prefix: str) -> Planned:
    return Planned(
        said.get(f"{prefix}title", ""),
        said.get(f"{prefix}owner", ""),
        voice_words.day(said.get(f"{prefix}due", "")),
        said.get(f"{prefix}topic", "other"),
        said.get(f"{prefix}text", ""),
    )


def _whole(found: OpinionView, actor: Actor) -> dict[str, Any]:
    line, titles = found.line, voice.topic_titles(current_site())
    state = line.case.state if line.case else ""
    may_work, may_manage = may(actor, opinions.WORK), may(actor, opinions.MANAGE)
    open_tasks = [one_ for one_ in found.tasks if one_.case and not one_.case.is_over]
    return {
        "view": found,
        "title": line.title or line.id,
        "state": voice_words.opinion_badge(line.case),
        "clock": case_words.clock_badge(line.case, for_reader=False) if line.case else None,
        "channel": voice_words.channel(line.channel),
        "tone": pick(TONES[line.tone]),
        "topic": titles.get(line.topic, line.topic),
        "topic_options": voice_words.options(titles),
        "topic_suggested": line.topic_by == "rule",
        "likely": [
            {"id": one_.id, "title": one_.title,
             "url": reverse("workbench:opinion", args=[one_.id]),
             "why": _("%(share)s alike: %(words)s", share=f"{one_.likeness:.0%}",
                      words="、".join(one_.words))}
            for one_ in found.likely
        ],
        "plan": _plan_rows(found, state) if may_work else [],
        "tasks": [task_row(one_) for one_ in found.tasks if one_.case],
        # Their days are changed in the form, which takes them as the year's number first.
        "planned": [
            task_row(one_) | {"due": one_.due_on.isoformat()}
            for one_ in found.tasks
            if one_.case is None
        ],
        "may_work": may_work,
        "may_assign": may_manage and state == "decomposed",
        "may_manage": may_manage,
        "may_answer": may_work and state in ("supervised", "overdue") and not open_tasks,
        "waits_for_tasks": len(open_tasks) if state in ("supervised", "overdue") else 0,
        "resolutions": voice_words.options(RESOLUTIONS, _("Choose")),
        "reasons": voice_words.options(REASONS, _("Only if not or partly resolved")),
        "resolution": voice_words.resolution(found.resolution),
        "reason": voice_words.reason(found.unresolved_why),
        "score": voice_words.score_words().get(line.rating or 0, ""),
        "may_publish": may_manage and found.agreed and bool(found.outcome),
        "merged_url": reverse("workbench:opinion", args=[found.merged_into])
        if found.merged_into
        else "",
        "merged": [
            {"id": id, "title": title or id} for id, title in found.merged.items()
        ],
    }  # fmt: skip


def _plan_rows(found: OpinionView, state: str) -> list[dict[str, Any]]:
    """Rows of the form that splits it: what is planned, else what is suggested, and two blank."""
    if state not in ("collected", "decomposed"):
        return []
    rows: list[dict[str, Any]] = [
        {"title": one_.title, "owner": pick(one_.owner), "due": one_.due_on.isoformat(),
         "topic": one_.topic, "text": one_.text, "why": list(one_.why)}
        for one_ in found.suggested
    ]  # fmt: skip
    rows += [
        {"title": one_.title, "owner": one_.owner, "due": one_.due_on.isoformat(),
         "topic": one_.topic, "text": one_.text, "why": []}
        for one_ in found.tasks
    ]  # fmt: skip
    last: date | None = max((date.fromisoformat(str(row["due"])) for row in rows), default=None)
    blank = {"title": "", "owner": "", "due": last.isoformat() if last else "", "topic": "other",
             "text": "", "why": []}  # fmt: skip
    rows += [dict(blank) for _row in range(BLANK_ACTIONS)]
    return [{"number": str(at), **row} for at, row in enumerate(rows, 1)]


def _source(source: SourceLine, whole: dict[str, dict[str, str]]) -> dict[str, Any]:
    return {
        "id": source.id,
        "channel": voice_words.channel(source.channel),
        "at": source.received_at,
        "noted_by": source.noted_by,
        "salon": source.salon,
        "has_address": source.has_address,
        "came_apart": source.came_apart,
        "score": voice_words.score_words().get(source.rating or 0, ""),
        "comment": source.comment,
        "files": source.files,
        "whole": whole.get(source.id),
    }


def _row(line: Any, titles: dict[str, str]) -> dict[str, Any]:
    return {
        "title": line.title or _("Its words are past their term"),
        "url": reverse("workbench:opinion", args=[line.id]),
        "topic": titles.get(line.topic, line.topic),
        "is_guess": line.topic_by == "rule",
        "tone": pick(TONES[line.tone]),
        "channel": voice_words.channel(line.channel),
        "sources": line.sources,
        "state": voice_words.opinion_badge(line.case),
        "clock": case_words.clock_badge(line.case, for_reader=False) if line.case else None,
        "rating": line.rating,
        "reopened": line.reopened,
        "at": line.received_at,
    }


def _tabs(request: HttpRequest, show: str, counts: Any) -> list[Tab]:
    names = {
        "": _("All open"),
        "new": _("Not assigned yet"),
        "answered": _("Waiting for a rating"),
        "low": _("Sent back"),
        "closed": _("Closed"),
    }
    tabs = []
    for id, label in names.items():
        query = request.GET.copy()
        query.pop("page", None)
        query["show"] = id
        tabs.append(Tab(label, f"?{query.urlencode()}", counts[id], show == id))
    return tabs


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor
