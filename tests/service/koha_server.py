"""A Koha of its own on a local port: what of /api/v1 is asked, checked against Koha's published
OpenAPI definitions (api/v1/swagger of Koha-Community/Koha): paths, parameters, bodies that may have
no other field, the sign-in. Answers have only properties that the definitions know. What is wrong
with a request stands in `complaints`.
"""

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

CLIENT, SECRET = "shuren", "koha secret"
_LISTED = {"_match", "_order_by", "_page", "_per_page", "q"}
# {path: query parameters it takes}
LISTS = {
    "/items": _LISTED | {"external_id"},
    "/patrons": _LISTED | {"patron_id", "cardnumber", "surname", "restricted"},
    "/checkouts": _LISTED | {"patron_id", "checked_in"},
    "/holds": _LISTED | {"hold_id", "patron_id", "biblio_id", "status", "item_id"},
    "/libraries": _LISTED | {"name", "pickup_location"},
}
HOLD_BODY = {
    "patron_id": int, "biblio_id": int, "item_group_id": int, "hold_date": str, "item_id": int,
    "pickup_library_id": str, "expiration_date": str, "notes": str, "item_type": str,
    "non_priority": bool,
}  # fmt: skip
CHECKOUT = {
    "checkout_id", "patron_id", "item_id", "booking_id", "external_id", "due_date", "library_id",
    "issuer_id", "checkin_date", "checkin_library_id", "last_renewed_date", "renewals_count",
    "unseen_renewals", "auto_renew", "auto_renew_error", "timestamp", "checkout_date",
    "onsite_checkout", "note", "note_date", "note_seen",
}  # fmt: skip


def item(id: int, biblio: int, barcode: str, **said: Any) -> dict[str, Any]:
    """As definitions/item.yaml has it, the properties a list always tells."""
    return {
        "item_id": id, "biblio_id": biblio, "external_id": barcode, "home_library_id": "EAST",
        "holding_library_id": "EAST", "not_for_loan_status": 0, "damaged_status": 0,
        "lost_status": 0, "withdrawn": 0, "checked_out_date": None, "callnumber": None,
    } | said  # fmt: skip


def hold(id: int, patron: int, biblio: int, **said: Any) -> dict[str, Any]:
    return {
        "hold_id": id, "patron_id": patron, "biblio_id": biblio, "hold_date": "2026-03-10",
        "pickup_library_id": "EAST", "priority": 1, "status": None, "item_id": None,
        "waiting_date": None, "suspended": False,
    } | said  # fmt: skip


