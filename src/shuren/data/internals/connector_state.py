"""What became of each connector's attempts: data/connectors/<id>.json, replaced atomically."""

import json
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from pathlib import Path

from shuren.data.internals.receipts import all_receipts
from shuren.kernel.files import write_atomically
from shuren.kernel.site import Site


@dataclass
class ConnectorState:
    """cursor     where to go on
    receipt    the connector's newest receipt when this was written: a newer one's cursor counts
    heard_at   when it last answered or sent anything, new rows or none
    problem    the sentence of the last failure, "" after a success
    files      {name: [size, mtime]} of files that stay where they are and have been taken in
    """

    cursor: str = ""
    receipt: str = ""
    attempted_at: str = ""
    heard_at: str = ""
    problem: str = ""
    files: dict[str, list[int]] = field(default_factory=dict)

    @property
    def heard(self) -> datetime | None:
        return datetime.fromisoformat(self.heard_at) if self.heard_at else None


def state_file(site: Site, connector: str) -> Path:
    return site.data / "connectors" / f"{connector}.json"


def read_state(site: Site, connector: str) -> ConnectorState:
    """A damaged file is as good as none: what is fetched again is known by its bytes and keys."""
    try:
        content = json.loads(state_file(site, connector).read_text("utf-8"))
        known = {f.name for f in fields(ConnectorState)}
        return ConnectorState(**{key: value for key, value in content.items() if key in known})
    except (OSError, ValueError, TypeError, AttributeError):
        return ConnectorState()


def write_state(site: Site, connector: str, state: ConnectorState) -> None:
    content = json.dumps(asdict(state), ensure_ascii=False, indent=1).encode()
    write_atomically(state_file(site, connector), content)


def resumed(site: Site, connector: str) -> ConnectorState:
    """The state with the cursor of the newest receipt, should a kill have come between the two."""
    state = read_state(site, connector)
    own = (r for r in all_receipts(site) if r.connector == connector and not r.replays)
    newest = next(own, None)
    if newest is not None and state.receipt not in newest.loads:
        state.receipt = newest.id
        state.cursor = newest.cursor
    return state
