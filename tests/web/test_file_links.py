"""The pages of a signed link: the note before the file, the file whole and in pieces, and what a
link that does not open says."""

import re
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse

from shuren.service import cases, file_links
from shuren.service.internals.delivering import PAGE
from shuren.service.internals.file_link_rows import FileLink
from shuren.trust.actions import create_account
from shuren.trust.models import Account
from shuren.trust.queries import actor_of
from tests.service.delivering import BYTES, NAME, declare, delivered, file_of
from tests.service.desk_of_cases import LIBRARIAN
from tests.web.test_privacy_panel import see


@pytest.fixture
def reader(as_role, library) -> Client:
    return as_role("student")


@pytest.fixture
def case(reader, library) -> str:
    return delivered(library, actor_of(Account.objects.get(username="a-student")))


@pytest.fixture
def address(case, library) -> str:
    return reverse("file-link", args=[file_of(library, case).token])


def content(answer) -> bytes:
    return b"".join(answer.streaming_content)


def opened(client: Client, address: str) -> str:
    """The address of the file, for half an hour."""
    answer = client.post(address)
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def said(answer) -> str:
    return re.sub(r"<[^>]+>|\s+", " ", answer.content.decode())


def test_the_note_on_copyright_comes_first_and_looking_opens_nothing(reader, case, address):
    page = see(reader, address)
    assert "article 24" in page
    assert "GB/T 7714" in page
    assert NAME in page
    assert "5 times" in page
    reader.head(address)
    assert FileLink.objects.get().opened == 0


def test_who_agrees_gets_the_file_by_its_own_name_and_nothing_sniffs_or_keeps_it(reader, address):
    answer = reader.get(opened(reader, address))
    assert answer.status_code == 200
    assert content(answer) == BYTES
    assert f"filename*=utf-8''{quote(NAME)}" in answer["Content-Disposition"]
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Length"] == str(len(BYTES))
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Referrer-Policy"] == "same-origin"
    assert FileLink.objects.get().opened == 1


@pytest.mark.parametrize(
    "wanted, first, last",
    [
        ("bytes=0-99", 0, 99),
        ("bytes=524280-524300", 524280, 524300),
        ("bytes=1000000-", 1000000, len(BYTES) - 1),
        ("bytes=-10", len(BYTES) - 10, len(BYTES) - 1),
        ("bytes=100-99999999", 100, len(BYTES) - 1),
    ],
)
def test_a_part_is_answered_with_that_part(reader, address, wanted, first, last):
    answer = reader.get(opened(reader, address), headers={"range": wanted})
    assert answer.status_code == 206
    assert answer["Content-Range"] == f"bytes {first}-{last}/{len(BYTES)}"
    assert answer["Content-Length"] == str(last - first + 1)
    assert content(answer) == BYTES[first : last + 1]


def test_what_is_no_range_of_it_is_answered_as_the_standard_says(reader, address):
    url = opened(reader, address)
    for odd in ("bytes=5-2", "bytes=a-b", "pages=1-2", "bytes=0-1,4-5", "bytes=-", ""):
        answer = reader.get(url, headers={"range": odd})
        assert (answer.status_code, len(content(answer))) == (200, len(BYTES)), odd
    for outside in (f"bytes={len(BYTES)}-", "bytes=-0"):
        answer = reader.get(url, headers={"range": outside})
        assert answer.status_code == 416
        assert answer["Content-Range"] == f"bytes */{len(BYTES)}"
    etag = reader.head(url)["ETag"]
    for mark, status in ((etag, 206), ('"other"', 200)):
        answer = reader.get(url, headers={"range": "bytes=0-9", "if-range": mark})
        assert answer.status_code == status


def test_a_head_says_how_long_it_is_and_sends_nothing(reader, address):
    answer = reader.head(opened(reader, address))
    assert answer["Content-Length"] == str(len(BYTES))
    assert answer.content == b""
    assert reader.post(opened(reader, address)).status_code == 405


def test_who_is_not_signed_in_signs_in_and_comes_back(address, case):
    answer = Client().get(address)
    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('sign-in')}?next={quote(address, safe='')}"


def test_another_reader_learns_only_that_it_is_not_theirs(address, case):
    other = Client()
    key = "r_" + "a" * 26
    other.force_login(create_account("x", "a long enough phrase", "student", reader_key=key))
    other.cookies["shuren_language"] = "en"
    answer = other.get(address)
    assert answer.status_code == 403
    assert "for another reader" in said(answer)
    assert NAME not in said(answer)
    assert case not in answer.content.decode()
    assert other.post(address).status_code == 403


def test_a_link_that_needs_no_signing_in_opens_for_who_holds_it(reader, library):
    declare(library, sign_in=False)
    id = delivered(library, actor_of(Account.objects.get(username="a-student")))
    address = reverse("file-link", args=[file_of(library, id).token])
    somebody = Client()
    page = somebody.get(address)
    assert page.status_code == 200
    assert id not in page.content.decode()
    assert content(somebody.get(opened(somebody, address))) == BYTES


def test_a_link_that_is_over_says_so_and_leads_to_where_to_ask_again(
    reader, case, address, library, monkeypatch
):
    for change, status, words in (
        ({"opened": 5}, 410, "as often as it may be"),
        ({"opened": 0, "expires_at": "2020-01-01T00:00Z"}, 410, "time of this link is over"),
    ):
        FileLink.objects.update(**change)
        answer = reader.get(address)
        assert answer.status_code == status
        assert words in said(answer)
        assert reverse("my-case", args=[case]) in answer.content.decode()
    assert "Ask for it again" in see(reader, reverse("my-case", args=[case]))
    forged = Client().get(reverse("file-link", args=["a.b.c"]))
    assert forged.status_code == 404
    assert reverse("my-cases") in forged.content.decode()


def test_the_case_leads_to_the_link_and_no_longer_to_the_bare_file(reader, case, address):
    page = see(reader, reverse("my-case", args=[case]))
    assert address in page
    assert reverse("my-case-file", args=[case, "document"]) not in page
    assert reader.get(reverse("my-case-file", args=[case, "document"])).status_code == 404


def test_the_desk_sees_the_openings_and_ends_the_link(reader, case, address, library):
    reader.get(opened(reader, address))
    desk = Client()
    desk.force_login(create_account("lin", "a long enough phrase", "front_desk"))
    desk.cookies["shuren_language"] = "en"
    url = reverse("workbench:case", args=[case])
    page = see(desk, url)
    assert "Openings" in page
    assert address not in page
    assert desk.post(url, {"do": "end_link", "note": "wrong pages"}).status_code == 302
    assert "Ended by the library" in see(desk, url)
    assert "The library ended this link" in said(reader.get(address))
    assert "wrong pages" in see(reader, reverse("my-case", args=[case]))


def test_the_address_in_the_mail_is_the_address_of_the_page(case, library):
    token = file_of(library, case).token
    assert PAGE.format(token=token) == reverse("file-link", args=[token])


def test_a_case_that_is_over_leads_to_the_service_anew(reader, case, library):
    cases.act(
        library, case, "rate", actor=actor_of(Account.objects.get(username="a-student")),
        fields={"rating": 5},
    )  # fmt: skip
    file_links.end(library, case, actor=LIBRARIAN)
    page = see(reader, reverse("my-case", args=[case]))
    assert "Ask for it anew" in page
    assert reverse("service", args=["document_delivery"]) in page
