"""Keys of the open API in the workbench and at the terminal."""

import re

import pytest
from django.urls import reverse

from shuren.cli.main import run
from shuren.trust.queries import api_keys_known
from tests.web.api_tools import OPERATOR

FORM = {
    "name": "campus portal", "owner": "Network centre", "scope": ["figures:read"],
    "purpose": ["public_statistics"], "tables": "mart.title_availability",
    "per_minute": "30", "per_day": "1000", "days": "30",
}  # fmt: skip
KEY = re.compile(r"shk_[a-z2-7]{12}_[\w-]{43}")


@pytest.fixture
def technician(as_role, library):
    return as_role("technical_librarian")


def test_a_new_key_is_shown_once_and_works(technician, client):
    answer = technician.post(reverse("workbench:keys"), FORM)
    found = set(KEY.findall(answer.content.decode()))
    assert len(found) == 1
    assert answer.headers["Cache-Control"] == "no-store"
    assert not KEY.search(technician.get(reverse("workbench:keys")).content.decode())
    key = found.pop()
    told = client.get("/api/v1/me", headers={"Authorization": f"Bearer {key}"}).json()
    assert told["scopes"] == ["figures:read", "marts:read:mart.title_availability"]
    assert (told["per_minute"], told["purposes"]) == (30, ["public_statistics"])


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""}, {"owner": " "}, {"scope": ["all"], "tables": ""}, {"per_minute": "0"},
        {"per_minute": "2000"}, {"purpose": ["data_quality"]}, {"purpose": ["own_records"]},
        {"tables": "raw.loans"}, {"scope": [], "tables": ""},
    ],
    ids=str,
)  # fmt: skip
def test_a_key_that_makes_no_sense_is_refused_and_what_was_typed_stays(technician, change):
    answer = technician.post(reverse("workbench:keys"), FORM | change)
    assert answer.status_code == 400 or answer.status_code == 404
    assert not api_keys_known(actor=OPERATOR)


def test_another_secret_and_an_end_that_is_asked_for(technician):
    technician.post(reverse("workbench:keys"), FORM)
    (line,) = api_keys_known(actor=OPERATOR)
    rotated = technician.post(reverse("workbench:key-rotate", args=[line.id]))
    assert KEY.search(rotated.content.decode())
    asked = technician.get(reverse("workbench:key-revoke", args=[line.id])).content.decode()
    assert "campus portal" in asked
    assert api_keys_known(actor=OPERATOR)[0].state == "live"
    technician.post(reverse("workbench:key-revoke", args=[line.id]), {"confirmed": "yes"})
    assert api_keys_known(actor=OPERATOR)[0].state == "revoked"


def test_a_name_in_use_is_not_given_twice(technician):
    technician.post(reverse("workbench:keys"), FORM)
    assert technician.post(reverse("workbench:keys"), FORM).status_code == 400
    assert len(api_keys_known(actor=OPERATOR)) == 1


def test_the_terminal_prints_the_key_alone_on_standard_output(library, db, capsys, monkeypatch):
    from shuren.cli.context import CliContext

    monkeypatch.setattr(CliContext, "site", library)
    options = ["--owner", "IT", "--scope", "loads:read"]
    assert run(["--lang", "en", "key", "create", "feed", *options]) == 0
    said = capsys.readouterr()
    assert KEY.fullmatch(said.out.strip())
    (line,) = api_keys_known(actor=OPERATOR)
    assert run(["--lang", "en", "key", "rotate", line.id]) == 0
    assert run(["--lang", "en", "key", "list"]) == 0
    assert "feed" in capsys.readouterr().out
    assert run(["--lang", "en", "key", "revoke", "nope", "--yes"]) == 2
    assert run(["--lang", "en", "key", "revoke", line.id, "--yes"]) == 0
    assert api_keys_known(actor=OPERATOR)[0].state == "revoked"
