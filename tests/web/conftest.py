"""A library for the pages: loaded and built once, copied for each test that wants one."""

import shutil

import pytest
from django.db import transaction

from shuren.kernel.site import open_site
from shuren.trust.actions import create_account, pseudonymise
from shuren.trust.definitions import READER
from shuren.trust.queries import roles
from tests.early import make_site
from tests.web.library import LETTERS, load_and_build

PASSWORD = "a long enough phrase"


@pytest.fixture(scope="session")
def built_library(tmp_path_factory, django_db_setup, django_db_blocker):
    folder = tmp_path_factory.mktemp("portal-library")
    site = open_site(make_site(folder / "site"))
    with django_db_blocker.unblock(), transaction.atomic():
        load_and_build(site, folder)
        transaction.set_rollback(True)
    return site


@pytest.fixture
def library(settings, built_library, tmp_path):
    """The site of this test is a copy of the tiny library of tests/web/library.py."""
    shutil.copytree(built_library.root, tmp_path / "copy")
    settings.SITE = open_site(tmp_path / "copy")
    return settings.SITE


@pytest.fixture
def as_role(client, db, settings):
    """`as_role("student")`: the client, signed in; a reader is the first of 文学院."""

    def sign_in(role):
        is_reader = roles()[role].kind == READER
        key = pseudonymise(settings.SITE, [LETTERS[0]])[0] if is_reader else ""
        client.force_login(create_account(f"a-{role}", PASSWORD, role, reader_key=key))
        client.cookies["shuren_language"] = "en"
        return client

    return sign_in
