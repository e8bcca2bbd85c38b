"""Operations about the service itself: does it run, which data, who am I."""

from django.http import HttpRequest, HttpResponse

from shuren.data import queries as data
from shuren.trust.queries import own_api_key
from shuren.web.api import shapes
from shuren.web.api.endpoint import endpoint
from shuren.web.api.formats import json_answer
from shuren.web.api.keys import refuse_key_in_address
from shuren.web.api.problems import Problem
from shuren.web.api.uses import note_use
from shuren.web.workbench.shell import current_site


@endpoint("/health", tag="about", response=shapes.Health, scope=None)
def health(request: HttpRequest) -> HttpResponse:
    refuse_key_in_address(request)
    found = data.current_snapshot(current_site())
    content = {"status": "ok" if found else "empty", "api": "v1"}
    return json_answer(request, content | {"snapshot": found.id if found else None})


@endpoint("/me", tag="about", response=shapes.Own)
def me(request: HttpRequest) -> HttpResponse:
    key = own_api_key(request.actor)  # type: ignore[attr-defined]
    return json_answer(
        request,
        {
            "id": key.id,
            "name": key.name,
            "scopes": key.scopes,
            "purposes": key.purposes,
            "per_minute": key.per_minute,
            "per_day": key.per_day,
            "used_minute": key.used_minute,
            "used_today": key.used_today,
            "expires_at": key.expires_at.isoformat() if key.expires_at else None,
        },
    )


@endpoint("/snapshot", tag="about", response=shapes.Snapshot, scope="catalogue:read")
def snapshot(request: HttpRequest) -> HttpResponse:
    found = data.current_snapshot(current_site())
    if found is None:
        raise Problem("not-ready", "")
    note_use(request, "api.snapshot", 1)
    return json_answer(
        request,
        {
            "id": found.id,
            "built_at": found.built_at.isoformat(),
            "data_date": found.data_date,
            "tables": len(found.tables),
            "loads": found.loads,
        },
    )
