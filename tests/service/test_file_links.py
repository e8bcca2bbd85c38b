"""A delivered file comes by a signed link: for so many days and openings, for whom its service
says, and off the store when its time is over."""

import hashlib

import pytest
import yaml

from shuren.kernel.definitions import SHIPPED
from shuren.kernel.errors import DefinitionError
from shuren.kernel.shapes import Actor
from shuren.service import case_files, cases, file_links, messages
from shuren.service.definitions import flows
from shuren.service.errors import LinkRefused, NoSuchCase
from shuren.service.internals import checking_services, clocks, link_signing
from shuren.service.internals.case_file_rows import CaseFile, CaseFilePart
from shuren.service.internals.case_rows import Case
from shuren.service.internals.file_link_rows import FileLink, FileLinkUse
from shuren.service.internals.messaging.rows import Message
from shuren.service.internals.reading_services import read_service
from shuren.trust.definitions import ANONYMOUS
from tests.data.loading import OPERATOR
from tests.service.delivering import BYTES, NAME, declare, delivered, file_of, incoming
from tests.service.desk_of_cases import LIBRARIAN, reader

pytestmark = pytest.mark.django_db(transaction=True)
LAST = len(BYTES) - 1
NOBODY = Actor("anonymous", ANONYMOUS)
MONDAY = "2026-03-02T01:00"


@pytest.fixture
def here(site, settings, monkeypatch):
    settings.SITE = site
    monkeypatch.setenv("SHUREN_NOW", MONDAY)
    return site


@pytest.fixture
def ann(here):
    return reader(here)


def why(site, token, actor) -> str:
    """Why a link does not open, "" where it does."""
    try:
        file_links.look(site, token, actor=actor)
    except LinkRefused as refusal:
        return refusal.why if refusal.message and refusal.fix else "no words"
    return ""


def fetched(site, token, actor, first=0, last=LAST) -> bytes:
    grant = file_links.open_file(site, token, actor=actor)
    return b"".join(file_links.fetch(site, token, grant, actor=actor).content(first, last))


def test_the_reader_gets_the_very_bytes_that_the_desk_gave(here, ann):
    file = file_of(here, delivered(here, ann))
    assert (file.name, file.size) == (NAME, len(BYTES))
    assert file.sha256 == hashlib.sha256(BYTES).hexdigest()
    assert fetched(here, file.token, ann) == BYTES


@pytest.mark.parametrize(
    "first, last",
    [(0, 0), (524_287, 524_288), (700_000, 1_048_000), (len(BYTES) - 5, len(BYTES) - 1)],
    ids=["first byte", "over the seam of two parts", "in the middle", "the end"],
)
def test_any_stretch_of_it_is_the_same_stretch(here, ann, first, last):
    file = file_of(here, delivered(here, ann))
    assert fetched(here, file.token, ann, first, last) == BYTES[first : last + 1]


def test_a_link_names_nobody_and_is_never_the_same(here, ann):
    tokens = {file_of(here, delivered(here, ann)).token for _number in range(3)}
    assert len(tokens) == 3
    for token in tokens:
        assert ann.reader_key not in token
        assert not any(case in token for case in Case.objects.values_list("pk", flat=True))


def test_looking_opens_nothing_and_each_opening_counts_once(here, ann):
    token = file_of(here, delivered(here, ann)).token
    for _look in range(9):
        assert file_links.look(here, token, actor=ann).left == 5
    for left in (4, 3, 2, 1, 0):
        grant = file_links.open_file(here, token, actor=ann)
        for _piece in range(3):  # a broken download goes on without counting
            file_links.fetch(here, token, grant, actor=ann)
        assert FileLink.objects.get().most - FileLink.objects.get().opened == left
    assert why(here, token, ann) == "used_up"
    with pytest.raises(LinkRefused, match="as often as it may be"):
        file_links.open_file(here, token, actor=ann)


def test_of_two_who_open_the_last_time_one_does(here, ann, monkeypatch):
    """The second saw the link while one opening was left; the row tells it is too late."""
    token = file_of(here, delivered(here, ann)).token
    FileLink.objects.update(opened=4)
    seen = file_links._standing(here, token, ann)
    file_links.open_file(here, token, actor=ann)
    monkeypatch.setattr(file_links, "_standing", lambda *_args, **_named: seen)
    with pytest.raises(LinkRefused) as refused:
        file_links.open_file(here, token, actor=ann)
    assert refused.value.why == "used_up"
    assert FileLink.objects.get().opened == 5


