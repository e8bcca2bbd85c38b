"""A linkage attack: somebody knows a person's college, grade and kind and a few of their loans, and
looks for the one pseudonym in a release that fits.

They know how the release was made, so they make what they know as coarse as it is. They are right
when just one pseudonym fits and it is the person's.
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

Values = tuple[str | None, ...]


class Attack(NamedTuple):
    """targets: persons looked for; right: found; wrong: one pseudonym fits, and it is another's;
    nobody: none fits; share: of right in targets."""

    targets: int
    right: int
    wrong: int
    nobody: int

    @property
    def share(self) -> float:
        return self.right / self.targets if self.targets else 0.0


def attack(
    release: Iterable[tuple[str, Values, Values]],
    truth: Mapping[str, tuple[Values, Sequence[Values]]],
    known: int,
    seed: int = 1,
) -> Attack:
    """Look for everybody who has so many different events.

    release  (pseudonym, what is said of the person, what is said of the event) of each row
    truth    {pseudonym of the release: the same of the person, and all their events}, as coarse as
             the release writes it, whether or not it is in the release
    known    how many events of each person are known, chosen by chance
    """
    fits: dict[tuple[Values, Values], set[str]] = defaultdict(set)
    for pseudonym, person, event in release:
        fits[person, event].add(pseudonym)
    chance = random.Random(seed)
    right = wrong = nobody = targets = 0
    for pseudonym, (person, events) in sorted(truth.items()):
        distinct = sorted(set(events), key=repr)
        if len(distinct) < known:
            continue
        targets += 1
        found = [fits.get((person, event), set()) for event in chance.sample(distinct, known)]
        left = set.intersection(*found)
        right += left == {pseudonym}
        wrong += len(left) == 1 and left != {pseudonym}
        nobody += not left
    return Attack(targets, right, wrong, nobody)
