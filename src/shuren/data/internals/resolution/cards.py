"""Cards of learned models, and the gate each passes before anybody acts on what it says.

data/models/<name>-<version>.json is the card, …-weights.json what it learned, <name>.promoted the
version in use. All are written whole; a version never changes.
"""

import dataclasses
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from shuren.data.content_shapes import INDEX
from shuren.data.drift import DRIFTED, MOST, Distribution, Drift
from shuren.data.errors import NotPromoted, UnknownName
from shuren.data.internals import drifting, measuring, snapshots
from shuren.data.internals.receipts import all_receipts
from shuren.data.internals.resolution.declared import CONTENT, MATCHERS
from shuren.data.resolution import CANDIDATE, PROMOTED, Card
from shuren.kernel.clock import now
from shuren.kernel.files import write_atomically
from shuren.kernel.i18n import gettext as _
from shuren.kernel.ids import new_id
from shuren.kernel.site import Site

_MADE_BY = {INDEX: "shuren content --index"}
MOST_LOADS, MOST_DAYS, MOST_LOST = 3, 30, 1.0  # later loads; days; points of quality


def write(
    site: Site,
    name: str,
    weights: Any,
    contracts: Iterable[str],
    *,
    records: int,
    training: Mapping[str, Any],
    threshold: float,
    evaluation: Mapping[str, float],
    goals: Mapping[str, float],
    inputs: Iterable[str] = (),
    outputs: Mapping[str, tuple[str, ...]] | None = None,
    title: Mapping[str, str] | None = None,
) -> Card:
    """The card of a model that was just learned from the live snapshot, kept as a candidate;
    arguments as `draft` has them."""
    card = draft(
        site, name, contracts, records=records, training=training, threshold=threshold,
        evaluation=evaluation, goals=goals, inputs=inputs, outputs=outputs, title=title,
    )  # fmt: skip
    return keep(site, card, weights)


def draft(
    site: Site,
    name: str,
    contracts: Iterable[str],
    *,
    records: int,
    training: Mapping[str, Any],
    threshold: float,
    evaluation: Mapping[str, float],
    goals: Mapping[str, float],
    inputs: Iterable[str] = (),
    outputs: Mapping[str, tuple[str, ...]] | None = None,
    title: Mapping[str, str] | None = None,
) -> Card:
    """A card that is not kept yet, for a model that lays files of its own beside it first.

    inputs, outputs, title  as the card has them; by the name's declaration where left out
    """
    info, scores = snapshots.required(site), _quality(site, contracts)
    declared = {**MATCHERS, **CONTENT}.get(name)
    read = tuple(inputs) or (declared.inputs if declared else ())
    written = outputs or (declared.outputs if declared else {})
    loads: dict[str, list[str]] = {contract: [] for contract in contracts}
    for receipt in all_receipts(site):
        if receipt.contract in loads and receipt.is_in(info.loads):
            loads[receipt.contract] += receipt.loads
    return Card(
        name=name,
        version=new_id("M"),
        made_at=now(),
        snapshot=info.id,
        built_at=info.built_at,
        data_date=info.data_date,
        loads={contract: tuple(sorted(ids)) for contract, ids in loads.items()},
        quality=scores,
        records=records,
        training=dict(training),
        threshold=threshold,
        evaluation=dict(evaluation),
        goals=dict(goals),
        inputs=read,
        outputs=dict(written),
        # What is sealed in the vault is never counted.
        distributions=drifting.distributions(
            site, (one for one in read if not one.startswith("vault:"))
        ),
        title=title or (declared.title if declared else {"zh": name, "en": name}),
    )


def keep(site: Site, card: Card, weights: Any) -> Card:
    """Keep a card and what its model learned; the card last."""
    stem = f"{card.name}-{card.version}"
    folder = site.data / "models"
    write_atomically(folder / f"{stem}-weights.json", _json(weights))
    write_atomically(folder / f"{stem}.json", _json(dataclasses.asdict(card)))
    return card


def cards(site: Site) -> list[Card]:
    """Every card, the newest of each model first."""
    found = []
    for path in (site.data / "models").glob("*.json"):
        if not path.stem.endswith("-weights"):
            found.append(_read(site, path.read_text("utf-8")))
    found.sort(key=lambda card: card.version, reverse=True)
    return sorted(found, key=lambda card: card.name)


def card(site: Site, name: str, version: str = "") -> Card:
    """One card, the newest without a version; raises UnknownName."""
    own = [one for one in cards(site) if one.name == name]
    for one in own:
        if version in ("", one.version):
            return one
    known = [one.version for one in own] if version else sorted({c.name for c in cards(site)})
    raise UnknownName(_("model"), version or name, known)


