"""A small SIP2 server of its own on a local port: it checks every line it gets against the message
table of 3M SIP 2.00 and answers from a library of a few copies. What is wrong with a line stands in
`complaints`; faults are asked for by name, one an answer.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

# {code: (width of its fixed part, fields that must be there)}
REQUESTS = {
    "93": (2, ("CN", "CO")),
    "99": (8, ()),
    "97": (0, ()),
    "23": (21, ("AO", "AA")),
    "63": (31, ("AO", "AA")),
    "11": (38, ("AO", "AA", "AB", "AC")),
    "09": (37, ("AP", "AO", "AB", "AC")),
    "17": (18, ("AO", "AB")),
    "29": (38, ("AO", "AA")),
    "15": (19, ("AO", "AA")),
    "35": (18, ("AO", "AA")),
}
DATE = "20260310    100000"
DUE = "20260330    235900"


@dataclass
class Book:
    """state  circulation status as in an 18"""

    title: str
    state: str = "03"
    patron: str = ""
    queue: list[str] = field(default_factory=list)


@dataclass
class Sip2Server:
    """faults  names of what goes wrong, one for each answer: garble, garble97, cut, drop, hang,
    silent, again (asks for the line once more), turn (another sequence), stray (another code)"""

    charset: str = "utf-8"
    detection: bool = True
    login: tuple[str, str] | None = ("shuren", "open sesame")
    institution: str = "LIB"
    terminal: str = ""
    port: int = 0
    books: dict[str, Book] = field(default_factory=dict)
    patrons: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    connections: int = 0
    due: str = DUE

    def parse(self, line: bytes) -> tuple[str, str, dict[str, str], str]:
        """(code, fixed part, fields, sequence); a complaint for everything that is not as it
        must be."""
        sequence = ""
        if self.detection:
            body, given = line[:-4], line[-4:].decode()
            if not body.endswith(b"AZ"):
                self.complaints.append("no checksum")
                return "", "", {}, ""
            if (sum(body) + int(given, 16)) & 0xFFFF:
                self.complaints.append("wrong checksum")
            text = body[:-2].decode(self.charset)
        else:
            text = line.decode(self.charset)
            if "AZ" in text[-6:]:
                self.complaints.append("a checksum nobody asked for")
        code = text[:2]
        if code not in REQUESTS:
            self.complaints.append(f"no such request: {code!r}")
            return "", "", {}, ""
        width, wanted = REQUESTS[code]
        fixed, rest = text[2 : 2 + width], text[2 + width :]
        if len(fixed) != width:
            self.complaints.append(f"{code}: fixed part of {len(fixed)}")
        if self.detection and code != "97":
            if rest[-3:-1] != "AY" or not rest[-1].isdigit():
                self.complaints.append(f"{code}: no sequence")
            rest, sequence = rest[:-3], rest[-1]
        fields = {}
        for part in rest.split("|"):
            if part:
                fields[part[:2]] = part[2:]
        if rest and not rest.endswith("|"):
            self.complaints.append(f"{code}: a field without an end")
        missing = [name for name in wanted if name not in fields]
        if missing:
            self.complaints.append(f"{code}: without {missing}")
        for at in self._dates(code):
            said = fixed[at : at + 18]
            if said.strip() and not (said[:8] + said[12:]).isdigit():
                self.complaints.append(f"{code}: {said!r} is no moment")
        if "AO" in fields and fields["AO"] != self.institution:
            self.complaints.append(f"{code}: another institution")
        if fields.get("AC", self.terminal) != self.terminal:
            self.complaints.append(f"{code}: another terminal password")
        return code, fixed, fields, sequence

    @staticmethod
    def _dates(code: str) -> tuple[int, ...]:
        return {
            "63": (3,), "23": (3,), "11": (2, 20), "29": (2, 20), "09": (1, 19), "17": (0,),
            "15": (1,), "35": (0,),
        }.get(code, ())  # fmt: skip

    def answer(self, code: str, fixed: str, said: dict[str, str]) -> str:
        if code == "93":
            return "941" if (said["CN"], said["CO"]) == self.login else "940"
        if code == "99":
            return f"98YYYYNN003003{DATE}2.00AO{self.institution}|AM山城图书馆|BXYYYYYYYYYYYNNYYY|"
        if code == "17":
            return self._item(said["AB"])
        if code == "35":
            return f"36Y{DATE}AO{self.institution}|AA{said['AA']}|"
        if code == "63":
            return self._patron(said["AA"], fixed[21:])
        if code == "15":
            return self._hold(fixed[0], said)
        if code == "09":
            return self._check_in(said["AB"])
        return self._lend(code, said)

    def _item(self, barcode: str) -> str:
        book = self.books.get(barcode)
        if book is None:
            return f"18010001{DATE}AB{barcode}|AJ|"
        due = f"AH{self.due}|" if book.state == "04" else ""
        queue = f"CF{len(book.queue)}|"
        return f"18{book.state}0001{DATE}{queue}{due}AB{barcode}|AJ{book.title}|"

    def _patron(self, card: str, summary: str) -> str:
        known = card in self.patrons
        flags = self.patrons.get(card, "Y" + " " * 13)
        lent = [b for b, book in self.books.items() if book.patron == card]
        held = [b for b, book in self.books.items() if card in book.queue]
        ready = [one for one in held if self._is_ready(one, card)]
        waits = [one for one in held if one not in ready]
        counts = f"{len(ready):04}0000{len(lent):04}00000000{len(waits):04}"
        if summary.count("Y") > 1:
            self.complaints.append("63: more than one list at once")
        wanted = {0: [f"AS{one}|" for one in ready], 5: [f"CD{one}|" for one in waits]}
        items = "".join(wanted.get(summary.find("Y"), []))
        valid = "Y" if known else "N"
        name = "欧阳端木" if known else ""
        return (
            f"64{flags}000{DATE}{counts}AO{self.institution}|AA{card}|AE{name}|BL{valid}|CB0005|"
            f"BZ0002|{items}"
        )

    def _is_ready(self, barcode: str, card: str) -> bool:
        book = self.books[barcode]
        return book.state == "08" and book.queue[0] == card

    def _hold(self, mode: str, said: dict[str, str]) -> str:
        book, card = self.books.get(said["AB"]), said["AA"]
        ok = book is not None and card in self.patrons and (mode == "+") != (card in book.queue)
        if ok and book is not None:
            book.queue.append(card) if mode == "+" else book.queue.remove(card)
        place = f"BR{book.queue.index(card) + 1}|" if ok and mode == "+" and book else ""
        why = "" if ok else "AF不能预约|"
        return f"16{int(ok)}N{DATE}{place}AO{self.institution}|AA{card}|AB{said['AB']}|{why}"

    def _check_in(self, barcode: str) -> str:
        book = self.books.get(barcode)
        if book is None:
            return f"100NUN{DATE}AO{self.institution}|AB{barcode}|AQ|AF没有这本书|"
        book.patron, alert, extra = "", "N", ""
        book.state = "08" if book.queue else "03"
        if book.queue:
            alert, extra = "Y", "CV01|CT东馆|"
        return f"101YU{alert}{DATE}AO{self.institution}|AB{barcode}|AQ东馆|AJ{book.title}|{extra}"

    def _lend(self, code: str, said: dict[str, str]) -> str:
        book, card = self.books.get(said["AB"]), said["AA"]
        back = "12" if code == "11" else "30"
        free = book is not None and (
            (code == "11" and book.state == "03") or (code == "29" and book.patron == card)
        )
        ok = free and self.patrons.get(card, "Y").startswith(" ")
        if ok and book is not None:
            book.state, book.patron = "04", card
        title = book.title if book else ""
        due = f"AH{self.due}|" if ok else "AH|"
        why = "" if ok else "AF不能借出|"
        return (
            f"{back}{int(ok)}{'Y' if code == '29' else 'N'}UN{DATE}AO{self.institution}|AA{card}|"
            f"AB{said['AB']}|AJ{title}|{due}{why}"
        )

    def framed(self, text: str, sequence: str) -> bytes:
        data = text.encode(self.charset)
        if self.detection:
            data += (f"AY{sequence}AZ" if sequence else "AZ").encode()
            data += f"{(0x10000 - sum(data)) & 0xFFFF:04X}".encode()
        return data + b"\r\n"  # many servers add a line feed

    def serve(self, conversation: socket.socket) -> None:
        buffer, last, signed_in = b"", b"", self.login is None
        while True:
            while b"\r" not in buffer:
                more = conversation.recv(4096)
                if not more:
                    return
                buffer += more
            line, _end, buffer = buffer.partition(b"\r")
            code, fixed, said, sequence = self.parse(line)
            self.codes.append(code)
            fault = self.faults.pop(0) if self.faults and code != "93" else ""
            if code == "97":
                conversation.sendall(last if fault != "garble97" else last[:-3] + b"00\r\n")
                continue
            if fault == "drop" or not code:
                return
            if fault == "again":
                conversation.sendall(self.framed("96", ""))
                continue
            answer = self.answer(code, fixed, said)
            signed_in = signed_in or (code == "93" and answer == "941")
            if not signed_in:
                self.complaints.append(f"{code} before the login")
            last = self.framed(answer, sequence)
            if fault == "lost":
                return  # it was done, and nobody is told
            if fault == "hang":
                time.sleep(1.2)
            if fault == "turn":
                last = self.framed(answer, str((int(sequence) + 5) % 10))
            if fault == "stray":
                last = self.framed(f"941AO{self.institution}|", sequence)
            if fault == "cut":
                last = self.framed(answer[:12], sequence)
            if fault == "silent":
                continue
            conversation.sendall(last.replace(b"A", b"B", 1) if fault == "garble" else last)


@contextmanager
def running(server: Sip2Server) -> Iterator[Sip2Server]:
    """The server on a port of this machine until the block ends."""
    listener = socket.create_server(("127.0.0.1", server.port))
    server.port = listener.getsockname()[1]
    open_ones: list[socket.socket] = []

    def talk(conversation: socket.socket) -> None:
        with suppress(OSError), conversation:
            server.serve(conversation)

    def accept() -> None:
        with suppress(OSError):
            while True:
                conversation, _address = listener.accept()
                server.connections += 1
                open_ones.append(conversation)
                threading.Thread(target=talk, args=(conversation,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield server
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for one in open_ones:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
