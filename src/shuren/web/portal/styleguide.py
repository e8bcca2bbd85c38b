"""Every component with its states and the inputs it takes. What is not here does not exist."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template

from shuren.web.portal.specimens import SWATCHES, specimens

FOLDER = "components"
# Components that are items of a list, with the class of that list; alone they would be no HTML.
LISTS = {
    "book_row": "books",
    "booking": "booking-rows",
    "case_row": "case-rows",
    "milestone": "case-rows",
    "document_row": "case-rows",
    "event_row": "event-rows",
    "message_row": "message-rows",
    "review": "reviews",
    "room_row": "room-rows",
    "service_row": "service-rows",
    "task_card": "case-rows",
}


def styleguide(request: HttpRequest) -> HttpResponse:
    shown = [
        {"name": name, "inputs": inputs_of(name), "list": LISTS.get(name, ""), "states": states}
        for name, states in specimens().items()
    ]
    return render(request, "portal/styleguide.html", {"shown": shown, "swatches": SWATCHES})


def inputs_of(name: str) -> str:
    """The comment at the head of a component: what it takes."""
    source: str = get_template(f"{FOLDER}/{name}.html").template.source  # type: ignore[attr-defined]
    return source.partition("{% comment %}")[2].partition("{% endcomment %}")[0].strip()
