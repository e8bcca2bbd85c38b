"""A process that writes to the ledger or asks for heads until it is killed; see test_ledger_kill.

python -m tests.trust.ledger_writer DATABASE write|many|undo|heads NAME
Each line it prints is a promise: the number of a committed entry, or a head as JSON.
"""

import json
import sys
from dataclasses import asdict

import django
from django.conf import settings


def main(database: str, what: str, name: str) -> None:
    settings.DATABASES["default"]["NAME"] = database
    django.setup()
    from django.db import transaction

    from shuren.kernel.shapes import Actor
    from shuren.trust import ledger

    actor = Actor(name, "director")
    number = 0
    while True:
        number += 1
        if what == "heads":
            promise(json.dumps(asdict(ledger.head())))
        elif what == "many":
            for one in ledger.append_many(
                ledger.NewEntry("snapshot", {"n": number}, actor) for _n in range(20)
            ):
                promise(one)
        elif what == "undo":
            with transaction.atomic():
                ledger.append("snapshot", {"undone": number}, actor=actor)
                transaction.set_rollback(True)
            promise(-1)
        else:
            promise(ledger.append("snapshot", {"n": number}, actor=actor))


def promise(said: object) -> None:
    print(said, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
