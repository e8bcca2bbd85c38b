"""An alumnus applies, the desk checks, what members may use is open; the roster is loaded."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from shuren.kernel.shapes import Actor
from shuren.service import cases, members
from shuren.service.internals.case_rows import Case
from shuren.service.internals.member_rows import AlumniRecord, MemberCheck
from shuren.trust.actions import create_account, pseudonymise
from shuren.trust.models import Account
from tests.web.conftest import PASSWORD

pytestmark = pytest.mark.django_db
ROSTER = (
    "学号,姓名,入学年份,毕业年份,学院,学历\n9910203,韩伟,1999,2003,文学院,本科\n,无号,2000,,,\n"
)
HAN = {"do": "apply", "number": "9910203", "name": "韩伟", "f-cohort": "1999",
       "f-consent": "true"}  # fmt: skip
MINE, LIST = "/my/membership/", "/workbench/members/"


@pytest.fixture
def at(site, settings):
    settings.SITE = site
    return site


def signed_in(site, role: str, card: str = "") -> Client:
    key = pseudonymise(site, [card])[0] if card else ""
    client = Client()
    client.force_login(create_account(f"u-{role}{card}", PASSWORD, role, reader_key=key))
    client.cookies["shuren_language"] = "en"
    return client


def text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def with_roster(desk: Client) -> None:
    file = SimpleUploadedFile("alumni.csv", ROSTER.encode("gb18030"), "text/csv")
    page = desk.post(f"{LIST}roster/", {"file": file}).content.decode()
    assert "1 lines taken in, 1 of them new; 1 refused." in page
    assert "Line 3: There is no student number." in page


def test_a_list_is_loaded_and_lines_that_are_refused_are_named(at):
    with_roster(signed_in(at, "front_desk"))
    assert AlumniRecord.objects.count() == 1


def test_a_file_without_names_of_columns_is_refused_with_what_to_do(at):
    desk = signed_in(at, "front_desk")
    file = SimpleUploadedFile("alumni.csv", b"a,b\n1,2\n", "text/csv")
    answer = desk.post(f"{LIST}roster/", {"file": file})
    assert answer.status_code in (400, 422)
    assert "Name them in its first row" in answer.content.decode()


def test_an_alumnus_on_the_roster_is_a_member_in_one_form(at):
    with_roster(signed_in(at, "front_desk"))
    han = signed_in(at, "alumni", "A1")
    page = text(han, MINE)
    assert "compared with the roster and kept nowhere" in page
    key = re.search(r'name="key" value="([^"]+)"', page)[1]
    assert han.post(MINE, HAN | {"key": key}).status_code == 302
    assert han.post(MINE, HAN | {"key": key}).status_code == 302
    assert Case.objects.count() == 1
    page = text(han, MINE)
    assert "Valid until" in page
    assert '<span class="member-left">12</span>' in page
    assert "韩伟" not in page
    assert '<span class="member-left">12</span>' in text(han, "/my/")
    assert "All 12 services for alumni" in page
    assert "No licence of the library covers alumni so far" in page
    first = page.index("/services/remote_access/")
    assert first < page.index("/services/library_entry/")


def test_what_is_missing_is_said_at_its_field(at):
    han = signed_in(at, "alumni", "A1")
    answer = han.post(MINE, HAN | {"number": ""})
    assert answer.status_code == 422
    assert "it is compared and not kept" in answer.content.decode()
    assert "韩伟" not in answer.content.decode()
    assert not MemberCheck.objects.exists()


def test_the_desk_compares_and_approves_on_one_page(at):
    desk = signed_in(at, "front_desk")
    with_roster(desk)
    han = signed_in(at, "alumni", "A1")
    han.post(MINE, HAN | {"f-cohort": "1998"})
    id = Case.objects.get().pk
    assert "Being checked" in text(han, MINE)
    assert id in text(desk, LIST)
    one = f"{LIST}{id}/"
    assert '<h2 id="check">' in text(desk, one)
    page = desk.post(one, {"number": "9910203", "name": "韩伟"}).content.decode()
    assert "Not all agrees" in page
    assert 'value="approve"' not in page
    page = desk.post(
        one, {"number": "9910203", "name": "韩伟", "document": "degree"}
    ).content.decode()
    assert "It agrees." in page
    assert "韩伟" not in page
    assert desk.post(one, {"do": "approve", "key": "k"}).status_code == 302
    assert "Valid until" in text(han, MINE)
    page = text(desk, f"{LIST}?view=active")
    assert "12/12" in page


def test_without_a_membership_the_service_says_where_to_get_one(at):
    han = signed_in(at, "alumni", "A1")
    for url in ("/services/document_delivery/", "/services/meeting_space/ask/"):
        page = text(han, url)
        assert "you have none yet" in page
        assert f'href="{MINE}"' in page
    assert "you have none yet" in text(han, "/services/?for=all")


def test_a_lapsed_member_renews_with_one_tap(at, monkeypatch):
    monkeypatch.setenv("SHUREN_NOW", "2026-03-02T01:00")
    with_roster(signed_in(at, "front_desk"))
    han = signed_in(at, "alumni", "A1")
    han.post(MINE, HAN)
    actor = Actor("han", "alumni", pseudonymise(at, ["A1"])[0])
    id = members.mine(at, actor).case
    monkeypatch.setenv("SHUREN_NOW", "2029-03-05T01:00")
    cases.fire_timers(at)
    han = Client()
    han.force_login(Account.objects.get(username="u-alumniA1"))
    han.cookies["shuren_language"] = "en"
    page = text(han, MINE)
    assert "Your membership ended on 2 March 2029." in page
    assert han.post(MINE, {"do": "renew", "key": "once"}).status_code == 302
    assert han.post(MINE, {"do": "renew", "key": "once"}).status_code == 302
    assert "Valid until 5 March 2032" in text(han, MINE)
    assert cases.case(at, id, actor).state == "active"


def test_it_is_for_alumni_only_and_staff_alone_see_members(at):
    assert "Your account needs none" in text(signed_in(at, "student", "2020001"), MINE)
    han = signed_in(at, "alumni", "A1")
    assert han.get(LIST).status_code == 403
    assert signed_in(at, "subject_librarian").get(f"{LIST}roster/").status_code == 403
