"""Listens to a broker: messages become batches on disk, are acknowledged, and are taken in.

A message is acknowledged when the batch that holds it is flushed to disk, not before: what a
kill or a power cut takes away, the broker sends again. What was written and is sent again has
the same key, so it stands in the tables once.
"""

import json
import os
import queue
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from shuren.data.errors import AlreadyLoaded
from shuren.data.internals.connector_state import read_state, write_state
from shuren.data.internals.feeds.mqtt_source import SUFFIX, Topic, batches, fits, spool, topics
from shuren.data.internals.taking_in import Brought, take_in
from shuren.data.shapes import Receipt
from shuren.data.source import Connector
from shuren.kernel.clock import now
from shuren.kernel.errors import ShurenError
from shuren.kernel.files import sync_folder
from shuren.kernel.i18n import gettext as _
from shuren.kernel.ids import new_id
from shuren.kernel.named_secrets import resolved
from shuren.kernel.shapes import Actor, no_progress
from shuren.kernel.site import Site

BATCH_SECONDS = 1.0  # the oldest message of a batch waits no longer before the batch is closed
BATCH_MESSAGES = 5_000
HEARTBEAT = 30.0
_IDLE = 0.5
_SLOWEST = 60
Say = Callable[[str], None]


def listener(
    site: Site, connector: Connector, actor: Actor, say: Say, stop: threading.Event
) -> Callable[[], None]:
    """Takes in what arrives until `stop` is set; a broker that is gone is tried again.

    say     sentences about the connection and each load
    raises  UsageError for settings that cannot be used
    """
    ready = _Listener(site, connector, actor, say)
    return lambda: ready.run(stop)


