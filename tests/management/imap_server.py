"""A real IMAP server for the tests: pymap in a process of its own, its mailbox in memory."""

import imaplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

USER, PASSWORD = "curator", "a long enough phrase"


@dataclass
class ImapServer:
    port: int
    process: subprocess.Popen[bytes]

    def put(self, *letters: bytes) -> None:
        """Letters that arrive in the mailbox."""
        with self.client() as client:
            for raw in letters:
                client.append("INBOX", "", "", raw)

    def flags(self) -> list[bytes]:
        """The flags of every letter, in order."""
        with self.client() as client:
            client.select("INBOX", readonly=True)
            _answer, said = client.fetch("1:*", "(FLAGS)")
            return [one for one in said if isinstance(one, bytes)]

    @contextmanager
    def client(self) -> Iterator[imaplib.IMAP4]:
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=30)
        client.login(USER, PASSWORD)
        try:
            yield client
        finally:
            with suppress(OSError, imaplib.IMAP4.error):
                client.logout()


@contextmanager
def serving() -> Iterator[ImapServer]:
    """A server with an empty mailbox; gone afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", "from pymap.main import main; main()",
         "--host", "127.0.0.1", "--port", str(port), "--no-tls",
         "--no-service", "admin", "--no-service", "managesieve",
         "dict", "--demo-user", USER, "--demo-password", PASSWORD],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        _wait(port, process)
        yield ImapServer(port, process)
    finally:
        process.kill()
        process.wait()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _look in range(1200):  # a minute, on a machine that is very busy
        if process.poll() is not None:
            raise RuntimeError(f"pymap ended: {process.stderr.read() if process.stderr else b''!r}")
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError("pymap did not listen within a minute")
