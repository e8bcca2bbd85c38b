"""What other rooms keep in the database and the lake is to know of: handed in whole, by key.

Facts rise by table: the room that owns a row hands its present state in, `collect` loads it, and
of several rows of one key the newest counts. So handing the same in twice changes nothing.
"""

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from shuren.data.definitions import contract
from shuren.data.internals.feeds.own_events import WHOLE
from shuren.kernel.clock import now
from shuren.kernel.files import clear_unfinished, write_atomically
from shuren.kernel.locks import one_at_a_time
from shuren.kernel.site import Site
from shuren.trust import consent
from shuren.trust.queries import purpose

CONNECTOR = "own-events"


def hand_in(site: Site, contract_id: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Lay rows into the spool as one file, there whole and on the disk when this returns, or not
    there at all.

    rows    by the contract's columns, no key twice; readers by pseudonym, times as `wall` gives
    raises  UnknownName; ValueError for what only a consent allows to be kept: that is asked for
            event by event, see actions.record_event
    """
    declared = contract(site, contract_id)
    if any(purpose(one).basis == consent.BASIS for one in declared.purposes):
        raise ValueError(f"{contract_id} is kept by consent: record_event asks for it")
    if not rows:
        return
    folder = site.data / "events" / contract_id
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with one_at_a_time(site.data / "events" / f".{contract_id}.lock"):
        for left in folder.glob(f".*{WHOLE}*.jsonl.*"):  # of one that was killed: it names readers
            clear_unfinished(folder / left.name[1:].rpartition(".")[0])
        # In one process' clock the names ascend, so that of two states the later is loaded later.
        name = f"{int(now().timestamp()):012}{WHOLE}{time.time_ns():020}.jsonl"
        lines = [json.dumps(dict(row), ensure_ascii=False) for row in rows]
        write_atomically(folder / name, ("\n".join(lines) + "\n").encode())
