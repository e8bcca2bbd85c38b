"""One demo library for the modules of the group `demo`: they only look at it, or copy it first."""

import signal
import subprocess
import time

import pytest

from tests.journeys.demo import COMMAND, receipts, set_up
from tests.journeys.test_walks import plain_environment


@pytest.fixture(scope="session")
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
    said = set_up(folder)
    return folder, first, said
