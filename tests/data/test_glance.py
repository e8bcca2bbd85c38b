"""What is seen at a glance is what the lake engine and Arrow find cell by cell."""

from datetime import datetime

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shuren.data.internals import glance

LOW, HIGH = np.datetime64("1950-01-01"), np.datetime64("2100-01-01")
NOTHING = pa.array(["", "NULL", "N/A"])
SPACES = " \t\r\n\v\f\u00a0\u3000\ufeff"
_CELL = st.text(alphabet=" \t\u00a0\u3000\ufeff\u2003aN/AULL红、。", max_size=6) | st.none()
_PART = st.integers(0, 99).map("{:02d}".format)
_MOMENT = st.tuples(
    st.sampled_from(["2025", "1999", "0999", "2100", "20 5"]), *[_PART] * 5
).flatmap(
    lambda p: st.sampled_from(
        [
            f"{p[0]}-{p[1]}-{p[2]} {p[3]}:{p[4]}:{p[5]}",
            f"{p[0]}/{p[1][0]}1/{p[2][0]}9 2{p[3][0]}:{p[4][0]}9:{p[5][0]}9",
            "2024-02-29 23:59:59",
            "2023-02-29 00:00:00",
            "2025-12-31T10:00:00",
            "",
        ]
    )
)


@given(st.lists(_CELL, max_size=30), st.integers(0, 3))
def test_cells_are_trimmed_as_arrow_trims_them(cells, skip):
    column = pa.array(cells, pa.string())[skip:]
    text = pc.utf8_trim(column, SPACES).to_pylist()
    expected = [None if cell in ("", "NULL", "N/A") else cell for cell in text]
    assert glance.trimmed(column, NOTHING).to_pylist() == expected


@settings(deadline=None)
@given(st.lists(_MOMENT, max_size=12), st.integers(0, 3))
def test_moments_are_those_of_the_engine_or_left_to_it(cells, skip):
    found = glance.moments(pa.array(cells, pa.string())[skip:], LOW, HIGH)
    if found is None:
        return
    with duckdb.connect() as engine:
        for cell, moment in zip(cells[skip:], found.to_pylist(), strict=True):
            (theirs,) = engine.execute("SELECT TRY_CAST(? AS TIMESTAMP)", [cell]).fetchone()
            assert moment in (None, theirs)


@pytest.mark.parametrize(
    "cell, moment",
    [
        ("2025-03-01", datetime(2025, 3, 1)),
        ("2025/03/01 10:30", datetime(2025, 3, 1, 10, 30)),
        ("2024-02-29 23:59:58", datetime(2024, 2, 29, 23, 59, 58)),
        ("2023-02-29 00:00:00", None),
        ("2025-13-01 00:00:00", None),
        ("2025-03/01 10:30:00", None),
        ("2025-03-01 24:00:00", None),
        ("1949-12-31", None),
        ("2100-01-01 00:00:01", None),
        ("٢٠٢٥-٠٣-٠١"[:10], None),
    ],
)
def test_a_plain_moment_within_the_bounds_is_read(cell, moment):
    found = glance.moments(pa.array([cell, "", cell]), LOW, HIGH)
    assert found is None or found.to_pylist() == [moment, None, moment]
    assert moment is None or found is not None


def test_every_byte_of_a_column_is_looked_at():
    digits = np.isin(np.arange(256), np.frombuffer(b"0123456789", np.uint8))
    assert glance.only_bytes(pa.array(["x", "12", "3"])[1:], digits)
    assert not glance.only_bytes(pa.array(["12", "3x"]), digits)
    assert glance.longest(pa.array(["1", None, "红楼"])) == 6
