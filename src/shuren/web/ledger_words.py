"""Entries of the ledger as sentences for people who check it; for readers see portal/used.py."""

from collections.abc import Callable
from typing import Any

from shuren.data.queries import current_snapshot
from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.site import Site
from shuren.trust.definitions import API_CLIENT
from shuren.trust.egress import DESK_ERASURE
from shuren.trust.ledger import Entry
from shuren.trust.queries import purposes, roles

Body = dict[str, Any]
# What a sentence says already.
_SAID = {
    "": {"what"},
    "consent": {"purpose", "given"},
    "role": {"account", "role", "definition", "count"},
    "contract": {"definition", "count"},
    "purpose": {"definition", "count"},
    "key": {"key"},
    "snapshot": {"snapshot", "tables"},
    "restored": {"entries"},
    "break_glass": {"event", "minutes"},
    "approval": {"event", "step", "definition"},
    "egress_blocked": {"table", "class"},
    "erasure": {"facts", "completed", "event", "rows", "store", "days"},
    "export": {"tables", "step"},
    "sign_in_methods": {"method"},
    "document": {"document", "version"},
}


def kind_titles() -> dict[str, str]:
    """What each kind is called, in the order a list of them is read."""
    return {
        "use": _("Use of data"),
        "consent": _("Consent"),
        "export": _("Export"),
        "erasure": _("Erasure"),
        "break_glass": _("Emergency access"),
        "approval": _("Approval"),
        "egress_blocked": _("Export stopped"),
        "role": _("Accounts and roles"),
        "key": _("API keys"),
        "sign_in_methods": _("Ways to sign in"),
        "document": _("Signed documents"),
        "contract": _("Contracts"),
        "purpose": _("Purposes"),
        "snapshot": _("Snapshots"),
        "restored": _("Restored from a backup"),
    }


