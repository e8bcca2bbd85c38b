"""From a sensor's publishing to the receipt of the load: seconds, event by event. See README.md."""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE = 120
BROKER = """
import asyncio, sys
from amqtt.broker import Broker

async def serve():
    broker = Broker({
        "listeners": {"default": {"type": "tcp", "bind": "127.0.0.1:" + sys.argv[1]}},
        "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": False}},
    })
    await broker.start()
    print("ready", flush=True)
    await asyncio.Event().wait()

asyncio.run(serve())
"""
SOURCE = """
title: {{zh: 座位, en: Seats}}
system: seats
source: mqtt
settings:
  broker: 127.0.0.1
  port: {port}
  username: shuren
  topics:
    - {{topic: library/+/seats, contract: seat_events, mapping: seats-mqtt}}
"""
MAPPING = """
contract: seat_events
source: jsonl
columns: {event_id: id, zone_id: topic.2, seat_no: seat, changed_at: at}
"""


def make_site(folder: Path, port: int) -> None:
    for name in ("sources", "mappings"):
        (folder / "definitions" / name).mkdir(parents=True)
    (folder / "shuren.toml").write_text("", "utf-8")
    (folder / "definitions" / "sources" / "seats.yaml").write_text(
        SOURCE.format(port=port), "utf-8"
    )
    (folder / "definitions" / "mappings" / "seats-mqtt.yaml").write_text(MAPPING, "utf-8")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def publish(port: int, events: int, seconds: float) -> dict[str, float]:
    """Evenly over the time; {event: when it was handed to the client}."""
    import paho.mqtt.client as mqtt
    from paho.mqtt.enums import CallbackAPIVersion

    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set("gate")
    client.connect("127.0.0.1", port)
    client.loop_start()
    begun, sent = time.monotonic(), {}
    for number in range(events):
        time.sleep(max(0.0, begun + number * seconds / events - time.monotonic()))
        id = f"e{number}"
        payload = {"id": id, "seat": f"{number % 400:03}", "state": "occupied",
                   "at": "2026-11-20T10:00:00+08:00"}  # fmt: skip
        sent[id] = time.time()
        last = client.publish(f"library/J{number % 9}/seats", json.dumps(payload), qos=1)
    last.wait_for_publish(PATIENCE)
    client.disconnect()
    client.loop_stop()
    return sent


def landed(site: Path) -> dict[str, float]:
    """{event: when the receipt of its load was there}; the first load counts."""
    import pyarrow.parquet as pq

    found: dict[str, float] = {}
    for receipt in (site / "data" / "receipts").glob("*.json"):
        moment = receipt.stat().st_mtime_ns / 1e9
        raw = next((site / "data").rglob(f"{receipt.stem}.parquet"))
        for id in pq.read_table(raw, columns=["event_id"]).column(0).to_pylist():
            found[id] = min(moment, found.get(id, moment))
    return found


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    parts = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return sum(map(int, parts[11:13])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def competitors(number: int) -> Iterator[None]:
    """Processes that want a whole core each, at our own priority."""
    command = [sys.executable, "-c", "while True: pass"]
    running = [subprocess.Popen(command) for _ in range(number)]
    try:
        yield
    finally:
        for process in running:
            process.kill()


def measure(folder: Path, events: int, seconds: float, busy: int) -> dict[str, object]:
    port, site = free_port(), folder / "site"
    make_site(site, port)
    python, pipe = sys.executable, subprocess.PIPE
    command = [python, "-m", "shuren", "--site", str(site), "listen", "seats"]
    environment = {**os.environ, "SHUREN_LANG": "en"}
    with (
        subprocess.Popen([python, "-c", BROKER, str(port)], stdout=pipe, text=True) as broker,
        subprocess.Popen(command, stdout=pipe, text=True, env=environment) as listener,
    ):
        assert broker.stdout is not None
        assert listener.stdout is not None
        try:
            assert "ready" in broker.stdout.readline()
            assert "Listening" in listener.stdout.readline()
            before = cpu_seconds(listener.pid)
            with competitors(busy):
                sent = publish(port, events, seconds)
                ends = time.monotonic() + PATIENCE
                while len(found := landed(site)) < events and time.monotonic() < ends:
                    time.sleep(0.5)
            used = cpu_seconds(listener.pid) - before
        finally:
            listener.send_signal(signal.SIGINT)
            listener.wait(PATIENCE)
            broker.kill()
    waits = sorted(found[id] - sent[id] for id in sent if id in found)
    loads = len(list((site / "data" / "receipts").glob("*.json")))
    return {
        "events": events,
        "published_in_s": seconds,
        "competitors": busy,
        "cores": os.cpu_count(),
        "landed": len(waits),
        "loads": loads,
        "cpu_ms_per_load": round(used / loads * 1000),
        "p50_s": round(waits[len(waits) // 2], 2),
        "p95_s": round(waits[int(len(waits) * 0.95)], 2),
        "max_s": round(waits[-1], 2),
        "load_average": round(os.getloadavg()[0], 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--busy", type=int, default=0, help="processes that compete for the cores")
    parser.add_argument("--folder", type=Path, help="where to work; a temporary folder otherwise")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        result = measure(Path(folder), chosen.events, chosen.seconds, chosen.busy)
    print(json.dumps(result, indent=1))
    with (Path(__file__).parent / "results.ndjson").open("a", encoding="utf-8") as file:
        file.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
