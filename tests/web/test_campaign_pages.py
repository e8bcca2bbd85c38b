"""The short address of a campaign counts who opens it, keeps nothing of them, and leads on."""

import pytest
from django.test import Client

from shuren.kernel.shapes import Actor
from shuren.service import campaigns
from shuren.service.internals.campaign_rows import CampaignDay
from tests.web.test_member_pages import HAN, MINE, at, signed_in, text, with_roster  # noqa: F401

pytestmark = pytest.mark.django_db
LIST = "/workbench/members/campaigns/"
CODE, GO = "spring-2027", "/go/spring-2027/"
DESK = Actor("desk", "front_desk")


@pytest.fixture(autouse=True)
def in_the_morning(monkeypatch):
    """Clicks are counted by the day in Shanghai: none of these tests runs over its midnight."""
    monkeypatch.setenv("SHUREN_NOW", "2026-11-28T02:00")


@pytest.fixture
def running(at):  # noqa: F811
    campaigns.create(code=CODE, title="Spring letter", actor=DESK)
    return at


def clicks() -> int:
    return sum(CampaignDay.objects.values_list("clicks", flat=True))


def test_each_opening_is_counted_and_nothing_is_set_in_the_browser(running):
    for _again in range(50):
        answer = Client().get(GO, HTTP_USER_AGENT="Mozilla/5.0 MicroMessenger")
        assert (answer.status_code, answer["Location"]) == (302, f"{MINE}?via={CODE}")
        assert not answer.cookies
        assert "no-store" in answer["Cache-Control"]
    assert clicks() == 50
    assert CampaignDay.objects.count() == 1


@pytest.mark.parametrize(
    "said",
    [{"HTTP_SEC_PURPOSE": "prefetch;prerender"}, {"HTTP_PURPOSE": "prefetch"},
     {"HTTP_X_MOZ": "prefetch"}, {"HTTP_X_PURPOSE": "preview"},
     {"HTTP_USER_AGENT": "Examplebot/2.1 (+https://example.org/bot)"},
     {"HTTP_USER_AGENT": "curl/8.5.0"}],
    ids=["prerendered", "prefetched", "by an old browser", "previewed", "a robot", "a command"],
)  # fmt: skip
def test_programs_that_say_so_are_led_on_and_not_counted(running, said):
    assert Client().get(GO, **said).status_code == 302
    assert Client().head(GO).status_code == 302
    assert Client().post(GO).status_code == 405
    assert clicks() == 0
    assert "Disallow: /go/" in Client().get("/robots.txt").content.decode()


def test_the_way_leads_through_signing_in_to_a_form_that_says_what_it_sends(running):
    with_roster(signed_in(running, "front_desk"))
    answer = Client().get(GO, follow=True)
    assert f"next=%2Fmy%2Fmembership%2F%3Fvia%3D{CODE}" in answer.redirect_chain[-1][0]
    han = signed_in(running, "alumni", "A1")
    page = text(han, f"{MINE}?via={CODE}")
    assert "Count this application for “Spring letter”" in page
    assert "noted neither with you nor with your application" in page
    assert han.post(MINE, HAN | {"via": CODE, "counted": "true"}).status_code == 302
    day = CampaignDay.objects.get()
    assert (day.clicks, day.applications, day.verified) == (1, 1, 1)


def test_who_takes_the_tick_away_or_comes_otherwise_is_not_counted(running):
    with_roster(signed_in(running, "front_desk"))
    han = signed_in(running, "alumni", "A1")
    assert "Count this application" not in text(han, MINE)
    assert "Count this application" not in text(han, f"{MINE}?via=nothing")
    wrong = han.post(MINE, HAN | {"via": CODE, "number": ""}).content.decode()
    assert "Count this application" in wrong
    assert 'name="counted" type="checkbox" value="true" checked' not in wrong
    assert han.post(MINE, HAN | {"via": CODE}).status_code == 302
    assert not CampaignDay.objects.exists()


def test_staff_make_one_look_at_its_funnel_and_end_it(at):  # noqa: F811
    desk = signed_in(at, "front_desk")
    assert LIST in text(desk, "/workbench/members/")
    made = desk.post(LIST, {"code": CODE, "title": "Spring letter", "path": ""})
    assert (made.status_code, made["Location"]) == (302, f"{LIST}{CODE}/")
    campaigns.count(at, CODE, clicks=50_000, applications=1_250, verified=1_000)
    campaigns.count(at, CODE, applications=3)
    page = text(desk, f"{LIST}{CODE}/")
    for shown in ("50,000", "1,250", "2.5%", "1,000", "80.0%", f"testserver{GO}"):
        assert shown in page
    assert "1,253" not in page
    sheet = desk.get(f"{LIST}{CODE}/funnel.csv")
    lines = sheet.content.decode("utf-8-sig").splitlines()
    assert lines[:4] == ["Step,Day,Count", "Clicks,,50000", "Applications,,1250",
                         "Verified accounts,,1000"]  # fmt: skip
    assert lines[4] == "Clicks,2026-11-28,50000"
    assert desk.post(f"{LIST}{CODE}/").status_code == 302
    assert "Ended" in text(desk, LIST)
    assert Client().get(GO)["Location"] == f"{MINE}?via={CODE}"
    assert clicks() == 50_000


@pytest.mark.parametrize(
    "path",
    ["https://evil.example/", "//evil.example", "/workbench/", "/go/spring-2027/", "/sign-out/",
     "/nowhere/", "/api/v1/", "/my/..//evil.example/"],
)  # fmt: skip
def test_what_is_no_page_of_ours_for_readers_is_refused_at_the_field(at, path):  # noqa: F811
    desk = signed_in(at, "front_desk")
    answer = desk.post(LIST, {"code": "away", "title": "Away", "path": path})
    assert answer.status_code == 400
    assert 'id="field-path-error"' in answer.content.decode()
    assert campaigns.campaigns(actor=DESK) == []


def test_a_page_with_a_query_is_led_to_as_it_is(at):  # noqa: F811
    desk = signed_in(at, "front_desk")
    desk.post(LIST, {"code": "gifts", "title": "Gifts", "path": "/find/?q=alumni"})
    assert Client().get("/go/gifts/")["Location"] == "/find/?q=alumni"
    assert Client().get("/go/nothing/").status_code == 404


def test_who_only_reads_cases_sees_the_funnel_and_makes_none(running):
    librarian = signed_in(running, "subject_librarian")
    page = text(librarian, LIST)
    assert "Spring letter" in page
    assert signed_in(running, "student", "2020001").get(LIST).status_code == 403
