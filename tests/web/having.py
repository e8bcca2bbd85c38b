"""The library of tests/service/circulating.py in front of pages: its index, and who signs in."""

import pytest
from django.db import transaction

from shuren.discovery.actions import index
from shuren.trust.actions import create_account
from tests.data.loading import OPERATOR
from tests.service.circulating import reader_of

PASSWORD = "a long enough phrase"


@pytest.fixture(scope="session")
def circulation_indexed(circulation_built, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        index(circulation_built, actor=OPERATOR)
        transaction.set_rollback(True)
    return circulation_built


@pytest.fixture
def shelves(circulation_indexed, library):
    """The site of this test, with an index over it."""
    return library


@pytest.fixture
def as_reader(client, shelves):
    """`as_reader(BEN)`: the client, signed in as a student with that card."""

    def sign_in(card):
        key = reader_of(shelves, card).reader_key
        client.force_login(create_account(f"s{card}", PASSWORD, "student", reader_key=key))
        client.cookies["shuren_language"] = "en"
        return client

    return sign_in
