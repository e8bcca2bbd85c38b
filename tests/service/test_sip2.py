"""The library's own system over SIP2, spoken with a real server on a local port that checks what it
gets: messages, character sets, faults of the line, and what is never said in a log."""

import logging

import pytest

from shuren.kernel.errors import UsageError
from shuren.service import ils
from shuren.service.errors import NoSuchReader
from shuren.service.ils_errors import IlsDown, IlsRefused
from shuren.service.internals.circulation import link
from shuren.service.internals.circulation.sip2 import adapter as sip2
from shuren.service.internals.circulation.sip2 import messages
from shuren.trust import ledger
from tests.service.circulating import ANN, ANYBODY, BEN, EAST, LI, reader_of, title_of
from tests.service.circulating import circulation_built as circulation_built
from tests.service.circulating import library as library
from tests.service.sip2_server import Book, Sip2Server, running

pytestmark = pytest.mark.django_db
FREE = " " * 14


@pytest.fixture(autouse=True)
def nothing_known():
    """Processes remember servers and what they said; tests do not."""
    yield
    for session in sip2._sessions.values():
        session.close()
    for kept in (sip2._sessions, sip2._said_of, link._down):
        kept.clear()


@pytest.fixture
def server():
    with running(Sip2Server()) as found:
        found.books |= {
            "B1": Book("三体"), "B2": Book("三体", "08"), "B3": Book("三体", "10"),
            "B4": Book("活着", "04", ANN), "B5": Book("活着", "12"), "B6": Book("辞海", "01"),
        }  # fmt: skip
        found.patrons |= {ANN: FREE, BEN: FREE, "77777": "Y    Y" + " " * 8}
        yield found
    assert found.complaints == []


@pytest.fixture
def connected(library, server, monkeypatch):
    connect(library, server, monkeypatch)
    return library


def connect(site, server, monkeypatch, **said):
    monkeypatch.setenv("SHUREN_SECRET_SIP2", "open sesame")
    settings = {
        "host": "127.0.0.1", "port": server.port, "institution": "LIB", "timeout_s": 0.6,
        "charset": server.charset, "error_detection": server.detection,
    } | said  # fmt: skip
    if server.login:
        settings["user"] = "shuren"
    lines = "\n".join(
        f"{name} = {str(value).lower() if isinstance(value, bool) else repr(value)}"
        for name, value in settings.items()
    )
    site.settings_file.write_text(f'[ils]\nadapter = "sip2"\n[ils.sip2]\n{lines}\n', "utf-8")


def states(site, *items):
    titles = [title_of(site, item) for item in items]
    found = ils.copies(site, titles, actor=ANYBODY)
    at = {one.item_id: one for copies in found.values() for one in copies}
    return [at[item] for item in items]


def test_lines_are_written_as_the_sample_session_has_them(shared_data):
    """The requests of ../shared/data/sip2-samples, where ours say the same."""
    sample = shared_data("sip2-samples/session_test.txt").read_text("ascii").splitlines()
    assert messages.framed("97", "ascii") == sample[0].encode() + b"\r"
    house = ("AO", "UWOLS")
    who, item = ("AA", "djfiander"), ("AB", "1565921879")
    login = [("CN", "LoginUserID"), ("CO", "LoginPassword"), ("CP", "LocationCode")]
    assert messages.write("93", "00", login) in sample
    assert messages.write("17", "20060110    215612", [house, item]) in sample
    assert messages.write("11", "YN20060329    203000" + " " * 18,
                          [house, who, item, ("AC", "")]) in sample  # fmt: skip
    assert messages.write("63", "00020060329    201700" + "Y         ", [house, who]) in sample
    assert messages.write("15", "-20060415    110158", [house, who, item]) in sample


def test_a_checksum_makes_the_sum_of_the_line_nothing():
    line = messages.framed("09N三体", "gbk", "4")
    assert line.endswith(b"\r")
    body, given = line[:-5], int(line[-5:-1], 16)
    assert body.endswith(b"AY4AZ")
    assert (sum(body) + given) % 65536 == 0


def test_text_in_gbk_is_decoded_before_it_is_cut():
    title = "亅瓅字"  # 瓅 is 0xAD7C in GBK: its second byte is the mark between fields
    assert b"|" in title.encode("gbk")
    answer = f"18030001{messages.BLANK_DATE}ABB1|AJ{title}|".encode("gbk")
    assert messages.read(answer, "gbk").first("AJ") == title


