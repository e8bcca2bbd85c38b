"""An erasure from the tap to the certificate; each step may be killed and is done again.

begun       written down; what was held is counted, what must stay is named
gone        in one transaction everything the database holds went, and the ledger says so; before
            it the lake's tombstones stood, so that no query sees half of it
rewritten   no raw file, no refused row holds anything (data.erasing.rewrite)
done        no snapshot and no page of the database does either; the certificate says when
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from shuren.data import erasing as data
from shuren.data.definitions import contracts
from shuren.data.erasure import Forget
from shuren.kernel.clock import now
from shuren.kernel.settings import read_settings
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site
from shuren.service.internals import case_stores, certificates
from shuren.service.internals.stores import Store, every_store
from shuren.trust import consent, ledger
from shuren.trust import erasing as trust
from shuren.trust.erasing import ErasureLine


def begin(site: Site, actors: Sequence[Actor]) -> list[ErasureLine]:
    """Write down that readers are to be erased, what is held of each and what must stay."""
    counts, still_open = data.counts(site, [actor.reader_key for actor in actors])
    begun = []
    for actor in actors:
        reader = actor.reader_key
        kept = still_open[reader]
        has_account = bool(trust.accounts_of(reader))
        stays = has_account or bool(kept) or consent.has_no_profile(reader) or _holds(reader)
        line = trust.begin_erasure(actor.id if has_account else "", reader, stays=stays)
        if not line.report:
            report = {
                "lake": counts[reader],
                "open": {id: list(keys) for id, keys in kept.items()},
                "names": trust.naming(site, reader),
            }
            line = trust.advance(line.id, "begun", report=report)
        begun.append(line)
    return begun


def carry_on(site: Site, lines: Sequence[ErasureLine], role: str = "") -> None:
    """Bring erasures that were begun to the point where nobody sees anything any more."""
    begun = [line for line in lines if line.state == "begun"]
    if not begun:
        return
    data.forget_readers(
        site,
        [
            Forget(
                line.reader_key,
                line.new_key,
                line.report["names"],
                {id: tuple(keys) for id, keys in line.report["open"].items()},
            )
            for line in begun
        ],
    )
    until = now().date() + timedelta(days=data.longest_term(site))
    for line in begun:
        with data.nobody_commits(site), transaction.atomic():
            _gone(site, line, until, role)
    data.forget_events(site, [line.reader_key for line in begun])
    for line in begun:
        certificates.write(site, line.id)


def _gone(site: Site, line: ErasureLine, until: date, role: str) -> None:
    """Everything in the database goes in this transaction, with the ledger's entry of it."""
    actor = Actor(line.account, role, line.reader_key)
    if not line.new_key and _holds(line.reader_key):  # since the erasure was begun
        line = trust.give_new_key(line.id)
    counts = {one.id: one.erase(actor) for one in every_store() if one.erase}
    stayed = {
        one: facts
        for one in every_store()
        if one.rename and (facts := one.rename(line.reader_key, line.new_key))
    }
    counts |= trust.erase_person(line.id, keep_out_until=until)
    held = line.report["lake"]
    kept = {id: len(keys) for id, keys in line.report["open"].items()}
    went = {f"lake:{id}": rows - kept.get(id, 0) for id, rows in held.items()} | counts
    report = {
        "erased": {id: facts for id, facts in went.items() if facts},
        "kept": _kept(site, line.report["open"], stayed, bool(line.account)),
        "alias": ledger.alias(line.reader_key),
        "due": str(_in_days(read_settings(site).erasure_days)),
        "backups": str(_in_days(read_settings(site).backup_days)),
        "open": line.report["open"],
        "asked_at": line.asked_at.isoformat(),
    }
    body = {
        "facts": sum(report["erased"].values()),
        "stores": len(report["erased"]),
        "kept": sum(kept.values()) + sum(stayed.values()),
        "due": report["due"],
        "statement": certificates.fingerprint(certificates.statement(report)),
    }
    report["entry"] = ledger.append("erasure", body, subject=report["alias"])
    ledger.forget_alias(line.reader_key)
    trust.advance(line.id, "gone", report=report)


def _holds(reader: str) -> bool:
    """Whether the database holds something that must stay under another name."""
    return any(one.stays(reader) for one in every_store() if one.stays)


def _kept(
    site: Site, still_open: dict[str, list[str]], stayed: dict[Store, int], has_account: bool
) -> list[dict[str, Any]]:
    known = contracts(site)
    kept: list[dict[str, Any]] = [
        {
            "store": f"lake:{id}",
            "facts": len(keys),
            "because": known[id].open_because,
            "until": {"zh": "了结后自动清除", "en": "erased by itself when it is over"},
        }
        for id, keys in still_open.items()
    ]
    kept += [
        {
            "store": one.id,
            "facts": facts,
            "because": one.because,
            "until": {"zh": "了结后自动清除", "en": "erased by itself when it is over"},
        }
        for one, facts in stayed.items()
    ]
    if has_account:
        kept.append(
            {
                "store": "account",
                "facts": 1,
                "because": {
                    "zh": "账号是使用基础服务的入口；显示名已清除。",
                    "en": "The account is the way in to the basic services; its shown name went.",
                },
                "until": {"zh": "到您或图书馆注销", "en": "until you or the library remove it"},
            }
        )
    kept.append(
        {
            "store": "ledger",
            "facts": None,
            "because": {
                "zh": "账本只追加，只用别名记账；别名与您的联系已切断，仅此凭证还写着它。",
                "en": "The ledger can only be added to and knows an alias only; what tied it to you"
                " is gone, and this certificate alone still says it.",
            },
            "until": {"zh": "账本保存期间", "en": "as long as the ledger"},
        }
    )
    return kept


def _in_days(days: int) -> date:
    return now().date() + timedelta(days=days)


def resume(site: Site) -> int:
    """Carry erasures on that a kill stopped; how many."""
    begun = trust.erasures(state=["begun"])
    # Killed before it was written down what is held: that is found out now.
    uncounted = [line for line in begun if not line.report]
    counted = begin(site, [Actor(line.account, "", line.reader_key) for line in uncounted])
    begun = [line for line in begun if line.report] + counted
    carry_on(site, begun)
    for line in trust.erasures(state=["gone", "rewritten", "done"]):
        if not line.certificate:
            certificates.write(site, line.id)
    return len(begun)


def close_open(site: Site) -> int:
    """Forget what had to stay and is over now: a book that came back. How many rows."""
    gone = 0
    for line in trust.erasures(state=["gone", "rewritten", "done"]):
        if line.new_key:
            gone += case_stores.forget_settled(line.new_key, line.asked_at)
    for line in trust.erasures(state=["rewritten", "done"]):
        if not line.new_key or not line.report.get("open"):
            continue
        settled = data.settled_before(site, line.new_key, line.asked_at)
        for contract, keys in settled.items():
            gone += data.forget_rows(site, contract, keys, line.new_key)
        left = data.open_before(site, line.new_key, line.asked_at)
        if left != line.report["open"]:
            trust.advance(line.id, line.state, report={**line.report, "open": left})
    return gone
