"""Accepted gifts on the workbench, to be catalogued, and the donor's name beside the copy."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from shuren.data.actions import build
from shuren.discovery.actions import index
from shuren.service import cases, gifts
from shuren.service.internals import rising
from shuren.service.internals.gift_rows import GiftCopy
from shuren.trust.actions import pseudonymise
from shuren.trust.models import Account
from shuren.trust.queries import actor_of
from tests.service.desk_of_cases import LIBRARIAN
from tests.web.library import LETTERS, OPERATOR
from tests.web.test_gift_pages import signed_in
from tests.web.test_privacy_panel import see

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/workbench/records/gifts/"


@pytest.fixture
def given(library, tmp_path):
    """A gift of two new titles, thanked for; its case."""
    signed_in("han", "alumni", pseudonymise(library, [LETTERS[0]])[0])
    donor = actor_of(Account.objects.get(username="han"))
    case = cases.open_case(
        library, "book_donation", actor=donor, fields={"volumes": 2, "what": "文学"}
    ).id  # fmt: skip
    cases.act(library, case, "screen_ok", actor=LIBRARIAN)
    path = tmp_path / "list.csv"
    path.write_text("题名,著者,册数\n<b>乙</b>,某人,1\n赠来的书,某人,1\n", "utf-8")
    gifts.load_list(library, case, path, actor=LIBRARIAN)
    cases.act(library, case, "receive", actor=LIBRARIAN)
    gifts.decide(case, "accepted", view="open", actor=LIBRARIAN)
    for event in ("select_and_process", "certify"):
        cases.act(library, case, event, actor=LIBRARIAN)
    gifts.be_named(case, "1999级校友韩", actor=donor)
    return case


def found_page(language: str) -> str:
    client = Client()
    client.cookies["shuren_language"] = language
    answer = client.get("/find/?q=赠来的书", follow=True)
    [item] = {part.split('"')[0] for part in answer.content.decode().split('href="/find/')[1:]
              if len(part.split('"')[0]) == 33}  # fmt: skip
    return client.get(f"/find/{item}").content.decode()


def test_from_the_thanks_to_the_shelf(library, given):
    bian = signed_in("bian", "data_librarian")
    assert PAGE in see(bian, "/workbench/records/")
    page = see(bian, PAGE)
    assert "&lt;b&gt;乙" in page
    one, two = GiftCopy.objects.order_by("number")
    typed = {"copy": [one.pk, two.pk], "call_number": ["QQ", "I267/9"], "campus": ["", "本部"],
             "location": ["", "赠书专架"], "barcode": ["", "G0001"]}  # fmt: skip
    answer = bian.post(PAGE, typed)
    assert answer.status_code == 400
    said = answer.content.decode()
    assert "“QQ” is no call number" in said
    assert 'value="QQ"' in said, "what was typed stays"
    two.refresh_from_db()
    assert two.is_ready
    typed["call_number"][0] = "I267/8"
    assert bian.post(PAGE, typed).status_code == 302
    assert "G0001" in see(bian, f"{PAGE}?view=ready&gift={given}&page=x")
    assert "1 copy is changed" in see(bian, f"{PAGE}?taken=1")
    rising.take_in(library, OPERATOR)
    build(library, actor=OPERATOR)
    index(library, actor=OPERATOR)
    assert "Given by 1999级校友韩" in found_page("en")
    assert "1999级校友韩" in found_page("zh-hans")
    gifts.be_named(given, "", actor=actor_of(Account.objects.get(username="han")))
    assert "校友韩" not in found_page("zh-hans"), "with the next page, without a build"


def test_a_sheet_goes_down_and_comes_back(library, given):
    bian = signed_in("bian", "data_librarian")
    for language in ("en", "zh-hans"):
        bian.cookies["shuren_language"] = language
        answer = bian.get(f"{PAGE}sheet.csv?gift={given}")
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        left = ["<b>乙</b>", "赠来的书"] if language == "en" else ["赠来的书"]
        assert [row[1] for row in rows[1:]] == left
        if language == "en":
            rows[1][6:] = ["I267/1", "本部", "", "G1"]
        rows[-1][9] = "a b"
        out = io.StringIO()
        csv.writer(out).writerows(rows)
        sent = SimpleUploadedFile("sheet.csv", out.getvalue().encode())
        answer = bian.post(PAGE, {"file": sent})
        assert answer.status_code == 400
        assert "a b" in answer.content.decode()
        assert see(bian, PAGE)
    assert GiftCopy.objects.get(barcode="G1").call_number == "I267/1"
    assert bian.post(PAGE, {"file": SimpleUploadedFile("x.pdf", b"%PDF-1.4\n")}).status_code == 400
    assert bian.post(PAGE, {"copy": "nonsense", "barcode": "x"}).status_code in (302, 400)


def test_cnmarc_goes_down_and_the_desk_may_not(library, given):
    bian, desk = signed_in("bian", "data_librarian"), signed_in("lin", "front_desk")
    answer = bian.get(f"{PAGE}accepted.mrc?encoding=gb18030")
    assert answer["X-Records-Left-Out"] == "0"
    assert "赠来的书".encode("gb18030") in answer.content
    for page in (PAGE, f"{PAGE}sheet.csv", f"{PAGE}accepted.mrc"):
        assert desk.get(page).status_code == 403
    gift = reverse("workbench:case-gift", args=[given])
    assert f"{PAGE}?gift={given}" not in see(desk, gift)