@pytest.mark.parametrize("detection", [True, False], ids=["with checksums", "without"])
@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
def test_copies_are_as_the_server_says_now(library, monkeypatch, charset, detection):
    with running(Sip2Server(charset=charset, detection=detection)) as server:
        server.books |= {"B1": Book("三体"), "B2": Book("三体", "08"), "B3": Book("三体", "10")}
        server.books |= {"B4": Book("活着", "04", queue=["x"]), "B5": Book("活着", "12")}
        connect(library, server, monkeypatch)
        found = states(library, "B1", "B2", "B3", "B4", "B5", "B6")
        assert [one.status for one in found] == [
            "available", "on_hold_shelf", "in_transit", "on_loan", "missing", "reference_only",
        ]  # fmt: skip
        assert all(one.is_live for one in found)
        assert (found[3].queue, found[3].due_at.isoformat()) == (1, "2026-03-30T23:59:00+08:00")
    assert server.complaints == []
    assert server.codes[:2] == ["93", "99"]
    assert server.connections == 1


def test_lending_renewing_and_taking_back(connected, server):
    lent = ils.check_out(connected, "B1", card=BEN, actor=LI)
    assert (lent.title, lent.due_at.date().isoformat()) == ("三体", "2026-03-30")
    assert (server.books["B1"].state, server.books["B1"].patron) == ("04", BEN)
    assert ils.renew(connected, "B1", card=BEN, actor=LI).due_at == lent.due_at
    assert ils.renew(connected, "B4", actor=reader_of(connected, ANN)).what == "renew"
    back = ils.check_in(connected, "B1", actor=LI)
    assert (back.goes_to, back.title) == ("shelf", "三体")
    server.books["B4"].queue.append(BEN)
    back = ils.check_in(connected, "B4", actor=LI)
    assert (back.goes_to, back.destination) == ("hold_shelf", "东馆")
    assert server.codes.count("35") == 3  # the server forgets the reader after each


def test_what_the_server_refuses_says_its_own_reason(connected):
    with pytest.raises(IlsRefused, match="不能借出"):
        ils.check_out(connected, "B4", card=BEN, actor=LI)
    with pytest.raises(IlsRefused, match="没有这本书"):
        ils.check_in(connected, "B99", actor=LI)
    for card in ("1|2", "1\x1b2"):
        with pytest.raises(UsageError):
            ils.check_out(connected, "B1", card=card, actor=LI)


def test_a_reader_stands_as_the_server_says(connected, server):
    found = ils.reader_standing(connected, actor=reader_of(connected, ANN))
    assert (found.loans_out, found.loan_limit, found.hold_limit) == (1, 5, 2)
    assert found.may_borrow
    held_back = ils.reader_standing(connected, card="77777", actor=LI)  # no load told of this card
    assert [one.code for one in held_back.blocks] == ["loan_limit"]
    with pytest.raises(NoSuchReader):
        ils.reader_standing(connected, card="88888", actor=LI)


def test_holds_are_placed_listed_and_cancelled(connected, server):
    ann = reader_of(connected, ANN)
    line = ils.place_hold(connected, title_of(connected, "B1"), actor=ann, pickup=EAST)
    assert (line.state, line.place) == ("waiting", 1)
    assert server.books["B1"].queue == [ANN]
    [listed] = ils.holds(connected, actor=ann)
    assert (listed.id, listed.title_id) == ("B1", title_of(connected, "B1"))
    ils.cancel_hold(connected, listed.id, actor=ann)
    assert ils.holds(connected, actor=ann) == []
    with pytest.raises(IlsRefused, match="不能预约"):
        ils.cancel_hold(connected, "B1", actor=ann)


def test_what_waits_and_what_is_ready_are_two_lists_and_both_count(connected, server):
    """The message table names AS where the first place of a summary says Y, CD where the sixth
    does, and allows one Y a message."""
    ann = reader_of(connected, ANN)
    for barcode in ("B1", "B4"):
        ils.place_hold(connected, title_of(connected, barcode), actor=ann, pickup=EAST)
    ils.check_in(connected, "B1", actor=LI)
    found = {line.id: line.state for line in ils.holds(connected, actor=ann)}
    assert found == {"B1": "ready", "B4": "waiting"}
    assert ils.reader_standing(connected, actor=ann).holds == 2
    assert server.complaints == []


def test_a_readers_own_card_comes_from_the_vault_and_the_look_is_in_the_ledger(connected):
    ann = reader_of(connected, ANN)
    ils.reader_standing(connected, actor=ann)
    tables = {entry.body.get("table") for entry in ledger.entries_about(ann.reader_key)}
    assert "trust.identity" in tables