def test_another_reader_and_somebody_unknown_are_told_so_and_nothing_else(here, ann):
    token = file_of(here, delivered(here, ann)).token
    ben = reader(here, "2020002")
    assert why(here, token, ben) == "other"
    assert why(here, token, LIBRARIAN) == "other"
    assert why(here, token, NOBODY) == "sign_in"
    with pytest.raises(LinkRefused) as refused:
        file_links.look(here, token, actor=ben)
    assert refused.value.case == ""
    assert "光催化" not in refused.value.message + refused.value.fix


def test_without_signing_in_only_where_the_service_declares_it(here, ann):
    declare(here, sign_in=False)
    token = file_of(here, delivered(here, ann)).token
    assert fetched(here, token, NOBODY) == BYTES
    assert file_links.look(here, token, actor=NOBODY).case == ""


def test_what_was_changed_or_cut_off_leads_nowhere(here, ann):
    declare(here, sign_in=False)
    token = file_of(here, delivered(here, ann)).token
    id, key, seal = token.split(".")
    other = "A" if seal[0] != "A" else "B"
    forged = [
        "", "x", id, f"{id}.{key}", f"{id}.{key}.", f"{id}.{key}.{other}{seal[1:]}",
        f"{'A' * len(id)}.{key}.{seal}", f"{id}.{'0' * 8}.{seal}", token[:-1], f"{token}x",
        f"{token}.{token}", "é" * 40, "x" * 5000,
    ]  # fmt: skip
    assert {why(here, one, NOBODY) for one in forged} == {"unknown"}
    assert why(here, token, NOBODY) == ""


def test_a_grant_is_for_its_link_and_its_half_hour(here, ann, monkeypatch):
    first, second = (file_of(here, delivered(here, ann)).token for _number in range(2))
    grant = file_links.open_file(here, first, actor=ann)
    for token, said in ((second, grant), (first, "1-99999999999-x"), (first, "x"), (first, "")):
        with pytest.raises(LinkRefused):
            file_links.fetch(here, token, said, actor=ann)
    monkeypatch.setenv("SHUREN_NOW", "2026-03-02T01:29")
    assert file_links.fetch(here, first, grant, actor=ann).size == len(BYTES)
    monkeypatch.setenv("SHUREN_NOW", "2026-03-02T01:31")
    with pytest.raises(LinkRefused):
        file_links.fetch(here, first, grant, actor=ann)


def test_it_holds_for_the_days_its_service_declares(here, ann, monkeypatch):
    """Seven days for a delivery, fourteen for an article that was bought."""
    teacher = reader(here, "2020009", "faculty")
    seven = file_of(here, delivered(here, ann)).token
    fourteen = file_of(here, delivered(here, teacher, "article_purchase")).token
    for moment, expected in (
        ("2026-03-09T00:59", ("", "")),
        ("2026-03-09T01:00", ("expired", "")),
        ("2026-03-16T00:59", ("expired", "")),
        ("2026-03-16T01:00", ("expired", "expired")),
    ):
        monkeypatch.setenv("SHUREN_NOW", moment)
        assert (why(here, seven, ann), why(here, fourteen, teacher)) == expected


def test_the_desk_ends_a_link_at_once_and_says_why(here, ann):
    id = delivered(here, ann)
    token = file_of(here, id).token
    grant = file_links.open_file(here, token, actor=ann)
    with pytest.raises(NoSuchCase):
        file_links.end(here, id, actor=ann)
    assert file_links.end(here, id, actor=LIBRARIAN, note="扫描有误") == 1
    assert file_links.end(here, id, actor=LIBRARIAN) == 0
    assert why(here, token, ann) == "ended"
    with pytest.raises(LinkRefused):
        file_links.fetch(here, token, grant, actor=ann)
    assert "扫描有误" in cases.case(here, id, ann).history[-1].note


