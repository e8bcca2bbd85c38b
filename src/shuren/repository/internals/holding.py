"""What a new version of a dataset holds back, so that it tells nothing beside the earlier ones.

Within one version the data room hides cells of fewer than K persons, and those they could be
worked out from. Two versions of one dataset could still be subtracted. So of a group of rows
about people

- what an earlier version hid stays hidden: else a cell that was hidden beside it could be
  worked out from both;
- what an earlier version showed is shown anew only if it says the same, or if the number of
  persons behind it differs by K or more from that of every earlier version: then at least K
  persons are in the difference. Otherwise the group goes on saying what it said last.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from shuren.kernel.i18n import gettext as _
from shuren.kernel.i18n import pick
from shuren.kernel.settings import SMALLEST_GROUP as K
from shuren.repository.errors import NotFit
from shuren.repository.shapes import Part

Group = tuple[Any, ...]
Cell = tuple[int | None, tuple[Any, ...]]  # persons behind it, and its values


@dataclass(frozen=True)
class Released:
    """What one version let out of one part. Kept beside the version, never given out.

    shape   what is counted by what; versions of another shape cannot be compared
    shown   {group: (persons behind it, values)}
    """

    shape: str
    shown: dict[Group, Cell]
    hidden: frozenset[Group]

    def as_json(self) -> dict[str, Any]:
        return {
            "shape": self.shape,
            "shown": [
                [_plain(group), persons, _plain(values)]
                for group, (persons, values) in self.shown.items()
            ],
            "hidden": sorted((list(group) for group in self.hidden), key=repr),
        }


def released_of(content: dict[str, Any]) -> Released:
    """What `as_json` wrote; days in it are ISO texts, as `hold_back` compares them."""
    shown = {tuple(g): (persons, tuple(v)) for g, persons, v in content["shown"]}
    return Released(content["shape"], shown, frozenset(tuple(g) for g in content["hidden"]))


def shape_of(part: Part) -> str:
    """Tells apart parts that count other things, or by other columns."""
    said = [part.table, part.by, [(n, m.what) for n, m in part.measures.items()], part.where]
    return hashlib.sha256(json.dumps(said, default=str).encode()).hexdigest()[:16]


def hold_back(
    part: Part, shape: str, cells: dict[Group, Cell], earlier: list[Released]
) -> tuple[Released, int, int]:
    """What may be let out, how many groups are hidden, and how many keep their earlier values.

    cells    {group: (persons, values)}, values all None where the data room hides the group
    earlier  what each version before let out, oldest first, withdrawn ones too
    raises   NotFit if an earlier version counted something else
    """
    if any(one.shape != shape for one in earlier):
        raise NotFit(
            _("“%(title)s” counts something else than in an earlier version, and the two could be "
              "set against each other.", title=pick(part.title)),
            fix=_("Give the new dataset an id of its own."),
        )  # fmt: skip
    shown: dict[Group, Cell] = {}
    hidden: set[Group] = set()
    kept = 0
    for group, (persons, values) in cells.items():
        said = _plain(group)
        before = [one.shown[said] for one in earlier if said in one.shown]
        if persons is None or any(said in one.hidden for one in earlier):
            hidden.add(said)
            continue
        now = (persons, values)
        if all(_may_follow(now, one) for one in before):
            shown[group] = now
        else:
            shown[group] = before[-1]
            kept += 1
    let_out = Released(shape, shown, frozenset(hidden))
    return let_out, len(hidden), kept


def _may_follow(now: Cell, before: Cell) -> bool:
    if list(_plain(now[1])) == list(_plain(before[1])):
        return True
    return now[0] is not None and before[0] is not None and abs(now[0] - before[0]) >= K


def _plain(values: tuple[Any, ...]) -> Group:
    """As JSON keeps them: days and moments become their ISO texts."""
    return tuple(v.isoformat() if hasattr(v, "isoformat") else v for v in values)
