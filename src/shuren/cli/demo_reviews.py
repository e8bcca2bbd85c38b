"""Reviews of well-known titles in the demo, each at its own time and through the ordinary actions:
most are public, one waits to be read, one was refused, one is reported."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shuren.campus.reviews import REFUSED, REPORTED, REVIEWS, WAITING, Written
from shuren.cli.demo_clock import Days, as_if
from shuren.kernel.clock import now
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site

if TYPE_CHECKING:
    from shuren.service.review_shapes import About

DESK = Actor("subject", "subject_librarian")
FIRST = 60  # of the other readers: those before have been at the events


def review_titles(site: Site, student: Actor, others: Sequence[Actor]) -> None:
    """All of campus.reviews; whoever has reviewed a title already is left alone."""
    days = Days(site)
    strangers = [one for one in others if one.reader_key != student.reader_key]
    for number, one in enumerate(REVIEWS):
        reader = student if one.by else strangers[(FIRST + number) % len(strangers)]
        about = _about(site, one.title)
        if about is not None:
            _write(site, one, about, days, reader, strangers[number % len(strangers)])


def _about(site: Site, title: str) -> "About | None":
    """The title as the index has it, None where it has no such title."""
    from shuren.discovery.queries import search
    from shuren.service.review_shapes import About

    for hit in search(site, title, actor=DESK).hits:
        if hit.item.title == title:
            return About(tuple(dict.fromkeys((hit.item.id, *hit.item.title_ids))), title)
    return None


def _write(
    site: Site, one: Written, about: "About", days: Days, reader: Actor, other: Actor
) -> None:
    from shuren.service import review_desk, reviews
    from shuren.service.review_shapes import PUBLISH, REFUSE, Said

    if reviews.own(about, actor=reader) is not None:
        return
    written = min(days.at(-one.days, 20), now())
    with as_if(written):
        made = reviews.save(site, about, Said(one.text, one.stars, one.signed), actor=reader)
    if one.state == WAITING:
        return
    with as_if(min(days.at(1 - one.days, 9.5), now())):
        version = review_desk.one(made.id, actor=DESK).version
        what = REFUSE if one.state == REFUSED else PUBLISH
        review_desk.decide(site, made.id, what, version=version, reason=one.why, actor=DESK)
        if one.state == REPORTED:
            reviews.mark(made.id, reviews.REPORT, reason="elsewhere", actor=other)
