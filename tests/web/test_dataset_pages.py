"""Open datasets on the portal, at work, and by the API: no file without its licence accepted."""

import json
import re

import pytest
from django.urls import reverse

from shuren.repository import actions
from shuren.repository.models import Acceptance
from tests.repository.conftest import LIBRARIAN, declare, library  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db


@pytest.fixture
def served(library, settings):  # noqa: F811 - the fixture
    settings.SITE = library
    declare(library, "inside", **{"access: open": "access: signed_in"})
    declare(library, "asked", **{"access: open": "access: on_request"})
    for id in ("lending", "inside", "asked"):
        actions.publish(library, id, actor=LIBRARIAN)
    return library


def take(client, id="lending", accept="CC-BY-4.0", file="loans.csv"):
    address = reverse("dataset-download", args=[id, 1])
    return client.post(address, {"accept": accept, "file": file})


def test_a_download_needs_its_licence_accepted(client, served):
    refused = take(client, accept="")
    assert refused.status_code == 403
    assert "CC-BY-4.0" in refused.content.decode()
    assert take(client, accept="CC0-1.0").status_code == 403
    assert not Acceptance.objects.exists()
    given = take(client)
    assert given.status_code == 200
    assert given.content.startswith(b"month,college,loans,is_hidden\r\n2026-09,")
    assert given["Content-Disposition"] == 'attachment; filename="lending.v1.loans.csv"'


def test_a_get_of_a_file_gives_nothing(client, served):
    assert client.get(reverse("dataset-download", args=["lending", 1])).status_code == 405


def test_acceptance_is_counted_and_nobody_named(client, served, django_user_model):
    client.force_login(django_user_model.objects.create_user("li", role="student"))
    take(client)
    take(client, file="datapackage.json")
    assert [one.account for one in Acceptance.objects.all()] == ["", ""]
    assert "2 次" in client.get(reverse("dataset", args=["lending"])).content.decode()


def test_a_signed_in_tier_sends_to_sign_in_and_keeps_who_took_what(
    client, served, django_user_model
):
    answer = take(client, id="inside")
    assert answer.status_code == 302
    assert answer.url == "/sign-in/?next=%2Fdatasets%2Finside%2Fv1%2F"
    client.force_login(django_user_model.objects.create_user("li", role="student"))
    assert take(client, id="inside").status_code == 200
    assert Acceptance.objects.get().account == "li"


def test_on_request_hands_out_nothing_to_readers(client, served, django_user_model):
    assert take(client, id="asked").status_code == 403
    page = client.get(reverse("dataset", args=["asked"])).content.decode()
    assert 'name="accept"' not in page
    assert "流通部" in page


def test_what_is_not_a_file_of_the_version_is_not_given(client, served):
    for name in ("released.json", "version.json", "../v1/loans.csv", ""):
        assert take(client, file=name).status_code == 404


def test_an_identifier_leads_to_its_version(client, served):
    answer = client.get("/id/local/shuren.lending.v1")
    assert (answer.status_code, answer.url) == (302, "/datasets/lending/v1/")
    assert client.get("/id/local/shuren.lending.v9").status_code == 404


def test_a_withdrawn_version_keeps_its_page_without_files(client, served):
    actions.withdraw(served, "lending", 1, reason="九月重复计算", actor=LIBRARIAN)
    page = client.get("/datasets/lending/v1/").content.decode()
    assert "九月重复计算" in page
    assert "loans.csv" not in page
    assert take(client).status_code == 410 or "已撤回" in take(client).content.decode()
    assert "lending" not in client.get(reverse("datasets")).content.decode()


def test_the_page_describes_itself_to_search_engines(client, served):
    page = client.get("/datasets/lending/v1/").content.decode()
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    said = json.loads(text)
    assert (said["@type"], said["identifier"]) == ("Dataset", "local/shuren.lending.v1")
    assert said["license"] == "https://creativecommons.org/licenses/by/4.0/legalcode"
    assert {one["name"] for one in said["distribution"]} == {"loans.csv", "loans.parquet"}


def test_a_title_cannot_end_the_script_it_stands_in():
    from shuren.web.portal.datasets import as_script

    assert "</script>" not in as_script({"name": "</script><b>"})


def test_it_is_cited_as_the_standard_says(client, served):
    page = client.get("/datasets/lending/v1/").content.decode()
    cited = re.search(r'<p class="cite">(.*?)</p>', page)
    assert re.fullmatch(
        r"本馆\. 借阅: v1\[DS/OL\]\. \(\d{4}-\d\d-\d\d\)\[\d{4}-\d\d-\d\d\]\. "
        r"http://testserver/id/local/shuren\.lending\.v1\.",
        cited[1],
    )
    assert "@misc{lending_v1," in page


def test_at_work_a_version_is_seen_published_and_withdrawn(client, served, django_user_model):
    client.force_login(django_user_model.objects.create_user("d", role="data_librarian"))
    declare(served, "second")
    page = client.get(reverse("workbench:dataset", args=["second"])).content.decode()
    assert "因人数过少而隐藏" in page
    answer = client.post(reverse("workbench:dataset-publish", args=["second"]))
    assert answer.status_code == 302
    again = client.post(reverse("workbench:dataset-publish", args=["second"]))
    assert again.status_code == 400
    gone = client.post(reverse("workbench:dataset-withdraw", args=["second", 1]), {"reason": "错"})
    assert gone.status_code == 302
    assert "错" in client.get("/datasets/second/v1/").content.decode()


def test_what_must_not_leave_is_said_at_work(client, served, django_user_model):
    client.force_login(django_user_model.objects.create_user("d", role="data_librarian"))
    declare(served, "bad", **{"[month, college]": "[month, reader_key]"})
    page = client.get(reverse("workbench:dataset", args=["bad"])).content.decode()
    assert "reader_key" in page
    assert "不得流出图书馆" in page


def test_the_api_lists_and_gives_files_by_licence(client, served):
    listed = client.get("/api/v1/datasets").json()["datasets"]
    assert {one["id"] for one in listed} == {"lending", "inside", "asked"}
    found = client.get("/api/v1/datasets/lending").json()
    assert found["versions"][0]["identifier"] == "local/shuren.lending.v1"
    address = "/api/v1/datasets/lending/1/loans.csv"
    assert client.get(address).status_code == 403
    assert client.get(address, {"licence": "CC-BY-4.0"}).status_code == 200
    for id in ("inside", "asked"):
        answer = client.get(f"/api/v1/datasets/{id}/1/loans.csv", {"licence": "CC-BY-4.0"})
        assert answer.status_code == 403
    assert client.get("/api/v1/datasets/nothing").status_code == 404
