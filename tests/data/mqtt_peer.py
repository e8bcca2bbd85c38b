"""The other side of MQTT 3.1.1 by hand: it keeps what was not acknowledged, and sends it again."""

import socket
import struct
import threading
from collections.abc import Callable

CONNECT, PUBLISH, PUBACK, SUBSCRIBE, PINGREQ = 1, 3, 4, 8, 12


class Peer:
    """Serves one client after the other. A message leaves `waiting` when its PUBACK comes.

    seen     called with the message's number before its PUBACK counts
    granted  what it answers a wish for a topic: the quality of service, or 0x80 for no
    """

    def __init__(self, seen: Callable[[int], None], granted: int = 1) -> None:
        self._granted = bytes([granted])
        self.waiting: dict[int, tuple[str, bytes]] = {}
        self.again: list[int] = []
        self.subscribed = threading.Event()
        self._seen, self._next, self._client = seen, 0, socket.socket()
        self._lock = threading.Lock()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def publish(self, topic: str, payloads: list[bytes]) -> None:
        """QoS 1, all in one go; kept for the next client if this one is gone."""
        with self._lock:
            packets = []
            for payload in payloads:
                self._next += 1
                self.waiting[self._next] = (topic, payload)
                packets.append(_publish(self._next, topic, payload, again=False))
            try:
                self._client.sendall(b"".join(packets))
            except OSError:
                return

    def close(self) -> None:
        self._server.close()
        self._client.close()

    def _serve(self) -> None:
        while True:
            try:
                self._client, _address = self._server.accept()
            except OSError:
                return
            try:
                while self._answer(*_packet(self._client)):
                    pass
            except (OSError, EOFError):
                pass
            self.subscribed.clear()
            self._client.close()

    def _answer(self, kind: int, body: bytes) -> bool:
        if kind == CONNECT:
            self._client.sendall(bytes([0x20, 2, 1, 0]))
        elif kind == SUBSCRIBE:
            topics, place = 0, 2
            while place < len(body):
                place += 2 + struct.unpack("!H", body[place : place + 2])[0] + 1
                topics += 1
            self._client.sendall(bytes([0x90, 2 + topics]) + body[:2] + self._granted * topics)
            with self._lock:
                self.again += self.waiting
                for id, (topic, payload) in self.waiting.items():
                    self._client.sendall(_publish(id, topic, payload, again=True))
            self.subscribed.set()
        elif kind == PUBACK:
            id = struct.unpack("!H", body[:2])[0]
            self._seen(id)
            with self._lock:
                self.waiting.pop(id, None)
        elif kind == PINGREQ:
            self._client.sendall(bytes([0xD0, 0]))
        return kind != 14


def _publish(id: int, topic: str, payload: bytes, again: bool) -> bytes:
    name = topic.encode()
    body = struct.pack("!H", len(name)) + name + struct.pack("!H", id) + payload
    return bytes([0x32 | (0x08 if again else 0)]) + _length(len(body)) + body


def _length(size: int) -> bytes:
    found = b""
    while True:
        size, low = divmod(size, 128)
        found += bytes([low | (0x80 if size else 0)])
        if not size:
            return found


def _packet(client: socket.socket) -> tuple[int, bytes]:
    kind, size, shift = _exactly(client, 1)[0] >> 4, 0, 0
    while True:
        byte = _exactly(client, 1)[0]
        size |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return kind, _exactly(client, size)


def _exactly(client: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        part = client.recv(size - len(found))
        if not part:
            raise EOFError
        found += part
    return found
