"""A campaign counts openings, applications and verified accounts, and knows nobody."""

import threading
from datetime import date

import pytest
from django.db import connection

from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service import campaigns, members
from shuren.service.errors import NoSuchCampaign, WrongField
from shuren.service.internals.campaign_rows import Campaign, CampaignDay
from shuren.service.internals.case_rows import Case
from shuren.trust.errors import NotAllowed
from tests.service.desk_of_cases import LIBRARIAN, reader

pytestmark = pytest.mark.django_db(transaction=True)
CODE = "spring-2027"
ROSTER = "学号,姓名,入学年份\n" + "".join(f"99102{n:02},校友{n},1999\n" for n in range(12))


@pytest.fixture
def here(site: Site, settings, monkeypatch, tmp_path) -> Site:
    settings.SITE = site
    monkeypatch.setenv("SHUREN_NOW", "2026-03-02T01:00")
    path = tmp_path / "alumni.csv"
    path.write_text(ROSTER, "utf-8")
    members.load_roster(site, path, actor=LIBRARIAN)
    campaigns.create(code=CODE, title="春季推文", actor=LIBRARIAN)
    return site


def applies(site: Site, number: int, *, cohort: int = 1999, via: str = CODE, key: str = ""):
    return members.apply(
        site, number=f"99102{number:02}", name=f"校友{number}", via=via, key=key,
        fields={"cohort": cohort, "consent": True},
        actor=reader(site, f"A{number:03}", "alumni"),
    )  # fmt: skip


def numbers() -> tuple[int, int, int]:
    rows = CampaignDay.objects.values_list("clicks", "applications", "verified")
    clicks, applications, verified = zip(*rows, strict=True)
    return sum(clicks), sum(applications), sum(verified)


def test_fifty_thousand_clicks_give_the_funnel_that_was_planted(here, monkeypatch):
    planted = ((30_000, 800, 700), (15_000, 300, 200), (4_996, 103, 98), (4, 2, 0))
    for day, (clicks, applications, verified) in enumerate(planted, start=2):
        monkeypatch.setenv("SHUREN_NOW", f"2026-03-0{day}T01:00")
        for part in (clicks // 2, clicks - clicks // 2):
            campaigns.count(here, CODE, clicks=part)
        campaigns.count(here, CODE, applications=applications, verified=verified)
    found = campaigns.funnel(CODE, actor=LIBRARIAN)
    assert found.clicks == 50_000
    assert numbers() == (50_000, 1_205, 998)
    assert (found.applications, found.verified) == (1_205, 995)  # persons are counted in fives
    assert [clicks for _day, clicks in found.days] == [30_000, 15_000, 4_996, None]
    assert found.days[0][0] == date(2026, 3, 2)
    assert campaigns.campaigns(actor=LIBRARIAN)[0].verified == 995


@pytest.mark.parametrize(
    "number, shown", [(0, None), (4, None), (5, 5), (9, 5), (10, 10)],
    ids=["nobody", "four", "five", "nine", "ten"],
)  # fmt: skip
def test_fewer_than_five_persons_are_not_shown_and_more_are_counted_in_fives(here, number, shown):
    campaigns.count(here, CODE, applications=number, verified=number)
    found = campaigns.funnel(CODE, actor=LIBRARIAN)
    assert (found.applications, found.verified) == (shown, shown)


def test_a_click_is_of_the_librarys_day(here, monkeypatch):
    for moment in ("2026-03-02T15:59:59+00:00", "2026-03-02T16:00:00+00:00"):
        monkeypatch.setenv("SHUREN_NOW", moment)
        campaigns.count(here, CODE, clicks=1)
    days = CampaignDay.objects.order_by("day").values_list("day", "clicks")
    assert list(days) == [(date(2026, 3, 2), 1), (date(2026, 3, 3), 1)]


def test_clicks_at_one_moment_are_all_counted_from_the_first_of_the_day_on(here):
    gate, problems = threading.Barrier(8), []

    def click() -> None:
        try:
            gate.wait(60)
            for _again in range(5):
                campaigns.count(here, CODE, clicks=1)
        except Exception as error:
            problems.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert numbers() == (40, 0, 0)
    assert CampaignDay.objects.count() == 1


def test_who_applies_is_added_to_a_number_once_and_noted_nowhere(here):
    applies(here, 1, key="once")
    applies(here, 1, key="once")
    applies(here, 2, cohort=1998)
    applies(here, 3, via="")
    applies(here, 4, via="no-such-campaign")
    assert numbers() == (0, 2, 1)
    assert Case.objects.count() == 4
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            if table.startswith("service_campaign"):
                continue
            cursor.execute(f'SELECT * FROM "{table}"')
            assert not [row for row in cursor.fetchall() if CODE in str(row)], table


def test_an_application_that_is_refused_counts_nothing(here):
    with pytest.raises(WrongField):
        members.apply(here, number="9910201", name="校友1", fields={"cohort": 1999}, via=CODE,
                      actor=reader(here, "A001", "alumni"))  # fmt: skip
    assert not CampaignDay.objects.exists()


def test_the_tables_have_no_place_for_anything_about_a_person():
    assert {field.name for field in CampaignDay._meta.get_fields()} == {
        "id", "campaign", "day", "clicks", "applications", "verified",
    }  # fmt: skip
    assert {field.name for field in Campaign._meta.get_fields()} == {
        "code", "title", "path", "account", "created_at", "ended_at", "days",
    }  # fmt: skip


@pytest.mark.parametrize(
    "path",
    ["https://evil.example/", "//evil.example/", "/\\evil.example/", "/\t/evil.example/",
     "\n/my/", "javascript:alert(1)", "my/membership/", "", "/my/#there", "/" + "a" * 200],
)  # fmt: skip
def test_a_campaign_leads_to_no_address_outside(here, path):
    with pytest.raises(WrongField):
        campaigns.create(code="away", title="外面", path=path, actor=LIBRARIAN)
    Campaign.objects.filter(pk=CODE).update(path=path[:200])
    if len(path) <= 200:
        with pytest.raises(NoSuchCampaign):
            campaigns.target(CODE)


@pytest.mark.parametrize("code", ["", "a", "Spring", "春", "a b", "-a", "a-", "a" * 33, CODE])
def test_a_short_address_is_small_letters_and_given_once(here, code):
    with pytest.raises(WrongField):
        campaigns.create(code=code, title="x", actor=LIBRARIAN)
    assert Campaign.objects.count() == 1


def test_a_campaign_that_has_ended_leads_on_and_counts_no_more(here):
    campaigns.count(here, CODE, clicks=7)
    campaigns.end(CODE, actor=LIBRARIAN)
    campaigns.count(here, CODE, clicks=9)
    assert campaigns.target(CODE) == "/my/membership/"
    assert campaigns.title_of(CODE) == ""
    assert campaigns.funnel(CODE, actor=LIBRARIAN).clicks == 7


def test_readers_neither_make_nor_read_campaigns(here):
    student = reader(here)
    for doing in (
        lambda: campaigns.create(code="mine", title="x", actor=student),
        lambda: campaigns.end(CODE, actor=student),
        lambda: campaigns.funnel(CODE, actor=student),
        lambda: campaigns.campaigns(actor=Actor("nobody", "anonymous")),
    ):
        with pytest.raises(NotAllowed):
            doing()