def test_who_asks_again_gets_a_new_link_and_the_old_one_says_so(here, ann):
    id = delivered(here, ann)
    old = file_of(here, id).token
    file_links.end(here, id, actor=LIBRARIAN)
    asked = cases.act(here, id, "ask_again", actor=ann)
    assert (asked.state, asked.waits_for) == ("sourcing", "library")
    assert asked.due_at is not None
    cases.act(here, id, "supply", actor=LIBRARIAN)  # the file is still kept
    new = file_of(here, id)
    assert new.token != old
    assert fetched(here, new.token, ann) == BYTES
    cases.act(here, id, "ask_again", actor=ann)
    better = BYTES.replace(b"\x01", b"\x02")
    cases.act(here, id, "supply", actor=LIBRARIAN, fields={"document": incoming(better)})
    assert why(here, new.token, ann) == "newer"
    assert fetched(here, file_of(here, id).token, ann) == better


def test_new_keys_end_links_or_let_them_go_on_as_declared(here, ann):
    teacher = reader(here, "2020009", "faculty")
    goes_on = file_of(here, delivered(here, ann)).token
    ends = file_of(here, delivered(here, teacher, "article_purchase")).token
    assert file_links.change_keys(here, actor=OPERATOR) == (1, 1)
    assert (why(here, goes_on, ann), why(here, ends, teacher)) == ("", "keys")
    assert len(link_signing.keys(here)) == 2
    new = file_of(here, delivered(here, teacher, "article_purchase")).token
    assert why(here, new, teacher) == ""


def test_a_kill_between_the_key_and_the_rows_lets_no_link_go_on_that_ends(here, ann):
    teacher = reader(here, "2020009", "faculty")
    ends = file_of(here, delivered(here, teacher, "article_purchase")).token
    link_signing.renew(here)  # and no more
    assert why(here, ends, teacher) == "keys"


def test_a_key_no_link_needs_any_more_goes(here, ann, monkeypatch):
    delivered(here, ann)
    first = link_signing.newest(here)
    file_links.change_keys(here, actor=OPERATOR)
    assert first in link_signing.keys(here)
    monkeypatch.setenv("SHUREN_NOW", "2026-03-20T01:00")
    file_links.change_keys(here, actor=OPERATOR)
    assert list(link_signing.keys(here)) == [link_signing.newest(here)]


def test_work_takes_the_file_off_once_and_the_case_keeps_what_it_was(here, ann, monkeypatch):
    id = delivered(here, ann)
    token = file_of(here, id).token
    assert "files" not in clocks.work(here, OPERATOR)
    monkeypatch.setenv("SHUREN_NOW", "2026-03-09T01:30")
    assert "files" in clocks.work(here, OPERATOR)
    assert not CaseFilePart.objects.exists()
    assert "files" not in clocks.work(here, OPERATOR)
    file = file_of(here, id)
    assert file.sha256 == hashlib.sha256(BYTES).hexdigest()
    assert (file.size, file.name) == (len(BYTES), NAME)
    assert f"{file.gone_at:%Y-%m-%dT%H:%M}" == "2026-03-09T01:30"
    assert why(here, token, ann) == "expired"
    with pytest.raises(LinkRefused, match="off the store"):
        case_files.read(here, id, "document", actor=LIBRARIAN)


def test_a_kill_in_the_middle_of_clearing_loses_nothing_and_is_done_again(here, ann, monkeypatch):
    delivered(here, ann)
    monkeypatch.setenv("SHUREN_NOW", "2026-03-10T01:00")

    class Killed(BaseException):
        pass

    def killed(*_args, **_named):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(CaseFile.objects, "filter", killed)  # after the link was written down
        with pytest.raises(Killed):
            file_links.clear_past()
    assert FileLink.objects.get().is_cleared is False
    assert CaseFilePart.objects.exists()
    assert file_links.clear_past() == 1
    assert file_links.clear_past() == 0


def test_a_file_that_a_newer_link_leads_to_stays_for_that_one(here, ann, monkeypatch):
    id = delivered(here, ann)
    monkeypatch.setenv("SHUREN_NOW", "2026-03-05T01:00")
    cases.act(here, id, "ask_again", actor=ann)
    cases.act(here, id, "supply", actor=LIBRARIAN)
    monkeypatch.setenv("SHUREN_NOW", "2026-03-09T02:00")
    assert file_links.clear_past() == 0
    assert fetched(here, file_of(here, id).token, ann) == BYTES


