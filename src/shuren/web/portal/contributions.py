"""What a reader gave the library, with thanks and what came of each. Nobody else's is here."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shuren.kernel.shapes import Actor
from shuren.management import published
from shuren.service.contributions import contributions
from shuren.web import contribution_words
from shuren.web.access import requires
from shuren.web.portal.held import READ


@requires(READ)
def mine(request: HttpRequest) -> HttpResponse:
    """All kinds in one list, the newest first. What was said at an event and became an opinion
    is there once, as the opinion."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.reader_key:
        return render(request, "portal/my_nobody.html")
    said = published.contributions(settings.SITE, actor)
    cases = {one.case_id for one in said}
    given = [one for one in contributions(settings.SITE, actor) if one.case not in cases]
    rows = [contribution_words.of_opinion(one) for one in said]
    rows += [contribution_words.of_given(one) for one in given]
    rows.sort(key=lambda row: row["at"], reverse=True)
    came = sum(row["badge"]["tone"] == "good" for row in rows)
    return render(request, "portal/my_contributions.html", {"rows": rows, "came": came})
