"""From a hit to a case on the pages: buttons, copies, maps, confirming."""

import re
from html import unescape
from urllib.parse import quote, unquote

import pytest

from shuren.service import ils
from shuren.service.cases import act
from shuren.service.ils_errors import CannotCirculate
from shuren.service.internals.case_rows import Case
from shuren.web.portal.floor_map import label_lines
from tests.service.circulating import ANN, BEN, EAST, LI
from tests.service.circulating import circulation_built as circulation_built
from tests.service.circulating import library as library
from tests.web.having import as_reader as as_reader
from tests.web.having import circulation_indexed as circulation_indexed
from tests.web.having import shelves as shelves

pytestmark = pytest.mark.django_db


def see(client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return unescape(answer.content.decode())


def button(page: str, label: str) -> str:
    """Where the button with this label leads."""
    return re.search(rf'href="([^"]+)"[^>]*>{label}<span', page)[1]


def test_two_taps_from_a_hit_to_a_case(as_reader):
    """The first is the button of the hit, the second confirms what is filled in already."""
    client = as_reader(BEN)
    first = button(see(client, "/find/?q=活着"), "Place a hold")
    page = see(client, first)
    said = dict(re.findall(r'name="(pickup)"[^>]*>\s*<option value="([^"]+)" selected', page))
    assert said == {"pickup": EAST}
    done = client.post(first, said)
    [case] = Case.objects.all()
    assert (done.status_code, done["Location"]) == (302, f"/my/cases/{case.id}/")
    assert (case.service, case.subject["title"], case.branch) == ("book_hold", "活着", EAST)


def test_asking_again_leads_to_the_case_there_is(as_reader):
    client = as_reader(BEN)
    first = button(see(client, "/find/?q=活着"), "Place a hold")
    client.post(first, {"pickup": EAST})
    [case] = Case.objects.all()
    assert button(see(client, "/find/?q=活着"), "See your request") == f"/my/cases/{case.id}/"
    for again in (client.get(first), client.post(first, {"pickup": EAST})):
        assert again["Location"] == f"/my/cases/{case.id}/"
    assert Case.objects.count() == 1


def test_who_is_not_signed_in_is_sent_to_sign_in_and_back_to_the_same_button(client, shelves):
    client.cookies["shuren_language"] = "en"
    page = see(client, "/find/?q=活着")
    assert button(page, "Sign in for more").startswith("/sign-in/?next=%2Ffind%2F%3Fq%3D")
    item = re.search(r'href="(/find/[0-9a-f]{32}/)"', page)[1]
    answer = client.get(f"{item}ask/hold/")
    assert answer["Location"] == f"/sign-in/?next={item.replace('/', '%2F')}ask%2Fhold%2F"


@pytest.mark.parametrize(
    "kind, status", [("hold", 200), ("full_text", 404), ("borrow", 404), ("nothing", 404)]
)
def test_only_what_opens_a_case_can_be_asked_for(as_reader, kind, status):
    client = as_reader(BEN)
    item = re.search(r'href="(/find/[0-9a-f]{32}/)"', see(client, "/find/?q=三体"))[1]
    answer = client.get(f"{item}ask/{kind}/")
    assert answer.status_code == status
    if status == 200:
        page = unescape(answer.content.decode())
        assert "A copy is in, so there is nothing to wait for." in page
        assert "<form" not in page.split("<main")[1]


def test_a_form_with_a_fault_says_so_at_the_field_and_opens_nothing(as_reader):
    client = as_reader(BEN)
    first = button(see(client, "/find/?q=活着"), "Place a hold")
    answer = client.post(first, {"pickup": EAST, "wanted_until": "soon"})
    assert answer.status_code == 422
    assert "Write a day as" in unescape(answer.content.decode())
    assert not Case.objects.exists()


def test_every_kind_without_a_button_has_its_reason_on_the_items_page(as_reader):
    client = as_reader(BEN)
    item = re.search(r'href="(/find/[0-9a-f]{32}/)"', see(client, "/find/?q=三体"))[1]
    page = see(client, item)
    shown = page.split('id="item-offers"')[1].split("</section>")[0]
    buttons = re.findall(r'<a class="button', shown)
    reasons = re.findall(r"<dt>", shown)
    assert (len(buttons), len(reasons)) == (2, 7)


def test_copies_are_shown_by_place_with_their_state(as_reader, shelves):
    client = as_reader(BEN)
    ils.check_out(shelves, "B1", card=ANN, actor=LI)
    item = re.search(r'href="(/find/[0-9a-f]{32}/)"', see(client, "/find/?q=三体"))[1]
    page = see(client, item)
    places = re.findall(r'class="place-head".*?</section>', page, re.S)
    assert [EAST in one for one in places] == [True, False]
    assert "1 of 2 in" in places[0]
    assert "B1" in places[0]
    assert "Due 20 March 2026" in places[0]


def test_a_page_that_stands_open_is_told_when_a_copy_moves(client, shelves):
    """It asks by titles; what it holds beside each changes when a copy does."""
    page = see(client, "/find/?q=佛教史")
    live = re.search(r'data-live="([0-9a-f]+)=([0-9a-f]+)"', page)
    assert client.get(f"/find/now/?t={live[1]}").json() == {live[1]: live[2]}
    ils.check_out(shelves, "B8", card=ANN, actor=LI)
    assert client.get(f"/find/now/?t={live[1]}").json() != {live[1]: live[2]}
    assert client.get("/find/now/?t=nothing&t=").json().keys() == {"nothing"}
    assert client.get("/find/now/").json() == {}


def test_that_nothing_moved_is_said_in_a_word_until_something_does(client, as_reader, shelves):
    page = see(client, "/find/?q=活着")
    title = re.search(r'data-live="([0-9a-f]+)=', page)[1]

    def ask(tag: str):
        return client.get(f"/find/now/?t={title}", headers={"if-none-match": tag})

    tag = ask("")["ETag"]
    again = ask(tag)
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    reader = as_reader(BEN)
    first = button(see(reader, "/find/?q=活着"), "Place a hold")
    moves = (
        lambda: ils.check_out(shelves, "B8", card=ANN, actor=LI),
        lambda: reader.post(first, {"pickup": EAST}),
        lambda: ils.check_in(shelves, "B8", actor=LI),
    )
    seen = [tag]
    for move in moves:
        move()
        answer = ask(seen[-1])
        assert answer.status_code == 200
        seen.append(answer["ETag"])
    assert len(set(seen)) == len(seen)


def test_a_check_out_is_in_the_very_next_page(client, shelves):
    client.cookies["shuren_language"] = "en"
    assert f"{EAST}: 1 of 1 in" in see(client, "/find/?q=佛教史")
    ils.check_out(shelves, "B8", card=ANN, actor=LI)
    assert f"{EAST}: 0 of 1 in" in see(client, "/find/?q=佛教史")


def test_an_article_of_an_openurl_is_delivered_with_what_is_known_of_it(as_reader):
    client = as_reader(BEN)
    asked = "genre=article&atitle=On+Rivers&title=Waters&issn=1234-5679&date=2020&spage=7"
    first = button(see(client, f"/resolve/?{asked}"), "Have it delivered")
    page = see(client, first)
    assert re.search(r'name="pages" type="text" value="7"', page)
    assert "journal: Waters" in page
    assert "By confirming you say" in page
    done = client.post(first, {"pages": "7", "personal_study": "true"})
    [case] = Case.objects.all()
    assert done["Location"] == f"/my/cases/{case.id}/"
    assert case.subject["title"] == "On Rivers"
    assert case.fields == {"pages": "7", "personal_study": True}


def test_a_book_of_an_openurl_that_the_library_has_is_not_suggested(as_reader):
    """By its title, for the books of the tests have no ISBN."""
    client = as_reader(BEN)
    page = see(client, "/resolve/?genre=book&title=活着")
    assert button(page, "Place a hold").startswith("/resolve/ask/hold/?genre=book")
    assert "Duplicate check: the library has it" in page
    shelf = button(see(client, "/resolve/?genre=book&title=三体"), "Find it on the shelf")
    assert re.fullmatch(r"/find/[0-9a-f]{32}/#where", shelf)
    assert 'id="where"' in client.get(shelf, follow=True).content.decode()
    other = see(client, "/resolve/?genre=book&title=没有这本书")
    assert button(other, "Suggest it for purchase")


@pytest.mark.parametrize("named", ["title=书", "title=活着&aulast=别人"])
def test_another_book_of_nearly_that_title_is_not_taken_for_it(as_reader, named):
    """旧书 and 新订的书 are on the shelves, and 活着 is by 作者."""
    page = see(as_reader(BEN), f"/resolve/?genre=book&{named}")
    assert "Duplicate check: the library has it" not in page
    assert button(page, "Suggest it for purchase")


FORM = "/services/purchase_suggestion/ask/"


@pytest.mark.parametrize(
    "more, status",
    [({}, 422), ({"author": "别人"}, 302), ({"form": "electronic"}, 302)],
    ids=["held", "by somebody else", "as an e-book"],
)
def test_the_bare_form_checks_for_duplicates_as_a_hit_does(as_reader, more, status):
    client = as_reader(BEN)
    said = {f"f-{name}": text for name, text in ({"book_title": "三体"} | more).items()}
    answer = client.post(FORM, said)
    assert answer.status_code == status
    assert Case.objects.count() == (status == 302)
    if status == 422:
        assert "Duplicate check: the library has it." in answer.content.decode()


def test_the_bare_form_sent_twice_is_one_case_and_sent_anew_a_duplicate(as_reader):
    client = as_reader(BEN)
    said = {"f-book_title": "没有这本书", "key": "k1"}
    first, again = client.post(FORM, said), client.post(FORM, said)
    assert first["Location"] == again["Location"]
    assert "it has been suggested" in client.post(FORM, said | {"key": "k2"}).content.decode()
    assert Case.objects.count() == 1
    another = client.post(FORM, {"f-book_title": "也没有这本", "key": "k3"})
    assert (another.status_code, Case.objects.count()) == (302, 2)


def test_a_readers_id_in_an_openurl_reaches_no_case(as_reader):
    client = as_reader(BEN)
    address = "/resolve/ask/delivery/?atitle=On+Rivers&title=Waters&req_id=Q-77-X&pid=Q-77-X"
    clean = client.get(address)["Location"]
    assert clean == "/resolve/ask/delivery/?atitle=On+Rivers&title=Waters"
    client.post(clean, {"personal_study": "true"})
    assert "Q-77" not in str(Case.objects.get().__dict__)


@pytest.mark.parametrize(
    "label, width, lines",
    [
        ("Makerspace and group rooms", 180, ["Makerspace", "and group", "rooms"]),
        ("创客与研讨空间", 180, ["创客与研讨空", "间"]),
        ("创客与研讨空间", 182, ["创客与研讨空间"]),
        ("Extraordinary", 30, ["Extraordinary"]),
        ("", 100, []),
    ],
)
def test_a_rooms_name_on_the_map_stays_within_its_room(label, width, lines):
    assert label_lines(label, width) == lines


def test_two_taps_from_a_search_in_vain_to_a_purchase_suggestion(as_reader):
    client = as_reader(BEN)
    page = see(client, "/find/?q=嵌入式系统")
    assert "Nothing found" in page
    first = button(page, "Suggest it for purchase")
    form = see(client, first)
    assert re.search(r'name="book_title"[^>]*value="嵌入式系统"', form)
    assert 'href="/find/?q=%E5%B5%8C' in form  # back to the search
    done = client.post(first, {"book_title": "嵌入式系统"})
    [case] = Case.objects.all()
    assert (done.status_code, done["Location"]) == (302, f"/my/cases/{case.id}/")
    assert (case.service, case.subject["title"]) == ("purchase_suggestion", "嵌入式系统")
    # The same words once more: one case, and for others it has been suggested.
    again = see(client, "/find/?q=嵌入式系统")
    assert button(again, "See your request") == f"/my/cases/{case.id}/"
    other = see(as_reader(ANN), "/find/?q=嵌入式系统")
    assert "it has been suggested and is being dealt with" in other
    assert "Suggest it for purchase<" not in other


def test_what_only_comes_near_can_be_suggested_too_and_what_is_found_cannot(as_reader):
    client = as_reader(BEN)
    near = see(client, "/find/?q=三提")
    assert "None of these is it?" in near
    assert "purchase" in button(near, "Suggest it for purchase")
    assert "None of these is it?" not in see(client, "/find/?q=三体")
    assert "Suggest it for purchase" not in see(client, "/find/?q=三体&language=ger")
    assert "Suggest it for purchase" not in see(client, "/find/?q=class:ZZ9")


def test_a_visitor_is_told_to_sign_in_and_comes_back_to_the_search(client, shelves):
    client.cookies["shuren_language"] = "en"
    page = see(client, f"/find/?q={quote('嵌入式系统')}")
    assert "Sign in to suggest it." in page
    [back] = re.findall(r'<a href="(/sign-in/[^"]*)">Sign in</a></dd>', page)[:1]
    assert unquote(unquote(back)) == "/sign-in/?next=/find/?q=嵌入式系统"


def test_what_is_on_order_says_so_and_can_be_waited_for(as_reader):
    client = as_reader(BEN)
    page = see(client, "/find/?q=新订的书")
    assert ">On order<" in page
    item = see(client, re.search(r'href="(/find/[0-9a-f]{32}/)"', page)[1])
    assert item.count(">On order<") == 3  # of the title, of its place and of its copy
    assert "None in at present" not in item
    assert "on order or being made ready and not on a shelf yet" in item
    first = button(page, "Place a hold")
    assert "kept for you when it has come" in see(client, first)
    client.post(first, {"pickup": EAST})
    [case] = Case.objects.all()
    assert (case.service, case.state) == ("book_hold", "queued")


def test_the_first_who_waits_gets_what_comes_and_nobody_borrows_it_before(as_reader, shelves):
    client = as_reader(BEN)
    client.post(button(see(client, "/find/?q=新订的书"), "Place a hold"), {"pickup": EAST})
    with pytest.raises(CannotCirculate, match="on order"):
        ils.check_out(shelves, "B9", card=ANN, actor=LI)
    moved = ils.check_in(shelves, "B9", actor=LI)
    assert (moved.goes_to, moved.destination) == ("hold_shelf", EAST)
    [case] = Case.objects.all()
    assert case.state == "ready"


def test_what_was_bought_for_a_reader_is_on_order_for_all(as_reader, shelves):
    client = as_reader(BEN)
    wish = f"/find/?q={quote('嵌入式系统')}"
    client.post(button(see(client, wish), "Suggest it for purchase"), {"book_title": "嵌入式系统"})
    [case] = Case.objects.all()
    act(shelves, case.pk, "review_ok", actor=LI)
    ann = as_reader(ANN)
    assert "on order or being made ready" not in see(ann, wish)
    act(shelves, case.pk, "order", actor=LI)
    page = see(ann, wish)
    assert "it is on order or being made ready" in page
    assert "Suggest it for purchase<" not in page
