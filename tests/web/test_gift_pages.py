"""The list of a gift on the workbench, the donor's name, the page of thanks."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from shuren.service import cases, gifts
from shuren.service.internals.gift_rows import GiftItem
from shuren.trust.actions import create_account, pseudonymise
from shuren.trust.models import Account
from shuren.trust.queries import actor_of
from tests.service.desk_of_cases import LIBRARIAN
from tests.web.library import LETTERS
from tests.web.test_privacy_panel import see

pytestmark = pytest.mark.django_db(transaction=True)


def signed_in(name: str, role: str, key: str = "") -> Client:
    client = Client()
    client.force_login(create_account(name, "a long enough phrase", role, reader_key=key))
    client.cookies["shuren_language"] = "en"
    return client


def test_from_the_list_to_the_page_of_thanks(library):
    donor = signed_in("han", "alumni", pseudonymise(library, [LETTERS[0]])[0])
    desk = signed_in("lin", "front_desk")
    actor = actor_of(Account.objects.get(username="han"))
    case = cases.open_case(
        library, "book_donation", actor=actor, fields={"volumes": 3, "what": "文学"}
    ).id
    cases.act(library, case, "screen_ok", actor=LIBRARIAN)
    url = reverse("workbench:case-gift", args=[case])
    assert url in see(desk, reverse("workbench:case", args=[case]))
    bad = desk.post(url, {"file": SimpleUploadedFile("a.csv", b"x,y\n1,2\n")})
    assert (bad.status_code, "no column of titles" in bad.content.decode()) == (400, True)
    assert desk.post(url, {"file": SimpleUploadedFile("a.pdf", b"%PDF-1.4\n")}).status_code == 400
    sent = SimpleUploadedFile("list.csv", "题名,册数\n三体,2\n<b>乙</b>,1\n丙,1\n".encode())
    assert desk.post(url, {"file": sent}).status_code == 302
    page = see(desk, url)
    assert "4 volumes, 3 titles" in page
    assert "&lt;b&gt;乙" in page
    assert desk.post(url, {"decision": "accepted"}).status_code == 400
    said = {"decision": "declined", "line": "2", "reason": "品相"}
    assert desk.post(f"{url}?view=open", said).status_code == 302
    assert desk.post(f"{url}?view=open", {"decision": "accepted", "all": "1"}).status_code == 302
    assert list(GiftItem.objects.order_by("number").values_list("decision", flat=True)) == [
        "accepted", "declined", "accepted",
    ]  # fmt: skip
    assert "品相" in see(desk, f"{url}?view=declined&page=99x")
    assert donor.get(url).status_code == 403
    assert "What may we call you?" in see(donor, reverse("my-case", args=[case]))
    donor.post(reverse("my-gift-name", args=[case]), {"name": "1999级校友"})
    for event in ("receive", "select_and_process", "certify"):
        cases.act(library, case, event, actor=LIBRARIAN)
    assert gifts.thanks()[0][:3] == ("1999级校友", 2, 3)
    assert "1999级校友" in see(Client(), "/gifts/")
    assert "Certificate of donation" in see(donor, "/my/documents/")
    donor.post(reverse("my-gift-name", args=[case]), {"name": ""})
    assert "1999级校友" not in see(Client(), "/gifts/")
    assert desk.post(reverse("my-gift-name", args=[case]), {"name": "x"}).status_code in (403, 404)
