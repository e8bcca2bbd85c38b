from collections import Counter

import pytest

from shuren.campus.catalogue import demo_isbn
from shuren.campus.people import GIVEN, KINDS, SURNAMES
from shuren.campus.space import BUILDINGS, SEATS, zones
from shuren.campus.university import CAMPUSES, read_table
from shuren.kernel.definitions import find_definitions


def test_there_are_5481_seats_in_zones_of_their_own():
    assert sum(zone.seats for zone in zones()) == SEATS == 5481
    assert len({zone.id for zone in zones()}) == len(zones())
    assert {zone.campus for zone in zones()} == set(CAMPUSES)


def test_every_building_with_seats_has_hours_in_the_calendar(world):
    assert {place for _campus, _name, place in BUILDINGS.values()} == set(world.calendar.places)
    for campus, name, place in BUILDINGS.values():
        assert world.calendar.places[place].campus == campus
        assert world.calendar.places[place].title["zh"] == name


def test_colleges_are_of_uneven_size_and_readers_of_five_kinds(world):
    sizes = [college.students for college in world.colleges]
    assert len(sizes) == 22
    assert max(sizes) > 10 * min(sizes)
    assert 11_500 < len(world.readers) < 13_000
    assert {reader.kind for reader in world.readers} == set(KINDS.values())
    assert len({reader.card for reader in world.readers}) == len(world.readers)


def test_names_come_from_lists_and_telephone_numbers_exist_nowhere(world):
    for reader in world.readers:
        assert reader.phone.startswith("100")
        if reader.kind != "department":
            assert reader.name[0] in SURNAMES
            assert set(reader.name[1:]) <= set(GIVEN)
            assert len(reader.name) in (2, 3)


def test_colleges_ask_only_for_classes_that_exist(world):
    codes = {subject.code for subject in world.catalogue.subjects}
    assert all(set(college.reads) <= codes for college in world.colleges)


def test_the_real_books_are_facts_in_full_rows():
    books = list(read_table("books.tsv"))
    assert len(books) >= 300
    assert len({(book["title"], book["author"]) for book in books}) == len(books)
    for book in books:
        assert all(book[column] for column in ("title", "author", "publisher", "class")), book
        assert 1900 <= int(book["year"]) <= 2026, book
        assert book["language"] in ("zh", "en"), book
    main_classes = {book["class"][0] for book in books}
    assert main_classes == set("ABCDEFGHIJKNOPQRSTUVXZ")


def test_the_catalogue_is_of_believable_size(world):
    titles, copies = world.catalogue.titles, world.catalogue.copies
    assert len(titles) >= 8_000
    assert 44_000 < len(copies) < 52_000
    assert len({title.call_number for title in titles}) == len(titles)
    assert len({copy.barcode for copy in copies}) == len(copies)
    assert Counter(copy.campus for copy in copies).keys() == set(CAMPUSES)
    assert {copy.title for copy in copies} == set(range(len(titles)))


def test_book_numbers_run_within_a_class(world):
    in_class = [t.call_number for t in world.catalogue.titles if t.class_number == "TP312"]
    assert in_class == [f"TP312/{number}" for number in range(1, len(in_class) + 1)]


def test_real_books_have_no_invented_isbn_and_invented_ones_a_right_check_digit(world):
    for title in world.catalogue.titles:
        assert (title.isbn == "") == title.real
        if title.isbn:
            weighted = sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(title.isbn))
            assert weighted % 10 == 0
            assert title.isbn.startswith("97866")
    assert demo_isbn(0) == "9786600000008"


@pytest.mark.parametrize("kind", ["readers", "items", "loans", "seat_zones"])
def test_each_export_has_a_mapping_of_its_contract(kind):
    mappings = find_definitions("mappings", None)
    of_kind = [m for name, m in mappings.items() if name.startswith("demo-")]
    assert kind in {file.read_yaml()["contract"] for file in of_kind}
