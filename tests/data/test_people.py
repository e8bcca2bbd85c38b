"""Pseudonyms found by hash are those of the values, also where hashes collide."""

import numpy as np
import pyarrow as pa
import pytest

from shuren.data.internals.people import People
from shuren.trust.actions import pseudonymise


@pytest.mark.django_db
@pytest.mark.parametrize("buckets", [1, 2, 1_000], ids=["all collide", "some", "none"])
def test_every_value_gets_its_own_pseudonym(site, buckets):
    people = People(site)
    for values in (["a", None, "b", "a"], [None, None], ["c", "b", None, "d"], []):
        column = pa.array(values, pa.string())
        numbers = [sum(map(ord, value or "")) % buckets for value in values]
        found = people.pseudonyms(column, np.array(numbers, np.uint64))
        expected = [None if v is None else pseudonymise(site, [v])[0] for v in values]
        assert found.to_pylist() == expected
