"""Events of sensors over a real broker: in the lake soon, none lost by a kill, none twice."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from shuren.data import actions, queries
from shuren.data.definitions import connector
from shuren.data.internals.connector_state import read_state
from shuren.data.internals.feeds.mqtt_source import fits, spool
from shuren.kernel.site import Site
from tests.data.loading import OPERATOR, accepted, mapping, refusals

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 60  # seconds; what is asserted is that it comes, not how fast

SOURCE = """
title: {{zh: 座位, en: Seats}}
system: seats
source: mqtt
settings:
  broker: 127.0.0.1
  port: {port}
  username: shuren
  password: {{secret: seats}}
  topics:
    - {{topic: library/+/seats, contract: seat_events, mapping: seats-mqtt}}
every_hours: 1
"""
MAPPING = """
contract: seat_events
source: jsonl
columns:
  event_id: id
  zone_id: topic.2
  seat_no: seat
  changed_at: at
"""


class Broker:
    """amqtt in a thread of its own."""

    def __init__(self) -> None:
        self.port = _free_port()
        self.start()

    def start(self) -> None:
        ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        assert ready.wait(20)

    def _run(self, ready: threading.Event) -> None:
        from amqtt.broker import Broker as Amqtt

        config = {
            "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{self.port}"}},
            "plugins": {
                "amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": False}
            },
        }
        asyncio.set_event_loop(self._loop)

        async def start() -> None:
            self._broker = Amqtt(config)
            await self._broker.start()
            ready.set()

        self._loop.run_until_complete(start())
        self._loop.run_forever()

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._broker.shutdown(), self._loop).result(20)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def broker() -> Iterator[Broker]:
    running = Broker()
    yield running
    running.stop()


@pytest.fixture
def seats(site: Site, broker: Broker, monkeypatch: pytest.MonkeyPatch) -> Site:
    folder = site.definitions / "sources"
    folder.mkdir(parents=True)
    (folder / "seats.yaml").write_text(SOURCE.format(port=broker.port), "utf-8")
    mapping(site, "seats-mqtt", MAPPING)
    monkeypatch.setenv("SHUREN_SECRET_SEATS", "from the environment")
    return site


def publish(broker: Broker, payloads: list[str | bytes], topic: str = "library/J1-A/seats") -> None:
    import paho.mqtt.client as mqtt
    from paho.mqtt.enums import CallbackAPIVersion

    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set("gate")  # for nobody without a name does this broker keep anything
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    for payload in payloads:
        client.publish(topic, payload, qos=1).wait_for_publish(20)
    client.disconnect()
    client.loop_stop()


def event(number: int, state: str = "occupied") -> str:
    return json.dumps(
        {"id": f"e{number}", "seat": "007", "state": state, "at": "2026-11-20T10:00:00+08:00"}
    )


def arrived(site: Site) -> list[dict[str, Any]]:
    return [row for one in queries.receipts(site, "seat_events") for row in accepted(site, one)]


def wait_for(met: Callable[[], bool]) -> None:
    ends = time.monotonic() + PATIENCE
    while not met():
        assert time.monotonic() < ends
        time.sleep(0.05)


class Listening:
    """`listen` in a thread, as the command runs it."""

    def __init__(self, site: Site) -> None:
        self.said: list[str] = []
        self.stop = threading.Event()
        run = actions.listener(site, "seats", actor=OPERATOR, say=self.said.append, stop=self.stop)
        self._thread = threading.Thread(target=run)

    def __enter__(self) -> "Listening":
        self._thread.start()
        wait_for(lambda: any("seats" in line for line in self.said))
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop.set()
        self._thread.join(PATIENCE)


def test_events_arrive_with_the_zone_of_their_topic_and_in_local_time(
    seats: Site, broker: Broker
) -> None:
    with Listening(seats):
        publish(broker, [event(number) for number in range(20)])
        wait_for(lambda: len(arrived(seats)) == 20)
    row = arrived(seats)[0]
    assert (row["zone_id"], row["seat_no"], row["state"]) == ("J1-A", "007", "occupied")
    assert row["changed_at"].isoformat() == "2026-11-20T10:00:00"
    assert {one.connector for one in queries.receipts(seats)} == {"seats"}
    assert read_state(seats, "seats").heard is not None
    assert not list(spool(seats, "seats").iterdir())


def test_a_payload_that_is_no_event_is_in_quarantine(seats: Site, broker: Broker) -> None:
    with Listening(seats):
        publish(broker, ["{broken", b"\xff\xfe", "[1]", event(1, "vanished"), event(2)])
        wait_for(lambda: sum(one.records for one in queries.receipts(seats)) == 5)
    rules = [rule for one in queries.receipts(seats) for _, rule, _ in refusals(seats, one)]
    assert sorted(rules) == ["R05", "S12", "S12", "S12"]
    assert [row["event_id"] for row in arrived(seats)] == ["e2"]


def test_what_is_sent_while_nobody_listens_comes_later(seats: Site, broker: Broker) -> None:
    with Listening(seats):
        pass
    publish(broker, [event(number) for number in range(5)])
    with Listening(seats):
        wait_for(lambda: len(arrived(seats)) == 5)


def test_a_broker_that_went_away_is_found_again(seats: Site, broker: Broker) -> None:
    with Listening(seats) as listening:
        publish(broker, [event(1)])
        wait_for(lambda: len(arrived(seats)) == 1)
        broker.stop()
        wait_for(lambda: any("gone" in line or "不在" in line for line in listening.said))
        heard = sum("Listening" in line for line in listening.said)
        broker.start()
        wait_for(lambda: sum("Listening" in line for line in listening.said) > heard)
        publish(broker, [event(2)])
        wait_for(lambda: len(arrived(seats)) == 2)


def test_a_kill_loses_nothing_and_doubles_nothing(seats: Site, broker: Broker) -> None:
    """A process killed; the one after it gets the rest. An event sent twice has one key."""
    environment = {
        **os.environ,
        "SHUREN_SITE": str(seats.root),
        "SHUREN_LANG": "en",
        "DJANGO_SETTINGS_MODULE": "shuren.settings",
    }
    for name in ("DATABASE_URL", "SHUREN_DATABASE_URL"):
        environment.pop(name, None)
    command = [sys.executable, "-m", "shuren", "listen", "seats"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert "Listening" in process.stdout.readline()
    publish(broker, [event(n) for n in range(40)])
    wait_for(lambda: len({row["event_id"] for row in arrived(seats)}) == 40)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    publish(broker, [event(n) for n in range(30, 60)])
    with Listening(seats):
        wait_for(lambda: len({row["event_id"] for row in arrived(seats)}) == 60)
    by_key = {row["_key"]: row["event_id"] for row in arrived(seats)}
    assert len(by_key) == 60


def test_batches_left_on_disk_are_taken_in_by_collect(seats: Site) -> None:
    folder = spool(seats, "seats")
    folder.mkdir(parents=True)
    line = json.dumps({"topic": "library/J2-A/seats", "payload": event(9)})
    (folder / "0-B1.ndjson").write_text(line + "\n", "utf-8")
    done = actions.collect(seats, "seats", actor=OPERATOR)
    assert (done.accepted, done.refused) == (1, 0)
    assert not list(folder.iterdir())
    assert connector(seats, "seats").system == "seats"


@pytest.mark.parametrize(
    "pattern, topic, expected",
    [
        ("a/+/c", "a/b/c", True),
        ("a/+/c", "a/b/d", False),
        ("a/#", "a/b/c", True),
        ("a/+", "a/b/c", False),
        ("a/b", "a/b", True),
        ("a/b/c", "a/b", False),
    ],
)
def test_a_topic_fits_as_the_protocol_says(pattern: str, topic: str, expected: bool) -> None:
    assert fits(pattern, topic) is expected