class _Listener:
    def __init__(self, site: Site, connector: Connector, actor: Actor, say: Say) -> None:
        self._site, self._connector, self._actor, self._say = site, connector, actor, say
        self._topics = topics(connector)
        self._arrived: queue.SimpleQueue[tuple[float, mqtt.MQTTMessage]] = queue.SimpleQueue()
        self._settings: dict[str, Any] = resolved(site, connector.settings)
        self._client = self._make_client()
        self._beaten = 0.0
        self._listening, self._refusal = False, ""

    def _make_client(self) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=str(self._settings.get("client_id", f"shuren-{self._connector.id}")),
            clean_session=False,
            manual_ack=True,
        )
        if self._settings.get("username"):
            client.username_pw_set(
                str(self._settings["username"]), str(self._settings.get("password", ""))
            )
        if self._settings.get("tls"):
            client.tls_set(ca_certs=self._settings.get("ca_file"))
        client.reconnect_delay_set(1, _SLOWEST)
        client.on_connect = self._connected
        client.on_subscribe = self._subscribed
        client.on_disconnect = self._lost
        client.on_message = lambda _client, _data, message: self._arrived.put(
            (time.monotonic(), message)
        )
        return client

    def _connected(
        self, client: mqtt.Client, _data: Any, _flags: Any, reason: Any, _more: Any
    ) -> None:
        if reason.is_failure:
            self._refused(str(reason))
            return
        client.subscribe([(topic.pattern, 1) for topic in self._topics])

    def _subscribed(
        self, _client: mqtt.Client, _data: Any, _mid: int, reasons: Sequence[Any], _more: Any
    ) -> None:
        """Not before the broker has said so does it keep anything for us."""
        refused = [
            topic.pattern
            for topic, reason in zip(self._topics, reasons, strict=False)
            if reason.is_failure
        ]
        self._listening = len(refused) < len(self._topics)
        if refused:
            self._refused(", ".join(refused))
            return
        self._refusal = ""
        self._beat()
        self._say(_("Listening to %(connector)s.", connector=self._connector.id))

    def _refused(self, why: str) -> None:
        """Stands with the connector until the broker lets us in, whatever else still arrives."""
        self._refusal = _("The broker refuses us: %(why)s.", why=why)
        self._note(self._refusal)
        self._say(self._refusal)

    def _lost(self, _client: mqtt.Client, _data: Any, _flags: Any, reason: Any, _more: Any) -> None:
        self._listening = False
        if reason.is_failure:
            self._say(_("The broker of %(connector)s is gone; trying again.",
                        connector=self._connector.id))  # fmt: skip

    def run(self, stop: threading.Event) -> None:
        self._take_all()
        host = str(self._settings.get("broker", "127.0.0.1"))
        self._client.connect_async(host, int(self._settings.get("port", 1883)), keepalive=30)
        self._client.loop_start()
        try:
            while not stop.is_set():
                batch = self._batch(stop)
                if batch:
                    self._write(batch)
                    self._take_all()
                elif self._listening and time.monotonic() - self._beaten > HEARTBEAT:
                    self._beat()
        finally:
            self._client.disconnect()
            self._client.loop_stop()

    def _batch(self, stop: threading.Event) -> list[mqtt.MQTTMessage]:
        """What is there BATCH_SECONDS after its first message came, at once if that is past: a
        message that arrived during a load has waited already. Nothing after a while of nothing."""
        found: list[mqtt.MQTTMessage] = []
        ends = 0.0
        while not stop.is_set() and len(found) < BATCH_MESSAGES:
            left = max(0.0, ends - time.monotonic()) if found else _IDLE
            try:
                came, message = self._arrived.get(block=left > 0, timeout=min(left, _IDLE) or None)
            except queue.Empty:
                if left <= _IDLE:
                    break
                continue
            if not found:
                ends = came + BATCH_SECONDS
            found.append(message)
        return found

    def _write(self, batch: list[mqtt.MQTTMessage]) -> None:
        """One file for each topic we asked for, flushed to disk; then every message is
        acknowledged."""
        lines: dict[int, dict[bytes, None]] = {}
        for message in batch:
            place = next(
                (n for n, topic in enumerate(self._topics) if fits(topic.pattern, message.topic)),
                None,
            )
            if place is not None:  # a subscription of an earlier configuration may still send
                lines.setdefault(place, {})[_line(message)] = None
        folder = spool(self._site, self._connector.id)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for place, found in lines.items():
            path = folder / f"{place}-{new_id('B')}{SUFFIX}"
            _write_whole(path, b"".join(found))
        sync_folder(folder)
        for message in batch:
            self._client.ack(message.mid, message.qos)

    def _take_all(self) -> None:
        for place, topic in enumerate(self._topics):
            for path in batches(self._site, self._connector.id, place):
                self._take(path, topic)

    def _take(self, path: Path, topic: Topic) -> None:
        try:
            receipt = take_in(
                self._site,
                topic.contract,
                path,
                self._actor,
                topic.mapping,
                no_progress,
                Brought(self._connector.id),
            )
        except AlreadyLoaded:
            path.unlink(missing_ok=True)
            return
        except ShurenError as error:
            # It stays where it is, on disk: the next start or `shuren collect` tries again.
            self._note(str(error))
            self._say(_("%(file)s: %(why)s", file=path.name, why=error))
            return
        path.unlink(missing_ok=True)
        self._said(receipt)

    def _said(self, receipt: Receipt) -> None:
        self._beat()
        self._say(
            _("%(contract)s: %(accepted)s accepted, %(refused)s refused",
              contract=receipt.contract, accepted=f"{receipt.accepted:,}",
              refused=f"{receipt.refused:,}")
        )  # fmt: skip

    def _beat(self) -> None:
        self._beaten = time.monotonic()
        self._note(self._refusal, heard=True)

    def _note(self, problem: str, heard: bool = False) -> None:
        state = read_state(self._site, self._connector.id)
        state.attempted_at = now().isoformat()
        state.problem = problem
        if heard:
            state.heard_at = state.attempted_at
        write_state(self._site, self._connector.id, state)


def _line(message: mqtt.MQTTMessage) -> bytes:
    """The message as it came, on one line. It does not say when: sent again, it is the same."""
    payload = message.payload.decode("utf-8", "backslashreplace")
    content = {"topic": message.topic, "payload": payload}
    return json.dumps(content, ensure_ascii=False).encode() + b"\n"


def _write_whole(path: Path, content: bytes) -> None:
    part = path.with_suffix(".part")
    with open(part, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
