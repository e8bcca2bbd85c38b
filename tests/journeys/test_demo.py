"""`shuren demo`: from nothing to a library, again at once, and on from where it was stopped."""

import json
import re
import signal
import subprocess
import sys
import time

import pytest

from shuren.campus.accounts import DEMO_ACCOUNTS
from shuren.campus.accounts import PASSWORD as DEMO_PASSWORD
from tests.journeys.test_walks import page_of, plain_environment

pytestmark = pytest.mark.xdist_group("demo")

COMMAND = [sys.executable, "-m", "shuren", "demo", "--no-serve", "--scale", "0.05"]


def set_up(folder):
    result = subprocess.run(
        [*COMMAND, str(folder)],
        env=plain_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stderr


def receipts(folder):
    found = [json.loads(path.read_text("utf-8")) for path in folder.glob("data/receipts/*.json")]
    return {receipt["source_name"]: receipt for receipt in found}


@pytest.fixture(scope="module")
def stopped_and_resumed(tmp_path_factory):
    """A demo killed as soon as its first load was there, then set up again."""
    folder = tmp_path_factory.mktemp("demo") / "demo library"
    process = subprocess.Popen(
        [*COMMAND, str(folder)], env=plain_environment(), stderr=subprocess.DEVNULL
    )
    while process.poll() is None and not list(folder.glob("data/receipts/*.json")):
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    first = set(receipts(folder))
    assert not (folder / "data/demo.json").exists()
    set_up(folder)
    return folder, first


def test_a_set_up_that_was_killed_goes_on_and_loads_nothing_twice(stopped_and_resumed):
    folder, first = stopped_and_resumed
    found = receipts(folder)
    assert first <= set(found)
    assert len(found) == len(list(folder.glob("data/receipts/*.json"))) == 6
    truth = json.loads((folder / "exports/truth.json").read_text("utf-8"))
    for name, entry in truth["files"].items():
        assert found[name]["records"] == entry["records"], name
    assert not list((folder / "data/tmp").glob("*"))


def test_a_second_run_changes_nothing(stopped_and_resumed):
    folder, _first = stopped_and_resumed
    before = (receipts(folder), (folder / "data/lake/CURRENT").read_text())
    set_up(folder)
    assert (receipts(folder), (folder / "data/lake/CURRENT").read_text()) == before


def test_the_demo_shows_its_seats_its_books_and_its_accounts(stopped_and_resumed):
    folder, _first = stopped_and_resumed
    assert "5,481" in page_of(folder, "/spaces/")
    assert "I242.4" in page_of(folder, "/find/?q=红楼梦")
    sign_in = page_of(folder, "/sign-in/")
    listed = set(re.findall(r'name="username" value="(\w+)"', sign_in))
    assert listed == {account.username for account in DEMO_ACCOUNTS}
    assert DEMO_PASSWORD in sign_in
