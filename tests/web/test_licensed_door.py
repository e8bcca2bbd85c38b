"""The door to licensed full text: open to whom the licence names, counted, leading nowhere else."""

import pytest
from django.test import Client

from shuren.data.actions import build
from shuren.insight import queries
from shuren.kernel.shapes import Actor
from shuren.service import licensed_uses
from shuren.service.internals import rising
from shuren.service.internals.licensed_rows import LicensedUse
from shuren.service.licence_terms import licence_terms
from shuren.web.portal.licensed import door
from tests.web.library import OPERATOR

pytestmark = pytest.mark.django_db
BROWSER = {"User-Agent": "Mozilla/5.0"}
URL = "https://v.example/paper?id=1&x=2"
TERMS = (
    "id: journals\ntitle: {zh: 测试, en: Test}\nprovider: V\npackages: [Journals]\n"
    "readers: [student]\ncopies: forbidden\n"
)


@pytest.fixture
def licensed_here(library):
    folder = library.definitions / "licence_terms"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "journals.yaml").write_text(TERMS, "utf-8")
    licence_terms.cache_clear()
    yield library
    licence_terms.cache_clear()


def counted() -> list[tuple[str, str, int]]:
    rows = LicensedUse.objects.order_by("kind").values_list("kind", "package", "uses")
    return list(rows)


def test_who_may_goes_on_and_is_one_more_in_a_number(licensed_here, as_role):
    student = as_role("student")
    for _again in range(2):
        answer = student.get(door(URL, "V", "Journals"), headers=BROWSER)
        assert (answer.status_code, answer["Location"]) == (302, URL)
        assert "no-store" in answer["Cache-Control"]
        assert answer["Referrer-Policy"] == "no-referrer"
    assert counted() == [("student", "Journals", 2)]
    fields = {field.name for field in LicensedUse._meta.get_fields()}
    assert fields == {"id", "month", "kind", "provider", "package", "uses", "risen"}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_who_may_not_is_told_why_and_not_counted(licensed_here, as_role, language):
    alumnus = as_role("alumni")
    alumnus.cookies["shuren_language"] = language
    answer = alumnus.get(door(URL, "V", "Journals"), headers=BROWSER)
    assert answer.status_code == 403
    assert "V · Journals" in answer.content.decode()
    assert counted() == []


def test_programs_and_pages_fetched_beforehand_are_not_counted(licensed_here):
    visitor = Client()
    for headers in ({"User-Agent": "Somebot/1.0"}, BROWSER | {"Sec-Purpose": "prefetch"}):
        assert visitor.get(door(URL, "V", "Journals"), headers=headers).status_code == 302
    assert visitor.head(door(URL, "V", "Journals"), headers=BROWSER).status_code == 302
    assert counted() == []


def test_it_leads_nowhere_but_to_what_was_signed(licensed_here):
    good = door(URL, "V", "Journals")
    for bad in ("/online/", "/online/?to=https://evil.example/", good[:-1] + "x", good + "x"):
        assert Client().get(bad).status_code == 404, bad
    for url in ("javascript:alert(1)", "", "//evil.example"):
        assert door(url, "V", "Journals") == ""


def test_uses_of_alumni_by_year_stand_on_the_dashboard(licensed_here):
    member, other = Actor("han", "alumni", "r_x"), Actor("s", "student", "r_y")
    for _again in range(3):
        licensed_uses.count(licensed_here, ("V", "Journals"), actor=member)
    licensed_uses.count(licensed_here, ("V", ""), actor=member, uses=4)
    licensed_uses.count(licensed_here, ("V", "Journals"), actor=other, uses=9)
    for _again in range(2):  # a second time tells nothing anew
        rising.take_in(licensed_here, OPERATOR)
    licensed_uses.count(licensed_here, ("V", "Journals"), actor=member)
    rising.take_in(licensed_here, OPERATOR)
    build(licensed_here, actor=OPERATOR)
    director = Actor("d", "director", doing="dashboards.read")
    found = queries.figure(licensed_here, "alumni_online_by_year", actor=director).table
    assert [row[1] for row in found.rows] == [8]