def test_what_is_noted_of_openings_is_when_and_what_came_of_it(here, ann):
    id = delivered(here, ann)
    token = file_of(here, id).token
    fetched(here, token, ann)
    why(here, token, reader(here, "2020002"))
    assert [one.outcome for one in file_of(here, id).uses] == ["other", "opened"]
    assert {one.name for one in FileLinkUse._meta.get_fields()} == {"id", "link", "at", "outcome"}
    own = file_links.of_case(here, id, ann)
    assert own is not None
    assert own.uses == ()


def test_who_hammers_at_a_link_fills_no_table(here, ann):
    token = file_of(here, delivered(here, ann)).token
    FileLinkUse.objects.bulk_create(
        FileLinkUse(link=FileLink.objects.get(), at="2026-03-02T01:00Z", outcome="other")
        for _number in range(file_links.MOST_NOTED)
    )
    why(here, token, reader(here, "2020002"))
    assert FileLinkUse.objects.count() == file_links.MOST_NOTED


def test_the_link_stands_in_the_mail_and_not_in_the_inbox(here, ann):
    with open(here.settings_file, "a", encoding="utf-8") as file:
        file.write('public_url = "https://lib.example.edu"\n')
    id = delivered(here, ann)
    row = Message.objects.get(template="file_ready")
    address = f"https://lib.example.edu/files/{file_of(here, id).token}/"
    for language in ("zh", "en"):
        assert address in row.mail[language]
        assert "/files/" not in row.body[language]
        assert "光催化" not in row.mail[language]  # what somebody reads stays out of mails
    told = messages.inbox(here, ann).messages[0]
    assert told.about == {"kind": "case", "id": id}
    assert "2026年3月9日" in told.body["zh"]


def test_where_no_file_comes_the_reader_is_told_as_before(here, ann):
    id = _without_file(here, ann)
    assert file_links.of_case(here, id, ann) is None
    assert not FileLink.objects.exists()
    assert messages.inbox(here, ann).messages[0].title["zh"] == "文献传递：已送达"


def _without_file(site, actor) -> str:
    opened = cases.open_case(
        site, "document_delivery", actor=actor,
        subject={"kind": "article", "id": "", "title": "光催化"},
        fields={"personal_study": True},
    )  # fmt: skip
    cases.act(site, opened.id, "accept", actor=LIBRARIAN)
    cases.act(site, opened.id, "supply", actor=LIBRARIAN)
    return opened.id


def test_its_reader_does_not_get_round_the_link_by_the_case(here, ann):
    id = delivered(here, ann)
    with pytest.raises(NoSuchCase):
        case_files.read(here, id, "document", actor=ann)
    assert b"".join(case_files.read(here, id, "document", actor=LIBRARIAN).content) == BYTES


def test_with_the_case_its_links_go(here, ann):
    delivered(here, ann)
    Case.objects.all().delete()
    assert not FileLink.objects.exists()


@pytest.mark.parametrize(
    "key, value",
    [("days", 0), ("days", 91), ("opens", 0), ("opens", 51), ("sign_in", "maybe"),
     ("new_key", "perhaps"), ("hours", 3)],
)  # fmt: skip
def test_rules_of_delivery_are_checked_by_file_and_key(here, key, value):
    path = SHIPPED / "services" / "document_delivery.yaml"
    said = yaml.safe_load(path.read_text("utf-8"))
    said["rules"]["delivery"][key] = value
    with pytest.raises(DefinitionError, match=rf"document_delivery.yaml.*{key}"):
        read_service(path, said, flows(here))


def test_a_service_whose_flow_delivers_no_file_cannot_declare_a_link(here):
    path = SHIPPED / "services" / "book_hold.yaml"
    said = yaml.safe_load(path.read_text("utf-8"))
    said["rules"]["delivery"] = {"days": 7, "opens": 5, "sign_in": True, "new_key": "keep"}
    one = read_service(path, said, flows(here))
    with pytest.raises(DefinitionError, match=r"book_hold\.yaml.*delivers no file"):
        checking_services.check_delivery(path, one, flows(here)[one.flow])