def in_use(site: Site, name: str) -> Card | None:
    """The promoted one, if there is one."""
    return next((c for c in cards(site) if c.name == name and c.state == PROMOTED), None)


def weights(site: Site, card: Card) -> Any:
    path = site.data / "models" / f"{card.name}-{card.version}-weights.json"
    return json.loads(path.read_text("utf-8"))


def why_not(site: Site, card: Card) -> list[str]:
    """What stands against acting on a model, as sentences; empty when nothing does.

    Its data are older than what is live by more than three loads or thirty days, the quality of a
    source fell since, what it reads has drifted, or it did not reach its goals on the cases hidden
    from it.
    """
    info, why = snapshots.required(site), []
    known = {id for ids in card.loads.values() for id in ids}
    live = [r for r in all_receipts(site) if r.contract in card.loads and r.is_in(info.loads)]
    here = {load for receipt in live for load in receipt.loads}
    later, gone = here - known, known - here
    if len(later) > MOST_LOADS:
        why.append(
            _("%(count)s loads of what it learned from have come since (at most %(most)s).",
              count=len(later), most=MOST_LOADS)
        )  # fmt: skip
    if info.built_at - card.built_at > timedelta(days=MOST_DAYS):
        why.append(
            _("Its snapshot is %(days)s days older than the live one (at most %(most)s).",
              days=(info.built_at - card.built_at).days, most=MOST_DAYS)
        )  # fmt: skip
    if gone:
        why.append(_("%(count)s loads it learned from are no longer in the lake.", count=len(gone)))
    for contract, score in _quality(site, card.loads).items():
        before = card.quality.get(contract)
        if before is not None and before - score > MOST_LOST:
            why.append(
                _("The quality of %(contract)s fell from %(before)s to %(now)s.",
                  contract=contract, before=f"{before:.1f}", now=f"{score:.1f}")
            )  # fmt: skip
    return why + _drifted(site, card) + _short_of_goals(card)


def drift(site: Site, card: Card) -> list[Drift]:
    """What the model reads, now against when it learned; [] where the card kept nothing of it."""
    return drifting.drift(site, card.distributions)


def _drifted(site: Site, card: Card) -> list[str]:
    return [
        _("%(column)s is spread otherwise than at training: index %(index)s (at most %(most)s).",
          column=one.column, index=f"{one.index:.2f}", most=MOST)
        for one in drift(site, card)
        if one.verdict == DRIFTED
    ]  # fmt: skip


def _short_of_goals(card: Card) -> list[str]:
    return [
        _("Its %(measure)s is %(value)s; the goal is %(goal)s.",
          measure=name, value=f"{card.evaluation.get(name, 0.0):.3f}", goal=f"{goal:.2f}")
        for name, goal in card.goals.items()
        if card.evaluation.get(name, 0.0) < goal
    ]  # fmt: skip


def promote(site: Site, card: Card) -> Card:
    """Put a model to use; raises NotPromoted with every reason against it."""
    why = why_not(site, card)
    if why:
        raise NotPromoted(
            _("%(name)s %(version)s stays a candidate: %(why)s",
              name=card.name, version=card.version, why=" ".join(why)),
            fix=_("Make it anew from the live snapshot: `%(command)s`.", command=_MADE_BY.get(
                card.name, f"shuren resolve {card.name}")),
        )  # fmt: skip
    write_atomically(site.data / "models" / f"{card.name}.promoted", card.version.encode())
    return replace(card, state=PROMOTED)


def _quality(site: Site, contracts: Iterable[str]) -> dict[str, float]:
    measured = {contract: measuring.measures(site, contract) for contract in contracts}
    return {name: round(found[-1].score, 3) for name, found in measured.items() if found}


def _read(site: Site, text: str) -> Card:
    content = json.loads(text)
    content["made_at"] = datetime.fromisoformat(content["made_at"])
    content["built_at"] = datetime.fromisoformat(content["built_at"])
    content["loads"] = {name: tuple(ids) for name, ids in content["loads"].items()}
    content["inputs"] = tuple(content.get("inputs", ()))
    outputs = content.get("outputs", {})
    content["outputs"] = {name: tuple(ids) for name, ids in outputs.items()}
    kept = content.get("distributions", {})
    content["distributions"] = {name: Distribution.read(one) for name, one in kept.items()}
    content.setdefault("title", {"zh": content["name"], "en": content["name"]})
    try:
        pointer = site.data / "models" / f"{content['name']}.promoted"
        promoted = pointer.read_text("utf-8") == content["version"]
    except FileNotFoundError:
        promoted = False
    return Card(**(content | {"state": PROMOTED if promoted else CANDIDATE}))


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, default=str).encode()
