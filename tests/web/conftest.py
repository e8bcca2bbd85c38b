"""A library in front of the pages, and somebody who looks at them."""

import shutil

import pytest

from shuren.kernel.site import open_site
from shuren.trust.actions import create_account, pseudonymise
from shuren.trust.definitions import READER
from shuren.trust.queries import roles
from tests.web.library import LETTERS, remember_cards
from tests.web.library import built as built

PASSWORD = "a long enough phrase"


@pytest.fixture
def library(settings, built, tmp_path):
    """The site of this test is a copy of the tiny library of tests/web/library.py."""
    site, _receipt = built
    shutil.copytree(site.root, tmp_path / "copy")
    settings.SITE = open_site(tmp_path / "copy")
    return settings.SITE


@pytest.fixture
def as_role(client, db, settings):
    """`as_role("student")`: the client, signed in; a reader is the first of 文学院."""

    def sign_in(role):
        is_reader = roles()[role].kind == READER
        if is_reader and (settings.SITE.root / "surrogates.json").exists():
            remember_cards(settings.SITE)
        key = pseudonymise(settings.SITE, [LETTERS[0]])[0] if is_reader else ""
        client.force_login(create_account(f"a-{role}", PASSWORD, role, reader_key=key))
        client.cookies["shuren_language"] = "en"
        return client

    return sign_in
