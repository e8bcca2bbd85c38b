"""Readers, staff and cases for the tests of the flow engine."""

from typing import Any

from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.case_shapes import CaseView
from shuren.service.cases import open_case
from shuren.trust.actions import pseudonymise

LIBRARIAN = Actor("lin", "front_desk")
SECOND = Actor("bai", "front_desk")
MANAGER = Actor("guan", "director")
TITLE = {"kind": "title", "id": "b0000001", "title": "三体"}


def reader(site: Site, card: str = "2020001", role: str = "student") -> Actor:
    return Actor(f"r{card}", role, pseudonymise(site, [card])[0])


def held(site: Site, actor: Actor, **more: Any) -> CaseView:
    """A hold that is open and queued."""
    return open_case(site, "book_hold", actor=actor, subject=TITLE, **more)
