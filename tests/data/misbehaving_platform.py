"""A COUNTER API on loopback that answers each question with the next of its script."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Answer:
    """body: bytes as they are, anything else as JSON; `hang` seconds before it comes; `cut`: the
    connection is closed in the middle."""

    status: int = 200
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)
    hang: float = 0.0
    cut: bool = False


@dataclass
class Platform:
    """asked: (path, {parameter: value}) of every question; scripts: {"TR 2026-01": answers},
    the last of which is given again and again."""

    address: str = ""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    scripts: dict[str, list[Answer]] = field(default_factory=dict)

    def months(self) -> list[str]:
        return [question["begin_date"] for _path, question in self.asked]


def report(id: str, month: str, count: int = 7, said: list[Any] | None = None,
           release: str = "5.1") -> dict[str, Any]:  # fmt: skip
    header = {"Release": release, "Report_ID": id, "Created": "2026-06-01T00:00:00Z",
              "Institution_Name": "Library", "Exceptions": said or []}  # fmt: skip
    new = {"Performance": {"Total_Item_Requests": {month: count}}}
    old = {"Performance": [{"Period": {"Begin_Date": f"{month}-01", "End_Date": f"{month}-28"},
                            "Instance": [{"Metric_Type": "Total_Item_Requests",
                                          "Count": count}]}]}  # fmt: skip
    item = {"Title": "Journal", "Platform": "P"}
    item |= old if release == "5" else {"Attribute_Performance": [new]}
    return {"Report_Header": header, "Report_Items": [item] if count else []}


def exception(code: int, message: str = "said the platform") -> dict[str, Any]:
    return {"Code": code, "Message": message, "Help_URL": "", "Data": ""}


@contextmanager
def platform() -> Iterator[Platform]:
    state = Platform()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            question = {key: values[0] for key, values in parse_qs(parts.query).items()}
            state.asked.append((parts.path, question))
            id, month = parts.path.rsplit("/", 1)[1].upper(), question.get("begin_date", "")
            script = state.scripts.get(f"{id} {month}") or [Answer(body=report(id, month))]
            answer = script.pop(0) if len(script) > 1 else script[0]
            time.sleep(answer.hang)
            body = answer.body
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
            try:
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body[: len(body) // 2] if answer.cut else body)
            except OSError:
                pass  # the client had gone

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: the question holds keys."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.address = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
