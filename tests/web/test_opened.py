"""What is opened from a list of hits is kept without anybody's name, so that searches that were
left can be told from those that led somewhere."""

import json

import pytest

from shuren.data.actions import build, collect
from shuren.data.internals.feeds import own_events
from shuren.insight import queries
from shuren.kernel.shapes import Actor
from shuren.web.portal.licensed import door
from tests.web.library import OPERATOR
from tests.web.test_find_pages import item_path, see
from tests.web.test_licensed_door import licensed_here as licensed_here

DIRECTOR = Actor("d", "director", doing="dashboards.read")
pytestmark = pytest.mark.django_db
HITS = "http://testserver/find/?q=%E4%B8%89%E4%BD%93"


def clicks(site):
    return [
        json.loads(line)
        for path in sorted((site.data / "events" / "click_events").glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]


def test_a_hit_that_is_opened_is_kept_with_its_words_and_nobody(client, library):
    path = item_path(client)
    see_from(client, path, HITS + "&clc=I&page=2")
    [kept] = clicks(library)
    assert (kept["words"], kept["target"]) == ("三体", path.split("/")[2])
    assert set(kept) == {"event_id", "clicked_at", "words", "target", "place"}


@pytest.mark.parametrize(
    "referer",
    [
        "", "http://testserver/", "http://testserver/find/?q=", "http://testserver/my/?q=x",
        "https://elsewhere.example/find/?q=x", "http://[/find/?q=x",
        "http://testserver/find/?q=13912345678",
    ],
    ids=["none", "home", "no words", "another page", "another site", "nonsense", "a phone"],
)  # fmt: skip
def test_what_is_opened_from_elsewhere_is_no_hit(client, library, referer):
    see_from(client, item_path(client), referer)
    assert clicks(library) == []


def test_a_program_and_a_page_fetched_early_open_nothing(client, library):
    path = item_path(client)
    for said in ({"User-Agent": "examplebot/1"}, {"Sec-Purpose": "prefetch"}):
        client.get(path, headers={"Referer": HITS, **said})
    assert clicks(library) == []


def test_where_searches_are_not_kept_neither_is_what_they_led_to(client, library, settings):
    settings.SITE_SETTINGS = settings.SITE_SETTINGS.model_copy(update={"record_searches": False})
    see_from(client, item_path(client), HITS)
    assert clicks(library) == []


def test_a_button_of_a_hit_opens_it_too(as_role, licensed_here):
    student = as_role("student")
    item = item_path(student)
    student.get(f"{item}ask/hold/", headers={"Referer": HITS})
    student.get(door("https://v.example/p", "V", "Journals"), headers={"Referer": HITS})
    assert [one["target"] for one in clicks(licensed_here)] == [item.split("/")[2], "V · Journals"]


def test_searches_that_were_left_become_pain_points_and_those_opened_do_not(
    client, library, monkeypatch
):
    path = item_path(client)
    for words in ("三体", "活着"):
        for _again in range(5):
            see(client, f"/find/?q={words}")
    see_from(client, path, HITS)
    monkeypatch.setattr(own_events, "GRACE", -own_events.SPAN * 2)
    assert not collect(library, "own-events", actor=OPERATOR).problems
    build(library, actor=OPERATOR)
    rows = queries.figure(library, "pain_points", actor=DIRECTOR).table.dicts()
    assert [row["about"] for row in rows if row["kind"] == "not_opened"] == ["活着"]


def see_from(client, path, referer):
    assert client.get(path, headers={"Referer": referer}).status_code == 200
