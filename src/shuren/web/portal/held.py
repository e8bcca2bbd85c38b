"""What is held about a reader, store by store: seen, deleted one by one, taken along, erased."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from shuren.data.definitions import contracts
from shuren.kernel.errors import ShurenError, UsageError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.service import actions, correcting, queries
from shuren.service.errors import NotOffered, WrongField
from shuren.service.shapes import Certificate, HeldFact, HeldStore
from shuren.trust import egress
from shuren.web import moments
from shuren.web.access import requires
from shuren.web.portal.months import by_month

READ = "my_library.read"
PER_PAGE = 20
TYPES = {"json": "application/json", "html": "text/html; charset=utf-8"}


def stores_of(actor: Actor) -> tuple[list[dict[str, Any]], list[str]]:
    """The inputs of components/held.html, fullest first; and the titles of the empty stores."""
    held = queries.held(settings.SITE, actor)
    shown = [_card(store) for store in held if store.count]
    shown.sort(key=lambda one: -one["count"])
    return shown, [store.title for store in held if not store.count]


@requires(READ)
def store(request: HttpRequest) -> HttpResponse:
    """One store with all its facts, newest first."""
    actor = _reader(request)
    found = _store(actor, request.GET.get("store", ""))
    page = Paginator(found.facts, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "store": _card(found),
        "facts": [_fact(found, one) for one in page],
        "pager": _pager(page, found.id),
        "trail": _trail(found.title),
    }
    return render(request, "portal/my_held.html", context)


@requires(READ)
def forget(request: HttpRequest) -> HttpResponse:
    """Asks once, saying exactly what goes; then it goes."""
    actor = _reader(request)
    asked = request.POST if request.method == "POST" else request.GET
    found = _store(actor, asked.get("store", ""))
    fact = next((one for one in found.facts if one.id == asked.get("fact", "")), None)
    if fact is None or not found.can_forget:
        raise Http404
    if request.method == "POST":
        actions.forget_fact(settings.SITE, actor, found.id, fact.id)
        left = found.count > 1
        return HttpResponseRedirect(_address(found.id) if left else reverse("my-privacy"))
    context = {
        "store": _card(found),
        "fact": _fact(found, fact),
        "trail": _trail(found.title, _address(found.id), _("Delete one fact")),
    }
    return render(request, "portal/my_forget.html", context)


@requires(READ)
def correct(request: HttpRequest) -> HttpResponse:
    """Takes what is wrong in a store that another system fills; it becomes a case."""
    actor = _reader(request)
    asked = request.POST if request.method == "POST" else request.GET
    found = _store(actor, asked.get("store", ""))
    if not found.can_correct:
        raise Http404
    problem: ShurenError | None = None
    said = asked.get("what_is_wrong", "")
    if request.method == "POST":
        try:
            case = correcting.ask(settings.SITE, found.id, said, actor=actor)
            return HttpResponseRedirect(reverse("my-case", args=[case.id]))
        except (WrongField, NotOffered) as error:
            problem = error
    context = {
        "store": _card(found),
        "said": said,
        "problem": problem,
        "trail": _trail(found.title, _address(found.id), _("Something is wrong")),
    }
    return render(request, "portal/my_correct.html", context, status=400 if problem else 200)


@requires(READ)
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """Everything held, as a file."""
    form = request.POST.get("form", "")
    if form not in TYPES:
        raise UsageError(_("Choose JSON or HTML."))
    actor = _reader(request)
    content = actions.export_held(settings.SITE, actor, form)
    egress.check("own", actor=actor, content=content, purpose="own_records")
    response = HttpResponse(content, content_type=TYPES[form])
    name = f"my-data-{moments.today():%Y-%m-%d}.{form}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@requires(READ)
def erase(request: HttpRequest) -> HttpResponse:
    """One page that says what goes and what stays; one tap, and it is gone."""
    actor = _reader(request)
    if request.method == "POST":
        done = actions.erase(settings.SITE, actor)
        return HttpResponseRedirect(reverse("my-certificate", args=[done.id]))
    held = queries.held(settings.SITE, actor)
    context = {
        "going": [
            {"title": one.title, "count": gone}
            for one in held
            if (gone := sum(1 for fact in one.facts if not fact.keep))
        ],
        "staying": _staying(held),
        "trail": _trail(_("Erase my history")),
    }
    return render(request, "portal/my_erase.html", context)


@requires(READ)
def certificate(request: HttpRequest, certificate_id: str) -> HttpResponse:
    """What the reader holds after an erasure, and how anybody verifies it without this site."""
    found = _certificate(request, certificate_id)
    titles = store_titles()
    said, proof = found.content["statement"], found.content["proof"]
    context = {
        "certificate": found,
        "proof": proof,
        "asked": moments.exact(datetime.fromisoformat(said["asked_at"])),
        "gone": [
            {"title": titles.get(id, id), "count": count}
            for id, count in said["erased"].items()
            if count
        ],
        "kept": [
            {
                "title": titles.get(one["store"], one["store"]),
                "count": one["facts"],
                "because": pick(one["because"]),
                "until": pick(one["until"]),
            }
            for one in said["kept"]
        ],
        "due": moments.day(date.fromisoformat(said["disk_due"])),
        "backups": moments.day(date.fromisoformat(said["backups_gone_by"])),
        "trail": _trail(_("Certificate of erasure")),
    }
    return render(request, "portal/my_certificate.html", context)


@requires(READ)
def certificate_file(request: HttpRequest, certificate_id: str) -> HttpResponse:
    found = _certificate(request, certificate_id)
    content = actions.certificate_json(found)
    egress.check("own", actor=_reader(request), content=content)
    response = HttpResponse(content, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{found.id}.json"'
    return response


def _reader(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.reader_key:
        raise Http404
    return actor


def _store(actor: Actor, id: str) -> HeldStore:
    found = next((one for one in queries.held(settings.SITE, actor) if one.id == id), None)
    if found is None:
        raise Http404
    return found


def _certificate(request: HttpRequest, id: str) -> Certificate:
    """One of the signed-in account, for only its holder has it."""
    known = queries.certificates(request.actor)  # type: ignore[attr-defined]
    found = next((one for one in known if one.id == id and one.content), None)
    if found is None:
        raise Http404
    return found


def store_titles() -> dict[str, str]:
    """What to call the stores that a certificate names; they may hold nothing any more."""
    lake = {f"lake:{id}": pick(one.title) for id, one in contracts(settings.SITE).items()}
    return lake | {
        "identity": _("Your identity"),
        "account": _("Your account"),
        "sessions": _("Your sessions"),
        "consents": _("What you agreed to"),
        "interests": _("Interests you chose"),
        "searches": _("Searches you saved"),
        "circulation": _("Loans and holds made here"),
        "cases": _("Your cases"),
        "bookings": _("Seats and rooms"),
        "documents": _("Documents signed for you"),
        "enrolments": _("Events you enrolled in"),
        "gifts": _("Gifts of books"),
        "reviews": _("Your reviews of titles"),
        "shifts": _("My shifts"),
        "membership": _("Your membership"),
        "messages": _("Messages to you"),
        "reader_keys": _("Your keys for programs"),
        "opinions": _("What you told the library"),
        "events": _("Events not yet taken in"),
        "quarantine": _("Refused rows that name you"),
        "datasets": _("Datasets you took"),
        "glass": _("Emergency access"),
        "ledger": _("The log of uses"),
        "erasures": _("Your erasures"),
    }


def _card(found: HeldStore) -> dict[str, Any]:
    return {
        "id": found.id,
        "title": found.title,
        "count": found.count,
        "why": found.why,
        "where": found.where,
        "term": found.term,
        "goes": _goes(found.facts),
        "months": by_month([fact.at for fact in found.facts if fact.at]),
        "url": _address(found.id),
        "correct_url": _correct(found.id) if found.can_correct else "",
    }


def _fact(found: HeldStore, fact: HeldFact) -> dict[str, Any]:
    can_go = found.can_forget and not fact.keep
    asked = urlencode({"store": found.id, "fact": fact.id})
    return {
        "id": fact.id,
        "title": fact.title,
        "when": _when(fact.at),
        "values": [
            {"name": name, "text": text} for name, text in fact.values.items() if text != fact.title
        ],
        "keep": fact.keep,
        "until": moments.day(fact.until) if fact.until else "",
        "forget_url": f"{reverse('my-forget')}?{asked}" if can_go else "",
    }


def _goes(facts: Sequence[HeldFact]) -> str:
    """The day on which what is held here has gone by itself; "" where something stays longer."""
    days = [fact.until for fact in facts]
    known = [day for day in days if day is not None]
    if not known or len(known) < len(days):
        return ""
    first, last = moments.day(min(known)), moments.day(max(known))
    if first == last:
        return _("It is kept until %(last)s.", last=last)
    return _("The oldest is kept until %(first)s, the newest until %(last)s.",
             first=first, last=last)  # fmt: skip


def _when(value: date | datetime | None) -> str:
    if isinstance(value, datetime):
        return moments.day((timezone.localtime(value) if value.tzinfo else value).date())
    return moments.day(value) if value else ""


def _staying(held: Sequence[HeldStore]) -> list[dict[str, Any]]:
    """What stays when everything is erased, by its reason."""
    reasons = Counter((one.title, fact.keep) for one in held for fact in one.facts if fact.keep)
    return [
        {"title": title, "because": because, "count": count}
        for (title, because), count in reasons.items()
    ]


def _correct(store_id: str) -> str:
    return f"{reverse('my-correct')}?{urlencode({'store': store_id})}"


def _address(store_id: str) -> str:
    return f"{reverse('my-held')}?{urlencode({'store': store_id})}"


def _trail(last: str, *more: str) -> list[dict[str, str]]:
    """My privacy, then `last`; with an address and a further title, a step more."""
    steps = [{"label": _("My privacy"), "url": reverse("my-privacy")}]
    if more:
        address, further = more
        return [*steps, {"label": last, "url": address}, {"label": further, "url": ""}]
    return [*steps, {"label": last, "url": ""}]


def _pager(page: Any, store_id: str) -> dict[str, Any] | None:
    if page.paginator.num_pages < 2:
        return None
    address = _address(store_id)
    return {
        "number": page.number,
        "pages": page.paginator.num_pages,
        "text": _(
            "%(first)s–%(last)s of %(total)s",
            first=page.start_index(),
            last=page.end_index(),
            total=f"{page.paginator.count:,}",
        ),
        "previous": f"{address}&page={page.number - 1}" if page.has_previous() else "",
        "next": f"{address}&page={page.number + 1}" if page.has_next() else "",
    }
