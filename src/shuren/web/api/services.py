"""The catalogue of services, as other pages of the university show it. No key is needed: what the
library offers is public. Nothing about a reader or a case is here."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from shuren.service import catalogue
from shuren.service.case_shapes import AskedField
from shuren.service.errors import UnknownName
from shuren.service.flow_shapes import Service
from shuren.web.api import shapes
from shuren.web.api.endpoint import endpoint
from shuren.web.api.formats import json_answer
from shuren.web.api.keys import refuse_key_in_address
from shuren.web.places import way_in
from shuren.web.workbench.shell import current_site


@endpoint("/services", tag="services", response=shapes.Services, scope=None)
def services(request: HttpRequest) -> HttpResponse:
    refuse_key_in_address(request)
    found = catalogue.shown(current_site())
    return json_answer(request, {"services": [_line(request, one) for one in found]})


@endpoint(
    "/services/{id}", tag="services", response=shapes.ServiceShape, scope=None, refusals=[404]
)
def service(request: HttpRequest, id: str) -> HttpResponse:
    refuse_key_in_address(request)
    try:
        page = catalogue.page(current_site(), id, None)
    except UnknownName:
        raise Http404 from None
    one = page.service
    return json_answer(
        request,
        _line(request, one)
        | {
            "rules": list(page.rules),
            "steps": [{"event": step.event, "by": step.by} for step in page.steps],
            "form": [_field(field) for field in one.form],
            "indicators": {name: str(target) for name, target in one.indicators.items()},
            "pack": list(one.pack),
            "owner": page.owner,
            "centre": page.centre,
        },
    )


def _line(request: HttpRequest, one: Service) -> dict[str, Any]:
    address, is_form = way_in(one)
    return {
        "id": one.id,
        "title": one.title,
        "description": one.description,
        "category": one.category,
        "audiences": list(one.audiences),
        "scenes": list(one.scenes),
        "modes": list(one.modes),
        "level": one.maturity.level if one.maturity else "",
        "draft": one.source == "draft",
        "respond_hours": one.promise.respond,
        "finish_hours": one.promise.finish,
        "clock": one.promise.clock,
        "fee": one.fee,
        "url": request.build_absolute_uri(reverse("service", args=[one.id])),
        "use_url": request.build_absolute_uri(address),
        "has_form": is_form,
    }


def _field(field: AskedField) -> dict[str, Any]:
    return {
        "name": field.name,
        "type": field.type,
        "title": field.title,
        "required": field.required,
        "choices": {value: dict(title) for value, title in field.choices.items()},
        "accepts": list(field.accepts),
    }
