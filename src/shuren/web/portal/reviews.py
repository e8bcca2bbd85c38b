"""A reader's own review of a title, what a reader says of others', and the photos of reviews."""

import secrets
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from shuren.discovery import queries
from shuren.discovery.search_shapes import Item
from shuren.kernel.errors import ShurenError
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.service import reviews
from shuren.service.case_shapes import Incoming
from shuren.service.definitions import review_limits
from shuren.service.errors import WrongField
from shuren.service.review_shapes import STARS, About, Limits, OwnReview, Reviews, Said, Sent
from shuren.trust.definitions import PUPIL
from shuren.web import review_words
from shuren.web.access import requires
from shuren.web.errors import status_of
from shuren.web.portal.held import READ
from shuren.web.workbench.paging import whole_number

# As what name a review is shown.
NOBODY, ACCOUNT, PEN = "nobody", "account", "pen"
PAGE_OF = "reviews"


def about(found: Item) -> About:
    return About(tuple(dict.fromkeys((found.id, *found.title_ids))), found.title)


def of_item(request: HttpRequest, found: Item) -> dict[str, Any]:
    """What the page of an item shows of its reviews."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    number = whole_number(request.GET.get(PAGE_OF, "")) or 1
    limits = review_limits(settings.SITE)
    read = reviews.of_title(about(found), limits, page=number, actor=actor)
    is_reader = bool(actor.reader_key)
    return {
        "rows": [review_words.public(one, is_reader=is_reader) for one in read.reviews],
        "total": read.total,
        "average": review_words.average(read),
        "rating": {"value": read.average, "count": read.ratings} if read.average else None,
        "pager": _pager(read) if read.pages > 1 else None,
        "write": reverse("item-review", args=[found.id])
        if is_reader or not request.user.is_authenticated
        else "",
        "is_reader": is_reader,
        "has_own": any(one.is_mine for one in read.reviews),
    }


@requires(READ)
def write(request: HttpRequest, item_id: str) -> HttpResponse:
    """One's own review of a title: written, changed, or with POST do=withdraw taken back."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.reader_key:
        return render(request, "portal/my_nobody.html")
    found = queries.item(settings.SITE, item_id, actor=actor)
    if found.id != item_id:
        return redirect("item-review", item_id=found.id)
    mine = reviews.own(about(found), actor=actor)
    limits = review_limits(settings.SITE)
    problem: ShurenError | None = None
    if request.method == "POST":
        try:
            if request.POST.get("do") == "withdraw":
                reviews.withdraw(request.POST.get("review", ""), actor=actor)
                return HttpResponseRedirect(f"{reverse('item', args=[found.id])}#reviews")
            said, key = _said(request, mine, limits), request.POST.get("key", "")[:40]
            reviews.save(settings.SITE, about(found), said, actor=actor, key=key)
            return HttpResponseRedirect(reverse("item-review", args=[found.id]))
        except ShurenError as error:
            problem = error
    context = _form(request, mine, limits, problem) | {
        "item": found,
        "home": reverse("item", args=[found.id]),
        "mine": review_words.own(mine) if mine else None,
        "limits": limits,
        "key": request.POST.get("key", "")[:40] or secrets.token_urlsafe(18),
        "problem": None if isinstance(problem, WrongField) else problem,
        "wrong": isinstance(problem, WrongField),
        "trail": [
            {"label": found.title, "url": reverse("item", args=[found.id])},
            {"label": _("Your review"), "url": ""},
        ],
    }
    status = status_of(problem) if problem else 200
    return render(request, "portal/item_review.html", context, status=status)


