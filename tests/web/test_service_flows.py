"""How services run, on the workbench: flows beside what their cases did, and one service's part."""

import pytest
from django.test import Client

from shuren.service.cases import act, open_case
from shuren.service.definitions import flows, services
from shuren.service.errors import NotNow
from tests.service.desk_of_cases import LIBRARIAN, held, reader
from tests.web.test_service_pages import at as at
from tests.web.test_service_pages import text
from tests.web.test_service_workbench import staff

pytestmark = pytest.mark.django_db
URL = "/workbench/services/flows/"
FIELDS = {"database": "某库", "need": "课题需要"}


def test_every_flow_and_every_service_with_a_form_is_on_the_page(at):
    page = text(staff("shu"), URL)
    for flow in flows(at).values():
        assert flow.title["en"] in page, flow.id
    for one in services(at).values():
        if one.use is None:
            assert f'href="/workbench/services/{one.id}/"' in page, one.id
    assert f"{len(services(at))} of {len(services(at))} run by a flow as it came" in page
    assert "Nothing yet." in page  # nothing was tried in vain
    assert f'href="{URL}"' in text(staff("guan", "director"), "/workbench/services/")


def test_what_cases_did_is_on_the_pages_of_flow_and_service(at):
    ann = reader(at, role="faculty")
    for _each in range(5):
        case = open_case(at, "database_trial", actor=ann, fields=FIELDS).id
        act(at, case, "approve", actor=LIBRARIAN)
        act(at, case, "use", actor=ann)
        act(at, case, "finish", actor=ann)
    case = held(at, ann)
    with pytest.raises(NotNow):
        act(at, case.id, "arrive", actor=LIBRARIAN)
    client = staff("shu")
    page = text(client, URL)
    assert "5 of 5 cases took only steps their flow has" in page
    assert "Tries that no flow allows: 1" in page
    assert "not in this state" in page
    of_one = text(client, "/workbench/services/database_trial/")
    assert "2 by the reader, 1 by staff and 0 by itself (medians)" in of_one
    assert "hours (median of 5 cases)" in of_one
    assert (
        "5 of 5 cases took only steps the flow has; different ways: 1; tries refused: 0" in of_one
    )
    assert "Open cases by the newest: 1, by an earlier one: 0" in text(
        client, "/workbench/services/book_hold/"
    )


def test_it_is_for_staff(at):
    assert Client().get(URL).status_code == 302
