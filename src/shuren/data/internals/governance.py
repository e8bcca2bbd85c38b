"""The rules as they are, compared with those that were published, and publishing."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from shuren.data import definitions, watching
from shuren.data.errors import NothingToPublish
from shuren.data.governance import Document, RuleChange, Version
from shuren.data.internals.governance_text import sections
from shuren.data.internals.lint import NAMING_RULES
from shuren.data.internals.working import exclusively
from shuren.data.rules import RULES
from shuren.kernel.clock import now
from shuren.kernel.files import write_atomically
from shuren.kernel.i18n import gettext as _
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.trust import approvals
from shuren.trust import queries as trust
from shuren.trust.actions import record_use
from shuren.trust.errors import NotAllowed

FOLDER = "governance"
FIRST = "1.0.0"
PURPOSE, TABLE = "data_quality", "governance.rules"
_HEAVY = ("type", "storage", "key")  # changed, they change what is in the lake


def document(site: Site) -> Document:
    """The whole document as the rules are now."""
    history = tuple(versions(site))
    state = rules(site)
    digest = _hash(state)
    last = history[0] if history else None
    if last is not None and last.hash == digest:
        return Document(last, True, history, sections(site))
    changes = tuple(compared(last.state if last else {}, state))
    number = _next(last.number, changes) if last else FIRST
    return Document(
        Version(number, digest, None, "", changes if last else (), state),
        False,
        history,
        sections(site),
    )


def publish(site: Site, actor: Actor) -> Version:
    """raises  NothingToPublish when the rules in force are those that are there"""
    with exclusively(site.data / FOLDER / ".lock"):
        current = document(site)
        check_approved(current.version.changes)
        if current.published:
            raise NothingToPublish(
                _("Version %(number)s says just this already.", number=current.version.number)
            )
        made = Version(
            current.version.number,
            current.version.hash,
            now(),
            actor.id,
            current.version.changes,
            current.version.state,
        )
        content = {
            "number": made.number,
            "hash": made.hash,
            "at": now().isoformat(),
            "actor": made.actor,
            "changes": [vars(change) for change in made.changes],
            "state": made.state,
        }
        text = json.dumps(content, ensure_ascii=False, indent=1).encode()
        write_atomically(site.data / FOLDER / f"{made.number}.json", text)
    detail = f"published {made.number}, {len(made.changes)} changes"
    record_use(actor, PURPOSE, TABLE, [], len(made.changes), detail)
    watching.note(site, actor=actor)
    return made


def check_approved(changes: Iterable[RuleChange]) -> None:
    """Raise NotAllowed if a purpose or role among the changes is not approved as it stands now.

    What is gone needs nobody's approval: nothing more is allowed by it.
    """
    heads = {"purpose": "purposes", "role": "roles"}
    known = {kind: approvals.approvals(kind) for kind in heads.values()}
    missing = list(approvals.waiting())
    for change in changes:
        word, _space, rest = change.what.partition(" ")
        kind, id = heads.get(word, ""), rest.partition(" ")[0]
        if kind and id in known[kind] and known[kind][id] is None:
            missing.append(f"{kind}/{id}")
    if missing:
        raise NotAllowed(
            _(
                "Nobody has approved these as they are now: %(names)s.",
                names=", ".join(sorted(set(missing))),
            ),
            fix=_("A role with purposes.approve does that under “Roles and purposes”."),
        )


def versions(site: Site) -> list[Version]:
    """Newest first."""
    found = []
    for path in (site.data / FOLDER).glob("*.json"):
        content = json.loads(path.read_text("utf-8"))
        found.append(
            Version(
                content["number"],
                content["hash"],
                datetime.fromisoformat(content["at"]),
                content["actor"],
                tuple(RuleChange(**change) for change in content["changes"]),
                content["state"],
            )
        )
    return sorted(found, key=lambda version: _numbers(version.number), reverse=True)


def rules(site: Site) -> dict[str, Any]:
    """Every rule by its place: {place: {what it says}}."""
    found: dict[str, Any] = {}
    for contract in definitions.contracts(site).values():
        place = f"contract {contract.id}"
        found[place] = {
            "version": contract.version,
            "owner": contract.owner,
            "class": contract.data_class,
            "purposes": " ".join(contract.purposes),
            "key": " ".join(contract.key),
            "retention_days": contract.retention_days or "",
            "row_rules": " ".join(rule.id for rule in contract.row_rules),
        }
        for one in contract.fields:
            found[f"{place} / field {one.name}"] = {
                "type": one.type,
                "level": one.classification,
                "storage": one.storage,
                "required": one.required,
                "unique": one.unique,
                "unit": one.unit,
                "pattern": one.pattern,
                "range": f"{one.minimum or ''}–{one.maximum or ''}",
                "allowed": " ".join(one.allowed),
            }
    found |= {f"naming {id}": dict(texts) for id, texts in NAMING_RULES.items()}
    found |= {f"check {code}": dict(rule.title) for code, rule in RULES.items()}
    found |= {
        f"role {id}": {action: " ".join(given) or "–" for action, given in r.grants.items()}
        for id, r in trust.roles().items()
    }
    found |= {
        f"purpose {id}": {
            "basis": p.basis,
            "highest_class": p.highest_class,
            "aggregated_only": p.aggregated_only,
            "own_rows_only": p.own_rows_only,
            "tables": "; ".join(f"{t}: {' '.join(names)}" for t, names in p.tables.items()),
            "whose": " ".join(p.whose),
            "keep_days": p.keep_days,
            "legal_basis": p.legal_basis.get("article", ""),
            "approved_by": p.approved_by,
            "approved_until": p.approved_until.isoformat() if p.approved_until else "withdrawn",
        }
        for id, p in trust.purposes().items()
    }
    found |= {
        f"steward {id}": {"classes": " ".join(d.classes), "contracts": " ".join(d.contracts),
                          "role": d.role}
        for id, d in definitions.domains(site).items()
    }  # fmt: skip
    return found


def compared(before: dict[str, Any], after: dict[str, Any]) -> Iterator[RuleChange]:
    """What changed between two states, in order of place."""
    for place in sorted(before.keys() | after.keys()):
        if place not in after:
            yield RuleChange(place, "removed")
        elif place not in before:
            yield RuleChange(place, "added")
        else:
            old, new = before[place], after[place]
            for key in sorted(old.keys() | new.keys()):
                if str(old.get(key, "")) != str(new.get(key, "")):
                    yield RuleChange(
                        f"{place} / {key}", "changed", str(old.get(key, "")), str(new.get(key, ""))
                    )


def _next(number: str, changes: tuple[RuleChange, ...]) -> str:
    major, minor, patch = _numbers(number)
    heavy = any(
        change.kind == "removed"
        or (change.kind == "changed" and change.what.endswith(tuple(f"/ {k}" for k in _HEAVY)))
        for change in changes
    )
    if heavy:
        return f"{major + 1}.0.0"
    if any(change.kind == "added" for change in changes):
        return f"{major}.{minor + 1}.0"
    return f"{major}.{minor}.{patch + 1}"


def _numbers(number: str) -> tuple[int, int, int]:
    major, minor, patch = (int(part) for part in number.split("."))
    return major, minor, patch


def _hash(state: dict[str, Any]) -> str:
    text = json.dumps(state, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
