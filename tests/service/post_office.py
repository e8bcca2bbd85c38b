"""A real SMTP server in a thread of its own, which keeps what it takes."""

import asyncio
import email
import email.policy
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult

Answer = Callable[[str], str]


class PostOffice:
    """refuse  answers an address: "" takes it, else the reply, such as "450 later"
    at_data  is called when a mail has come whole, before it is answered
    """

    def __init__(self) -> None:
        self.taken: list[tuple[str, EmailMessage]] = []
        self.refuse: Answer = lambda address: ""
        self.at_data: Callable[[], str] = lambda: ""
        self.asked: list[str] = []
        self.signed_in: list[str] = []
        self.port = 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, _o: Any):
        self.asked.append(address)
        said = self.refuse(address)
        if said:
            return said
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        self.taken.append((envelope.rcpt_tos[0], mail))
        return self.at_data() or "250 taken"

    def authenticate(self, server, session, envelope, mechanism, data) -> AuthResult:
        self.signed_in.append(data.login.decode())
        return AuthResult(success=data.password == b"open sesame", handled=False)

    @property
    def subjects(self) -> list[str]:
        return [str(mail["Subject"]) for _address, mail in self.taken]


@contextmanager
def post_office(
    context: ssl.SSLContext | None = None, *, from_first_byte: bool = False, with_user: bool = False
) -> Iterator[PostOffice]:
    """Open while the block runs, on a port of its own."""
    office = PostOffice()
    loop = asyncio.new_event_loop()
    listening = socket.create_server(("127.0.0.1", 0))
    office.port = listening.getsockname()[1]

    def protocol() -> SMTP:
        more: dict[str, Any] = {}
        if context and not from_first_byte:
            more |= {"tls_context": context, "require_starttls": True}
        if with_user:
            more |= {"authenticator": office.authenticate, "auth_require_tls": False}
        return SMTP(office, loop=loop, enable_SMTPUTF8=True, hostname="localhost", **more)

    begun = threading.Event()

    def run() -> None:
        asyncio.set_event_loop(loop)
        direct = context if from_first_byte else None
        server = loop.run_until_complete(loop.create_server(protocol, sock=listening, ssl=direct))
        begun.set()
        loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    begun.wait(30)
    try:
        yield office
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