class Words:
    """Made once for a page: it knows the names of tables, roles and purposes."""

    def __init__(self, site: Site) -> None:
        snapshot = current_snapshot(site)
        tables = snapshot.tables if snapshot else {}
        self._tables = {name: pick(table.title) for name, table in tables.items()}
        self._tables["trust.identity"] = _("identities")
        self._roles = {id: pick(role.title) for id, role in roles().items()}
        self._purposes = {id: pick(one.title) for id, one in purposes().items()}
        self._kinds = kind_titles()

    def who(self, entry: Entry) -> str:
        """`chen (Director)`, `A reader (Student)`, `The key abc…`, `The platform`."""
        role = self._roles.get(entry.role, entry.role)
        if not entry.actor:
            return _("The platform")
        if entry.role == API_CLIENT:
            return _("The API key %(key)s", key=entry.actor.removeprefix("api:"))
        if entry.actor.startswith("s_"):
            return _("A reader (%(role)s)", role=role)
        if entry.actor.startswith("cli:"):
            return _("%(name)s at the terminal", name=entry.actor.removeprefix("cli:"))
        return _("%(name)s (%(role)s)", name=entry.actor, role=role)

    def sentence(self, entry: Entry) -> str:
        """What happened; the moment and the kind stand beside it."""
        say: Callable[[Entry, str, Body], str] | None = getattr(self, f"_{entry.kind}", None)
        text = say(entry, self.who(entry), entry.body) if say else ""
        return text or self._other(entry)

    def more(self, entry: Entry) -> str:
        """What the sentence leaves out: names of columns, remarks, fingerprints."""
        body = entry.body
        if entry.kind == "use":
            columns = ", ".join(body.get("columns", ()))
            return " · ".join(part for part in (columns, body.get("detail", "")) if part)
        said = _SAID[""] | _SAID.get(entry.kind, set())
        return " · ".join(f"{name} {_plain(body[name])}" for name in body if name not in said)

    def _use(self, entry: Entry, who: str, body: Body) -> str:
        table, purpose = body.get("table", ""), body.get("purpose", "")
        values = {
            "who": who,
            "table": self._tables.get(table, table),
            "rows": f"{body.get('rows', 0):,}",
            "purpose": self._purposes.get(purpose, purpose),
        }
        if entry.subject and entry.subject == entry.actor:
            return _("%(who)s looked at their own data in “%(table)s”.") % values
        if entry.subject:
            return (
                _("%(who)s looked at one reader's data in “%(table)s”, for: %(purpose)s.") % values
            )
        return _("%(who)s read “%(table)s” (%(rows)s rows), for: %(purpose)s.") % values

    def _consent(self, entry: Entry, who: str, body: Body) -> str:
        purpose = body.get("purpose", "")
        values = {"who": who, "purpose": self._purposes.get(purpose, purpose)}
        if body.get("given"):
            return _("%(who)s agreed to “%(purpose)s”.") % values
        return _("%(who)s took back the consent to “%(purpose)s”.") % values

    def _role(self, entry: Entry, who: str, body: Body) -> str:
        role = body.get("role", "")
        values = {
            "who": who,
            "account": body.get("account") or _("a reader"),
            "role": self._roles.get(role, role),
        }
        if body.get("what") == "account_created":
            return _("%(who)s made an account for %(account)s: %(role)s.") % values
        if body.get("what") == "account_removed":
            return _("%(who)s removed the account of %(account)s: %(role)s.") % values
        return self._definition(_("role"), body)

    def _contract(self, entry: Entry, who: str, body: Body) -> str:
        return self._definition(_("contract"), body)

    def _purpose(self, entry: Entry, who: str, body: Body) -> str:
        return self._definition(_("purpose"), body)

    def _definition(self, kind: str, body: Body) -> str:
        values = {"kind": kind, "name": body.get("definition", ""), "count": body.get("count", 0)}
        texts = {
            "definitions_first_seen": _("First seen: %(count)s definitions (%(kind)s)."),
            "definition_changed": _("The definition of the %(kind)s “%(name)s” was changed."),
            "definition_added": _("A definition was added: %(kind)s “%(name)s”."),
            "definition_removed": _("A definition was removed: %(kind)s “%(name)s”."),
        }
        text = texts.get(body.get("what", ""), "")
        return text % values if text else ""

    def _key(self, entry: Entry, who: str, body: Body) -> str:
        texts = {
            "created": _("%(who)s made the API key %(key)s."),
            "rotated": _("%(who)s gave the API key %(key)s a new secret."),
            "revoked": _("%(who)s revoked the API key %(key)s."),
        }
        text = texts.get(body.get("what", ""), "")
        return text % {"who": who, "key": body.get("key", "")} if text else ""

    def _snapshot(self, entry: Entry, who: str, body: Body) -> str:
        if "snapshot" not in body:
            return ""
        values = {"who": who, "id": body["snapshot"], "tables": body.get("tables", "")}
        return _("%(who)s published the snapshot %(id)s with %(tables)s tables.") % values

    def _restored(self, entry: Entry, who: str, body: Body) -> str:
        return _(
            "The database was brought back from a backup with %(count)s entries.",
            count=f"{body.get('entries', 0):,}",
        )

    def _break_glass(self, entry: Entry, who: str, body: Body) -> str:
        texts = {
            "opened": _(
                "%(who)s opened one reader's records in an emergency, for %(count)s minutes."
            ),
            "ended": _("%(who)s ended the emergency access."),
            "reviewed": _("%(who)s reviewed an emergency access."),
        }
        text = texts.get(body.get("event", ""), "")
        return text % {"who": who, "count": body.get("minutes", 0)} if text else ""

    def _approval(self, entry: Entry, who: str, body: Body) -> str:
        if body.get("event") == "definition":
            return _(
                "%(who)s approved the definition “%(name)s”.", who=who, name=body["definition"]
            )
        desk = {
            "asked": _("%(who)s asked for a second person to erase a reader at the desk."),
            "allowed": _("%(who)s allowed the erasure of a reader at the desk."),
            "refused": _("%(who)s refused the erasure of a reader at the desk."),
        }
        if body.get("point") == DESK_ERASURE and body.get("step") in desk:
            return desk[body["step"]] % {"who": who}
        texts = {
            "asked": _("%(who)s asked for an export to be approved."),
            "allowed": _("%(who)s approved an export that another person asked for."),
            "refused": _("%(who)s refused an export that another person asked for."),
            "used": _("%(who)s made use of an approval."),
        }
        text = texts.get(body.get("step", ""), "")
        return text % {"who": who} if text else ""

    def _egress_blocked(self, entry: Entry, who: str, body: Body) -> str:
        table = body.get("table", "")
        values = {"who": who, "table": self._tables.get(table, table), "level": body.get("class")}
        return _("An export of “%(table)s” by %(who)s was stopped: class %(level)s.") % values

    def _erasure(self, entry: Entry, who: str, body: Body) -> str:
        if "completed" in body:
            return _("The erasure of entry %(number)s was completed.", number=body["completed"])
        if body.get("event") == "term":
            return _(
                "%(rows)s rows of “%(store)s” went: they are kept %(days)s days at most.",
                rows=f"{body['rows'] + body.get('refused', 0):,}",
                store=body["store"],
                days=body["days"],
            )
        if "facts" not in body:
            return ""
        return _("A reader's data were erased: %(count)s facts.", count=f"{body['facts']:,}")

    def _export(self, entry: Entry, who: str, body: Body) -> str:
        if body.get("what") == "ledger":
            return _("%(who)s downloaded the whole ledger.", who=who)
        if body.get("step") == "key destroyed":
            return _("The pseudonyms of the release %(name)s were cut from their readers.",
                     name=body.get("release", ""))  # fmt: skip
        if "tables" in body:
            names = ", ".join(self._tables.get(name, name) for name in body["tables"])
            return _("%(who)s exported: %(tables)s.", who=who, tables=names)
        return ""

    def _sign_in_methods(self, entry: Entry, who: str, body: Body) -> str:
        if "method" not in body:
            return ""
        return _("%(who)s: a way to sign in was changed (%(method)s).", who=who,
                 method=body["method"])  # fmt: skip

    def _document(self, entry: Entry, who: str, body: Body) -> str:
        return _("%(who)s signed the document %(number)s, version %(version)s.", who=who,
                 number=body.get("document", ""), version=body.get("version", ""))  # fmt: skip

    def _other(self, entry: Entry) -> str:
        title = self._kinds.get(entry.kind, entry.kind)
        what = str(entry.body.get("what", "")).replace("_", " ")
        about = _("%(who)s: %(title)s", who=self.who(entry), title=title)
        return f"{about} ({what})" if what else about


def _plain(value: Any) -> str:
    """A value of a body as a remark shows it."""
    if isinstance(value, list):
        return ", ".join(str(one) for one in value) or "–"
    if isinstance(value, dict):
        return ", ".join(f"{name} {one}" for name, one in value.items())
    return str(value)