@dataclass
class Koha:
    """rows  {list: rows}; faults: what answers go wrong with, one each: 500, hang, text, expired"""

    rows: dict[str, list[dict[str, Any]]] = field(
        default_factory=lambda: {name[1:]: [] for name in LISTS}
    )
    faults: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    basic: bool = False
    url: str = ""

    def answer(self, method: str, address: str, headers: Any, body: bytes) -> tuple[int, Any]:
        parts = urlsplit(address)
        path, query = parts.path.removeprefix("/api/v1"), parse_qs(parts.query)
        self.asked.append(f"{method} {path}")
        self.addresses.append(address)
        if path == "/oauth/token":
            return self._token(parse_qs(body.decode()))
        if not self._is_let_in(headers.get("Authorization", "")):
            return 401, {"error": "Authentication required"}
        said = json.loads(body) if body else None
        if method == "GET" and path in LISTS:
            return self._list(path, query, said)
        if method == "POST" and path == "/holds":
            return self._hold(said)
        if method == "POST" and path == "/checkouts":
            return self._check_out(said)
        if method == "POST" and path.startswith("/checkouts/") and path.endswith("/renewals"):
            return self._renew(int(path.split("/")[2]))
        if method == "DELETE" and path.startswith("/holds/"):
            return self._cancel(int(path.rpartition("/")[2]))
        self.complaints.append(f"no such route: {method} {path}")
        return 404, {"error": "Not found"}

    def _token(self, form: dict[str, list[str]]) -> tuple[int, Any]:
        if form.get("grant_type") != ["client_credentials"]:
            self.complaints.append("another grant")
        if (form.get("client_id"), form.get("client_secret")) != ([CLIENT], [SECRET]):
            return 403, {"error": "wrong client id or secret"}
        token = f"token{len(self.tokens)}"
        self.tokens.add(token)
        return 200, {"access_token": token, "token_type": "Bearer", "expires_in": 3600}

    def _is_let_in(self, said: str) -> bool:
        if self.basic:
            return said == "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        return said.removeprefix("Bearer ") in self.tokens

    def _list(self, path: str, query: dict[str, list[str]], body: Any) -> tuple[int, Any]:
        unknown = set(query) - LISTS[path]
        if unknown:
            self.complaints.append(f"{path} takes no {unknown}")
        if body is not None and not isinstance(body, dict | list):
            self.complaints.append(f"{path}: a query that is no object")
        wanted = json.loads(query["q"][0]) if "q" in query else {}
        wanted |= body or {}
        size = int(query.get("_per_page", ["20"])[0])  # RESTdefaultPageSize
        fits = [
            row
            for row in self.rows[path[1:]]
            if all(
                row.get(name) in value if isinstance(value, list) else row.get(name) == value
                for name, value in wanted.items()
            )
        ]
        return 200, fits[:size]

    def _hold(self, said: Any) -> tuple[int, Any]:
        for name, value in said.items():
            if name not in HOLD_BODY or not isinstance(value, HOLD_BODY[name]):
                self.complaints.append(f"POST /holds takes no {name}: {value!r}")
        if missing := {"patron_id", "pickup_library_id"} - set(said):
            self.complaints.append(f"POST /holds without {missing}")
        if any(row["patron_id"] == said["patron_id"] for row in self.rows["holds"]):
            reason = "Hold cannot be placed. Reason: tooManyReserves"
            return 403, {"error": reason, "error_code": "tooManyReserves"}
        made = hold(len(self.rows["holds"]) + 1, said["patron_id"], said["biblio_id"],
                    pickup_library_id=said["pickup_library_id"])  # fmt: skip
        self.rows["holds"].append(made)
        return 201, made

    def _check_out(self, said: Any) -> tuple[int, Any]:
        if unknown := set(said) - CHECKOUT:
            self.complaints.append(f"POST /checkouts takes no {unknown}")
        [row] = [one for one in self.rows["items"] if one["item_id"] == said["item_id"]]
        if row["checked_out_date"]:
            return 409, {"error": "Item is already checked out"}
        row["checked_out_date"] = "2026-03-10"
        made = {
            "checkout_id": len(self.rows["checkouts"]) + 1, "patron_id": said["patron_id"],
            "item_id": said["item_id"], "due_date": "2026-03-30T23:59:00+08:00",
        }  # fmt: skip
        self.rows["checkouts"].append(made)
        return 201, made

    def _renew(self, id: int) -> tuple[int, Any]:
        found = [row for row in self.rows["checkouts"] if row["checkout_id"] == id]
        if not found:
            return 404, {"error": "Checkout doesn't exist"}
        if found[0].get("renewals_count"):
            return 403, {"error": "Renewal not authorized (too_many)"}
        found[0] |= {"renewals_count": 1, "due_date": "2026-04-20T23:59:00+08:00"}
        return 201, found[0]

    def _cancel(self, id: int) -> tuple[int, Any]:
        left = [row for row in self.rows["holds"] if row["hold_id"] != id]
        if len(left) == len(self.rows["holds"]):
            return 404, {"error": "Hold not found"}
        self.rows["holds"] = left
        return 204, None


@contextmanager
def running(koha: Koha) -> Iterator[Koha]:
    class Handler(BaseHTTPRequestHandler):
        def _go(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            fault = koha.faults.pop(0) if koha.faults else ""
            if fault == "hang":
                time.sleep(1.2)
            if fault == "expired":
                koha.tokens.clear()
            status, told = koha.answer(self.command, self.path, self.headers, body)
            text = b"" if told is None else json.dumps(told).encode()
            if fault == "500":
                status, text = 500, b"Internal Server Error"
            if fault == "text":
                status, text = 200, b"<html>a portal that wants a password</html>"
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_DELETE = _go

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    koha.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield koha
    finally:
        server.shutdown()
        server.server_close()
