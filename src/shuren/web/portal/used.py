"""The ledger's entries about one reader as sentences that this reader can read."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from shuren.data.definitions import contracts
from shuren.data.queries import current_snapshot
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.trust import ledger
from shuren.trust.ledger import Entry
from shuren.trust.queries import purposes, roles
from shuren.web import moments

SHOWN = 200


@dataclass
class UsedLine:
    """One sentence; the same thing done again on the same day is counted, not repeated.

    by_you  the reader did it; is_look: and only looked
    times   how often that day
    """

    day: date
    when: str
    text: str
    why: str
    by_you: bool
    is_look: bool = False
    times: int = 1


def used_lines(site: Site, actor: Actor, limit: int = SHOWN) -> list[UsedLine]:
    """What was done with this reader's data and by whom, newest first."""
    tables = _titles(site)
    lines: list[UsedLine] = []
    for entry in ledger.entries_about(actor.reader_key, limit=limit):
        line = _line(entry, tables)
        same = next(
            (one for one in lines
             if (one.day, one.text, one.why) == (line.day, line.text, line.why)), None,
        )  # fmt: skip
        if same is not None:
            same.times += 1
        else:
            lines.append(line)
    return lines


def _line(entry: Entry, tables: dict[str, str]) -> UsedLine:
    by_you = bool(entry.subject) and entry.actor == entry.subject
    body = entry.body
    asked = purposes().get(str(body.get("purpose", "")))
    why = pick(asked.title) if asked else ""
    what = _what(entry, _who(entry, by_you), tables, why)
    return UsedLine(
        day=timezone.localtime(entry.at).date(),
        when=moments.relative(entry.at),
        text=what,
        why=why if entry.kind == "use" else "",
        by_you=by_you,
        is_look=entry.kind == "use",
    )


def _who(entry: Entry, by_you: bool) -> str:
    if by_you:
        return _("You")
    role = roles().get(entry.role)
    if role is None:
        return _("The platform") if not entry.actor.startswith("api:") else _("A program")
    return pick(role.title)


def _what(entry: Entry, who: str, tables: dict[str, str], purpose: str) -> str:
    body = entry.body
    if entry.kind == "use":
        table = str(body.get("table", ""))
        return _("%(who)s looked at: %(what)s", who=who, what=tables.get(table, table))
    if entry.kind == "consent":
        said = (
            _("You agreed to “%(purpose)s” (text %(version)s)")
            if body.get("given")
            else _("You took back your consent to “%(purpose)s” (text %(version)s)")
        )
        return said % {"purpose": purpose, "version": body.get("version", "")}
    if entry.kind == "break_glass" and body.get("event") in ("ended", "reviewed"):
        ended = body["event"] == "ended"
        said = (
            _("%(who)s closed your record after the emergency")
            if ended
            else _("%(who)s reviewed that your record was opened in an emergency")
        )
        return said % {"who": who}
    if body.get("what") == "account_created":
        return _("%(who)s made your account", who=who)
    if body.get("what") == "account_removed":
        return _("%(who)s removed your account", who=who)
    if body.get("change") == "made":
        return _("Your account was made when you first signed in by the campus")
    return _other(entry.kind, who)


def _other(kind: str, who: str) -> str:
    known = {
        "export": _("%(who)s took a copy of what is held about you"),
        "erasure": _("%(who)s erased data about you"),
        "break_glass": _("%(who)s opened your record in an emergency"),
        "approval": _("%(who)s decided about a use of your data"),
        "role": _("%(who)s changed the role of your account"),
        "sign_in_methods": _("%(who)s changed how you sign in"),
        "document": _("%(who)s signed a document for you"),
        "egress_blocked": _("An export that held data about you was stopped"),
    }
    return known.get(kind, _("%(who)s did something with data about you")) % {"who": who}


def _titles(site: Site) -> dict[str, str]:
    """Names of the tables in plain words."""
    found: dict[str, Any] = {"trust.identity": _("your name and contact")}
    found |= {f"raw.{id}": pick(one.title) for id, one in contracts(site).items()}
    found["quarantine.rows"] = _("refused rows that name you")
    snapshot = current_snapshot(site)
    if snapshot is not None:
        found |= {name: pick(table.title) for name, table in snapshot.tables.items()}
    own = {
        "mart.loan_fact": _("your loans"),
        "service.interest": _("your interests"),
        "service.case": _("your cases"),
        "service.booking": _("your bookings of seats and rooms"),
        "management.opinion": _("what you told the library"),
        "service.review": _("your reviews of titles"),
        "service.saved_search": _("the searches you saved"),
        "service.document": _("your documents"),
        "service.membership": _("your membership"),
        "service.alumni_roster": _("the roster of alumni"),
        "service.enrolment": _("your events"),
        "conformed.reader_search": _("your searches"),
    }
    return found | own
