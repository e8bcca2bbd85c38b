"""What staff write into a case goes to its reader, as the form says ("The reader sees it too"), and
leaves by no other way: no mail, webhook or calendar, nothing for the lake, nobody else's inbox."""

import pytest
from django.apps import apps

from shuren.kernel.site import Site
from shuren.service import calendars, cases, handing, messages
from shuren.service.actions import export_held
from shuren.service.errors import NoSuchCase
from shuren.service.internals import rising
from shuren.trust.actions import create_account
from tests.service.desk_of_cases import LIBRARIAN, MANAGER, SECOND, held
from tests.service.hook_server import Hooked, hooked
from tests.service.post_office import PostOffice, post_office
from tests.service.test_mail import ANN, BEN, NOON, opened, send
from tests.service.test_webhooks import KEY

pytestmark = pytest.mark.django_db
WORDS = "砗磲只与本人说"
# Where the words stand in the database: the trace of the case, and the inbox of its reader.
KEPT = {"service.CaseStep.note", "service.Message.body"}


@pytest.fixture
def office():
    with post_office() as one:
        yield one


@pytest.fixture
def server():
    with hooked() as one:
        yield one


@pytest.fixture
def house(site: Site, settings, monkeypatch, office: PostOffice, server: Hooked) -> Site:
    settings.SITE = site
    monkeypatch.setenv("SHUREN_NOW", NOON.isoformat())
    monkeypatch.setenv("SHUREN_SECRET_WEBHOOK", KEY)
    for one in (LIBRARIAN, SECOND):
        create_account(one.id, "a long enough phrase", one.role)
    opened(site, office, f'security = "none"\n[webhooks.campus]\nurl = "{server.url}"\n'
                         "allow_private = true")  # fmt: skip
    return site


@pytest.fixture
def noted(house: Site) -> str:
    """A hold of Ann's into which staff wrote by a note, by handing it over and by refusing it."""
    case = held(house, ANN).id
    cases.add_note(house, case, WORDS, actor=LIBRARIAN)
    handing.hand_over(house, case, "reference", actor=LIBRARIAN, note=WORDS)
    cases.act(house, case, "cancel", actor=LIBRARIAN, note=WORDS)
    return case


def places_of(words: str) -> set[str]:
    """Every column of the database in which the words stand, as app.Model.field."""
    found = set()
    for model in apps.get_models():
        for row in model._default_manager.values():
            found |= {
                f"{model._meta.label}.{name}" for name, value in row.items() if words in str(value)
            }
    return found


def test_its_reader_sees_it_in_the_case_in_the_inbox_and_in_what_is_held(house, noted):
    assert [step.note for step in cases.case(house, noted, ANN).history].count(WORDS) == 3
    assert sum(WORDS in one.body["zh"] for one in messages.inbox(house, ANN).messages) == 2
    for form in ("json", "html"):
        assert WORDS in export_held(house, ANN, form).decode()
    assert WORDS in str(cases.case(house, noted, MANAGER).history)


def test_no_mail_and_no_webhook_says_it(house, noted, office, server):
    assert send(house).sent >= 2
    mails = [mail.as_string() + mail.get_content() for _to, mail in office.taken]
    hooks = [content.decode() for _headers, content in server.taken]
    assert mails, "a mail went"
    assert hooks, "a webhook was told"
    assert [one for one in mails + hooks if WORDS in one or ascii(WORDS)[1:-1] in one] == []


def test_no_calendar_says_it(house, noted):
    assert WORDS not in calendars.feed(house, ANN)


def test_nothing_of_it_is_handed_to_the_lake_or_stands_in_a_file(house, noted):
    assert rising.tell(house) >= 1
    files = [one for one in house.root.rglob("*") if one.is_file()]
    assert any(noted.encode() in one.read_bytes() for one in files), "the case itself rose"
    forms = (WORDS.encode(), ascii(WORDS)[1:-1].encode())
    assert [one for one in files if any(form in one.read_bytes() for form in forms)] == []


def test_nobody_else_is_told(house, noted):
    with pytest.raises(NoSuchCase):
        cases.case(house, noted, BEN)
    for one in (BEN, LIBRARIAN, SECOND, MANAGER):
        assert WORDS not in str(messages.inbox(house, one).messages)


def test_it_stands_nowhere_else(house, noted):
    send(house)
    rising.tell(house)
    assert places_of(WORDS) == KEPT
