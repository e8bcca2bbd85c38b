"""Limits that look back over a term, and that look at a price."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.case_shapes import BY_ITSELF, CaseView
from shuren.service.cases import act, open_case
from shuren.service.definitions import service
from shuren.service.errors import NotOffered, WrongField
from shuren.service.internals import limits
from tests.service.desk_of_cases import LIBRARIAN, held, reader

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(site: Site, settings, monkeypatch: pytest.MonkeyPatch) -> Actor:
    settings.SITE = site
    monkeypatch.setenv("SHUREN_NOW", "2026-05-11T02:00")
    return reader(site)


def left_uncollected(site: Site, actor: Actor) -> CaseView:
    opened = held(site, actor)
    act(site, opened.id, "copy_free", actor=BY_ITSELF)
    act(site, opened.id, "arrive", actor=LIBRARIAN)
    return act(site, opened.id, "pickup_timeout", actor=BY_ITSELF)


def test_who_leaves_three_holds_uncollected_waits_for_the_next_term(
    site: Site, ann: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _turn in range(3):
        assert left_uncollected(site, ann).state == "expired"
    with pytest.raises(NotOffered, match="did not collect 3 this term"):
        held(site, ann)
    held(site, reader(site, "2020002"))  # nobody else's are counted
    monkeypatch.setenv("SHUREN_NOW", "2026-09-15T02:00")
    held(site, ann)


def test_two_uncollected_and_one_cancelled_are_no_reason(site: Site, ann: Actor) -> None:
    for _turn in range(2):
        left_uncollected(site, ann)
    act(site, held(site, ann).id, "cancel", actor=ann)
    assert held(site, ann).state == "queued"


def test_a_term_goes_on_until_the_next_begins_and_nothing_is_remembered_longer(
    site: Site,
) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    in_the_break = datetime(2026, 8, 1, 9, tzinfo=zone)
    assert limits._term_began(site, in_the_break) == datetime(2026, 3, 2, tzinfo=zone)
    # The calendar knows no term of 1990, and none after January 2027.
    for day in (datetime(1990, 7, 1, 9, tzinfo=zone), datetime(2029, 7, 1, 9, tzinfo=zone)):
        assert (day - limits._term_began(site, day)).days == 200


@pytest.mark.parametrize("price, is_taken", [(300, True), (300.5, False), ("", True)])
def test_a_suggestion_goes_up_to_the_price_the_library_pays(
    site: Site, ann: Actor, price: object, is_taken: bool
) -> None:
    fields = {"book_title": "嵌入式系统", "price": price}

    def suggest() -> CaseView:
        return open_case(site, "purchase_suggestion", actor=ann, fields=fields)

    if is_taken:
        assert suggest().state == "suggested"
        return
    with pytest.raises(WrongField, match="up to CNY 300") as refused:
        suggest()
    assert refused.value.name == "price"


def test_the_cap_is_the_services_own(site: Site) -> None:
    article = service(site, "article_purchase")
    limits.priced(article, {"price": 350})
    limits.priced(article, {})
    with pytest.raises(WrongField, match="CNY 350"):
        limits.priced(article, {"price": 351})
    limits.priced(service(site, "book_hold"), {"price": 10_000})