@requires(READ)
@require_POST
def mark(request: HttpRequest, review_id: str) -> HttpResponse:
    """POST do=helpful, not_helpful or report with a reason."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.reader_key:
        return render(request, "portal/my_nobody.html")
    do = request.POST.get("do", "")
    kind = reviews.REPORT if do == reviews.REPORT else reviews.HELPFUL
    if do not in (reviews.HELPFUL, "not_helpful", reviews.REPORT):
        kind = ""
    reason = request.POST.get("reason", "")
    title = reviews.mark(review_id, kind, reason=reason, on=do != "not_helpful", actor=actor)
    return HttpResponseRedirect(f"{reverse('item', args=[title])}#reviews")


@require_safe
def photo(request: HttpRequest, review_id: str, number: int) -> HttpResponse:
    """Asked again each time, for a review that was taken back is gone at once."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    content, sha256, is_public = reviews.photo(review_id, number, actor=actor)
    etag = f'"{sha256}"'
    if request.headers.get("If-None-Match", "") == etag:
        answer: HttpResponse = HttpResponseNotModified()
    else:
        answer = HttpResponse(content, content_type="image/jpeg")
    answer["ETag"] = etag
    answer["Cache-Control"] = "public, no-cache" if is_public else "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _said(request: HttpRequest, mine: OwnReview | None, limits: Limits) -> Said:
    said = request.POST
    photos = [
        Sent(said.get(f"kept-{one.number}-alt", one.alt), None, one.number, f"kept-{one.number}")
        for one in (mine.photos if mine else ())
        if not said.get(f"kept-{one.number}-remove")
    ]
    for at in range(1, limits.photos + 1):
        file = request.FILES.get(f"photo-{at}")
        if isinstance(file, UploadedFile):
            sent = Incoming(str(file.name), int(file.size or 0), file.chunks)
            photos.append(Sent(said.get(f"photo-{at}-alt", ""), sent, 0, f"photo-{at}"))
    names = {PEN: said.get("signed", ""), ACCOUNT: request.user.display_name}  # type: ignore[union-attr]
    name = said.get("as", NOBODY)
    if name == PEN and not said.get("signed", "").strip():
        raise WrongField("signed", _("Write the name to be shown, or choose “A reader”."))
    return Said(
        said.get("text", ""), whole_number(said.get("stars", "")) or 0, names.get(name, ""),
        tuple(photos),
    )  # fmt: skip


def _form(
    request: HttpRequest, mine: OwnReview | None, limits: Limits, problem: ShurenError | None
) -> dict[str, Any]:
    """The fields as they were typed, else as the review stands."""
    is_typed = problem is not None and request.POST.get("do") != "withdraw"
    typed: dict[str, str] = request.POST.dict() if is_typed else {}
    own_name = request.user.display_name  # type: ignore[union-attr]
    stars = mine.stars if mine else 0
    signed = mine.signed if mine else ""
    chosen = NOBODY if not signed else ACCOUNT if signed == own_name else PEN
    text = mine.text if mine else ""
    if is_typed:
        stars, chosen = whole_number(typed.get("stars", "")) or 0, typed.get("as", NOBODY)
        text, signed = typed.get("text", ""), typed.get("signed", "")
    actor: Actor = request.actor  # type: ignore[attr-defined]
    kept = mine.photos if mine else ()
    errors = {problem.name: problem.message} if isinstance(problem, WrongField) else {}
    return {
        "text": text,
        "stars": [{"value": 0, "label": _("No stars"), "shape": "", "chosen": not stars}]
        + [
            {"value": n, "label": review_words.stars(n), "chosen": n == stars,
             "shape": "★" * n + "☆" * (review_words.MOST_STARS - n)}
            for n in STARS
        ],
        "names": [] if actor.role == PUPIL else _names(chosen, own_name),
        "signed": signed if chosen == PEN else "",
        "kept": [
            {"field": f"kept-{one.number}",
             "alt": typed.get(f"kept-{one.number}-alt", one.alt),
             "url": reverse("review-photo", args=[mine.id, one.number]) if mine else "",
             "error": errors.get(f"kept-{one.number}-alt", "")}
            for one in kept
        ],
        "slots": [
            {"field": f"photo-{at}", "number": at, "alt": typed.get(f"photo-{at}-alt", ""),
             "error": errors.get(f"photo-{at}", ""),
             "alt_error": errors.get(f"photo-{at}-alt", "")}
            for at in range(1, limits.photos - len(kept) + 1)
        ],
        "errors": errors,
    }  # fmt: skip


def _names(chosen: str, own_name: str) -> list[dict[str, Any]]:
    found = [
        {"value": NOBODY, "label": _("A reader, without a name")},
        {"value": PEN, "label": _("A name that I write here")},
    ]
    if own_name:
        label = _("My name as it stands in my account: %(name)s", name=own_name)
        found.append({"value": ACCOUNT, "label": label})
    return [one | {"chosen": one["value"] == chosen} for one in found]


def _pager(read: Reviews) -> dict[str, Any]:
    first = (read.page - 1) * reviews.PAGE + 1
    return {
        "number": read.page,
        "pages": read.pages,
        "text": _("%(first)s–%(last)s of %(total)s", first=first,
                  last=first + len(read.reviews) - 1, total=f"{read.total:,}"),
        "previous": f"?{PAGE_OF}={read.page - 1}#reviews" if read.page > 1 else "",
        "next": f"?{PAGE_OF}={read.page + 1}#reviews" if read.page < read.pages else "",
    }  # fmt: skip
