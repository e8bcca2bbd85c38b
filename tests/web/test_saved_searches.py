"""Saved searches on the pages: one press keeps one, the list says what is new."""

import pytest

from shuren.service.internals.search_rows import SavedSearch
from tests.web.test_privacy_panel import see


@pytest.fixture
def reader(as_role, library):
    return as_role("student")


def save(client, **more):
    return client.post("/my/searches/save/", {"q": "三体", **more})


def test_a_reader_is_offered_to_save_what_they_searched(reader):
    assert "Save this search" in see(reader, "/find/?q=三体")


def test_visitors_and_staff_are_not_offered_it(client, as_role, library):
    client.cookies["shuren_language"] = "en"
    assert "Save this search" not in see(client, "/find/?q=三体")
    assert "Save this search" not in see(as_role("front_desk"), "/find/?q=三体")


def test_what_was_saved_is_listed_with_its_filters_and_leads_back(reader, library):
    assert save(reader, clc="I", sort="newest").status_code == 302
    page = see(reader, "/my/searches/")
    assert "Class: I" in page
    assert "clc=I&amp;sort=newest" in page
    assert "Nothing new since you last looked" in page


def test_what_is_new_is_told_on_my_library_and_goes_when_seen(reader, library):
    save(reader)
    row = SavedSearch.objects.get()
    row.seen, row.index = b"", "an earlier state"
    row.save()
    assert "There is something new in 1 saved search" in see(reader, "/my/")
    page = see(reader, "/my/searches/")
    assert "1 new" in page
    assert "I247.55/7" in page
    assert reader.post(f"/my/searches/{row.pk}/", {"do": "seen"}).status_code == 302
    assert "1 new" not in see(reader, "/my/searches/")
    assert reader.post(f"/my/searches/{row.pk}/", {"do": "remove"}).status_code == 302
    assert "You have saved no search yet" in see(reader, "/my/searches/")


def test_another_number_is_not_found_and_nothing_is_saved_by_a_link(reader, library):
    assert reader.post("/my/searches/999/", {"do": "remove"}).status_code == 404
    assert reader.get("/my/searches/save/?q=三体").status_code == 405
    assert not SavedSearch.objects.exists()


def test_a_search_that_found_nothing_can_be_saved_to_wait_for(reader, library):
    assert "Save this search" in see(reader, "/find/?q=zzzqqq")
    assert save(reader, q="zzzqqq").status_code == 302
    assert "zzzqqq" in see(reader, "/my/searches/")
