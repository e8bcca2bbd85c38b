"""From a sensor's publishing to the receipt of the load: seconds, event by event. See README.md."""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

RESULTS = Path(__file__).parent / "results.json"
PATIENCE = 120
PROBED = "probe"
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
        raw = site / "data" / "lake" / "raw" / "seat_events" / f"{receipt.stem}.parquet"
        if not raw.exists():
            continue
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


def prepare_page(site: Path) -> None:
    """Zones of seats in a snapshot: nine for the stream, and one on a campus of its own for what
    is watched on the page."""
    lines = ["zone_id,campus,building,floor,title,seats"]
    lines += [f"J{n},stream,馆,1,J{n},400" for n in range(9)]
    lines.append(f"P,{PROBED},馆,1,P,1000")
    (site / "zones.csv").write_text("\n".join(lines) + "\n", "utf-8")
    for command in (["load", "seat_zones", str(site / "zones.csv")], ["build"]):
        subprocess.run(
            [sys.executable, "-m", "shuren", "--site", str(site), *command],
            check=True,
            capture_output=True,
        )


def watch(broker: int, web: int, until: threading.Event, waits: list[float]) -> None:
    """One seat after the other is taken; seconds from each message to the page that shows it."""
    import paho.mqtt.client as mqtt
    from paho.mqtt.enums import CallbackAPIVersion

    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set("gate")
    client.connect("127.0.0.1", broker)
    client.loop_start()
    page = urllib.request.Request(
        f"http://127.0.0.1:{web}/spaces/?campus={PROBED}", headers={"Cookie": "shuren_language=en"}
    )
    for number in range(1000):
        payload = {"id": f"p{number}", "seat": f"{number}", "state": "occupied",
                   "at": "2026-11-20T10:00:00+08:00"}  # fmt: skip
        begun, wanted = time.monotonic(), f">{999 - number} free<"
        client.publish("library/P/seats", json.dumps(payload), qos=1)
        while wanted not in urllib.request.urlopen(page, timeout=60).read().decode():
            if until.is_set():
                break
            time.sleep(0.05)
        else:
            waits.append(time.monotonic() - begun)
        if until.is_set():
            break
    client.disconnect()
    client.loop_stop()


@contextmanager
def running(folder: Path, broker: int, web: int) -> Iterator[int]:
    """Broker, server and listener; the listener's process."""
    site, python, pipe = folder / "site", sys.executable, subprocess.PIPE
    ours = [python, "-m", "shuren", "--site", str(site)]
    environment = {**os.environ, "SHUREN_LANG": "en"}
    with (
        subprocess.Popen([python, "-c", BROKER, str(broker)], stdout=pipe, text=True) as carrier,
        subprocess.Popen([*ours, "serve", "--port", str(web)], stdout=subprocess.DEVNULL) as server,
        subprocess.Popen(
            [*ours, "listen", "seats"], stdout=pipe, text=True, env=environment
        ) as listener,
    ):
        assert carrier.stdout is not None
        assert listener.stdout is not None
        try:
            assert "ready" in carrier.stdout.readline()
            assert "Listening" in listener.stdout.readline()
            wait_for_server(web)
            yield listener.pid
        finally:
            for process in (listener, server):
                process.send_signal(signal.SIGINT)
                process.wait(PATIENCE)
            carrier.kill()


def wait_for_server(port: int) -> None:
    for _attempt in range(PATIENCE * 10):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("the server did not start")


def measure(folder: Path, events: int, seconds: float, busy: int) -> dict[str, object]:
    broker, web, site = free_port(), free_port(), folder / "site"
    make_site(site, broker)
    prepare_page(site)
    seen: list[float] = []
    over = threading.Event()
    watcher = threading.Thread(target=watch, args=(broker, web, over, seen))
    with running(folder, broker, web) as listener, competitors(busy):
        before = cpu_seconds(listener)
        watcher.start()
        sent = publish(broker, events, seconds)
        over.set()
        ends = time.monotonic() + PATIENCE
        while not sent.keys() <= (found := landed(site)).keys() and time.monotonic() < ends:
            time.sleep(0.5)
        watcher.join()
        used = cpu_seconds(listener) - before
    loads = len(list((site / "data" / "receipts").glob("*.json"))) - 1  # one holds the zones
    return {
        "events": events,
        "published_in_s": seconds,
        "competitors": busy,
        "cores": os.cpu_count(),
        "landed": len(sent.keys() & found.keys()),
        "loads": loads,
        "cpu_ms_per_load": round(used / loads * 1000),
        "to_receipt": spread([found[id] - sent[id] for id in sent if id in found]),
        "to_page": spread(seen),
        "load_average": round(os.getloadavg()[0], 1),
    }


def spread(waits: list[float]) -> dict[str, float]:
    """Median, 95th percentile and longest, in seconds."""
    ordered = sorted(waits)
    if not ordered:
        return {"count": 0}
    return {
        "count": len(ordered),
        "p50_s": round(ordered[len(ordered) // 2], 2),
        "p95_s": round(ordered[int(len(ordered) * 0.95)], 2),
        "max_s": round(ordered[-1], 2),
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
    kept = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    kept[f"{chosen.events / chosen.seconds:g} a second, {chosen.busy} competitors"] = result
    RESULTS.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
