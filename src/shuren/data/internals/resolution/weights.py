"""How much each agreement weighs, learned by expectation maximisation in Splink."""

from collections.abc import Sequence
from typing import Any


def learn_weights(linker: Any, blocks: Sequence[Any]) -> int:
    """One round of learning for each block of records that agree; says how many taught something.

    A block without a pair (nobody has a telephone) teaches nothing. Where no pair of a block
    disagrees in a column and is still one, the chance of that falls to nothing, square by square,
    and Splink 5 ends the round with a ValueError. What the other blocks taught stays; the gate of
    the model judges whether it is enough.
    """
    from splink.internals.exceptions import EMTrainingException

    learned = 0
    for block in blocks:
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(block)
        except (ValueError, EMTrainingException):
            continue
        learned += 1
    return learned