@pytest.mark.parametrize(
    "fault", ["garble", "again", "drop", "hang", "silent", "turn", "stray", "cut"]
)
def test_a_question_that_goes_wrong_once_is_asked_once_more(connected, server, fault):
    states(connected, "B6")
    server.faults = [fault]
    assert states(connected, "B5")[0].is_live
    assert server.faults == []
    wants_line_again = fault in ("garble", "again")
    assert server.connections == (1 if wants_line_again else 2)
    assert ("97" in server.codes) == (fault == "garble")


@pytest.mark.parametrize("fault", ["drop", "silent"])
def test_a_server_that_stays_away_is_not_waited_for_again_and_the_snapshot_is_shown(
    connected, server, fault
):
    states(connected, "B6")
    server.faults = [fault, "", fault]  # the greeting between them is let through
    [copy] = states(connected, "B4")
    assert (copy.is_live, copy.status, copy.item_id) == (False, "on_loan", "B4")
    state = ils.link(connected)
    assert (state.adapter, state.is_up) == ("sip2", False)
    assert state.down_since is not None
    asked = len(server.codes)
    assert not states(connected, "B1")[0].is_live
    assert len(server.codes) == asked
    link._down.clear()
    assert states(connected, "B1")[0].is_live
    assert ils.link(connected).is_up


def test_a_loan_whose_answer_was_lost_is_not_made_twice(connected, server):
    server.faults = ["", "lost"]
    with pytest.raises(IlsDown, match="may have been done, or not"):
        ils.check_out(connected, "B1", card=BEN, actor=LI)
    assert server.codes.count("11") == 1
    assert server.books["B1"].patron == BEN


def test_before_something_is_done_an_idle_connection_is_tried(connected, server, monkeypatch):
    states(connected, "B6")
    monkeypatch.setattr("shuren.service.internals.circulation.sip2.session.IDLE", -1.0)
    server.faults = ["drop"]
    assert ils.check_out(connected, "B1", card=BEN, actor=LI).title == "三体"
    assert (server.connections, server.codes.count("11")) == (2, 1)


def test_a_page_asks_no_longer_than_its_budget(library, server, monkeypatch):
    connect(library, server, monkeypatch, budget_s=0.000001)
    assert [one.is_live for one in states(library, "B1", "B4")] == [False, False]


def test_what_was_said_of_a_copy_holds_for_seconds_and_no_longer(connected, server, monkeypatch):
    assert states(connected, "B1")[0].status == "available"
    server.books["B1"].state = "04"
    assert states(connected, "B1")[0].status == "available"
    assert sip2.FRESH < 5
    monkeypatch.setattr(sip2, "FRESH", -1.0)
    assert states(connected, "B1")[0].status == "on_loan"


def test_a_wrong_login_is_told_in_a_sentence_and_pages_go_on(connected, server, monkeypatch):
    monkeypatch.setenv("SHUREN_SECRET_SIP2", "not the password")
    assert not states(connected, "B1")[0].is_live
    with pytest.raises(IlsRefused, match="does not take the login"):
        ils.check_in(connected, "B1", actor=LI)
    server.complaints.clear()


def test_no_log_names_a_reader_or_a_password(connected, server, caplog):
    caplog.set_level(logging.DEBUG)
    ils.check_out(connected, "B1", card=BEN, actor=LI)
    ils.reader_standing(connected, actor=reader_of(connected, ANN))
    server.faults = ["hang"]
    with pytest.raises(IlsDown):
        ils.check_out(connected, "B1", card=BEN, actor=LI)
    said = caplog.text
    assert "SIP2 11" in said
    for never in (ANN, BEN, "open sesame", "欧阳", "shuren|"):
        assert never not in said


@pytest.mark.parametrize(
    "text, day",
    [
        ("20260330    235900", "2026-03-30"),
        ("20260330", "2026-03-30"),
        ("2026-03-30 23:59:00", "2026-03-30"),
        ("2026/03/30", "2026-03-30"),
        ("", None),
        ("soon", None),
    ],
)
def test_due_dates_are_read_in_the_forms_servers_write(text, day):
    found = messages.read_moment(text)
    assert (found.date().isoformat() if found else None) == day


def test_another_form_of_due_dates_can_be_said():
    assert messages.read_moment("03/30/2026", "%m/%d/%Y").day == 30
    assert messages.read_moment("20260330", "%m/%d/%Y") is None
