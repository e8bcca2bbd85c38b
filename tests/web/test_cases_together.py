"""Several cases at once, passing work on, and saved views, on the desk's pages."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from shuren.service import cases
from shuren.service.case_shapes import BY_ITSELF
from shuren.service.internals.case_rows import Case
from shuren.trust.actions import create_account
from shuren.trust.models import Account
from tests.service.desk_of_cases import SECOND, held, reader
from tests.web.test_privacy_panel import see

DESK = "workbench:cases"


def signed_in(name: str, role: str) -> Client:
    client = Client()
    client.force_login(create_account(name, "a long enough phrase", role))
    client.cookies["shuren_language"] = "en"
    return client


@pytest.fixture
def desk(db) -> Client:
    return signed_in("lin", "front_desk")


@pytest.fixture
def opened(library, desk):
    create_account("bai", "a long enough phrase", "front_desk")
    return [held(library, reader(library, f"202000{n}")) for n in range(1, 4)]


def ticked(found, do: str, **more) -> dict:
    versions = {f"version-{one.id}": one.version for one in found}
    return {"case": [one.id for one in found], "do": do, "together": "1", **versions, **more}


def test_what_can_be_done_with_the_ticked_ones_is_offered_with_their_number(opened, desk):
    page = desk.post(reverse(DESK), {"case": [one.id for one in opened], "do": "choose"})
    text = page.content.decode()
    assert page.status_code == 200
    assert len(re.findall(r'name="case" value="[^"]+" checked', text)) == 3
    assert "Cancel (3)" in text
    assert "A copy is free (3)" in text
    assert "Done with" not in text


def test_nothing_ticked_is_said(opened, desk):
    answer = desk.post(reverse(DESK), {"do": "choose"})
    assert answer.status_code == 400
    assert "Tick at least one case" in answer.content.decode()


def test_an_event_is_done_with_all_that_offer_it_and_what_changed_meanwhile_is_told(
    opened, desk, library
):
    cases.act(library, opened[0].id, "copy_free", actor=BY_ITSELF)
    cases.act(library, opened[0].id, "arrive", actor=BY_ITSELF)
    answer = desk.post(reverse(DESK), ticked(opened, "event book_hold copy_free"))
    text = answer.content.decode()
    assert "Done with 2 cases." in text
    states = dict(Case.objects.values_list("pk", "state"))
    assert [states[one.id] for one in opened] == ["ready", "in_transit", "in_transit"]
    again = desk.post(reverse(DESK), ticked(opened[1:], "event book_hold copy_free"))
    assert again.status_code == 409
    assert "None of these cases can do that now" in again.content.decode()


def test_somebody_elses_change_is_left_alone_and_named(opened, desk, library):
    seen = ticked(opened[:2], "give_back")
    other = cases.take(library, opened[0].id, actor=SECOND)
    cases.take(library, opened[1].id, actor=SECOND)
    seen[f"version-{opened[1].id}"] = other.version
    text = desk.post(reverse(DESK), seen).content.decode()
    assert "Done with 1 case." in text
    assert "has changed since you looked at it" in text
    assert Case.objects.get(pk=opened[0].id).assignee == "bai"
    assert Case.objects.get(pk=opened[1].id).assignee == ""


def test_many_are_given_to_a_colleague_and_handed_to_a_desk(opened, desk):
    text = desk.post(reverse(DESK), ticked(opened, "assign", person="bai")).content.decode()
    assert "Done with 3 cases." in text
    assert set(Case.objects.values_list("assignee", flat=True)) == {"bai"}
    now = [cases_now(one.id) for one in opened]
    desk.post(reverse(DESK), ticked(now, "hand_over", desk="reference", note="请你们看"))
    assert set(Case.objects.values_list("desk", "assignee")) == {("reference", "")}
    assert "Reference" in see(desk, f"{reverse(DESK)}?desk=reference")


def cases_now(id: str) -> Case:
    return Case.objects.get(pk=id)


@pytest.mark.parametrize(
    "do, more, said",
    [
        ("note", {}, "Write a note."),
        ("assign", {}, "Choose a colleague."),
        ("hand_over", {}, "Choose a desk."),
        ("hand_over", {"desk": "moon"}, "There is no desk called"),
        ("event book_hold fly", {}, "None of these cases can do that now"),
        ("event", {}, "Nothing is called"),
        ("zzz", {}, "Nothing is called"),
    ],
)
def test_what_the_form_lacks_stops_it_before_the_first(opened, desk, do, more, said):
    before = list(Case.objects.order_by("pk").values_list("version", "assignee", "desk"))
    answer = desk.post(reverse(DESK), ticked(opened, do, **more))
    assert said in answer.content.decode().replace("&#x27;", "'")
    assert list(Case.objects.order_by("pk").values_list("version", "assignee", "desk")) == before


def test_one_case_is_passed_on_from_its_page(opened, desk):
    url = reverse("workbench:case", args=[opened[0].id])
    assert "Pass it on" in see(desk, url)
    version = opened[0].version
    sent = desk.post(url, {"do": "hand_over", "desk": "reference", "version": version})
    assert sent.status_code == 302
    assert "Handed over to: Reference" in see(desk, url)
    wrong = desk.post(url, {"do": "assign", "person": "", "version": version + 1})
    assert wrong.status_code == 400
    assert "Choose a colleague who works on such cases" in wrong.content.decode()
    desk.post(url, {"do": "assign", "person": "bai", "version": version + 1})
    assert Case.objects.get(pk=opened[0].id).assignee == "bai"
    colleague = Client()
    colleague.force_login(Account.objects.get(username="bai"))
    colleague.cookies["shuren_language"] = "en"
    assert "Holds: a case was given to you" in see(colleague, "/my/inbox/")


def test_a_view_is_saved_opened_and_removed_without_a_script(opened, desk):
    url = f"{reverse(DESK)}?service=book_hold&show=free"
    saved = desk.post(url, {"do": "save_view", "name": "没人接的预约"})
    assert saved.status_code == 302
    page = see(desk, url)
    link = re.search(r'<a href="(\?[^"]+)" aria-current="page">没人接的预约', page)
    assert link is not None
    assert "3 cases" in see(desk, reverse(DESK) + link[1].replace("&amp;", "&"))
    nameless = desk.post(url, {"do": "save_view", "name": " "})
    assert nameless.status_code == 400
    assert "Give the view a name" in nameless.content.decode()
    [id] = re.findall(r'name="view" value="(\d+)"', page)
    desk.post(url, {"do": "forget_view", "view": id})
    assert "没人接的预约" not in see(desk, url)


def test_the_keys_of_the_list_are_in_the_list_of_keys_and_none_is_empty(opened, desk):
    page = see(desk, reverse(DESK))
    dialog = page[page.index("data-shortcuts") : page.index("</dialog>")]
    for key in "jkox":
        assert f"<kbd>{key}</kbd>" in dialog
    assert "<kbd></kbd>" not in dialog
