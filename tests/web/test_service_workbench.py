"""The catalogue on the workbench: levels with evidence; a change checked, approved, published;
cases that run keep their version."""

import pytest
from django.test import Client

from shuren.kernel.errors import DefinitionError
from shuren.kernel.shapes import Actor
from shuren.service import editing
from shuren.service.cases import case, open_case
from shuren.service.definitions import declared, service, services
from shuren.service.errors import NotNow
from shuren.service.internals.draft_rows import ServiceDraft
from shuren.trust.actions import create_account
from shuren.trust.errors import NotAllowed
from tests.service.desk_of_cases import reader
from tests.web.test_service_pages import at as at
from tests.web.test_service_pages import signed_in, text

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough phrase"
ONE, TWO = Actor("shu", "data_librarian"), Actor("guan", "director")
ID = "thesis_writing_support"
URL = f"/workbench/services/{ID}/"


def staff(name: str, role: str = "data_librarian") -> Client:
    client = Client()
    client.cookies["shuren_language"] = "en"
    client.force_login(create_account(name, PASSWORD, role))
    return client


def narrower(site) -> str:
    """One thing at a time in place of three: nothing that anybody would have to approve."""
    return editing.text_of(site, ID).replace("per_reader: 3", "per_reader: 1")


def wider(site) -> str:
    return editing.text_of(site, ID).replace(
        "audiences: [undergrad, postgrad]", "audiences: [undergrad, postgrad, faculty]"
    )


def test_every_service_is_listed_with_its_level_and_evidence(at):
    page = text(staff("shu"), "/workbench/services/")
    for id, one in services(at).items():
        if one.audiences != ("library",):
            assert f'href="/workbench/services/{id}/"' in page, id
    assert "Assisted" in page
    assert "Two taps from a hit" in page
    assert "None pull against each other" not in page
    autonomous = text(staff("lin"), "/workbench/services/?level=autonomous")
    assert "/workbench/services/novelty_search/" not in autonomous


def test_a_change_that_widens_nothing_is_published_and_new_cases_run_by_it(at):
    ann, old = reader(at), declared(at, ID).print
    opened = open_case(at, ID, actor=ann, fields={"need": "格式"})
    answer = staff("shu").post(URL, {"do": "propose", "text": narrower(at)})
    assert answer.status_code == 302
    assert service(at, ID).limits["per_reader"] == 1
    assert (at.definitions / "services" / f"{ID}.yaml").exists()
    assert declared(at, ID).print != old
    assert case(at, opened.id, ann).declared == old
    ben = reader(at, "2020002")
    later = open_case(at, ID, actor=ben, fields={"need": "选题"})
    assert later.declared == declared(at, ID).print


def test_what_serves_more_readers_waits_for_a_second_person(at):
    one = staff("shu")
    assert one.post(URL, {"do": "propose", "text": wider(at)}).status_code == 302
    draft = ServiceDraft.objects.get()
    assert "faculty" not in service(at, ID).audiences
    page = text(one, URL)
    assert "It serves more readers: faculty." in page
    assert "Approve and publish" not in page
    refused = one.post(URL, {"do": "approve", "draft": draft.id})
    assert "A second person must approve this" in refused.content.decode()
    two = staff("guan", "director")
    assert "Approve and publish" in text(two, URL)
    assert two.post(URL, {"do": "approve", "draft": draft.id}).status_code == 302
    assert "faculty" in service(at, ID).audiences
    with pytest.raises(NotNow, match="decided already"):
        editing.approve(at, draft.id, actor=TWO)
    assert "/services/thesis_writing_support/" in text(signed_in(at, "faculty"), "/services/")


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda t: t.replace("flow: enquiry", ""), "the facet flow is missing"),
        (lambda t: t.replace("owner: literacy", "owner: nobody"), "is not known here"),
        (lambda t: t + "\n\t- broken: [", "is not valid YAML"),
        (lambda t: t.replace(f"id: {ID}", "id: another"), "the id must be"),
        (lambda t: t, "Nothing was changed."),
    ],
)
def test_what_cannot_be_kept_is_said_and_what_was_typed_stays(at, change, message):
    said = change(editing.text_of(at, ID))
    answer = staff("shu").post(URL, {"do": "propose", "text": said})
    assert answer.status_code in (400, 409, 422)
    assert message in answer.content.decode().replace("&#x27;", "'")
    assert not ServiceDraft.objects.exists()
    assert not (at.definitions / "services").exists()


def test_a_change_is_looked_at_as_a_reader_before_anything_is_kept(at):
    said = editing.text_of(at, ID).replace("en: Free", "en: Ten pounds")
    answer = staff("shu").post(f"{URL}preview/", {"text": said})
    page = answer.content.decode()
    assert "Ten pounds" in page
    assert "Nothing is published yet." in page
    assert "Ten pounds" not in text(Client(), f"/services/{ID}/")


def test_who_may_not_edit_reads_and_changes_nothing(at):
    desk = staff("lin", "front_desk")
    assert "Check and keep" not in text(desk, URL)
    assert desk.post(URL, {"do": "propose", "text": narrower(at)}).status_code == 403
    with pytest.raises(NotAllowed):
        editing.propose(at, ID, narrower(at), actor=Actor("lin", "front_desk"))


@pytest.mark.parametrize(
    "change, widens",
    [
        (lambda t: t.replace("per_reader: 3", "per_reader: 9"), "per_reader goes from 3 to 9"),
        (lambda t: t.replace(", per_reader: 3", "").replace("    per_reader: 3\n", ""), "to none"),
        (lambda t: t.replace("owner: literacy", "owner: subject"), "Another post answers"),
        (lambda t: t.replace("flow: enquiry", "flow: request"), "go another way"),
    ],
)
def test_what_lifts_a_limit_or_changes_who_and_how_widens(at, change, widens):
    _service, found = editing.look(at, ID, change(editing.text_of(at, ID)))
    assert widens in " ".join(found)


def test_a_text_is_checked_against_the_rest_of_the_catalogue(at):
    said = editing.text_of(at, "alumni_service_pack").replace("book_loan", "no_such_service")
    with pytest.raises(DefinitionError, match="'no_such_service' is not known"):
        editing.propose(at, "alumni_service_pack", said, actor=ONE)
