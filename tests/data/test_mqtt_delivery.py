"""At least once on the wire, once in the table: nothing is acknowledged before it is on disk, and
what is sent again because of a kill stands in the built table once."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from shuren.data import actions, queries
from shuren.data.internals import building, snapshots
from shuren.data.internals.connector_state import read_state
from shuren.data.internals.feeds.mqtt_source import spool
from shuren.data.internals.models import load_models, needed_for
from shuren.data.internals.receipts import all_receipts
from shuren.kernel.shapes import no_progress
from shuren.kernel.site import Site
from tests.data.loading import OPERATOR, accepted, mapping
from tests.data.mqtt_peer import Peer
from tests.data.test_mqtt import MAPPING, SOURCE

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 120  # seconds; nothing here says how fast
TOPIC = "library/J1-A/seats"


def event(number: int) -> bytes:
    moment = f"2026-11-20T10:{number // 60:02}:{number % 60:02}+08:00"
    return json.dumps({"id": f"e{number}", "seat": "007", "state": "free", "at": moment}).encode()


def on_disk(site: Site) -> set[str]:
    """Events in batches, or in the lake."""
    batches = list(spool(site, "seats").glob("*.ndjson"))
    found = set()
    for path in batches:
        try:
            lines = path.read_text("utf-8").splitlines()
        except FileNotFoundError:
            continue  # taken in between the two
        found |= {json.loads(json.loads(line)["payload"])["id"] for line in lines}
    loads = queries.receipts(site, "seat_events")
    return found | {row["event_id"] for one in loads for row in accepted(site, one)}


def wait_for(met: Callable[[], bool]) -> None:
    ends = time.monotonic() + PATIENCE
    while not met():
        assert time.monotonic() < ends
        time.sleep(0.02)


class Broker(Peer):
    """Notes what was not on disk when it was acknowledged; may kill the listener at that moment."""

    def __init__(self, site: Site) -> None:
        self.too_early: list[int] = []
        self.at_first: Callable[[], None] | None = None
        self._site = site
        super().__init__(self._acknowledged)

    def _acknowledged(self, number: int) -> None:
        if f"e{number}" not in on_disk(self._site):
            self.too_early.append(number)
        if self.at_first is not None:
            kill, self.at_first = self.at_first, None
            kill()


@pytest.fixture
def peer(site: Site) -> Iterator[Broker]:
    running = Broker(site)
    folder = site.definitions / "sources"
    folder.mkdir(parents=True)
    (folder / "seats.yaml").write_text(SOURCE.format(port=running.port), "utf-8")
    mapping(site, "seats-mqtt", MAPPING)
    yield running
    running.close()


class Listening:
    """`shuren listen` as a process of its own."""

    def __init__(self, site: Site, peer: Broker) -> None:
        environment = {**os.environ, "SHUREN_SECRET_SEATS": "s"}
        command = [sys.executable, "-m", "shuren", "--site", str(site.root), "listen", "seats"]
        self._process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        wait_for(peer.subscribed.is_set)
        self._peer = peer

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)

    def gone(self) -> None:
        self._process.wait(PATIENCE)
        wait_for(lambda: not self._peer.subscribed.is_set())


def events_built(site: Site) -> list[str]:
    known = load_models(site)
    models = {name: known[name] for name in needed_for(known, "conformed.seat_event")}
    building.build_snapshot(site, models, all_receipts(site)[::-1], no_progress)
    source = snapshots.source(site, snapshots.required(site), "conformed.seat_event")
    return [id for (id,) in snapshots.query(site, f"SELECT event_id FROM {source}", [])]


def test_killed_before_and_after_acknowledging_nothing_is_lost_or_doubled(
    site: Site, peer: Broker
) -> None:
    first = Listening(site, peer)
    peer.publish(TOPIC, [event(n) for n in range(1, 31)])
    first.kill()  # long before a batch is full: nothing of it was acknowledged
    first.gone()
    assert len(peer.waiting) == 30

    second = Listening(site, peer)
    assert peer.again == list(range(1, 31))
    peer.at_first = second.kill  # acknowledged and on disk, perhaps not yet in the lake
    second.gone()

    third = Listening(site, peer)
    peer.publish(TOPIC, [event(n) for n in range(31, 61)])
    wait_for(lambda: not peer.waiting)
    wait_for(lambda: not list(spool(site, "seats").iterdir()))
    third.kill()
    third.gone()
    assert peer.too_early == []
    assert sorted(events_built(site)) == sorted(f"e{n}" for n in range(1, 61))


def test_a_broker_that_refuses_the_topic_is_said_and_not_taken_for_listening(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    peer = Peer(lambda _id: None, granted=0x80)
    monkeypatch.setenv("SHUREN_SECRET_SEATS", "from the environment")
    folder = site.definitions / "sources"
    folder.mkdir(parents=True)
    (folder / "seats.yaml").write_text(SOURCE.format(port=peer.port), "utf-8")
    mapping(site, "seats-mqtt", MAPPING)
    said: list[str] = []
    stop = threading.Event()
    run = actions.listener(site, "seats", actor=OPERATOR, say=said.append, stop=stop)
    thread = threading.Thread(target=run)
    thread.start()
    try:
        wait_for(lambda: bool(said))
        time.sleep(1.2)  # two rounds of a listener that hears nothing
    finally:
        stop.set()
        thread.join(PATIENCE)
        peer.close()
    assert said == ["The broker refuses us: library/+/seats."]
    assert read_state(site, "seats").problem == said[0]
    assert read_state(site, "seats").heard_at == ""
