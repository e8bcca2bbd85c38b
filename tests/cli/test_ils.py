"""`shuren ils check` says in sentences whether the circulation system answers."""

import os
import subprocess
import sys

import pytest

from tests.early import make_site
from tests.service import koha_server, sip2_server


@pytest.fixture
def check(tmp_path):
    site = make_site(tmp_path / "site")

    def run(settings: str, **secrets: str):
        (site / "shuren.toml").write_text(settings, "utf-8")
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SHUREN_")}
        command = [
            sys.executable,
            "-m",
            "shuren",
            "--site",
            str(site),
            "--lang",
            "en",
            "ils",
            "check",
        ]
        return subprocess.run(
            command, capture_output=True, text=True, check=False, env=kept | secrets
        )

    return run


def test_our_own_circulation_says_what_it_lends_by(check):
    found = check("")
    assert (found.returncode, found.stderr) == (0, "")
    assert "Our own circulation lends" in found.stdout
    assert "student, faculty, department, alumni, public" in found.stdout
    assert "load items and run" in found.stdout


def test_sip2_says_who_answers_and_what_it_takes(check):
    with sip2_server.running(sip2_server.Sip2Server()) as server:
        said = f'[ils]\nadapter="sip2"\n[ils.sip2]\nhost="127.0.0.1"\nport={server.port}\n'
        said += 'institution="LIB"\nuser="shuren"\n'
        found = check(said, SHUREN_SECRET_SIP2="open sesame")
        assert (found.returncode, found.stderr) == (0, "")
        assert f"127.0.0.1:{server.port} answers as SIP 2.00." in found.stdout
        assert "It takes: check-in, check-out, renewal." in found.stdout
        assert "山城图书馆" in found.stdout
        wrong = check(said, SHUREN_SECRET_SIP2="guess")
        assert wrong.returncode == 1
        assert "does not take the login" in wrong.stderr
        unset = check(said)
        assert "The secret 'sip2' is not set." in unset.stderr
        assert "guess" not in wrong.stderr + wrong.stdout
    gone = check(said, SHUREN_SECRET_SIP2="open sesame")
    assert gone.returncode == 1
    assert "does not answer" in gone.stderr


def test_koha_says_which_libraries_it_has_and_which_it_has_not(check):
    with koha_server.running(koha_server.Koha()) as koha:
        koha.rows["libraries"].append({"library_id": "EAST", "name": "东馆"})
        said = f'[ils]\nadapter="koha"\n[ils.koha]\nurl="{koha.url}"\nuser="shuren"\n'
        said += 'libraries = { "东校区" = "EAST", "西校区" = "WEST" }\n'
        found = check(said, SHUREN_SECRET_KOHA=koha_server.SECRET)
        assert (found.returncode, found.stderr) == (0, "")
        assert "It has 1 libraries: EAST." in found.stdout
        assert "names some it does not have: WEST." in found.stdout
        assert koha.complaints == []


@pytest.mark.parametrize(
    "said, why",
    [
        ('[ils]\nadapter="sip2"\n', "[ils.sip2] is missing"),
        ('[ils]\nadapter="aleph"\n', "must be one of"),
        ('[ils.koha]\nurl="http://koha.example"\nuser="x"\n', "must begin with https://"),
        ('[ils.sip2]\nhost="x"\npassword="not a name!"\n', "not the secret itself"),
    ],
)
def test_settings_that_cannot_be_used_are_named(check, said, why):
    found = check(said)
    assert found.returncode == 2
    assert why in found.stderr
