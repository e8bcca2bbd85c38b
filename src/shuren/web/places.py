"""Where services are had that need no form, and where the evidence of their maturity is seen."""

from django.urls import reverse

from shuren.service.flow_shapes import Service

# Place of flow_shapes.PLACES → name of its address here.
ADDRESSES = {
    "search": "find",
    "resolve": "resolve",
    "spaces": "spaces",
    "seats": "spaces",
    "rooms": "space-rooms",
    "my_library": "my",
    "interests": "my-interests",
    "privacy": "my-privacy",
    "voice": "voice",
    "membership": "my-membership",
}


def address(service: Service, place: str) -> str:
    """The address of a place: a page of ours, the service's own page or its form."""
    if place == "form":
        return reverse("service-ask", args=[service.id])
    if place in ("page", "pack"):
        return reverse("service", args=[service.id]) + ("#pack" if place == "pack" else "")
    return reverse(ADDRESSES[place])


def way_in(service: Service) -> tuple[str, bool]:
    """(where a service is had, whether that is its form)"""
    if service.use is None:
        return address(service, "form"), True
    return service.use.url or address(service, service.use.place), False
