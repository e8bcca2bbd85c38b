"""Campaigns: a short address that is counted, and what came of it, without following anybody.

A click is one more in a number of the day. Who then applies for a membership sends the campaign's
code along in the form, if they leave it ticked; it becomes one more in another number of the day
and is written nowhere else. So nobody can be looked up, by us neither.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Sum

from shuren.kernel.clock import now
from shuren.kernel.i18n import gettext as _
from shuren.kernel.settings import SMALLEST_GROUP as K
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.campaign_shapes import Funnel
from shuren.service.errors import NoSuchCampaign, WrongField
from shuren.service.internals.campaign_rows import Campaign, CampaignDay
from shuren.service.internals.opening import local_day
from shuren.trust.queries import require

READ, SERVE = "cases.read", "desk.serve"
PATH = "/my/membership/"
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,30}[a-z0-9]")
# What browsers read as another machine's address does not pass: two slashes, a backslash, a blank
# or tab that they drop. No fragment either, since `via` is put at the end.
_PATH = re.compile(r"/(?!/)[A-Za-z0-9_.~%/?=&+:@,;-]{0,199}")


def create(*, code: str, title: str, path: str = PATH, actor: Actor) -> Funnel:
    """Make a campaign. Whether there is a page at `path` is the caller's to know.

    raises  WrongField; trust's NotAllowed
    """
    actor = require(actor, SERVE)
    code, title = code.strip(), title.strip()
    if not _CODE.fullmatch(code):
        raise WrongField(
            "code", _("Use 2 to 32 small letters, digits and hyphens, as in spring-2027.")
        )
    if not title or len(title) > 100:
        raise WrongField("title", _("Give it a title of at most 100 characters."))
    if not is_own_path(path):
        raise WrongField(
            "path", _("It leads to pages of this library only; give a path as /my/membership/.")
        )
    row, is_new = Campaign.objects.get_or_create(
        code=code,
        defaults={"title": title, "path": path, "account": actor.id, "created_at": now()},
    )
    if not is_new:
        raise WrongField("code", _("There is a campaign with this address already."))
    return _funnel(row, {})


def end(code: str, *, actor: Actor) -> None:
    """Count no more; the address still leads to its page, as it may be printed somewhere.

    raises  NoSuchCampaign; trust's NotAllowed
    """
    require(actor, SERVE)
    row = _row(code)
    Campaign.objects.filter(pk=row.pk, ended_at=None).update(ended_at=now())


def target(code: str) -> str:
    """The path of the page it leads to; raises NoSuchCampaign."""
    path = _row(code).path
    if not is_own_path(path):  # nobody wrote it by `create`
        raise NoSuchCampaign
    return path


def title_of(code: str) -> str:
    """Of a campaign that counts, else "": for the form that says what it would send."""
    row = Campaign.objects.filter(pk=code[:32], ended_at=None).first()
    return row.title if row else ""


def count(
    site: Site,
    code: str,
    *,
    clicks: int = 0,
    applications: int = 0,
    verified: int = 0,
    days_ago: int = 0,
) -> None:
    """Add to the numbers of today, or of a day before when a count comes late. It is kept when
    this returns, or with the transaction around. A campaign that is not there or has ended counts
    nothing.

    Two that come at once are both counted: the database adds, and of two that begin the day one
    is refused the new row and adds to the other's.
    """
    row = Campaign.objects.filter(pk=code[:32], ended_at=None).first()
    more = {"clicks": clicks, "applications": applications, "verified": verified}
    if row is None or not any(more.values()):
        return
    day = local_day(site, now()) - timedelta(days=days_ago)
    of_day = CampaignDay.objects.filter(campaign=row, day=day)
    added = {name: F(name) + number for name, number in more.items() if number}
    if of_day.update(**added):
        return
    try:
        with transaction.atomic():
            CampaignDay.objects.create(campaign=row, day=day, **more)
    except IntegrityError:
        of_day.update(**added)


def campaigns(*, actor: Actor) -> list[Funnel]:
    """All, the newest first, without their days; raises trust's NotAllowed."""
    require(actor, READ)
    sums = {
        one["campaign"]: one
        for one in CampaignDay.objects.values("campaign").annotate(
            clicks=Sum("clicks"), applications=Sum("applications"), verified=Sum("verified")
        )
    }
    rows = Campaign.objects.order_by("-created_at", "code")
    return [_funnel(row, sums.get(row.pk, {})) for row in rows]


def funnel(code: str, *, actor: Actor) -> Funnel:
    """One, with the clicks of each day; raises NoSuchCampaign, trust's NotAllowed."""
    require(actor, READ)
    row = _row(code)
    sums = row.days.aggregate(
        clicks=Sum("clicks"), applications=Sum("applications"), verified=Sum("verified")
    )
    days = row.days.order_by("day").values_list("day", "clicks")
    return _funnel(row, sums, tuple((day, _enough(clicks)) for day, clicks in days))


def is_own_path(path: str) -> bool:
    return bool(_PATH.fullmatch(path))


def _row(code: str) -> Campaign:
    row = Campaign.objects.filter(pk=code[:32]).first()
    if row is None:
        raise NoSuchCampaign
    return row


def _funnel(
    row: Campaign, sums: Mapping[str, Any], days: tuple[tuple[date, int | None], ...] = ()
) -> Funnel:
    return Funnel(
        row.code, row.title, row.path, row.created_at, row.ended_at,
        _enough(sums.get("clicks") or 0),
        _in_fives(sums.get("applications") or 0),
        _in_fives(sums.get("verified") or 0),
        days,
    )  # fmt: skip


def _enough(number: int) -> int | None:
    return number if number >= K else None


def _in_fives(number: int) -> int | None:
    """Neither one more since yesterday nor the few between two numbers can be read off."""
    return _enough(number - number % K)
